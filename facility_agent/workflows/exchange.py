"""What arrives: one door for every sealed file, by hand or over HTTP, as often as it likes; it counts once."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange import envelope
from facility_agent.exchange.envelope import Opened
from facility_agent.exchange.messages import BatchMessage, Register, Revocations, decode
from facility_agent.exchange.packs import MAGIC, MAX_BYTES, Pack, SignedPack, decode_pack, is_pack
from facility_agent.exchange.parties import PublicKeys
from facility_agent.exchange.seals import PART
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteeFile
from facility_agent.vocabulary.month import Contest, Endorsement
from facility_agent.vocabulary.settlement import Decision, Receipt, Remittance
from facility_agent.workflows import (
    answers_in,
    arriving,
    contesting,
    contracting,
    endorsing,
    guarantees,
    head_count,
    keyring,
    mail,
    membership,
    packs,
    stays,
    taking,
)  # fmt: skip
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import Site

#: What each role takes in; the rest is somebody else's business.
KINDS = {
    "facility": (
        "register",
        "revocations",
        "agreement",
        "arrangements",
        "receipt",
        "decision",
        "remittance",
        "keys",
        "guarantee",
        "endorsement",
        "batch",
        "count",
    ),
    "mutual": ("agreement", "arrangements", "batch", "keys", "guarantee", "notice", "contest", "endorsement", "count"),
    "centre": ("agreement", "arrangements", "batch", "keys", "guarantee", "notice", "contest", "endorsement", "count"),
}


class Received(msgspec.Struct, frozen=True):
    """What arrived: its kind, whether it had arrived before, what it is about, and which numbers are missing.

    `reply` names the letter in the outbox that answers it.
    """

    kind: str
    again: bool
    sender: str
    about: str
    gaps: tuple[int, ...] = ()
    reply: str = ""


async def receive(
    site: Site, data: bytes | Path, by: str, name: str = "", progress: Progress = unheard, past: bool = False
) -> Received:
    """Open, verify and keep a sealed file or a plain pack, all or nothing; InputError says why it cannot be used.

    A register may be larger than memory: give the path of its file, and `progress` hears how far it is. `past` lets a
    pack of arrangements reach back to days whose claims are decided; they keep their answer.
    """
    with io.BytesIO(data) if isinstance(data, bytes) else open(data, "rb") as stream:
        plain = is_pack(stream.read(len(MAGIC)))
        stream.seek(0)
        if plain:
            return await _receive_pack(site, decode_pack(stream.read(MAX_BYTES + 1)), by, past)
        opened = await mail.open_letter(site, envelope.read_envelope(stream))
        header = opened.header
        if header.kind not in KINDS[site.config.role]:
            raise InputError("envelope-kind-not-ours", kind=header.kind, role=site.config.role)
        message = decode(header.kind, opened.parts["core"])
        if isinstance(message, Register) and not await site.store.knows_letter(header.sender, header.id):
            await arriving.take(site, opened, message, stream, name or f"register-{header.id}.fae", progress)
            return Received(header.kind, False, header.sender, message.payer, await site.store.gaps(header.sender))
        if not isinstance(message, Register) and stream.read(1):
            raise InputError("envelope-altered")
    pack = await packs.examine(site, message, past) if isinstance(message, SignedPack) else None
    async with site.store.transaction():
        new = await site.store.receive_once(header, opened.digest, name or f"{header.kind}-{header.id}.fae", site.now())
        about = _about(message)
        if new and isinstance(message, SignedPack) and pack is not None:
            await packs.take(site, message, pack, by)
        elif new and isinstance(message, Agreement):
            await contracting.take(site, message, header.sender, opened.parts)
        elif new:
            await _take(site, message, header.sender, opened, by)
    if new and isinstance(message, Contest):
        contesting.keep_papers(site, message, opened.parts)
    if pack is not None:
        await packs.lay_out(site)
        about = _versions(pack)
    ours = isinstance(message, BatchMessage) and message.batch.payer == site.config.code
    reply = f"receipt-{message.batch.number}.fae" if isinstance(message, BatchMessage) and ours else ""
    if reply:
        await mail.lay_out(site, reply)
    return Received(header.kind, not new, header.sender, about, await site.store.gaps(header.sender), reply)


async def _receive_pack(site: Site, signed: SignedPack, by: str, past: bool) -> Received:
    """A plain pack: nothing says who carried it, its signature says whose it is."""
    pack = await packs.examine(site, signed, past)
    async with site.store.transaction():
        new = await packs.take(site, signed, pack, by)
    await packs.lay_out(site)
    return Received("arrangements", not new, pack.authority, _versions(pack))


def _versions(pack: Pack) -> str:
    return ", ".join(pack.versions)


async def _take(site: Site, message: object, sender: str, opened: Opened, by: str) -> None:
    match message:
        case Revocations():
            await membership.take_revocations(site, message, sender)
        case PublicKeys():
            await keyring.take_keys(site, message, sender)
        case BatchMessage() if await _passes_on(site, message):
            await endorsing.take(site, message, opened.parts["core"], opened.parts.get(PART), sender, by)
        case BatchMessage():
            await taking.take_batch(site, message, sender, opened.digest, by, opened.parts)
        case Endorsement():
            await endorsing.take_answer(site, message, sender, by)
        case Receipt():
            await answers_in.take_receipt(site, message, sender, by)
        case Decision():
            await answers_in.take_decision(site, message, sender, by)
        case Remittance():
            await answers_in.take_remittance(site, message, sender, by)
        case GuaranteeFile():
            await guarantees.take(site, message, sender)
        case Contest():
            await contesting.take(site, message, sender)
        case HeadCount():
            await head_count.take(site, message, sender)
        case DeathNotice():
            await stays.take_notice(site, message, sender)


async def _passes_on(site: Site, message: BatchMessage) -> bool:
    """Whether a batch is not for us to pay, but to endorse."""
    own = site.config.code
    return message.batch.payer != own and own in await endorsing.hands_of(site, message.batch)


def _about(message: object) -> str:
    """The batch, register or agreement that a message is about."""
    match message:
        case BatchMessage():
            return message.batch.id
        case Receipt() | Decision() | Remittance() | Contest() | Endorsement():
            return message.batch
        case Register() | Revocations() | HeadCount():
            return message.payer
        case PublicKeys():
            return message.party
        case Agreement() | GuaranteeFile():
            return message.id
        case DeathNotice():
            return message.member
    return ""
