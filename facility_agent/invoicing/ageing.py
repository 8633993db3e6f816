"""How old what is owed is, what a late payer owes on top, and what silence means: each as the arrangement says it.

An age is counted from the day on which the payment was due; where the arrangement names no day, from the day of
sending, and the amount is said to be unchecked. A penalty that the arrangement does not name is none, and unchecked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Record

#: The last day of age of each class; the last class has no end.
CLASSES: Final = ((0, 30), (31, 60), (61, 90), (91, None))


class Owed(Record, frozen=True):
    """What a payer owes on one batch. It ages from `since`; `agreed` says whether a clause names that day."""

    batch: str
    payer: str
    amount: int
    currency: str
    since: date
    agreed: bool = True


class Age(Record, frozen=True):
    """One class of age: `until` None for the last one; `unchecked` is the part whose day nobody agreed on."""

    first: int
    until: int | None
    amount: int
    batches: tuple[str, ...]
    unchecked: int = 0

    @property
    def code(self) -> str:
        """The class as people write it.

        >>> Age(91, None, 0, ()).code, Age(0, 30, 0, ()).code
        ('90+', '0-30')
        """
        return f"{self.first - 1}+" if self.until is None else f"{self.first}-{self.until}"


class Penalty(Record, frozen=True):
    """What lateness adds: an amount in minor units, or the clause that is open (`missing`)."""

    amount: int = 0
    times: int = 0
    percent: int = 0
    missing: str = ""


def ageing(owed: Iterable[Owed], today: date) -> tuple[Age, ...]:
    """What is owed by class of age: together all that is owed. What is not due yet stands with 0-30."""
    every = tuple(owed)
    found = []
    for first, until in CLASSES:
        inside = [
            entry
            for entry in every
            if first <= max(0, (today - entry.since).days) and (until is None or (today - entry.since).days <= until)
        ]
        unsure = sum(entry.amount for entry in inside if not entry.agreed)
        found.append(Age(first, until, sum(e.amount for e in inside), tuple(e.batch for e in inside), unsure))
    return tuple(found)


def penalty(terms: Terms, open_amount: int, due: date | None, today: date) -> Penalty:
    """What the payer owes on top of `open_amount` when its day has passed, rounded down to whole minor units.

    `once`: the share is owed from the first day of delay; `month`: for each month of delay that has begun.
    """
    percent, per = terms.clause("late_penalty_percent"), terms.clause("late_penalty_per")
    if percent == UNKNOWN or per == UNKNOWN:
        return Penalty(missing="late_penalty_percent" if percent == UNKNOWN else "late_penalty_per")
    if due is None or today <= due or open_amount <= 0:
        return Penalty(percent=int(percent))
    times = 1
    while per == "month" and add_months(due, times) < today:
        times += 1
    return Penalty(open_amount * int(percent) * times // 100, times, int(percent))


class Silence(Record, frozen=True):
    """What follows when the payer does not answer by its day; `missing` names the clause that is open."""

    due: date | None
    passed: bool
    effect: str = ""
    missing: str = ""


def silence(terms: Terms, decision_due: date | None, decided: bool, today: date) -> Silence:
    """Whether the payer is silent beyond its day. No arrangement read so far says what silence on a batch means.

    `silence_days` speaks of stays and guarantees only; the effect on a batch is therefore unchecked.
    """
    passed = decision_due is not None and today > decision_due and not decided
    return Silence(decision_due, passed, missing="silence" if passed else "")
