"""Days, months and periods. A period holds both its ends; an open end is None."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import msgspec


class Period(msgspec.Struct, frozen=True, order=True):
    """From a day to a day, both included; `until` None is open."""

    start: date
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of a shorter month.

    >>> add_months(date(2024, 1, 31), 1), add_months(date(2024, 2, 29), 12), add_months(date(2025, 1, 15), 9)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28), datetime.date(2025, 10, 15))
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= 28:
        return date(years, month + 1, day.day)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def age_in_months(born: date, on: date) -> int:
    """Completed months; a child born on 29 February completes its month on the last day of a shorter one.

    >>> age_in_months(date(2021, 3, 10), date(2026, 3, 9)), age_in_months(date(2021, 3, 10), date(2026, 3, 10))
    (59, 60)
    >>> age_in_months(date(2024, 2, 29), date(2025, 2, 28))
    12
    """
    months = (on.year - born.year) * 12 + on.month - born.month
    return months if add_months(born, months) <= on else months - 1


def month_of(day: date) -> str:
    """The month as `2026-03`.

    >>> month_of(date(2026, 3, 31))
    '2026-03'
    """
    return f"{day.year:04d}-{day.month:02d}"


def month_period(month: str) -> Period:
    """First and last day of `2026-02`; a malformed month raises ValueError.

    >>> month_period("2024-02").until
    datetime.date(2024, 2, 29)
    """
    first = date.fromisoformat(f"{month}-01")
    return Period(first, add_months(first, 1) - timedelta(days=1))


def last_day(month: str) -> date:
    """The last day of a month.

    >>> last_day("2028-02")
    datetime.date(2028, 2, 29)
    """
    until = month_period(month).until
    assert until is not None
    return until


def gaps_and_overlaps(periods: Iterable[Period]) -> list[tuple[str, Period, Period]]:
    """What is wrong in a succession of periods: `gap` or `overlap`, and the two neighbours.

    >>> a, b = Period(date(2020, 1, 1), date(2020, 12, 31)), Period(date(2021, 1, 2))
    >>> [kind for kind, *_ in gaps_and_overlaps([b, a])]
    ['gap']
    """
    ordered = sorted(periods, key=lambda period: period.start)
    found = []
    for earlier, later in pairwise(ordered):
        if earlier.until is None or earlier.until >= later.start:
            found.append(("overlap", earlier, later))
        elif later.start - earlier.until > timedelta(days=1):
            found.append(("gap", earlier, later))
    return found
