"""Registers on their way over HTTP, kept as far as they came: a facility fetches them, or a mutual brings them.

A file that is being brought lies in the inbox under the SHA-256 of its letter. The letter comes first and is opened
before anything else is taken, so that nobody unknown fills a disk; each part is proved by it. Whoever was interrupted
asks how far it got and goes on from there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.exchange import envelope
from facility_agent.exchange.messages import Register, decode
from facility_agent.storage.files import write_whole
from facility_agent.storage.room import needing_room
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.workflows import arriving, exchange, mail
from facility_agent.workflows.exchange import Received
from facility_agent.workflows.growing import Deposit, begun, grow, place_of
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import OUTBOX, Site

#: How the files of registers are called, whole and changes; sequences have at least six digits.
_WHOLE, _CHANGES = "register-", "changes-"
#: A register that is not here whole.
_SUFFIX: Final = ".part"
LARGEST: Final = 4 * 1024 * 1024 * 1024


class Waiting(msgspec.Struct, frozen=True):
    """A register that waits to be fetched: its file's name and size, and the letter's identifier."""

    name: str
    size: int
    letter: str


def waiting(site: Site, facility: str) -> tuple[Waiting, ...]:
    """What waits for a facility: the newest whole register, and the changes after it, in order."""
    folder, end = site.folder / OUTBOX, f"-{facility}"
    files = [
        path
        for path in folder.glob("*.fae")
        if path.name.startswith((_WHOLE, _CHANGES)) and _recipient(path) == facility and end in path.name
    ]
    files.sort(key=lambda path: (path.name.split("-")[1], path.name.startswith(_CHANGES), path.name))
    newest = max((place for place, path in enumerate(files) if path.name.startswith(_WHOLE)), default=0)
    return tuple(Waiting(path.name, path.stat().st_size, _letter(path)) for path in files[newest:])


def file_of(site: Site, facility: str, name: str) -> Path:
    """The file that waits under this name; InputError `letter-unknown`."""
    if name not in {entry.name for entry in waiting(site, facility)}:
        raise InputError("letter-unknown", name=name[:80])
    return site.folder / OUTBOX / name


async def begin(site: Site, letter: bytes) -> Deposit:
    """Open the letter of a register that is to be brought, and say how much of its file is here.

    InputError when it cannot be taken in here and now.
    """
    opened = await mail.open_letter(site, letter)
    message = decode(opened.header.kind, opened.parts[envelope.CORE])
    if not isinstance(message, Register) or site.config.role != "facility":
        raise InputError("envelope-kind-not-ours", kind=opened.header.kind, role=site.config.role)
    size = len(letter) + sum(part.size for part in message.parts)
    id = digest(letter)[:32]
    if await site.store.knows_letter(opened.header.sender, opened.header.id):
        return Deposit(id, size, size, True)
    await arriving.check(site, message, opened.header.sender)
    if size > LARGEST:
        raise InputError("envelope-too-large", limit=LARGEST // 1024 // 1024)
    path = place_of(site, id, _SUFFIX)
    if not path.is_file() or path.stat().st_size < len(letter):
        with needing_room():
            write_whole(path, letter)
    return Deposit(id, path.stat().st_size, size)


async def go_on(site: Site, id: str, offset: int, chunks: AsyncIterator[bytes]) -> int:
    """Write down what comes from `offset` on; returns how much is here now.

    InputError `deposit-unknown`, `deposit-offset`, `disk-full`.
    """
    path = begun(site, id, _SUFFIX)
    with open(path, "rb") as stream:
        letter = envelope.read_envelope(stream)
    return await grow(path, offset, await _whole_size(site, letter), chunks)


async def finish(site: Site, id: str, by: str, progress: Progress = unheard) -> Received:
    """Take in a register that is here whole; its file goes once it counts, or when it never can."""
    path = begun(site, id, _SUFFIX)
    try:
        received = await exchange.receive(site, path, by, f"register-{id}.fae", progress)
    except InputError as error:
        if error.code not in ("register-incomplete", "disk-full"):
            path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
    return received


async def _whole_size(site: Site, letter: bytes) -> int:
    opened = await mail.open_letter(site, letter)
    message = decode(opened.header.kind, opened.parts[envelope.CORE])
    return len(letter) + (sum(part.size for part in message.parts) if isinstance(message, Register) else 0)


def _head(path: Path) -> envelope.Head | None:
    with open(path, "rb") as stream:
        try:
            return envelope.look_at(envelope.read_envelope(stream))[0]
        except InputError:
            return None


def _recipient(path: Path) -> str:
    head = _head(path)
    return head.recipient if head else ""


def _letter(path: Path) -> str:
    head = _head(path)
    return head.id if head else ""
