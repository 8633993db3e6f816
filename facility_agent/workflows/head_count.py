"""Payment per head: who is listed with a facility on a day, counted by either side from its copy of the register.

Each side counts for itself and sends its count; the other counts again on the same day, from the same version of the
register where it still keeps it, and names who differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.documents.head_count_pdf import head_count_pdf
from facility_agent.invoicing.capitation import Difference, Due, HeadCount, difference, dues
from facility_agent.storage.store.registers import RegisterState
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage
from facility_agent.workflows import mail, registers
from facility_agent.workflows.site import Site


class Checked(msgspec.Struct, frozen=True):
    """The other side's count beside ours of the same day; `ours` None when we cannot count, and `error` says why."""

    theirs: HeadCount
    ours: HeadCount | None
    differences: tuple[tuple[Due, Difference], ...] = ()
    error: InputError | None = None

    @property
    def same(self) -> bool:
        return self.ours is not None and not self.differences

    @property
    def same_register(self) -> bool:
        return self.ours is not None and self.theirs.content == self.ours.content


async def count(site: Site, facility: str, payer: str, on: date, sequence: int | None = None) -> HeadCount:
    """Our count of a day, from the register that counts or from an earlier version that is kept.

    InputError `count-in-future`, `count-no-register`, `count-nothing` where nobody is listed, or the arrangement pays
    nothing per head at this facility's level.
    """
    if on > site.today():
        raise InputError("count-in-future", day=on.isoformat())
    state = await state_of(site, payer, sequence)
    known = terms(site.arrangement(on), await site.agreement(facility, payer, on), facility)
    found = tuple(due for due in dues(known, await _listed(site, facility, state), on) if due.payer == payer)
    if not found:
        raise InputError("count-nothing", facility=facility, payer=payer)
    return HeadCount(facility, payer, on, state.sequence, state.as_of, state.content, found)


async def counts(site: Site, on: date) -> tuple[HeadCount, ...]:
    """Our counts of a day with everybody across who pays, or is paid, per head."""
    own, found = site.config.code, []
    facility = site.config.role == "facility"
    for other in await site.store.registers_held() if facility else await registers.facilities(site):
        try:
            found.append(await count(site, *((own, other) if facility else (other, own)), on))
        except InputError as error:
            if error.code != "count-nothing":
                raise
    return tuple(found)


async def send(site: Site, other: str, on: date) -> str:
    """Seal our count to the other side; returns the name of the letter. Errors as in `count`."""
    own = site.config.code
    facility = site.config.role == "facility"
    counted = await count(site, *((own, other) if facility else (other, own)), on)
    name = await mail.send(site, other, "count", counted, f"count-{counted.facility}-{on.isoformat()}")
    await mail.lay_out(site, name)
    return name


async def take(site: Site, counted: HeadCount, sender: str) -> None:
    """Keep the other side's count; InputError `count-of-another` when it is not theirs and ours."""
    if {sender, site.config.code} != {counted.facility, counted.payer}:
        raise InputError("count-of-another", sender=sender)
    await site.store.put_head_count(counted, site.now())


async def checked(site: Site) -> tuple[Checked, ...]:
    """Every count that came, beside our own of the same day."""
    found = []
    for theirs in await site.store.head_counts():
        try:
            ours = await count(site, theirs.facility, theirs.payer, theirs.counted_on, theirs.sequence)
        except InputError as error:
            found.append(Checked(theirs, None, error=error))
            continue
        found.append(Checked(theirs, ours, _differences(ours.dues, theirs.dues)))
    return tuple(found)


async def paper(site: Site, other: str, on: date) -> bytes:
    """Our count as PDF, with its persons, to be signed by both sides."""
    own = site.config.code
    facility = site.config.role == "facility"
    counted = await count(site, *((own, other) if facility else (other, own)), on)
    arrangement = site.arrangement(on)
    make = partial(
        head_count_pdf, counted, arrangement.currency, await site.names(), site.config.language,
        made_on=site.today(), invented=site.config.invented or arrangement.invented,
    )  # fmt: skip
    return await asyncio.to_thread(make)


def _differences(ours: Sequence[Due], theirs: Sequence[Due]) -> tuple[tuple[Due, Difference], ...]:
    """Where two counts part, due by due; one that only one side counted stands against nobody."""
    mine, other = ({(due.code, due.scheme): due for due in side} for side in (ours, theirs))
    found = []
    for key in dict.fromkeys((*mine, *other)):
        due = mine.get(key) or other[key]
        nobody = msgspec.structs.replace(due, persons=(), unverified=())
        parted = difference(mine.get(key, nobody), other.get(key, nobody))
        if parted.only_ours or parted.only_theirs or parted.amount:
            found.append((due, parted))
    return tuple(found)


async def state_of(site: Site, payer: str, sequence: int | None) -> RegisterState:
    """That version of a payer's register while it is kept, else the one that counts; InputError `count-no-register`."""
    kept = {state.sequence: state for state in await site.store.register_states(payer)}
    state = kept.get(sequence or 0) or await site.store.register_state(payer)
    if state is None:
        raise InputError("count-no-register", payer=payer)
    return state


async def _listed(site: Site, facility: str, state: RegisterState) -> list[Coverage]:
    """The entitlements of those who are listed with a facility, in one version of a register."""
    name = facility.encode()
    return [
        coverage
        async for portion in site.store.entries(state.payer, state.sequence)
        for entry in portion
        # Most people are listed elsewhere: their rows need not be read.
        if name in entry.document and (coverage := entry.coverage).listed_at == facility
    ]
