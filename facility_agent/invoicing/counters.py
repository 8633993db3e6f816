"""What a payer's register counts for a person: how much of each ceiling, count and deductible is used, and since when.

A facility knows its own claims and not those of others. The register gives it sums and no acts: a health centre learns
what is left, and not what was done elsewhere. Only where days must lie between two acts the act and its day are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from facility_agent.arrangements.model import Deductible, Limit
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.past import window
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Counter, Coverage, PastLine

#: Days for which care may be entered late and still be judged with these counters.
LATE_DAYS = 92


def counters(terms: Iterable[Terms], coverage: Coverage, lines: Sequence[PastLine], as_of: date) -> tuple[Counter, ...]:
    """The counters of one entitlement: `lines` are those of the person and household in the claims that are counted."""
    person = coverage.beneficiary
    own = [line for line in lines if line.member == person.number]
    found: dict[tuple[str, date, str], list[int]] = {}
    for limit in limits(terms, coverage.scheme).values():
        for line in lines if limit.scope == "household" else own:
            if (limit.acts or limit.families) and line.act not in limit.acts and line.family not in limit.families:
                continue
            _count(found, limit, coverage, line, as_of)
    for row in deductibles(terms, coverage.scheme).values():
        for line in lines if row.scope == "household" else own:
            first = window("year", line.day)[0]
            if line.deductible and _still("year", None, 0, line.day, coverage, as_of):
                found.setdefault((row.code, first, ""), [0, 0])[0] += line.deductible
    return tuple(Counter(code, day, amount, count, act) for (code, day, act), (amount, count) in sorted(found.items()))


def limits(terms: Iterable[Terms], scheme: str) -> dict[str, Limit]:
    """The limits of a scheme that count over a period, by code; of two under one code the first."""
    found: dict[str, Limit] = {}
    for known in terms:
        for row in known.all_limits:
            if row.scheme in ("", scheme) and (row.per not in ("line", "visit") or row.interval is not None):
                found.setdefault(row.code, row)
    return found


def deductibles(terms: Iterable[Terms], scheme: str) -> dict[str, Deductible]:
    """The deductibles of a scheme that count over a year, by code."""
    found: dict[str, Deductible] = {}
    for known in terms:
        for row in known.deductibles(scheme):
            if row.per == "year":
                found.setdefault(row.code, row)
    return found


def _count(
    found: dict[tuple[str, date, str], list[int]], limit: Limit, coverage: Coverage, line: PastLine, as_of: date
) -> None:
    """Add a line to what one limit counts."""
    rolling = limit.months is not None or limit.per == "day"
    paid = sum(share.amount for share in line.shares if share.scheme == coverage.scheme)
    units = line.quantity if line.eligible else 0
    counts = limit.per not in ("line", "visit") and (paid or units)
    if counts and _still(limit.per, limit.months, 0, line.day, coverage, as_of):
        day = line.day if rolling else window(limit.per, line.day, coverage.since)[0]
        sums = found.setdefault((limit.code, day, ""), [0, 0])
        sums[0] += paid
        sums[1] += units
    if isinstance(limit.interval, int) and _still("day", None, limit.interval, line.day, coverage, as_of):
        found.setdefault((limit.code, line.day, line.act), [0, 0])[1] += 1


def _still(per: str, months: int | None, days: int, day: date, coverage: Coverage, as_of: date) -> bool:
    """Whether care of that day can still count for care that is given, or entered, after the register's day."""
    oldest = as_of - timedelta(days=LATE_DAYS)
    if months is not None:
        return day > add_months(oldest, -months)
    if per == "day":
        return day >= oldest - timedelta(days=days)
    return window(per, day, coverage.since)[1] >= oldest
