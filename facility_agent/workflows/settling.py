"""How far a batch has come with its money, on both sides: paid in part, paid, and reconciled when nothing is left."""

from __future__ import annotations

from facility_agent.audit.reconcile import reconcile
from facility_agent.invoicing.entries import Ledger
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.books import Standing, book_of, standing
from facility_agent.workflows.site import Site

#: Behind these states the money of a batch may move it.
_PAYABLE = ("closed", "sent", "received", "decided", "paid in part", "paid")


async def settle(site: Site, batch: Batch, by: str, book: Ledger | None = None) -> None:
    """Move a batch as far as its money has come: what the payer announced, or what is booked here, whichever is more.

    A batch of which nothing is accepted is reconciled at once; one with lines that wait for a paper is not. One that is
    still to be sealed waits for that.
    """
    entry, decision = await site.store.batch(batch.id), await site.store.decision(batch.id)
    if entry is None or entry.state not in _PAYABLE:
        return
    if entry.state == "closed" and batch.payer in {party.party for party in await site.partners()}:
        return
    said = reconcile(batch, decision, await site.store.remittances(batch.id))
    booked = await _booked(site, batch, book)
    paid, left, pending, closed = said.paid, said.open, said.pending, said.closed
    if booked is not None:
        paid = max(paid, booked.paid + booked.written_off)
        left = min(left, booked.owed) if decision is not None else booked.open
        pending = min(pending, booked.pending)
        closed = closed or booked.open == 0
    elif decision is None:
        return
    if left or (pending and not paid):
        if paid:
            await site.store.move_batch(batch.id, "paid in part", site.now(), by)
        return
    if entry.state != "paid":
        await site.store.move_batch(batch.id, "paid", site.now(), by)
    if closed:
        await site.store.move_batch(batch.id, "reconciled", site.now(), by)


async def _booked(site: Site, batch: Batch, book: Ledger | None) -> Standing | None:
    """Where the money of the batch stands in our books; None where no money was ever booked."""
    if book is None:
        if not (await site.store.payment_counts())[4]:
            return None
        book = await book_of(site)
    return standing(book, batch)
