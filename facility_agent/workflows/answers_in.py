"""What the payer answers, taken in at the facility: the receipt, the decision line by line, the payment.

Every answer is kept once; one that does not fit the batch changes nothing.
"""

from __future__ import annotations

from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import Decision, Receipt, Remittance
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import Site


async def take_receipt(site: Site, receipt: Receipt, sender: str, by: str) -> None:
    """The payer has the batch whole. A receipt that comes after the decision is kept, and moves nothing back."""
    row = await _answered(site, receipt.batch, sender)
    batch = row.batch
    if (receipt.number, receipt.claims, receipt.due) != (batch.number, len(batch.items), batch.due):
        raise InputError("receipt-does-not-fit", batch=batch.number)
    await site.store.put_receipt(receipt, site.now())
    if row.state in ("sealed", "endorsed"):
        # It reached the payer through other hands, whose own word is still under way.
        await site.store.move_batch(batch.id, "sent", site.now(), by)
    if row.state in ("sealed", "endorsed", "sent", "received"):
        await site.store.move_batch(batch.id, "received", site.now(), by)


async def take_decision(site: Site, decision: Decision, sender: str, by: str) -> None:
    """The payer's answer, line by line; one that does not fit the batch changes nothing."""
    row = await _answered(site, decision.batch, sender)
    batch, left = row.batch, {item.claim: item for item in row.batch.items}
    for answer in decision.claims:
        # Each claim is answered once: a second answer finds nothing left.
        asked = left.pop(answer.claim, None)
        stated = sum(line.claimed for line in answer.lines)
        if asked is None or asked.due != stated or any(line.amount > line.claimed for line in answer.lines):
            claim = asked.number if asked else answer.claim
            raise InputError("decision-does-not-fit", batch=batch.number, claim=claim)
    for unanswered in left.values():
        raise InputError("decision-does-not-fit", batch=batch.number, claim=unanswered.number)
    if await site.store.decision(batch.id) == decision:
        return
    await site.store.put_decision(decision, site.now())
    if row.state in ("sealed", "endorsed"):
        await site.store.move_batch(batch.id, "sent", site.now(), by)
    await site.store.move_batch(batch.id, "decided", site.now(), by)
    await settle(site, batch, by)


async def take_remittance(site: Site, remittance: Remittance, sender: str, by: str) -> None:
    """A payment; when every accepted franc has come, the batch is paid, and reconciled when nothing else is left."""
    batch = (await _answered(site, remittance.batch, sender)).batch
    if sum(amount for _, amount in remittance.items) != remittance.amount:
        raise InputError("remittance-does-not-add-up", reference=remittance.reference)
    if await site.store.decision(batch.id) is None:
        raise InputError("remittance-before-decision", reference=remittance.reference)
    if remittance in await site.store.remittances(batch.id):
        return
    await site.store.put_remittance(remittance, site.now())
    await settle(site, batch, by)


async def _answered(site: Site, batch_id: str, sender: str) -> BatchEntry:
    """The batch that a letter answers; nobody but its payer may."""
    row = await site.store.batch(batch_id)
    if row is None:
        raise InputError("batch-unknown", batch=batch_id)
    if row.batch.payer != sender:
        raise InputError("answer-of-another", number=row.batch.number, payer=row.batch.payer, sender=sender)
    return row
