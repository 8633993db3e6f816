"""What happened before this visit, indexed once so that every rule can ask it quickly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Counted, History, PastLine, Stay, Visit


class Past:
    """Earlier lines of the member and the household. The claim that this visit replaces is left out.

    The person's lines are found at once, those of others in the household when a rule first asks for them.
    """

    def __init__(self, history: History, visit: Visit) -> None:
        #: What registers count, by scheme; hardly anybody has any.
        self._registers = {entry.scheme: entry for entry in history.counted} if history.counted else {}
        #: Nobody, where the person has no number: lines without one are not this person's.
        self._number = number = visit.beneficiary.number or None
        self._left_out = left_out = {visit.replaces, visit.id}
        self._visit, self._history = visit, history
        self._own = Lines([line for line in history.lines if line.member == number and line.claim not in left_out])
        self._others: Lines | None = None
        #: The person's lines of other claims on the day of this visit.
        self.same_day: Sequence[PastLine] = self._own.within(visit.day, visit.day)

    def of(self, act: str) -> Sequence[PastLine]:
        """The person's earlier lines of one act."""
        return [line for line in self._own.lines if line.act == act]

    def any_of(self, acts: frozenset[str]) -> bool:
        """Whether the person has received one of these acts before."""
        return not acts.isdisjoint([line.act for line in self._own.lines])

    def under(self, number: str) -> Sequence[PastLine]:
        """The person's earlier lines that used the guarantee of this number; refused care used nothing."""
        return [line for line in self._own.lines if line.guarantee == number and line.eligible]

    def within(self, scope: str, first: date, last: date) -> Sequence[PastLine]:
        """The earlier lines of the person or household from a day to a day, both included; each one's by day."""
        own = self._own.within(first, last)
        return own if scope != "household" else [*own, *self._of_others().within(first, last)]

    def paid(
        self,
        scheme: str,
        scope: str,
        period: tuple[date, date],
        acts: tuple[str, ...],
        families: tuple[str, ...],
        code: str = "",
    ) -> int:
        """Minor units that a scheme paid for these acts and families in a period; for all care when none is named.

        `code` is that of the limit, so that what a register counts under it is added, and nothing twice.
        """
        lines = self.within(scope, *period)
        if acts or families:
            lines = [line for line in lines if line.act in acts or line.family in families]
        if scheme in self._registers and code:
            return self._with_register(scheme, scope, period, code, lines, acts, families, _paid_by(scheme), "amount")
        return sum([share.amount for line in lines for share in line.shares if share.scheme == scheme])

    def given(
        self,
        scheme: str,
        scope: str,
        period: tuple[date, date],
        acts: tuple[str, ...],
        families: tuple[str, ...],
        code: str = "",
    ) -> int:
        """How many of these acts were given and paid for in a period; `scheme` is whose register counts, if any."""
        lines = self.within(scope, *period)
        if acts or families:
            lines = [line for line in lines if line.act in acts or line.family in families]
        if scheme in self._registers and code:
            return self._with_register(scheme, scope, period, code, lines, acts, families, _eligible_units, "count")
        return sum([line.quantity for line in lines if line.eligible])

    def borne(
        self,
        scheme: str,
        scope: str,
        period: tuple[date, date],
        code: str,
        acts: tuple[str, ...],
        families: tuple[str, ...],
    ) -> int:
        """Minor units of the deductible `code` that the person or household has borne in a period."""
        lines, worth = self.within(scope, *period), _borne_under(code, acts, families)
        if scheme in self._registers:
            return self._with_register(scheme, scope, period, code, lines, (), (), worth, "amount")
        return sum([worth(line) for line in lines])

    def last_day(self, scheme: str, code: str, act: str, days: int) -> date | None:
        """The latest earlier day, at most `days` ago, on which this act was given, here or elsewhere."""
        oldest, eve = self._visit.day - timedelta(days=days), self._visit.day - timedelta(days=1)
        own = [line.day for line in self._own.within(oldest, eve) if line.act == act]
        register = self._registers.get(scheme)
        if register is None:
            return max(own, default=None)
        back = [line.day for line in self._withdrawn(register, "person") if line.act == act]
        elsewhere = [
            row.day
            for row in register.counters
            if row.code == code and row.act == act and oldest <= row.day <= eve and row.count > back.count(row.day)
        ]
        return max([*elsewhere, *own], default=None)

    def _with_register(
        self,
        scheme: str,
        scope: str,
        period: tuple[date, date],
        code: str,
        lines: Sequence[PastLine],
        acts: tuple[str, ...],
        families: tuple[str, ...],
        worth: Callable[[PastLine], int],
        field: str,
    ) -> int:
        """The register's count, our lines that it does not hold yet, less those that it holds and nobody counts now."""
        register, (first, last) = self._registers[scheme], period
        held = frozenset(register.claims)
        count = sum(getattr(row, field) for row in register.counters if row.code == code and first <= row.day <= last)
        later = sum(worth(line) for line in lines if line.claim not in held)
        back = sum(
            worth(line)
            for line in self._withdrawn(register, scope)
            if first <= line.day <= last and (not (acts or families) or line.act in acts or line.family in families)
        )
        return int(count) + later - back

    def _withdrawn(self, register: Counted, scope: str) -> list[PastLine]:
        """Lines that the register holds of claims that were replaced since, or that this visit replaces."""
        person, held = self._visit.beneficiary, frozenset(register.claims)
        now = [line for line in self._history.lines if line.claim == self._visit.replaces and line.claim in held]
        return [
            line
            for line in (*register.withdrawn, *now)
            if line.member == person.number
            or (scope == "household" and person.household and line.household == person.household)
        ]

    def before(self, act: str, days: int) -> PastLine | None:
        """The latest line of this act that came before this visit, at most `days` days ago."""
        day, at = self._visit.day, self._visit.at
        found = [
            line
            for line in self._own.within(day - timedelta(days=days), day)
            if line.act == act and (line.day < day or line.at <= at)
        ]
        return max(found, key=lambda line: (line.day, line.at), default=None)

    def _of_others(self) -> Lines:
        """The lines of everybody else in the household."""
        if self._others is None:
            number, household, left_out = self._number, self._visit.beneficiary.household, self._left_out
            self._others = Lines(
                [
                    line
                    for line in self._history.lines
                    if line.member != number and line.household == household and line.claim not in left_out
                ]
                if household
                else []
            )
        return self._others


class Lines:
    """Earlier lines in order of their days, so that a period is cut out and not searched for."""

    def __init__(self, lines: list[PastLine]) -> None:
        days = [line.day for line in lines]
        ordered = sorted(days)
        self.lines = lines if days == ordered else sorted(lines, key=lambda line: line.day)
        self._days = ordered

    def within(self, first: date, last: date) -> Sequence[PastLine]:
        """The lines from a day to a day, both included."""
        days = self._days
        if not days or days[-1] < first:
            return ()
        return self.lines[bisect_left(days, first) : bisect_right(days, last)]


def _eligible_units(line: PastLine) -> int:
    return line.quantity if line.eligible else 0


def _borne_under(code: str, acts: tuple[str, ...], families: tuple[str, ...]) -> Callable[[PastLine], int]:
    """What was borne under a deductible in an earlier line; a line that names none counts where the row concerns it."""

    def worth(line: PastLine) -> int:
        if line.deductibles:
            return sum([amount for name, amount in line.deductibles if name == code])
        concerned = not (acts or families) or line.act in acts or line.family in families
        return line.deductible if concerned else 0

    return worth


def _paid_by(scheme: str) -> Callable[[PastLine], int]:
    return lambda line: sum(share.amount for share in line.shares if share.scheme == scheme)


def window(
    per: str, day: date, since: date | None = None, months: int | None = None, stay: Stay | None = None
) -> tuple[date, date]:
    """First and last day of the period that a limit counts over.

    >>> window("month", date(2026, 2, 3))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> window("coverage", date(2026, 2, 3), date(2024, 5, 9))[0]
    datetime.date(2025, 5, 9)
    >>> window("year", date(2026, 3, 31), months=6)
    (datetime.date(2025, 10, 1), datetime.date(2026, 3, 31))
    """
    if months is not None or per in ("month", "year"):
        return _alike(per, day, months)
    if per == "coverage" and since is not None:
        return _year_of(since, day)
    if per == "stay" and stay is not None:
        return min(stay.admitted, day), max(stay.discharged or day, day)
    return day, day


@lru_cache(maxsize=1024)
def _alike(per: str, day: date, months: int | None) -> tuple[date, date]:
    """The periods that are the same for everybody on a day: some months back, or a month or year of the calendar."""
    if months is not None:
        return add_months(day, -months) + timedelta(days=1), day
    if per == "month":
        first = day.replace(day=1)
        return first, add_months(first, 1) - timedelta(days=1)
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


@lru_cache(maxsize=4096)
def _year_of(since: date, day: date) -> tuple[date, date]:
    """The year of a coverage in which a day lies, from one anniversary of its first day to the eve of the next."""
    months = 12 * (day.year - since.year)
    anniversary = add_months(since, months)
    if anniversary <= day:
        return anniversary, add_months(since, months + 12) - timedelta(days=1)
    return add_months(since, months - 12), anniversary - timedelta(days=1)
