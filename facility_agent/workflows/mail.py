"""Letters between the two sides: sealed with their number, kept in the database, and laid in the outbox.

The sealed bytes are part of the transaction that makes the letter; the file is written from them, again if need be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from facility_agent.exchange import envelope
from facility_agent.exchange.envelope import Header, Kind, Opened
from facility_agent.exchange.keys import load_opening, load_signing
from facility_agent.exchange.messages import Message, encode
from facility_agent.storage.files import write_whole
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.settlement import Batch, Decision, Remittance
from facility_agent.workflows.site import KEYS, OUTBOX, Site


async def send(
    site: Site, recipient: str, kind: Kind, message: Message, name: str, parts: Mapping[str, bytes] | None = None
) -> str:
    """Seal a message to a party and keep it; returns the name of its file. `lay_out` writes the file afterwards.

    A second letter of the same name carries its number too: no letter stands in the way of another one's file.
    """
    keys = await site.partner(recipient)
    async with site.store.transaction():
        sequence = await site.store.next_sequence(site.config.code, recipient)
        if await site.store.sealed(f"{name}.fae") is not None:
            name = f"{name}-{sequence}"
        header = Header(site.new_id(), kind, site.config.code, recipient, sequence, site.today())
        sealed = envelope.seal(
            header,
            {envelope.CORE: encode(message), **(parts or {})},
            load_signing(site.folder / KEYS, "site-seal"),
            bytes.fromhex(keys.current("site-open").public),
            site.randomness,
        )
        await site.store.note_sent(header, digest(sealed), f"{name}.fae", sealed, site.now())
    return f"{name}.fae"


async def answer(site: Site, batch: Batch, kind: Kind, message: Decision | Remittance) -> str:
    """The letter to the facility; none for a batch that came on paper, or from a system whose facility has no keys."""
    partners = {party.party for party in await site.partners()}
    if batch.facility not in partners or batch.id in await site.store.paper_batches():
        return ""
    return await send(site, batch.facility, kind, message, f"{kind}-{batch.number}")


async def lay_out(site: Site, name: str) -> Path:
    """The file of a letter in the outbox, written anew when it is not there; InputError `letter-unknown`."""
    sealed = await site.store.sealed(name)
    if sealed is None:
        raise InputError("letter-unknown", name=name)
    path = site.folder / OUTBOX / name
    if not path.is_file() or path.read_bytes() != sealed:
        write_whole(path, sealed)
    return path


async def open_letter(site: Site, data: bytes) -> Opened:
    """The letter inside an envelope; InputError says why it cannot be opened. Nothing is written down."""
    senders = {party.party: party for party in await site.partners()}
    return envelope.open_envelope(data, load_opening(site.folder / KEYS), senders)
