"""The clocks of a month: by when it is submitted, acknowledged, decided, paid, and until when it can be contested.

Every delay is a clause of the arrangement or of its annex, counted in days of the calendar or in working days as the
clause `delay_units` says; while that is open they are days of the calendar, and the clock says that nobody agreed on
it. A clause that is open gives a clock that names it (`missing`): unchecked, and never counted as kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from facility_agent.arrangements.calendar import later, unit_of
from facility_agent.arrangements.clauses import Unit
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.periods import add_months, last_day
from facility_agent.vocabulary.records import Record

Step = Literal["submit", "receipt", "decision", "payment", "contest", "reminder"]


class Clock(Record, frozen=True):
    """One delay: the clause, the day from which it runs and the last day. `due` None: not yet running, or unchecked.

    `unit` says in which days it was agreed; `unknown` is counted in days of the calendar.
    """

    step: Step
    clause: str
    start: date | None = None
    due: date | None = None
    missing: str = ""
    unit: Unit = "calendar"

    @property
    def unchecked(self) -> bool:
        return bool(self.missing)


def clocks(
    terms: Terms,
    month: str,
    *,
    sent: date | None = None,
    received: date | None = None,
    decided: date | None = None,
    payable_from: date | None = None,
    reminded: date | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a batch, in order. A clock whose start has not come yet has no due day.

    The receipt runs from the sending, the decision from the receipt, the contest from the decision. Arrangements
    differ on where the payment starts (complete file received, or amounts accepted): `payable_from` says it. A late
    payment may be reminded of, and the reminder has a delay of its own, from the day `reminded`.
    """
    return (
        submit_clock(terms, month),
        _running(terms, "receipt", "receipt_days", sent),
        _running(terms, "decision", "decision_days", received),
        _running(terms, "payment", "payment_days", payable_from),
        _running(terms, "contest", "contest_days", decided),
        *((_running(terms, "reminder", "reminder_days", reminded),) if reminded else ()),
    )


def submit_clock(terms: Terms, month: str) -> Clock:
    """By which day of the next month the batch is to be sent; a shorter month ends on its last day."""
    last = last_day(month)
    start, day = last + timedelta(days=1), terms.clause("invoice_day")
    if day == UNKNOWN:
        return Clock("submit", "invoice_day", start, missing="invoice_day")
    following = add_months(start, 1) - timedelta(days=1)
    return Clock("submit", "invoice_day", start, min(start + timedelta(days=int(day) - 1), following))


def submitted_late(terms: Terms, month: str, sent: date) -> Finding | None:
    """The finding when a batch was sent after its day, refused once it is older than the arrangement allows.

    The age of a batch is counted from the last day of its month, in days (`late_refused_after_days`) or in whole
    months (`outright_rejection_months`); where both are said, the earlier end counts.
    """
    clock = submit_clock(terms, month)
    ends = _ends(terms, clock.start) if clock.start is not None else []
    if ends and sent > min(ends)[0]:
        final, clause = min(ends)
        return refuse("submitted-late", clause, FACILITY, day=sent.isoformat(), deadline=final.isoformat())
    if clock.due is None:
        return unchecked("submitted-late", "invoice_day", "clause", "invoice_day", day=sent.isoformat(), deadline="")
    if sent <= clock.due:
        return None
    return note("submitted-late", "invoice_day", day=sent.isoformat(), deadline=clock.due.isoformat())


def _ends(terms: Terms, start: date) -> list[tuple[date, str]]:
    """The last days on which a batch of the month before `start` is taken at all, each with its clause."""
    days, months = terms.clause("late_refused_after_days"), terms.clause("outright_rejection_months")
    ends = []
    if days != UNKNOWN:
        ends.append((start + timedelta(days=int(days) - 1), "late_refused_after_days"))
    if months != UNKNOWN:
        ends.append((add_months(start, int(months)) - timedelta(days=1), "outright_rejection_months"))
    return ends


def kind_allowed(terms: Terms, kind: str) -> Finding | None:
    """The finding when a batch beside the main one is not allowed, or nobody has said whether it is."""
    allowed = terms.clause("supplementary")
    if kind in ("main", "per-head") or allowed is True:
        return None
    if allowed == UNKNOWN:
        return unchecked("kind-not-allowed", "supplementary", "clause", "supplementary", kind=kind)
    return refuse("kind-not-allowed", "supplementary", FACILITY, kind=kind)


def regularised_late(terms: Terms, decided: date, sent: date) -> Finding | None:
    """The finding when what was refused for its form comes back later than the arrangement allows."""
    months = terms.clause("regularisation_months")
    if months == UNKNOWN:
        return unchecked(
            "regularised-late", "regularisation_months", "clause", "regularisation_months",
            day=sent.isoformat(), deadline="",
        )  # fmt: skip
    deadline = add_months(decided, int(months))
    if sent <= deadline:
        return None
    return refuse(
        "regularised-late", "regularisation_months", FACILITY, day=sent.isoformat(), deadline=deadline.isoformat()
    )


def endorsed(terms: Terms, hands: tuple[str, ...], by: Collection[str]) -> Finding | None:
    """The finding when the batch lacks the endorsement of a hand between facility and payer (see `hands`)."""
    if not hands and terms.clause("validator") == UNKNOWN:
        return unchecked("endorsement-missing", "validator", "clause", "validator", validator="")
    lacking = next((hand for hand in hands if hand not in by), None)
    if lacking is None:
        return None
    return unchecked("endorsement-missing", "validator", "fact", "endorsement", review=True, validator=lacking)


def _running(terms: Terms, step: Step, clause: str, start: date | None) -> Clock:
    days, unit = terms.clause(clause), unit_of(terms, clause)
    if days == UNKNOWN:
        return Clock(step, clause, start, missing=clause, unit=unit)
    due = None if start is None else later(terms, start, int(days), unit)
    return Clock(step, clause, start, due, unit=unit)
