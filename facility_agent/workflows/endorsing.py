"""The hand between facility and payer: it receives a batch, endorses it and sends it on, or returns it with a reason.

The core part goes on byte for byte, with the facility's seal and the validator's own beside it.
"""

from __future__ import annotations

from facility_agent.arrangements.terms import terms
from facility_agent.exchange import seals
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.messages import BatchMessage, decode
from facility_agent.exchange.seals import Seal
from facility_agent.storage.store.endorsing import Passing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.month import Endorsement
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import mail
from facility_agent.workflows.site import KEYS, Site


async def validator_of(site: Site, batch: Batch) -> str:
    """Who endorses this batch before it goes to its payer, as the arrangement or its annex says; nobody: empty."""
    day = last_day(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    named = terms(site.arrangement(day), agreement, batch.facility).clause("validator")
    return "" if named == UNKNOWN else str(named)


def own_seal(site: Site, core: bytes, word: seals.Word) -> Seal:
    """Our seal on a core part."""
    return seals.made(core, site.config.code, word, site.today(), load_signing(site.folder / KEYS, "site-seal"))


async def verified(site: Site, core: bytes, part: bytes | None) -> tuple[Seal, ...]:
    """The seals that came with a batch; none where none came. InputError `seal-broken`."""
    parties = {party.party: party for party in await site.partners()}
    return seals.verified(part, core, parties) if part is not None else ()


async def by_whom(site: Site, batch_id: str) -> str:
    """Who endorsed a batch that we hold; nobody: empty."""
    held = await site.store.passing(batch_id)
    if held is None:
        return ""
    found = await verified(site, held.core, held.seals)
    return next((seal.party for seal in found if seal.word == "endorsed"), "")


async def take(site: Site, message: BatchMessage, core: bytes, part: bytes | None, sender: str, by: str) -> None:
    """A batch comes to be endorsed.

    InputError `batch-for-another-payer`, `batch-of-another-facility`, `seal-missing`, `seal-broken`.
    """
    batch = message.batch
    if await validator_of(site, batch) != site.config.code:
        raise InputError("batch-for-another-payer", payer=batch.payer, number=batch.number)
    if batch.facility != sender:
        raise InputError("batch-of-another-facility", facility=batch.facility, sender=sender)
    found = await verified(site, core, part)
    if (sender, "closed") not in {(seal.party, seal.word) for seal in found}:
        raise InputError("seal-missing", number=batch.number, party=sender)
    kept = Passing(
        batch.id, batch.number, batch.facility, batch.payer, batch.month, "received", "", core, seals.packed(found)
    )
    await site.store.put_passing(kept, site.now(), by)


async def endorse(site: Site, batch_id: str, by: str) -> None:
    """Our seal beside the facility's; the batch goes on to its payer, and the facility hears of it."""
    held = await _waiting(site, batch_id)
    parties = {party.party: party for party in await site.partners()}
    every = (*seals.verified(held.seals, held.core, parties), own_seal(site, held.core, "endorsed"))
    message = decode("batch", held.core)
    assert isinstance(message, BatchMessage)
    async with site.store.transaction():
        done = Passing(
            held.batch, held.number, held.facility, held.payer, held.month, "endorsed", "", held.core,
            seals.packed(every),
        )  # fmt: skip
        await site.store.put_passing(done, site.now(), by)
        on = await mail.send(
            site, held.payer, "batch", message, f"batch-{held.number}", {seals.PART: seals.packed(every)}
        )
        told = await _tell(site, held, "endorsed", "", by)
    for name in (on, told):
        await mail.lay_out(site, name)


async def send_back(site: Site, batch_id: str, reason: str, by: str) -> None:
    """The batch goes back to the facility, with the reason. InputError `reason-missing`."""
    if not reason.strip():
        raise InputError("reason-missing")
    held = await _waiting(site, batch_id)
    async with site.store.transaction():
        back = Passing(
            held.batch, held.number, held.facility, held.payer, held.month, "returned", reason.strip(), held.core,
            held.seals,
        )  # fmt: skip
        await site.store.put_passing(back, site.now(), by)
        name = await _tell(site, held, "returned", reason.strip(), by)
    await mail.lay_out(site, name)


async def take_answer(site: Site, message: Endorsement, sender: str, by: str) -> None:
    """At the facility: the batch was endorsed and sent on, or comes back with a reason, to be sent again."""
    entry = await site.store.batch(message.batch)
    if entry is None:
        raise InputError("batch-unknown", batch=message.batch)
    if await validator_of(site, entry.batch) != sender:
        raise InputError(
            "answer-of-another", number=entry.batch.number, payer=await validator_of(site, entry.batch), sender=sender
        )
    if entry.state != "sealed":
        # The payer's answer came first: the batch is further than this letter knows.
        return
    if message.word == "returned":
        await site.store.move_batch(message.batch, "sealed", site.now(), by, message.reason)
        return
    for state in ("endorsed", "sent"):
        await site.store.move_batch(message.batch, state, site.now(), by)


async def _waiting(site: Site, batch_id: str) -> Passing:
    held = await site.store.passing(batch_id)
    if held is None:
        raise InputError("batch-unknown", batch=batch_id)
    if held.state != "received":
        raise InputError("endorsement-said", number=held.number)
    return held


async def _tell(site: Site, held: Passing, word: str, reason: str, by: str) -> str:
    said = Endorsement(held.batch, held.number, word, reason, site.today(), by)  # type: ignore[arg-type]
    return await mail.send(site, held.facility, "endorsement", said, f"endorsement-{held.number}")
