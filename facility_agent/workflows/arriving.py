"""A register comes in: the letter first, then part after part; it goes on where it stopped, and counts only whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import BinaryIO, TypeVar

from facility_agent.exchange.envelope import Opened
from facility_agent.exchange.messages import Register
from facility_agent.exchange.registers import open_part
from facility_agent.storage.store.arrivals import KEPT, LIST_DAYS
from facility_agent.storage.store.staging import Arriving
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import Site

T = TypeVar("T")


async def check(site: Site, message: Register, sender: str) -> bool:
    """Whether a register brings news: the sender's own, newer than ours, on the base that we hold; not the one held.

    InputError `register-of-another`, `register-older` or `register-base`.
    """
    if message.payer != sender:
        raise InputError("register-of-another", payer=message.payer, sender=sender)
    held = await site.store.register_state(message.payer)
    sequence, content = (held.sequence, held.content) if held else (0, "")
    if held and (message.sequence, message.as_of, message.content) == (sequence, held.as_of, content):
        return False
    if message.sequence <= sequence:
        raise InputError("register-older", payer=message.payer, sequence=message.sequence, held=sequence)
    base = message.base
    if base is not None and (base.sequence, base.content) != (sequence, content):
        raise InputError("register-base", payer=message.payer, base=base.sequence, held=sequence)
    return True


async def take(
    site: Site, opened: Opened, message: Register, stream: BinaryIO, name: str, progress: Progress = unheard
) -> None:
    """Take a register in whose parts follow in `stream`, from where an earlier try stopped.

    InputError as in `check`; `register-incomplete` when the file ends too early, and what came is kept for the next
    try; `register-damaged`, `register-inconsistent`: nothing of it counts.
    """
    if not await check(site, message, opened.header.sender):
        async with site.store.transaction():
            await _heard(site, opened, message, name)
        return
    base = message.base.sequence if message.base else None
    begun = await site.store.begin_register(message.payer, message.sequence, opened.digest, base)
    stream.seek(sum(part.size for part in message.parts[: begun.parts]), 1)
    for place in range(begun.parts, len(message.parts)):
        part = message.parts[place]
        sealed = stream.read(part.size)
        if len(sealed) < part.size:
            raise InputError("register-incomplete", part=place + 1, parts=len(message.parts))
        rows = await asyncio.to_thread(open_part, message.key, place, part, sealed)
        begun = await _or_drop(site, begun, site.store.stage(begun, rows))
        progress(place + 1, len(message.parts))
    if stream.read(1):
        raise InputError("envelope-altered")
    await _or_drop(site, begun, _finish(site, opened, message, begun, name))
    await site.store.purge_register(message.payer, KEPT, site.today() - timedelta(days=LIST_DAYS))


async def _or_drop(site: Site, begun: Arriving, work: Awaitable[T]) -> T:
    """A step of the work; when the register can never be right, what came of it is forgotten."""
    try:
        return await work
    except InputError:
        await site.store.drop_register(begun.payer)
        raise


async def _finish(site: Site, opened: Opened, message: Register, begun: Arriving, name: str) -> None:
    """The new version counts, together with the note that its letter has arrived."""
    batches = await site.store.included_batches(message.payer, site.config.code, message.included)
    async with site.store.transaction():
        await site.store.finish_register(begun, message.as_of, message.members, int(message.content, 16), batches)
        await _heard(site, opened, message, name)


async def _heard(site: Site, opened: Opened, message: Register, name: str) -> None:
    """The letter has arrived, and its list of revoked cards counts when it is newer than ours."""
    lists = message.revocations
    await site.store.receive_once(opened.header, opened.digest, name, site.now())
    known = await site.store.revocations(message.payer)
    if lists is not None and (known is None or known.sequence < lists.sequence):
        await site.store.put_revocations(message.payer, lists.sequence, lists.as_of, lists.bitmap)
