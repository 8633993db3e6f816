"""A batch comes in at the payer: whole, ours, adding up, and once; what is wrong with it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from facility_agent.arrangements.terms import terms
from facility_agent.exchange.envelope import CORE
from facility_agent.exchange.messages import BatchMessage
from facility_agent.exchange.seals import PART
from facility_agent.invoicing.batch import faults
from facility_agent.invoicing.per_head import mismatched
from facility_agent.storage.store.endorsing import Passing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import MonthNote
from facility_agent.vocabulary.periods import last_day, month_period
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, Receipt
from facility_agent.workflows import endorsing, mail
from facility_agent.workflows.site import Site


async def take_batch(
    site: Site, message: BatchMessage, sender: str, envelope: str, by: str, parts: Mapping[str, bytes] | None = None
) -> Receipt:
    """Keep a batch and its claims; one that is not the sender's, not ours, or does not add up changes nothing.

    Who endorses batches may send another's, with that facility's seal beside its own.
    """
    batch = message.batch
    if batch.payer != site.config.code:
        raise InputError("batch-for-another-payer", payer=batch.payer, number=batch.number)
    core, part = (parts or {}).get(CORE, b""), (parts or {}).get(PART)
    hands = {(seal.party, seal.word) for seal in await endorsing.verified(site, core, part)}
    through = {(batch.facility, "closed"), (sender, "endorsed")} <= hands
    if batch.facility != sender and not (through and sender in await endorsing.hands_of(site, batch)):
        raise InputError("batch-of-another-facility", facility=batch.facility, sender=sender)
    _well_formed(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, last_day(batch.month))
    if agreement is None or agreement.party(batch.payer) is None:
        raise InputError("agreement-missing", payer=batch.facility, day=last_day(batch.month).isoformat())
    wrong = faults(batch, message.claims)
    if wrong:
        raise InputError(
            "batch-inconsistent", month=batch.month, reasons=", ".join(f"{x.code} {x.claim}" for x in wrong[:5])
        )
    await _check_claims(site, batch, message.claims)
    if mismatched(batch, message.claims, message.count):
        raise InputError("batch-inconsistent", month=batch.month, reasons="count")
    inside = {item.claim for item in batch.items}
    if any(entry.claim not in inside or not entry.reason.strip() for entry in message.justified):
        raise InputError("batch-inconsistent", month=batch.month, reasons="justified")
    known = terms(site.arrangement(last_day(batch.month)), agreement, batch.facility)
    families = {act.code: act.family for act in known.acts.values()}
    for claim in message.claims:
        await site.store.mint(claim, families, site.now(), by, "received")
    await site.store.put_batch(batch, "received", site.now(), by)
    if message.count is not None:
        await site.store.put_batch_count(batch.id, message.count)
    said = [
        MonthNote(entry.claim, batch.payer, batch.scheme, "justified", batch.month, entry.reason)
        for entry in message.justified
    ]
    await site.store.put_month_notes(said, site.now(), sender)
    receipt = Receipt(batch.id, batch.number, site.today(), len(batch.items), batch.due, envelope)
    await site.store.put_receipt(receipt, site.now())
    if part is not None:
        state = "endorsed" if batch.facility != sender else "received"
        kept = Passing(
            batch.id, batch.number, batch.facility, batch.payer, batch.month, state, "", core, part
        )  # fmt: skip
        await site.store.put_passing(kept, site.now(), by)
    await mail.send(site, batch.facility, "receipt", receipt, f"receipt-{batch.number}")
    return receipt


async def _check_claims(site: Site, batch: Batch, claims: tuple[Claim, ...]) -> None:
    """A claim answers each of its lines once, names who pays, and replaces nothing of another facility.

    What its amounts come to is for the audit to say.
    """
    for claim in claims:
        given = [line.id for line in claim.visit.lines]
        answered = [line.id for line in claim.adjudication.lines]
        shares = [(line.id, share) for line in claim.adjudication.lines for share in line.shares]
        payers = {(line, share.payer, share.scheme) for line, share in shares if share.amount}
        if sorted(given) != sorted(answered) or len(set(given)) != len(given) or len(payers) != len(shares):
            raise InputError("claim-malformed", claim=claim.number)
        replaced = await site.store.claim(claim.replaces) if claim.replaces else None
        if replaced is not None and replaced.visit.facility != batch.facility:
            raise InputError("claim-replaces-foreign", claim=claim.number)


def _well_formed(month: str) -> None:
    try:
        month_period(month)
    except ValueError:
        raise InputError("month-malformed", month=month) from None
