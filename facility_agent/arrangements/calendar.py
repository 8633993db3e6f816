"""Delays in days of the calendar or in working days: rest days of the week and declared holidays do not count.

A holiday that nobody declared is a working day, and so is every day of the week while the rest days are open.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, get_args

from facility_agent.arrangements.clauses import Unit, Weekday
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import UNKNOWN

_NAMES: Final[tuple[str, ...]] = get_args(Weekday)


def unit_of(terms: Terms, clause: str) -> Unit:
    """In which days a delay is said, `unknown` where neither the arrangement nor the annex says it."""
    units: dict[str, Unit] = terms.clause("delay_units")
    return units.get(clause, units.get("*", UNKNOWN))


def later(terms: Terms, start: date, days: int, unit: str) -> date:
    """The day that stands `days` after `start`: of the calendar, unless they are working days."""
    if unit != "working":
        return start + timedelta(days=days)
    day, left = start, days
    while left > 0:
        day += timedelta(days=1)
        left -= works(terms, day)
    return day


def works(terms: Terms, day: date) -> bool:
    """Whether a day is neither a declared holiday nor one of the week's rest days."""
    rest = terms.clause("rest_days")
    resting = rest != UNKNOWN and _NAMES[day.weekday()] in rest
    return not resting and day not in terms.holidays


def days_of(hours: int) -> int:
    """Whole days that hold so many hours; working hours run around the clock on working days.

    >>> days_of(24), days_of(48), days_of(30)
    (1, 2, 2)
    """
    return -(-hours // 24)
