"""What happened before this visit, indexed once so that every rule can ask it quickly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache

from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import History, PastLine, Visit


class Past:
    """Earlier lines of the member and the household. The claim that this visit replaces is left out.

    The person's lines are found at once, those of the household when a rule first asks for them.
    """

    def __init__(self, history: History, visit: Visit) -> None:
        number, left_out = visit.beneficiary.number, (visit.replaces, visit.id)
        self._visit, self._history = visit, history
        self._own = (
            [line for line in history.lines if line.member == number and line.claim not in left_out] if number else []
        )

    def of(self, act: str) -> Sequence[PastLine]:
        """The person's earlier lines of one act."""
        return [line for line in self._own if line.act == act]

    def all(self, scope: str = "person") -> Sequence[PastLine]:
        """All earlier lines of the person or household."""
        return self._of_household if scope == "household" else self._own

    def before(self, act: str, days: int) -> PastLine | None:
        """The latest line of this act that came before this visit, at most `days` days ago."""
        lines = self.of(act)
        if not lines:
            return None
        oldest, moment = self._visit.day - timedelta(days=days), (self._visit.day, self._visit.at)
        found = [line for line in lines if oldest <= line.day and (line.day, line.at) <= moment]
        return max(found, key=lambda line: (line.day, line.at), default=None)

    @cached_property
    def same_day(self) -> Sequence[PastLine]:
        """The person's lines of other claims on the day of this visit."""
        day = self._visit.day
        return [line for line in self._own if line.day == day]

    @cached_property
    def _of_household(self) -> Sequence[PastLine]:
        """The lines of the person and of everybody in the household."""
        number, household = self._visit.beneficiary.number, self._visit.beneficiary.household
        left_out = (self._visit.replaces, self._visit.id)
        if not household:
            return self._own
        return [
            line
            for line in self._history.lines
            if (line.household == household or (number and line.member == number)) and line.claim not in left_out
        ]


@lru_cache(maxsize=1024)
def window(per: str, day: date, since: date | None = None, months: int | None = None) -> tuple[date, date]:
    """First and last day of the period that a limit counts over.

    >>> window("month", date(2026, 2, 3))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> window("coverage", date(2026, 2, 3), date(2024, 5, 9))[0]
    datetime.date(2025, 5, 9)
    >>> window("year", date(2026, 3, 31), months=6)
    (datetime.date(2025, 10, 1), datetime.date(2026, 3, 31))
    """
    if months is not None:
        return add_months(day, -months) + timedelta(days=1), day
    if per == "month":
        first = day.replace(day=1)
        return first, add_months(first, 1) - timedelta(days=1)
    if per == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if per == "coverage" and since is not None:
        years = (
            (day.year - since.year)
            if add_months(since, 12 * (day.year - since.year)) <= day
            else day.year - since.year - 1
        )
        return add_months(since, 12 * years), add_months(since, 12 * (years + 1)) - timedelta(days=1)
    return day, day
