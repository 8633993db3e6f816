"""A demonstration can be repeated to the byte; nothing else draws from a seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from facility_agent.exchange.randomness import SYSTEM, seeded


@given(st.lists(st.integers(0, 100), max_size=12), st.text(max_size=20))
def test_a_seed_gives_one_stream_however_it_is_cut(sizes: list[int], seed: str) -> None:
    whole, pieces = seeded(seed), seeded(seed)
    assert b"".join(pieces(size) for size in sizes) == whole(sum(sizes))


def test_seeds_and_the_system_give_different_bytes() -> None:
    assert len({seeded("a")(32), seeded("b")(32), SYSTEM(32), SYSTEM(32)}) == 4
