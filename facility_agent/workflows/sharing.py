"""Which mutuals of one technical centre lay their claims side by side, and what gives the centre the power to do so.

Somebody of the centre says it here, and each says it in its contracts: both are asked again each time that claims are
compared, so that an agreement which ends, or a word that is taken back, ends the sharing at once in every process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

import msgspec

from facility_agent.audit.month import Shown
from facility_agent.audit.shared import shown
from facility_agent.storage.store.offices import Change
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN, Finding, note
from facility_agent.vocabulary.persons import person_of
from facility_agent.vocabulary.records import Claim
from facility_agent.workflows.powers import Given, given, may_share
from facility_agent.workflows.site import Site

if TYPE_CHECKING:
    from facility_agent.workflows.centre import Centre

Standing = Literal["shared", "apart"]


class Served(msgspec.Struct, frozen=True):
    """A mutual for which the centre works: how many of its people have an account there, the powers that its contracts
    give the centre today, and the mutuals with which its claims are laid side by side."""

    code: str
    name: str
    people: int
    powers: tuple[Given, ...]
    shares: tuple[str, ...]


async def served(centre: Centre) -> tuple[Served, ...]:
    """All mutuals of the centre, in order of their names."""
    found, own = [], centre.site.config.code
    for code, site in centre.mutuals.items():
        people = [row for row in await site.store.accounts() if row.active and row.office == own]
        shares = tuple(other.config.name for other in await site.beside())
        found.append(Served(code, site.config.name, len(people), await given(site, own, site.today()), shares))
    return tuple(sorted(found, key=lambda row: (row.name, row.code)))


async def agree(centre: Centre, one: str, other: str, by: str, standing: Standing) -> None:
    """Two mutuals share from now on, or no more.

    InputError `sharing-itself`, `mutual-not-served`, `sharing-without-power` where no contract of one of them gives the
    centre that power today. What stands already is not written again.
    """
    if one == other:
        raise InputError("sharing-itself")
    sites = [centre.mutual(code) for code in sorted((one, other))]
    for site in sites if standing == "shared" else ():
        powers = await given(site, centre.site.config.code, site.today())
        if not any(row.power == "share" and row.limit != UNKNOWN for row in powers):
            raise InputError("sharing-without-power", mutual=site.config.name)
    store, pair = centre.site.store, " ".join(site.config.code for site in sites)
    async with store.transaction():
        before = _last(await store.changes(pair, "sharing"))
        if before != standing:
            await store.note_change(centre.site.now(), by, pair, "sharing", before, standing)


async def beside(office: Site, mutuals: Mapping[str, Site], code: str) -> tuple[Site, ...]:
    """The mutuals with which one of them shares, as the centre has it down now."""
    standing: dict[str, str] = {}
    for change in await office.store.changes(what="sharing"):
        standing.setdefault(change.about, change.new)
    found = []
    for pair, word in standing.items():
        one, _, other = pair.partition(" ")
        if word == "shared" and code in (one, other):
            found.append(mutuals.get(other if code == one else one))
    return tuple(sorted((site for site in found if site is not None), key=lambda site: site.config.code))


async def shown_beside(site: Site, facility: str, claims: Sequence[Claim], day: date) -> tuple[Shown, ...]:
    """What other mutuals show to the audit of some claims of a facility: their own of the same days at that facility,
    and those of the same persons elsewhere. Nothing, unless the contracts of both allow it where the care was given.
    """
    if not claims or not await may_share(site, facility, day):
        return ()
    days = [claim.visit.day for claim in claims]
    persons = {person_of(claim) for claim in claims}
    found: list[Shown] = []
    for other in await site.beside():
        entries = await other.store.claims_of_days(facility, min(days), max(days))
        people = await other.store.claims_of_persons(persons, min(days), max(days))
        theirs = {claim.id: claim for claim in (*entries, *people)}
        places = {claim.visit.facility for claim in theirs.values()}
        open_at = {place for place in sorted(places) if await may_share(other, place, day)}
        found += shown(other.config.code, (claim for claim in theirs.values() if claim.visit.facility in open_at))
    return tuple(found)


async def receipt_beside(site: Site, provider: str, receipt: str, day: date) -> tuple[Finding, ...]:
    """What is said of a member's receipt that was brought to another mutual too, where both share."""
    if not await may_share(site, provider, day):
        return ()
    found = []
    for other in await site.beside():
        number = await other.store.number_of_receipt(provider, receipt) if await may_share(other, provider, day) else ""
        if number:
            payer = other.config.code
            found.append(note("receipt-at-another", "duplicates", review=True, payer=payer, number=number))
    return tuple(found)


def _last(changes: tuple[Change, ...]) -> str:
    return changes[0].new if changes else "apart"
