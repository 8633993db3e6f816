"""The clocks of the batches on either side: what is due next and by when, what is late, and how old what is owed is."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.audit.reconcile import reconcile
from facility_agent.invoicing.ageing import Age, Owed, Penalty, Silence, ageing, penalty, silence
from facility_agent.invoicing.clocks import Clock, clocks
from facility_agent.invoicing.dues import Kept, commitments
from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site


class Timed(msgspec.Struct, frozen=True):
    """A batch with its clocks, what lateness adds, what silence means, what is open, and which promises were kept.

    `done` holds the steps that were taken, with their day.
    """

    batch: Batch
    state: str
    clocks: tuple[Clock, ...]
    done: dict[str, date]
    open: int
    penalty: Penalty
    silence: Silence
    promises: tuple[Kept, ...] = ()

    def late(self, today: date) -> tuple[Clock, ...]:
        """The clocks that have run out although their step was not taken; contesting is a right, and never late."""
        return tuple(
            clock
            for clock in self.clocks
            if clock.step not in self.done and clock.step != "contest" and clock.due is not None and clock.due < today
        )


class Entry(msgspec.Struct, frozen=True):
    """A day of the calendar: what falls due on it, for which batch."""

    day: date
    clock: Clock
    batch: Batch
    late: bool


async def timed(site: Site, entry: BatchEntry) -> Timed:
    """The clocks of one batch as of today."""
    batch = entry.batch
    known, done = await _terms(site, batch), await _done(site, batch)
    decision = await site.store.decision(batch.id)
    money = reconcile(batch, decision, await site.store.remittances(batch.id))
    # The payer's delay to pay runs from its decision; before it nothing is accepted yet.
    running = clocks(
        known, batch.month, sent=done.get("submit"), received=done.get("receipt"), decided=done.get("decision"),
        payable_from=done.get("decision"),
    )  # fmt: skip
    due = {clock.step: clock.due for clock in running}
    today = site.today()
    left = money.open if decision is not None else 0
    return Timed(
        batch, entry.state, running, done, left, penalty(known, left, due["payment"], today),
        silence(known, due["decision"], decision is not None, today), commitments(known, running, done, today),
    )  # fmt: skip


async def every(site: Site) -> tuple[Timed, ...]:
    """All batches that are not reconciled, the oldest first."""
    return tuple([await timed(site, row) for row in await site.store.batches() if row.state != "reconciled"])


def calendar(batches: tuple[Timed, ...], today: date) -> tuple[Entry, ...]:
    """What falls due and was not done, day by day; the payers' delays as well as ours."""
    found = [
        Entry(clock.due, clock, entry.batch, clock in entry.late(today))
        for entry in batches
        for clock in entry.clocks
        if clock.due is not None and clock.step not in entry.done and (clock.step != "contest" or clock.due >= today)
    ]
    return tuple(sorted(found, key=lambda entry: (entry.day, entry.batch.number)))


def unchecked(batches: tuple[Timed, ...]) -> tuple[str, ...]:
    """The clauses that are open, so that no day can be named."""
    return tuple(sorted({clock.missing for entry in batches for clock in entry.clocks if clock.missing}))


def ages(batches: tuple[Timed, ...], today: date) -> dict[str, tuple[Age, ...]]:
    """What is accepted and not paid, by currency and class of age."""
    owed: dict[str, list[Owed]] = {}
    for entry in batches:
        if entry.open:
            payment = next(clock for clock in entry.clocks if clock.step == "payment")
            since = payment.due or entry.done.get("decision") or entry.batch.closed_on
            batch = entry.batch
            debt = Owed(batch.number, batch.payer, entry.open, batch.currency, since, payment.due is not None)
            owed.setdefault(batch.currency, []).append(debt)
    return {currency: ageing(debts, today) for currency, debts in sorted(owed.items())}


async def _done(site: Site, batch: Batch) -> dict[str, date]:
    """The day of each step that was taken, from what was written down."""
    first: dict[str, datetime] = {}
    for event in await site.store.batch_events(batch.id):
        first.setdefault(event.state, event.at)
    days = {state: at.astimezone(site.zone).date() for state, at in first.items()}
    # At the payer a batch begins with its arrival.
    sent = days.get("sent") or days.get("received")
    found = {"submit": sent} if sent is not None else {}
    receipt, decision = await site.store.receipt(batch.id), await site.store.decision(batch.id)
    if receipt is not None:
        found["receipt"] = receipt.received_on
    if decision is not None:
        found["decision"] = decision.decided_on
    if "paid" in days:
        paid = [entry.paid_on for entry in await site.store.remittances(batch.id)]
        found["payment"] = max(paid, default=days["paid"])
    return found


async def _terms(site: Site, batch: Batch) -> Terms:
    day = last_day(batch.month)
    return terms(site.arrangement(day), await site.agreement(batch.facility, batch.payer, day), batch.facility)
