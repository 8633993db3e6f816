"""The benchmark of the desk against the real server in a second process, on sizes that say nothing about speed."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from facility_agent.bench import desk
from facility_agent.bench.place import Place

FIGURES = ("verdicts_per_s", "p50_ms", "p95_ms", "p99_ms", "ratio_to_calibration")
MORE = ("server_cpu_ms", "server_turns", "resident_memory_mb", "peak_memory_mb",
        "disk_commit_p50_ms", "disk_commit_p99_ms")  # fmt: skip


async def test_the_figures_bear_the_names_that_others_read_and_none_is_nothing() -> None:
    shown = await desk.run(members=40, requests=13, connections=3)
    assert set(shown) == {*FIGURES, *MORE, "requests", "members", "connections"}
    assert all(float(str(shown[name])) > 0 for name in (*FIGURES, *MORE[2:]))
    assert (shown["requests"], shown["members"], shown["connections"]) == (13, 40, 3)


async def test_when_the_time_is_over_no_further_verdict_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LONGEST", 0.2)
    shown = await desk.run(members=20, requests=20_000, connections=2)
    assert 0 < int(str(shown["requests"])) < 20_000


def test_numbers_and_cards_come_by_turns_and_everybody_has_a_turn() -> None:
    place = Place(Path(), tuple(f"N{place}" for place in range(20)), ("C0", "C1", "C2"), "", "")
    asked = list(islice(desk._texts(place), 40))
    assert all(text.startswith("NC"[turn % 2]) for turn, text in enumerate(asked))
    assert set(asked) == {*place.numbers, *place.cards}
