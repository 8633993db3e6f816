"""Funnel plots choose whom to look at among peers: widened by the peers' own variance, silent about small numbers."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest

from facility_agent.audit.funnel import INNER, OUTER, Unit, funnel


def peers(count: int, spread: float, seed: int, size: int = 400, rate: float = 0.2) -> list[Unit]:
    """Peers whose true rates differ by `spread` on the scale of logarithms."""
    chance, made = Random(seed), []
    for place in range(count):
        of = round(size * chance.lognormvariate(0, 0.5)) + 60
        mean = rate * of * chance.lognormvariate(-spread * spread / 2, spread)
        made.append(Unit(f"F-{place}", max(0, round(chance.gauss(mean, math.sqrt(mean)))), of))
    return made


def test_the_variance_between_peers_is_found_again() -> None:
    found = funnel(peers(3000, 0.15, seed=1))
    assert found.phi > 1
    assert found.tau2 == pytest.approx(0.0225, abs=0.004)


def test_peers_that_differ_by_chance_alone_are_not_widened() -> None:
    found = funnel(peers(3000, 0.0, seed=2))
    assert found.tau2 < 0.002
    standing = Counter(point.standing for point in found.points)
    assert 0.02 < (standing["high"] + standing["low"] + standing["very high"] + standing["very low"]) / 3000 < 0.09


def test_a_facility_at_three_times_the_rate_stands_out_and_its_peers_do_not_hide_it() -> None:
    units = peers(40, 0.1, seed=3)
    units[0] = Unit("F-0", round(3 * 0.2 * 500), 500)
    first = next(point for point in funnel(units).points if point.name == "F-0")
    assert first.standing == "very high"
    assert first.ratio == pytest.approx(first.observed / first.expected)


def test_small_numbers_and_small_groups_are_marked_and_accuse_nobody() -> None:
    units = [*peers(30, 0.1, seed=4), Unit("tiny", 9, 10)]
    assert {point.name: point.standing for point in funnel(units).points}["tiny"] == "small"
    few = funnel([*peers(8, 0.1, seed=5), Unit("far", 400, 500)])
    assert {point.standing for point in few.points} == {"small"}


@pytest.mark.parametrize("units", [[], [Unit("a", 0, 0)], [Unit("a", 0, 100), Unit("b", 0, 50)]])
def test_nothing_observed_is_no_accident(units: list[Unit]) -> None:
    found = funnel(units)
    assert [point.standing for point in found.points] == ["small"] * len(units)
    assert found.tau2 == 0.0


def test_limits_narrow_with_size_and_widen_with_the_level() -> None:
    found = funnel(peers(40, 0.1, seed=6))
    assert found.limits(50, INNER)[1] > found.limits(500, INNER)[1] > 1 > found.limits(500, INNER)[0]
    assert found.limits(50, OUTER)[1] > found.limits(50, INNER)[1]
