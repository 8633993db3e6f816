"""Which facility stands out from its peers: funnel plots with over-dispersion (Spiegelhalter, 2005).

For every facility of a peer group, what was observed is set against what the group's rate expects. Facilities differ
for reasons of their own, so the limits are widened by the variance that lies between them. Standing out is a reason to
look and never a refusal: of 95 % limits, one facility in forty lies beyond each side by chance alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

from facility_agent.vocabulary.records import Record

#: Two-sided limits: beyond the inner one is worth a look, beyond the outer one is rare.
INNER, OUTER = 0.95, 0.998
#: Below these a point is drawn and marked, and never said to stand out.
LEAST_EXPECTED, LEAST_PEERS = 5.0, 10
#: So much of the z-scores is pulled in at each end before the over-dispersion is measured; what is left of the variance
#: of a normal distribution is then 0.68, and is divided out again.
WINSORISED = 0.1
LEFT_OF_VARIANCE = 0.6787

Standing = Literal["inside", "high", "very high", "low", "very low", "small"]


class Unit(Record, frozen=True):
    """One facility (or prescriber): how often something was seen, among how many."""

    name: str
    observed: int
    of: int


class Point(Record, frozen=True):
    """A unit on the plot: `expected` by the group's rate, `ratio` of observed to expected, and where it stands."""

    name: str
    observed: int
    expected: float
    ratio: float
    standing: Standing


class Funnel(Record, frozen=True):
    """A peer group: its rate, the over-dispersion `phi`, the variance between units `tau2`, and its points."""

    rate: float
    phi: float
    tau2: float
    points: tuple[Point, ...]

    def limits(self, expected: float, level: float) -> tuple[float, float]:
        """The lowest and highest ratio that a unit of this size shows by chance, at a two-sided level."""
        width = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(1 / expected + self.tau2)
        return math.exp(-width), math.exp(width)


def funnel(units: Sequence[Unit]) -> Funnel:
    """The peer group's funnel. With fewer than ten units that expect at least five, nothing is said to stand out."""
    of = sum(unit.of for unit in units)
    rate = sum(unit.observed for unit in units) / of if of else 0.0
    expected = {unit.name: rate * unit.of for unit in units}
    large = [unit for unit in units if expected[unit.name] >= LEAST_EXPECTED]
    scores = _winsorised([_score(unit.observed, expected[unit.name]) for unit in large])
    phi = math.fsum(score * score for score in scores) / len(scores) / LEFT_OF_VARIANCE if scores else 1.0
    made = Funnel(rate, phi, _between(phi, [expected[unit.name] for unit in large]), ())
    judged = len(large) >= LEAST_PEERS
    points = [_point(made, unit, expected[unit.name], judged) for unit in units]
    return Funnel(made.rate, made.phi, made.tau2, tuple(points))


def _score(observed: int, expected: float) -> float:
    """How far an observed number lies from the expected one, in logarithms; half a case stands for none."""
    return math.log(max(observed, 0.5) / expected) * math.sqrt(expected)


def _winsorised(scores: list[float]) -> list[float]:
    """The scores with a tenth at each end pulled in, so that those who stand out do not widen their own limits."""
    if not scores:
        return []
    ordered = sorted(scores)
    cut = int(WINSORISED * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    return [min(max(score, low), high) for score in scores]


def _between(phi: float, weights: Sequence[float]) -> float:
    """The variance between units: max(0, (n·phi − (n − 1)) / (Σw − Σw² / Σw)), weights being the expected numbers."""
    size, whole = len(weights), math.fsum(weights)
    below = whole - math.fsum(weight * weight for weight in weights) / whole if whole else 0.0
    return max(0.0, (size * phi - (size - 1)) / below) if below > 0 else 0.0


def _point(made: Funnel, unit: Unit, expected: float, judged: bool) -> Point:
    ratio = unit.observed / expected if expected else 0.0
    if not judged or expected < LEAST_EXPECTED:
        return Point(unit.name, unit.observed, expected, ratio, "small")
    standing: Standing = "inside"
    for level, high, low in ((INNER, "high", "low"), (OUTER, "very high", "very low")):
        lowest, highest = made.limits(expected, level)
        if ratio > highest:
            standing = high  # type: ignore[assignment]
        elif ratio < lowest:
            standing = low  # type: ignore[assignment]
    return Point(unit.name, unit.observed, expected, ratio, standing)
