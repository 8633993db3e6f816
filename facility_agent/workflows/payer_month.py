"""A payer's month: every batch that was there, what was received, decided and paid in it, what is owed at its end.

A batch that was paid to the end before the month began is left out. What was decided or paid later is not known yet on
the month's last day, so that a statement made again says the same; only a further decision changes an earlier amount.
"""

from __future__ import annotations

from datetime import date

from facility_agent.documents.payer_statement import MonthRow, PayerMonth
from facility_agent.vocabulary.periods import month_period
from facility_agent.workflows import timing
from facility_agent.workflows.site import Site


async def month_of_payer(site: Site, month: str) -> PayerMonth:
    """The payer's statement of a month such as `2026-03`."""
    start, end = month_period(month).start, month_period(month).until
    assert end is not None
    names = await site.names()
    rows = []
    for entry in await site.store.batches():
        batch, known = entry.batch, await timing.timed(site, entry)
        received = known.done.get("submit", batch.closed_on)
        decision = await site.store.decision(batch.id)
        if decision is not None and decision.decided_on > end:
            decision = None
        paid = [one for one in await site.store.remittances(batch.id) if one.paid_on <= end]
        before = sum(one.amount for one in paid if one.paid_on < start)
        accepted = decision.amount if decision else None
        done = decision is not None and decision.decided_on < start and before >= decision.amount
        if received > end or done:
            continue
        due = {clock.step: clock.due for clock in known.clocks}
        decided = decision.decided_on if decision else None
        last_paid = max((one.paid_on for one in paid), default=None)
        rows.append(
            MonthRow(
                batch.number, names.get(batch.facility, batch.facility), batch.month, batch.currency, received,
                batch.due, decided, accepted, sum(one.amount for one in paid) - before, before, last_paid,
                late=_late(due["decision"], decided, end) or _late(due["payment"], last_paid if decided else end, end),
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (row.facility, row.care_month, row.number))
    return PayerMonth(site.config.name, month, start, end, tuple(rows), site.today(), site.config.invented)


def _late(due: date | None, done: date | None, end: date) -> bool:
    """Whether a step was, or still is, late at the end of the month; never where the contract leaves its days open."""
    return due is not None and (done or end) > due


async def months(site: Site) -> tuple[str, ...]:
    """The months that have a statement, the newest first: from the first batch to today."""
    found = {row.batch.month for row in await site.store.batches()}
    today = f"{site.today():%Y-%m}"
    return tuple(sorted({*found, today}, reverse=True))
