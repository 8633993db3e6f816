"""A file that comes over HTTP in pieces is kept as far as it came, and goes on at the byte at which it broke off."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from facility_agent.storage.room import needing_room
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.site import INBOX, Site


class Deposit(msgspec.Struct, frozen=True):
    """A file that is being brought: its name here, bytes held, bytes in all, and whether it has been taken in."""

    id: str
    offset: int
    size: int
    done: bool = False


def place_of(site: Site, id: str, suffix: str) -> Path:
    """Where a file of that name grows, whether it has begun or not; InputError `deposit-unknown` for no such name."""
    if len(id) != 32 or not all(sign in "0123456789abcdef" for sign in id):
        raise InputError("deposit-unknown")
    return site.folder / INBOX / f"{id}{suffix}"


def begun(site: Site, id: str, suffix: str) -> Path:
    """Where a file that has begun to come grows; InputError `deposit-unknown`."""
    path = place_of(site, id, suffix)
    if not path.is_file():
        raise InputError("deposit-unknown")
    return path


async def grow(path: Path, offset: int, size: int, chunks: AsyncIterator[bytes]) -> int:
    """Write down what comes from `offset` on, up to `size` bytes in all; returns how much is here now.

    What came counts, wherever it breaks off. InputError `deposit-offset` when something else is here, `disk-full`.
    """
    with needing_room(), open(path, "ab") as stream:
        if stream.tell() != offset:
            raise InputError("deposit-offset", offset=offset, held=stream.tell())
        async for chunk in chunks:
            held = path.stat().st_size
            if offset + len(chunk) > size or held != offset:
                raise InputError("deposit-offset", offset=offset, held=held)
            stream.write(chunk)
            stream.flush()
            offset += len(chunk)
        os.fsync(stream.fileno())
    return offset
