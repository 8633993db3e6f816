"""A pregnancy from its first contact to its children: antenatal visits linked, the delivery, mother and newborn.

The children get the provisional numbers that the newborns' workflow gives; a caesarean elsewhere ends in a referral
sheet like any other.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import Pregnancy
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import newborns
from facility_agent.workflows.newborns import Birth
from facility_agent.workflows.site import Site
from facility_agent.workflows.visit_life import entry_of

#: The longest that a pregnancy lasts: a contact later than this begins another one.
LONGEST: Final = timedelta(days=308)
Ending = Literal["delivery", "caesarean-elsewhere", "loss"]


class Followed(msgspec.Struct, frozen=True):
    """A pregnancy with its contacts, in order."""

    pregnancy: Pregnancy
    contacts: tuple[Visit, ...]


async def link(site: Site, visit_id: str, by: str) -> Pregnancy:
    """Link a visit to the woman's running pregnancy, or begin one. The same visit twice is linked once.

    InputError `pregnancy-person` for somebody without a number or a man, `visit-not-open` once the day is closed.
    """
    entry = await entry_of(site, visit_id)
    visit = entry.visit
    if not visit.beneficiary.number or visit.beneficiary.sex == "M":
        raise InputError("pregnancy-person")
    if entry.state not in ("open", "recorded"):
        raise InputError("visit-not-open")
    running = await current(site, visit.beneficiary.number, visit.day)
    if running is None:
        began = visit.day - timedelta(weeks=visit.gestation_weeks or 0)
        running = Pregnancy(f"{visit.id}:p", visit.beneficiary.number, began)
    async with site.store.transaction():
        await site.store.put_pregnancy(running)
        linked = msgspec.structs.replace(visit, pregnancy=running.id, pregnant=True)
        await site.store.save_visit(linked, entry.state, entry.version, site.now(), by)
    return running


async def current(site: Site, member: str, day: date) -> Pregnancy | None:
    """The pregnancy that runs on a day, or None."""
    for each in await site.store.pregnancies(member):
        if each.ended is None and timedelta(0) <= day - each.began <= LONGEST:
            return each
    return None


async def followed(site: Site, member: str) -> tuple[Followed, ...]:
    """The pregnancies of a woman with their contacts, the latest first."""
    rows = [row.visit for row in await site.store.visits(member=member) if row.state != "abandoned"]
    found = await site.store.pregnancies(member)
    return tuple(Followed(each, tuple(row for row in rows if row.pregnancy == each.id)) for each in found)


async def end(
    site: Site, visit_id: str, outcome: Ending, births: tuple[Birth, ...], by: str, *, day: date | None = None
) -> Pregnancy:
    """End the pregnancy of a visit: a delivery with its children, each under a provisional number; once only.

    InputError `pregnancy-none` for a visit that belongs to none, `pregnancy-births` for a delivery without children.
    """
    visit = (await entry_of(site, visit_id)).visit
    held = [each for each in await site.store.pregnancies(visit.beneficiary.number) if each.id == visit.pregnancy]
    if not visit.pregnancy or not held:
        raise InputError("pregnancy-none")
    if held[0].ended is not None:
        return held[0]
    if outcome == "delivery" and not births:
        raise InputError("pregnancy-births")
    async with site.store.transaction():
        numbers = tuple([await newborns.admit(site, birth, by) for birth in births])
        ended = msgspec.structs.replace(held[0], ended=day or visit.day, outcome=outcome, children=numbers)
        await site.store.put_pregnancy(ended)
    return ended
