"""The mutual's register as it goes out: a new version with its counters, sealed whole or as a change.

A version is made part by part beside the one that is held, so that neither memory nor the desk feels how large it is.
The counters come from the batches that were received, those without a gap before them; the letter names the last one
of each facility, and a facility adds only its own later claims.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec

from facility_agent.arrangements.agreement import in_force
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.exchange.messages import Base, Included, Part, Register, revocations
from facility_agent.exchange.registers import ROWS, Entry, Gone, Rows, part_of, seal_part
from facility_agent.invoicing.counters import counters
from facility_agent.storage.files import beside
from facility_agent.storage.store.arrivals import LIST_DAYS, people
from facility_agent.storage.store.counting import Numbered
from facility_agent.storage.store.registers import RegisterState
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage, PastLine
from facility_agent.workflows import mail
from facility_agent.workflows.site import OUTBOX, Site

#: Told how many rows or parts are done, of how many.
Progress = Callable[[int, int], None]

#: Versions of its own register that a payer keeps, so that a change can build on one that was sent weeks ago.
OWN_KEPT = 12


def unheard(done: int, total: int) -> None:
    """Nobody wants to know how far the work is."""


class _Counting(msgspec.Struct):
    """What counters are made from: the terms of our agreements, and the claims of the batches that are counted."""

    terms: list[Terms]
    batches: dict[str, list[Numbered]]
    claims: frozenset[str]


async def replace(site: Site, coverages: Iterable[Coverage]) -> RegisterState:
    """The next version of our own register: these people and no others."""

    async def portions() -> AsyncIterator[list[Coverage]]:
        for some in people(sorted(coverages, key=lambda row: (row.beneficiary.number, row.scheme))):
            yield some

    return await _next_version(site, portions(), unheard)


async def renew(site: Site, progress: Progress = unheard) -> RegisterState:
    """Our register with the counters, pictures and day of today; the version held when nothing has changed."""
    own = site.config.code
    held = await site.store.register_state(own)
    if held is None:
        raise InputError("members-empty")

    async def portions() -> AsyncIterator[list[Coverage]]:
        async for some in site.store.entries(own, held.sequence):
            yield [entry.coverage for entry in some]

    return await _next_version(site, portions(), progress)


async def _next_version(site: Site, portions: AsyncIterator[list[Coverage]], progress: Progress) -> RegisterState:
    own, today = site.config.code, site.today()
    held = await site.store.register_state(own)
    counting = await _counting(site)
    begun = await site.store.begin_register(own, await site.store.held_sequence(own) + 1, f"own {site.new_id()}")
    async for some in portions:
        entries = await _entries(site, some, counting)
        begun = await site.store.stage(begun, Rows(tuple(entries), tuple(some)))
        progress(begun.members, max(begun.members, held.members if held else 0))
    if held is not None and f"{begun.content:064x}" == held.content and held.as_of == today:
        await site.store.drop_register(own)
        return held
    await site.store.finish_register(begun, today, begun.members, begun.content)
    await site.store.purge_register(own, OWN_KEPT, today - timedelta(days=LIST_DAYS))
    made = await site.store.register_state(own)
    assert made is not None
    return made


async def _counting(site: Site) -> _Counting:
    own, today = site.config.code, site.today()
    arrangement = site.arrangement(today)
    known = [
        terms(arrangement, agreement, party.code)
        for agreement in await site.store.agreements()
        for party in agreement.parties
        if party.role == "facility" and in_force(agreement, party.code, own, today)
    ]
    batches = await site.store.received_whole(own)
    claims = await site.store.claims_in(batch.id for some in batches.values() for batch in some)
    return _Counting(known or [terms(arrangement, None, "")], batches, claims)


async def _entries(site: Site, some: list[Coverage], counting: _Counting) -> list[Entry]:
    """The rows of some people, with what is counted for them and how their pictures are named."""
    numbers = sorted({row.beneficiary.number for row in some})
    homes = sorted({row.beneficiary.household for row in some} - {""})
    lines: dict[str, list[PastLine]] = {}
    if counting.claims:
        former = {row.beneficiary.formerly: row.beneficiary.number for row in some if row.beneficiary.formerly}
        for line in await site.store.history([*numbers, *former], homes):
            if line.claim in counting.claims:
                line = msgspec.structs.replace(line, member=former.get(line.member, line.member))
                for key in {line.member, f"household {line.household}"}:
                    lines.setdefault(key, []).append(line)
    pictures = await site.store.picture_names(site.config.code, numbers)
    made = []
    for row in some:
        person = row.beneficiary
        known = lines.get(f"household {person.household}" if person.household else person.number, [])
        count = counters(counting.terms, row, known, site.today()) if known else ()
        made.append(Entry(canonical(row), canonical(count) if count else b"", pictures.get(person.number, "")))
    return made


async def facilities(site: Site) -> tuple[str, ...]:
    """The facilities that we have agreements with."""
    own = site.config.code
    found = {
        party.code
        for agreement in await site.store.agreements()
        if agreement.party(own) is not None
        for party in agreement.parties
        if party.role == "facility"
    }
    return tuple(sorted(found))


async def send(
    site: Site, facility: str, *, changes: bool = False, pictures: bool = True, progress: Progress = unheard
) -> Path:
    """Seal our register to a facility that we have an agreement with: whole, or what changed since the last one.

    InputError `members-empty`, `register-no-agreement`, or `register-no-base` when it was sent none that is kept.
    """
    own = site.config.code
    await site.partner(facility)
    if facility not in await facilities(site):
        raise InputError("register-no-agreement", facility=facility)
    state = await renew(site, progress)
    base = await _base(site, facility, state) if changes else None
    name = f"{'changes' if base else 'register'}-{state.sequence:06d}-{facility}"
    body = site.folder / OUTBOX / f".{name}.body"
    body.parent.mkdir(parents=True, exist_ok=True)
    key = site.randomness(32)
    with open(body, "wb") as stream:
        parts = await _write_parts(site, stream, key, state, base, pictures, progress)
        stream.flush()
        os.fsync(stream.fileno())
    batches = await site.store.received_whole(own)
    lists = await site.store.revocations(own)
    message = Register(
        own, state.sequence, state.as_of, state.content, state.members, key, tuple(parts),
        Base(base.sequence, base.content) if base else None,
        _included(facility, batches.get(facility, [])),
        revocations(own, lists.sequence, lists.as_of, lists.bitmap) if lists else None,
        site.config.invented,
    )  # fmt: skip
    async with site.store.transaction():
        letter = await mail.send(site, facility, "register", message, name)
        await site.store.note_register_sent(facility, state.sequence)
    return await _lay_out(site, letter, body)


async def _base(site: Site, facility: str, state: RegisterState) -> RegisterState:
    last = await site.store.last_sent(facility)
    kept = {entry.sequence: entry for entry in await site.store.register_states(site.config.code)}
    if last is None or last not in kept or last == state.sequence:
        raise InputError("register-no-base", facility=facility)
    return kept[last]


def _included(facility: str, batches: list[Numbered]) -> tuple[Included, ...]:
    last = {batch.scheme: batch.number for batch in batches}
    return tuple(Included(facility, scheme, number) for scheme, number in sorted(last.items()))


async def _write_parts(
    site: Site,
    stream: BinaryIO,
    key: bytes,
    state: RegisterState,
    base: RegisterState | None,
    pictures: bool,
    progress: Progress,
) -> list[Part]:
    """The parts, one after the other; of a change only the rows and pictures that the receiver does not have."""
    own = site.config.code
    parts: list[Part] = []

    def write(entries: list[Entry], gone: Iterable[Gone] = ()) -> None:
        sealed = seal_part(key, len(parts), entries, gone)
        stream.write(sealed)
        parts.append(part_of(sealed))

    done = 0
    async for some in site.store.entries(own, state.sequence, base.sequence if base else -1):
        if pictures:
            some = await _with_pictures(site, some, base)
        write(some)
        done += len(some)
        progress(done, max(done, state.members))
    if base is not None:
        gone = await site.store.gone(own, base.sequence, state.sequence)
        for start in range(0, len(gone), 10 * ROWS):
            write([], gone[start : start + 10 * ROWS])
    return parts


async def _with_pictures(site: Site, some: list[Entry], base: RegisterState | None) -> list[Entry]:
    own = site.config.code
    numbers = [entry.coverage.beneficiary.number for entry in some]
    had = await site.store.pictures_then(own, base.sequence, numbers) if base else {}
    held = await site.store.pictures(own, [
        number for number, entry in zip(numbers, some, strict=True) if entry.photo and had.get(number) != entry.photo
    ])  # fmt: skip
    made, shown = [], set()
    for number, entry in zip(numbers, some, strict=True):
        name, picture = held.get(number, ("", b""))
        if name == entry.photo and picture and number not in shown:
            entry = msgspec.structs.replace(entry, picture=picture)
            shown.add(number)
        made.append(entry)
    return made


async def _lay_out(site: Site, name: str, body: Path) -> Path:
    """The letter and its parts in one file; nothing has its name before it is whole."""
    sealed = await site.store.sealed(name)
    assert sealed is not None
    path = site.folder / OUTBOX / name
    with beside(path) as part:
        with open(part, "xb") as stream, open(body, "rb") as parts:
            stream.write(sealed)
            while some := parts.read(1 << 20):
                stream.write(some)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    body.unlink()
    return path
