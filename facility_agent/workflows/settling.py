"""How far a decided batch has come, on both sides alike: paid in part, paid, and reconciled when nothing is left."""

from __future__ import annotations

from facility_agent.audit.reconcile import reconcile
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site


async def settle(site: Site, batch: Batch, by: str) -> None:
    """Move a decided batch as far as its money has come.

    A batch of which nothing is accepted is reconciled at once; one with lines that wait for a paper is not.
    """
    money = reconcile(batch, await site.store.decision(batch.id), await site.store.remittances(batch.id))
    if money.open or (money.pending and not money.paid):
        if money.paid:
            await site.store.move_batch(batch.id, "paid in part", site.now(), by)
        return
    await site.store.move_batch(batch.id, "paid", site.now(), by)
    if money.closed:
        await site.store.move_batch(batch.id, "reconciled", site.now(), by)
