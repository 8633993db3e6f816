"""The hands between facility and payer: each receives batches, endorses them and sends them on, or returns one.

The core part goes on byte for byte, with the facility's seal and those of all hands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.exchange import seals
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.messages import BatchMessage, decode
from facility_agent.exchange.seals import Seal
from facility_agent.invoicing.hands import hands
from facility_agent.storage.store.endorsing import Passing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Endorsement
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import mail
from facility_agent.workflows.site import KEYS, Site


async def hands_of(site: Site, batch: Batch) -> tuple[str, ...]:
    """Who endorses this batch before it goes to its payer, in order; an empty text is a parent that nobody named."""
    day = last_day(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    return hands(terms(site.arrangement(day), agreement, batch.facility), agreement, batch.facility)


async def next_of(site: Site, batch: Batch) -> str:
    """To whom we send this batch: the first hand behind ours whose keys we know, else its payer.

    InputError `parent-missing` at the facility when its level bills through a parent and nobody named one.
    """
    every = await hands_of(site, batch)
    own = site.config.code
    if "" in every and own == batch.facility:
        raise InputError("parent-missing", facility=batch.facility)
    known = {party.party for party in await site.partners()}
    behind = every[every.index(own) + 1 :] if own in every else every
    return next((hand for hand in behind if hand in known), batch.payer)


def own_seal(site: Site, core: bytes, word: seals.Word) -> Seal:
    """Our seal on a core part."""
    return seals.made(core, site.config.code, word, site.today(), load_signing(site.folder / KEYS, "site-seal"))


async def verified(site: Site, core: bytes, part: bytes | None) -> tuple[Seal, ...]:
    """The seals that came with a batch; none where none came. InputError `seal-broken`."""
    parties = {party.party: party for party in await site.partners()}
    return seals.verified(part, core, parties) if part is not None else ()


async def endorsers(site: Site, batch_id: str) -> tuple[str, ...]:
    """Who endorsed a batch that we hold, in the order of their seals."""
    held = await site.store.passing(batch_id)
    if held is None:
        return ()
    return tuple(seal.party for seal in await verified(site, held.core, held.seals) if seal.word == "endorsed")


async def take(site: Site, message: BatchMessage, core: bytes, part: bytes | None, sender: str, by: str) -> None:
    """A batch comes to be endorsed, from its facility or from the hand before ours.

    InputError `batch-for-another-payer`, `batch-of-another-facility`, `seal-missing`, `seal-broken`.
    """
    batch = message.batch
    every, own = await hands_of(site, batch), site.config.code
    if own not in every:
        raise InputError("batch-for-another-payer", payer=batch.payer, number=batch.number)
    if sender not in (batch.facility, *every[: every.index(own)]):
        raise InputError("batch-of-another-facility", facility=batch.facility, sender=sender)
    found = await verified(site, core, part)
    needed = {(batch.facility, "closed")} | ({(sender, "endorsed")} if sender != batch.facility else set())
    lacking = needed - {(seal.party, seal.word) for seal in found}
    if lacking:
        raise InputError("seal-missing", number=batch.number, party=min(lacking)[0])
    kept = Passing(
        batch.id, batch.number, batch.facility, batch.payer, batch.month, "received", "", core, seals.packed(found)
    )
    await site.store.put_passing(kept, site.now(), by)


async def endorse(site: Site, batches: Sequence[str], by: str) -> tuple[str, ...]:
    """Our seal beside the others on some batches, all or none; each goes on, and its facility hears of it.

    Returns the names of the letters that go on. InputError `batch-unknown`, `endorsement-said`, `endorse-nothing`.
    """
    if not batches:
        raise InputError("endorse-nothing")
    async with site.store.transaction():
        sent = [await _endorsed(site, batch, by) for batch in dict.fromkeys(batches)]
    for names in sent:
        for name in names:
            await mail.lay_out(site, name)
    return tuple(on for on, _ in sent)


async def _endorsed(site: Site, batch_id: str, by: str) -> tuple[str, str]:
    """Inside a transaction: one batch endorsed; the names of the letter that goes on and of the one that tells."""
    held = await _waiting(site, batch_id)
    every = (*await verified(site, held.core, held.seals), own_seal(site, held.core, "endorsed"))
    message = message_of(held)
    done = msgspec.structs.replace(held, state="endorsed", reason="", seals=seals.packed(every))
    await site.store.put_passing(done, site.now(), by)
    to = await next_of(site, message.batch)
    on = await mail.send(site, to, "batch", message, f"batch-{held.number}", {seals.PART: done.seals})
    return on, await _tell(site, held, held.facility, "endorsed", "", by)


async def send_back(site: Site, batch_id: str, reason: str, by: str) -> None:
    """The batch goes back to the facility, with the reason; hands that endorsed it before hear of it too.

    InputError `reason-missing`.
    """
    if not reason.strip():
        raise InputError("reason-missing")
    held = await _waiting(site, batch_id)
    async with site.store.transaction():
        back = msgspec.structs.replace(held, state="returned", reason=reason.strip())
        await site.store.put_passing(back, site.now(), by)
        to = (held.facility, *await endorsers(site, batch_id))
        names = [await _tell(site, held, party, "returned", reason.strip(), by) for party in to]
    for name in names:
        await mail.lay_out(site, name)


async def take_answer(site: Site, message: Endorsement, sender: str, by: str) -> None:
    """A batch was endorsed and sent on, or comes back with a reason: at the facility, or at an earlier hand."""
    entry, held = await site.store.batch(message.batch), await site.store.passing(message.batch)
    batch = entry.batch if entry is not None else message_of(held).batch if held is not None else None
    if batch is None:
        raise InputError("batch-unknown", batch=message.batch)
    every = await hands_of(site, batch)
    if sender not in every:
        raise InputError("answer-of-another", number=batch.number, payer=", ".join(every), sender=sender)
    if entry is None and held is not None:
        if message.word == "returned":
            back = msgspec.structs.replace(held, state="returned", reason=message.reason)
            await site.store.put_passing(back, site.now(), by)
        return
    if entry is None or entry.state not in ("sealed", "endorsed"):
        # The payer's answer came first: the batch is further than this letter knows.
        return
    if message.word == "returned":
        await site.store.move_batch(message.batch, "sealed", site.now(), by, message.reason)
        return
    if entry.state == "sealed":
        await site.store.move_batch(message.batch, "endorsed", site.now(), by)
    if sender == every[-1]:
        await site.store.move_batch(message.batch, "sent", site.now(), by)


def message_of(held: Passing) -> BatchMessage:
    """What the core part of a batch on its way says."""
    message = decode("batch", held.core)
    assert isinstance(message, BatchMessage)
    return message


async def _waiting(site: Site, batch_id: str) -> Passing:
    held = await site.store.passing(batch_id)
    if held is None:
        raise InputError("batch-unknown", batch=batch_id)
    if held.state != "received":
        raise InputError("endorsement-said", number=held.number)
    return held


async def _tell(site: Site, held: Passing, to: str, word: str, reason: str, by: str) -> str:
    said = Endorsement(held.batch, held.number, word, reason, site.today(), by)  # type: ignore[arg-type]
    return await mail.send(site, to, "endorsement", said, f"endorsement-{held.number}")
