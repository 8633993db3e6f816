"""Over HTTP from the other side: fetch the registers that wait for us, or bring ours to a facility; both go on where
they were interrupted, at whatever byte.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from facility_agent.exchange import envelope
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import exchange
from facility_agent.workflows.deposits import Waiting
from facility_agent.workflows.exchange import Received
from facility_agent.workflows.growing import Deposit
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import INBOX, Site

#: Seconds without a byte before a connection counts as lost; the other side may work long on what it was brought.
PATIENCE: Final = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=600)
_CHUNK: Final = 1 << 16


async def fetch(
    site: Site, address: str, payer: str, by: str, progress: Progress = unheard, taking: Progress = unheard
) -> tuple[Received, ...]:
    """Fetch the registers that wait for us at a mutual's address, and take them in, in order; those known are left.

    InputError `carrier-unreachable`, and what taking in may raise.
    """
    found = []
    try:
        async with aiohttp.ClientSession(address.rstrip("/") + "/", timeout=PATIENCE) as session:
            base = f"api/registers/{site.config.code}"
            async with session.get(base) as answer:
                names = msgspec.json.decode(await told(answer), type=tuple[Waiting, ...])
            for entry in names:
                if await site.store.knows_letter(payer, entry.letter):
                    continue
                path = site.folder / INBOX / f"fetched-{entry.letter}.part"
                await _download(session, f"{base}/{entry.name}", path, entry.size, progress)
                found.append(await _take(site, path, by, entry.name, taking))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise InputError("carrier-unreachable", address=address) from error
    return tuple(found)


async def _take(site: Site, path: Path, by: str, name: str, taking: Progress) -> Received:
    try:
        received = await exchange.receive(site, path, by, name, taking)
    except InputError:
        path.unlink()
        raise
    path.unlink()
    return received


async def _download(session: aiohttp.ClientSession, address: str, path: Path, size: int, progress: Progress) -> None:
    """The rest of a file; a server that begins anew is listened to from the beginning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.stat().st_size if path.is_file() else 0
    if held >= size:
        return
    async with session.get(address, headers={"Range": f"bytes={held}-"}) as answer:
        if answer.status not in (200, 206):
            await told(answer)
        with open(path, "ab" if answer.status == 206 else "wb") as stream:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                stream.write(chunk)
                stream.flush()
                progress(stream.tell(), size)
    if path.stat().st_size < size:
        raise aiohttp.ClientPayloadError("the file ended early")


async def bring(address: str, path: Path, progress: Progress = unheard) -> bool:
    """Bring the file of a register to a facility's address; False when it was there already.

    InputError `carrier-unreachable` or `carrier-refused`, with the other side's sentence.
    """
    with open(path, "rb") as stream:
        letter = envelope.read_envelope(stream)
    try:
        async with aiohttp.ClientSession(address.rstrip("/") + "/", timeout=PATIENCE) as session:
            async with session.post("api/registers", data=letter) as answer:
                deposit = msgspec.json.decode(await told(answer), type=Deposit)
            if deposit.done:
                return False
            rest = rest_of(path, deposit.offset, progress)
            async with session.put(f"api/registers/{deposit.id}?offset={deposit.offset}", data=rest) as answer:
                await told(answer)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise InputError("carrier-unreachable", address=address) from error
    return True


async def rest_of(path: Path, offset: int, progress: Progress) -> AsyncIterator[bytes]:
    size = path.stat().st_size
    with open(path, "rb") as stream:
        stream.seek(offset)
        while chunk := stream.read(_CHUNK):
            yield chunk
            progress(stream.tell(), size)


async def told(answer: aiohttp.ClientResponse) -> bytes:
    """What the other side says; its sentence when it refuses."""
    body = await answer.read()
    if answer.status < 400:
        return body
    try:
        said = str(msgspec.json.decode(body)["sentence"])
    except (ValueError, KeyError, TypeError):
        said = str(answer.status)
    raise InputError("carrier-refused", said=said[:500])
