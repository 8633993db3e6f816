"""The clocks of a month: by when it is submitted, acknowledged, decided, paid, and until when it can be contested.

Every delay is a clause of the arrangement or of its annex, counted in calendar days. A clause that the contract
leaves open gives a clock that names it (`missing`): it is unchecked, and never counted as kept.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.periods import add_months, month_period
from facility_agent.vocabulary.records import Record

Step = Literal["submit", "receipt", "decision", "payment", "contest"]


class Clock(Record, frozen=True):
    """One delay: the clause, the day from which it runs and the last day. `due` None: not yet running, or unchecked."""

    step: Step
    clause: str
    start: date | None = None
    due: date | None = None
    missing: str = ""

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
) -> tuple[Clock, ...]:
    """The five clocks of a batch, in order. A clock whose start has not come yet has no due day.

    The receipt runs from the sending, the decision from the receipt, the contest from the decision. Arrangements
    differ on where the payment starts (complete file received, or amounts accepted): `payable_from` says it.
    """
    return (
        submit_clock(terms, month),
        _running(terms, "receipt", "receipt_days", sent),
        _running(terms, "decision", "decision_days", received),
        _running(terms, "payment", "payment_days", payable_from),
        _running(terms, "contest", "contest_days", decided),
    )


def submit_clock(terms: Terms, month: str) -> Clock:
    """By which day of the next month the batch is to be sent; a shorter month ends on its last day."""
    last = month_period(month).until or date.max
    start, day = last + timedelta(days=1), terms.clause("invoice_day")
    if day == UNKNOWN:
        return Clock("submit", "invoice_day", start, missing="invoice_day")
    following = add_months(start, 1) - timedelta(days=1)
    return Clock("submit", "invoice_day", start, min(start + timedelta(days=int(day) - 1), following))


def submitted_late(terms: Terms, month: str, sent: date) -> Finding | None:
    """The finding when a batch was sent after its day, refused once it is older than the arrangement allows.

    The age of a batch is counted from the last day of its month.
    """
    clock = submit_clock(terms, month)
    limit = terms.clause("late_refused_after_days")
    if limit != UNKNOWN and clock.start is not None:
        final = clock.start + timedelta(days=int(limit) - 1)
        if sent > final:
            return refuse(
                "submitted-late", "late_refused_after_days", FACILITY, day=sent.isoformat(), deadline=final.isoformat()
            )
    if clock.due is None:
        return unchecked("submitted-late", "invoice_day", "clause", "invoice_day", day=sent.isoformat(), deadline="")
    if sent <= clock.due:
        return None
    return note("submitted-late", "invoice_day", day=sent.isoformat(), deadline=clock.due.isoformat())


def _running(terms: Terms, step: Step, clause: str, start: date | None) -> Clock:
    days = terms.clause(clause)
    if days == UNKNOWN:
        return Clock(step, clause, start, missing=clause)
    return Clock(step, clause, start, None if start is None else start + timedelta(days=int(days)))
