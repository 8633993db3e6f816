"""What arrives: one door for every sealed file, by hand or over HTTP, as often as it likes; it counts once."""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange.messages import BatchMessage, Register, Revocations, decode
from facility_agent.exchange.parties import PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteeFile
from facility_agent.vocabulary.settlement import Decision, Receipt, Remittance
from facility_agent.workflows import audit_desk, contracting, guarantees, keyring, mail, membership, month_end, stays
from facility_agent.workflows.site import Site

#: What each role takes in; the rest is somebody else's business.
KINDS = {
    "facility": ("register", "revocations", "agreement", "receipt", "decision", "remittance", "keys", "guarantee"),
    "mutual": ("agreement", "batch", "keys", "guarantee", "notice"),
    "centre": ("agreement", "batch", "keys", "guarantee", "notice"),
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


async def receive(site: Site, data: bytes, by: str, name: str = "") -> Received:
    """Open, verify and keep a sealed file, all or nothing; InputError says why it cannot be used."""
    opened = await mail.open_letter(site, data)
    header = opened.header
    if header.kind not in KINDS[site.config.role]:
        raise InputError("envelope-kind-not-ours", kind=header.kind, role=site.config.role)
    message = decode(header.kind, opened.parts["core"])
    async with site.store.transaction():
        new = await site.store.receive_once(header, opened.digest, name or f"{header.kind}-{header.id}.fae", site.now())
        about = await _take(site, message, header.sender, opened.digest, by) if new else _about(message)
    reply = f"receipt-{message.batch.number}.fae" if isinstance(message, BatchMessage) else ""
    if reply:
        await mail.lay_out(site, reply)
    return Received(header.kind, not new, header.sender, about, await site.store.gaps(header.sender), reply)


async def _take(site: Site, message: object, sender: str, digest: str, by: str) -> str:
    match message:
        case Register():
            await membership.take_register(site, message, sender)
        case Revocations():
            await membership.take_revocations(site, message, sender)
        case PublicKeys():
            await keyring.take_keys(site, message, sender)
        case Agreement():
            await contracting.take(site, message, sender)
        case BatchMessage():
            await audit_desk.take_batch(site, message, sender, digest, by)
        case Receipt():
            await month_end.take_receipt(site, message, sender, by)
        case Decision():
            await month_end.take_decision(site, message, sender, by)
        case Remittance():
            await month_end.take_remittance(site, message, sender, by)
        case GuaranteeFile():
            await guarantees.take(site, message, sender)
        case DeathNotice():
            await stays.take_notice(site, message, sender)
    return _about(message)


def _about(message: object) -> str:
    """The batch, register or agreement that a message is about."""
    match message:
        case BatchMessage():
            return message.batch.id
        case Receipt() | Decision() | Remittance():
            return message.batch
        case Register() | Revocations():
            return message.payer
        case PublicKeys():
            return message.party
        case Agreement() | GuaranteeFile():
            return message.id
        case DeathNotice():
            return message.member
    return ""
