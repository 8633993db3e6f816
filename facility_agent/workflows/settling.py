"""How far a batch has come with its money, on both sides: paid in part, paid, and reconciled when nothing is left."""

from __future__ import annotations

from facility_agent.audit.reconcile import reconcile
from facility_agent.invoicing.entries import Ledger
from facility_agent.invoicing.standing import PAYABLE, Announced, Standing, standing, steps
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.books import book_of
from facility_agent.workflows.site import Site


async def settle(site: Site, batch: Batch, by: str, book: Ledger | None = None) -> None:
    """Move a batch as far as its money has come. One that is still to be sealed waits for that."""
    entry, decision = await site.store.batch(batch.id), await site.store.decision(batch.id)
    if entry is None or entry.state not in PAYABLE:
        return
    if entry.state == "closed" and batch.payer in {party.party for party in await site.partners()}:
        return
    letters = reconcile(batch, decision, await site.store.remittances(batch.id))
    said = Announced(letters.paid, letters.open, letters.pending, letters.closed)
    for state in steps(entry.state, decision is not None, said, await _booked(site, batch, book)):
        await site.store.move_batch(batch.id, state, site.now(), by)


async def _booked(site: Site, batch: Batch, book: Ledger | None) -> Standing | None:
    """Where the money of the batch stands in our books; None where no money was ever booked."""
    if book is None:
        if not (await site.store.payment_counts())[4]:
            return None
        book = await book_of(site)
    return standing(book, batch)
