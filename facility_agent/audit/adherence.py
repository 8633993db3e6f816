"""Adherence to protocols: per facility, indicator and month, how often the care was what the protocol asks for.

A share of few claims says little: every row carries Wilson's interval at 95 % (E. B. Wilson, 1927), and rows of fewer
than thirty are marked as small. Indicators accuse nobody; they choose what two people talk about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from typing import Final

from facility_agent.arrangements.model import Act, Arrangement
from facility_agent.arrangements.protocols import Indicator
from facility_agent.protocols.asked import meant_by, resolved
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import Claim, Record

#: Fewer claims than this are marked: their share moves with every single one.
SMALL: Final = 30
#: The normal deviate of an interval at 95 %.
_Z: Final = 1.959964


class Adherence(Record, frozen=True):
    """One row: of `base` claims of the facility in the month, `counted` have what the indicator counts.

    `low` and `high` are the ends of the interval in thousandths.
    """

    facility: str
    indicator: str
    month: str
    base: int
    counted: int
    low: int
    high: int

    @property
    def small(self) -> bool:
        return self.base < SMALL

    @property
    def share(self) -> Fraction:
        return Fraction(self.counted, self.base) if self.base else Fraction(0)


class _Meant(Record, frozen=True):
    """An indicator with its names resolved to acts and conditions."""

    row: Indicator
    acts: frozenset[str]
    wanted: frozenset[str]


def adherence(
    arrangement: Arrangement, claims: Iterable[Claim], earlier: Iterable[Claim], month: str, acts: Iterable[Act] = ()
) -> tuple[Adherence, ...]:
    """The rows of a month: by indicator, then by facility. Facilities without a claim in the base have no row.

    `claims` are those of the month that still count, of any facility; `earlier` all that the payer holds of the same
    people, for what was given before. `acts` are those that agreements add to the package.
    """
    package = (*arrangement.acts, *acts)
    items = {item.code: item for item in arrangement.items}
    people: dict[str, list[Claim]] = {}
    for claim in {claim.id: claim for claim in earlier}.values():
        people.setdefault(claim.visit.beneficiary.number, []).append(claim)
    found: list[Adherence] = []
    held = list(claims)
    for row in arrangement.indicators:
        meant = _Meant(
            row,
            resolved(package, row.acts, (), (), items, exact=False),
            resolved(package, row.with_acts, row.atc, (), items, exact=False),
        )
        numbers: dict[str, list[int]] = {}
        for claim in held:
            if not _in_base(meant, arrangement, claim):
                continue
            both = numbers.setdefault(claim.visit.facility, [0, 0])
            both[0] += 1
            both[1] += _counts(meant, claim, people)
        for facility, (base, counted) in sorted(numbers.items()):
            found.append(Adherence(facility, row.code, month, base, counted, *wilson(counted, base)))
    return tuple(found)


def wilson(counted: int, base: int) -> tuple[int, int]:
    """Wilson's interval of a share at 95 %, in thousandths.

    >>> wilson(0, 0), wilson(0, 10), wilson(10, 10), wilson(50, 100)
    ((0, 1000), (0, 278), (722, 1000), (404, 596))
    """
    if base == 0:
        return 0, 1000
    share, square = counted / base, _Z * _Z
    middle = (share + square / (2 * base)) / (1 + square / base)
    half = _Z * sqrt(share * (1 - share) / base + square / (4 * base * base)) / (1 + square / base)
    return max(0, round(1000 * (middle - half))), min(1000, round(1000 * (middle + half)))


def _in_base(meant: _Meant, arrangement: Arrangement, claim: Claim) -> bool:
    """Whether the claim is one of those that the indicator is about."""
    visit, row = claim.visit, meant.row
    if row.under_months is not None:
        born = visit.beneficiary.birth_date
        if born is None or age_in_months(born, visit.day) >= row.under_months:
            return False
    if any(line.act in meant.acts for line in visit.lines):
        return True
    return bool(visit.condition) and not meant_by(arrangement.conditions, visit.condition).isdisjoint(row.conditions)


def _counts(meant: _Meant, claim: Claim, people: Mapping[str, list[Claim]]) -> bool:
    """Whether the claim has what is counted, in itself or in the days before it."""
    row, visit = meant.row, claim.visit
    given = _given(meant, claim)
    if row.days and visit.beneficiary.number:
        first = visit.day - timedelta(days=row.days)
        given += sum(
            _given(meant, other)
            for other in people.get(visit.beneficiary.number, ())
            if other.id != claim.id and first <= other.visit.day <= visit.day
        )
    return (given >= row.least) != row.without


def _given(meant: _Meant, claim: Claim) -> int:
    """How many lines hold what is counted; a result is asked of the line itself."""
    wanted = meant.row.result
    return sum(line.act in meant.wanted and (not wanted or line.result == wanted) for line in claim.visit.lines)
