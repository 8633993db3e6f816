"""A draw can be made again by either side, byte for byte, and nobody could choose it."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.audit.draw import (
    Item,
    commitment,
    frame_of,
    monetary_draw,
    random_draw,
    rank,
    seed_of,
    stratified_draw,
)
from facility_agent.vocabulary.errors import InputError

SEED = sha256(b"a seed of the tests").hexdigest()
BATCH = sha256(b"a sealed batch").hexdigest()

amounts = st.lists(st.integers(0, 200_000), min_size=1, max_size=120)


def frame(values: list[int]) -> list[Item]:
    return [Item(f"claim-{place:04d}", value) for place, value in enumerate(values)]


def test_the_seed_needs_the_batch_and_the_promised_value() -> None:
    promised = commitment(b"kept in a drawer")
    seed = seed_of(BATCH, b"kept in a drawer", promised)
    assert seed != seed_of(sha256(b"another batch").hexdigest(), b"kept in a drawer", promised)
    with pytest.raises(InputError) as said:
        seed_of(BATCH, b"a luckier value", promised)
    assert said.value.code == "sample-commitment-broken"


def test_the_draw_is_the_same_on_every_machine() -> None:
    """Golden: computed once by hand from SHA-256; a change here is another draw, and raises DRAW_VERSION."""
    items = frame([1000] * 10)
    by_hand = sorted((sha256(bytes.fromhex(SEED) + item.id.encode()).hexdigest(), item.id) for item in items)
    assert random_draw(items, 3, SEED).drawn == tuple(name for _, name in by_hand[:3])
    assert random_draw(list(reversed(items)), 3, SEED) == random_draw(items, 3, SEED)


@given(amounts, st.integers(1, 150))
@settings(max_examples=100, deadline=None)
def test_a_larger_sample_holds_the_smaller_one_so_that_replacements_have_an_order(values: list[int], size: int) -> None:
    items = frame(values)
    smaller, larger = random_draw(items, size, SEED), random_draw(items, size + 1, SEED)
    assert larger.drawn[: len(smaller.drawn)] == smaller.drawn
    assert len(smaller.drawn) == min(size, len(items)) == len(set(smaller.drawn))


@given(amounts, st.integers(1, 150))
@settings(max_examples=100, deadline=None)
def test_strata_share_the_frame_out_and_each_is_looked_at(values: list[int], size: int) -> None:
    items = frame(values)
    draw = stratified_draw(items, [0, 1000, 50_000], size, SEED, least=5)
    named = Counter(name for stratum in draw.strata for name in stratum.items)
    assert named == Counter(item.id for item in items)
    for stratum in draw.strata:
        assert set(stratum.drawn) <= set(stratum.items)
        assert len(stratum.drawn) >= min(5, len(stratum.items))


@given(amounts, st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_monetary_units_take_every_large_item_and_never_one_that_asks_nothing(values: list[int], size: int) -> None:
    items = frame(values)
    draw = monetary_draw(items, size, SEED)
    asked = {item.id: item.amount for item in items}
    assert len(draw.drawn) == len(set(draw.drawn)) == min(size, sum(value > 0 for value in values))
    assert all(asked[name] > 0 for name in draw.drawn)
    rest = [asked[name] for stratum in draw.strata for name in stratum.items]
    if draw.certain and rest:
        assert min(asked[name] for name in draw.certain) >= max(rest)


def test_monetary_units_draw_an_item_in_proportion_to_its_money() -> None:
    items = [Item("large", 900), *(Item(f"small-{place}", 100) for place in range(9))]
    seeds = [sha256(str(turn).encode()).hexdigest() for turn in range(2000)]
    times = Counter(name for seed in seeds for name in monetary_draw(items, 1, seed).drawn)
    assert 900 <= times["large"] <= 1100
    assert all(60 <= times[f"small-{place}"] <= 160 for place in range(9))


def test_every_item_has_the_same_chance() -> None:
    items = frame([100] * 10)
    seeds = [sha256(str(turn).encode()).hexdigest() for turn in range(3000)]
    times = Counter(name for seed in seeds for name in random_draw(items, 3, seed).drawn)
    assert all(800 <= times[item.id] <= 1000 for item in items)


@pytest.mark.parametrize("floors", [[], [100], [0, 500, 100], [0, 0]])
def test_floors_that_do_not_rise_from_nothing_are_refused(floors: list[int]) -> None:
    with pytest.raises(InputError) as said:
        stratified_draw(frame([1, 2]), floors, 1, SEED)
    assert said.value.code == "sample-strata-wrong"


def test_an_item_that_stands_twice_is_named() -> None:
    with pytest.raises(InputError) as said:
        frame_of([Item("a", 1), Item("b", 1), Item("a", 2)])
    assert (said.value.code, said.value.fields["item"]) == ("sample-frame-doubled", "a")


def test_a_rank_is_the_hash_of_seed_and_item() -> None:
    assert rank(SEED, "claim-0001") == sha256(bytes.fromhex(SEED) + b"claim-0001").hexdigest()
