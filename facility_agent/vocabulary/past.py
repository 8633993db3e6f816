"""What happened before this visit, indexed once so that every rule can ask it quickly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import History, PastLine, Visit


class Past:
    """Earlier lines of the member and the household. The claim that this visit replaces is left out."""

    def __init__(self, history: History, visit: Visit) -> None:
        self._of_act: dict[str, list[PastLine]] = {}
        self._of_household: dict[str, list[PastLine]] = {}
        number, household = visit.beneficiary.number, visit.beneficiary.household
        for line in history.lines:
            if line.claim in (visit.replaces, visit.id):
                continue
            if number and line.member == number:
                self._of_act.setdefault(line.act, []).append(line)
            if (number and line.member == number) or (household and line.household == household):
                self._of_household.setdefault(line.act, []).append(line)
        self._moment = (visit.day, visit.at)

    def of(self, act: str, scope: str = "person") -> Sequence[PastLine]:
        """The person's (or household's) earlier lines of one act."""
        return (self._of_household if scope == "household" else self._of_act).get(act, ())

    def all(self, scope: str = "person") -> Iterable[PastLine]:
        """All earlier lines of the person or household."""
        for lines in (self._of_household if scope == "household" else self._of_act).values():
            yield from lines

    def before(self, act: str, days: int) -> PastLine | None:
        """The latest line of this act that came before this visit, at most `days` days ago."""
        oldest = self._moment[0] - timedelta(days=days)
        found = [line for line in self.of(act) if oldest <= line.day and (line.day, line.at) <= self._moment]
        return max(found, key=lambda line: (line.day, line.at), default=None)


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
