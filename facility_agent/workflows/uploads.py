"""A letter on its way over HTTP, kept as far as it came: whoever was interrupted asks how far, and goes on from there.

It lies in the inbox under its digest until its last byte is here; then it goes through the one door for everything that
arrives. A disk that is full keeps what was there before, and says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec

from facility_agent.exchange import envelope
from facility_agent.exchange.announcements import Announced, announce, read_announcement
from facility_agent.exchange.keys import load_signing
from facility_agent.storage.files import write_whole
from facility_agent.storage.room import needing_room
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.workflows import exchange
from facility_agent.workflows.carrying import PATIENCE, rest_of, told
from facility_agent.workflows.exchange import Received
from facility_agent.workflows.growing import Deposit, begun, grow, place_of
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import KEYS, Site

#: A letter that is not here whole, and what was announced of it.
_SUFFIX, _ASK = ".letter", ".ask"


async def begin(site: Site, data: bytes) -> Deposit:
    """Somebody known announces a letter: where to bring it, and how much of it is here."""
    senders = {party.party: party for party in await site.partners()}
    found = read_announcement(data, site.config.code, senders)
    id = found.digest[:32]
    path = place_of(site, id, _SUFFIX)
    with needing_room():
        write_whole(path.with_suffix(_ASK), canonical(found))
        path.touch()
    return Deposit(id, path.stat().st_size, found.size)


async def go_on(site: Site, id: str, offset: int, chunks: AsyncIterator[bytes]) -> int:
    """Write down what comes from `offset` on; returns how much is here now.

    InputError `deposit-unknown`, `deposit-offset`, `disk-full`.
    """
    return await grow(begun(site, id, _SUFFIX), offset, _asked(site, id).size, chunks)


async def finish(site: Site, id: str, by: str) -> Received:
    """Take the letter in once it is whole; its file goes once it counts, or when it never can.

    InputError `letter-incomplete` with how far it is, `envelope-altered`, and what receiving may raise.
    """
    path, asked = begun(site, id, _SUFFIX), _asked(site, id)
    held = path.stat().st_size
    if held < asked.size:
        raise InputError("letter-incomplete", held=held, size=asked.size)
    data = path.read_bytes()
    if digest(data) != asked.digest:
        _forget(path)
        raise InputError("envelope-altered")
    try:
        received = await exchange.receive(site, data, by)
    except InputError as error:
        if error.code != "disk-full":
            _forget(path)
        raise
    _forget(path)
    return received


async def send(site: Site, path: Path, address: str, progress: Progress = unheard) -> bool:
    """Bring a sealed letter of ours to its recipient's address, from where it broke off; False when it was known there.

    InputError `carrier-unreachable` or `carrier-refused`, with the other side's sentence.
    """
    data = path.read_bytes()
    head = envelope.look_at(data)[0]
    announced = Announced(site.config.code, head.recipient, digest(data), len(data))
    signed = announce(announced, load_signing(site.folder / KEYS, "site-seal"))
    try:
        async with aiohttp.ClientSession(address.rstrip("/") + "/", timeout=PATIENCE) as session:
            async with session.post("api/letters", data=signed) as answer:
                held = msgspec.json.decode(await told(answer), type=Deposit)
            rest = rest_of(path, held.offset, progress)
            async with session.put(f"api/letters/{held.id}?offset={held.offset}", data=rest) as answer:
                await told(answer)
                return answer.status == 201
    except (aiohttp.ClientError, TimeoutError) as error:
        raise InputError("carrier-unreachable", address=address) from error


def _asked(site: Site, id: str) -> Announced:
    return msgspec.json.decode(begun(site, id, _ASK).read_bytes(), type=Announced)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_suffix(_ASK).unlink(missing_ok=True)
