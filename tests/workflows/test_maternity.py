"""A pregnancy: contacts that belong together, a delivery with its children, and what cannot be."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import maternity, newborns, visits
from facility_agent.workflows.newborns import Birth
from tests.workflows.nothing import refused
from tests.workflows.places import Places

AWA, ISSA = "MLT-000001-01", "MLT-000001-02"
FIRST, SECOND, BORN = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)


async def contact(places: Places, day: date, member: str = AWA, **more: object) -> Visit:
    """A visit of that day, recorded."""
    places.at(day)
    visit = msgspec.structs.replace(places.visit(member, day, ("consultation-nurse", 1)), **more)
    return (await visits.record(places.facility, visit, "soins")).visit


async def test_contacts_of_one_pregnancy_belong_together_until_the_children_are_born(ready: Places) -> None:
    site = ready.facility
    first = await contact(ready, FIRST, gestation_weeks=36)
    begun = await maternity.link(site, first.id, "soins")
    assert (begun.member, begun.began) == (AWA, date(2025, 6, 23))
    second = await contact(ready, SECOND)
    assert await maternity.link(site, second.id, "soins") == begun
    assert await maternity.link(site, second.id, "soins") == begun, "the same visit twice is linked once"
    (followed,) = await maternity.followed(site, AWA)
    assert [visit.id for visit in followed.contacts] == [first.id, second.id]
    assert all(visit.pregnant for visit in followed.contacts)
    last = await contact(ready, BORN)
    await maternity.link(site, last.id, "soins")
    twins = (Birth(AWA, BORN, "birth-certificate", "N° 12"), Birth(AWA, BORN, "birth-certificate", "N° 13", rank=2))
    ended = await maternity.end(site, last.id, "delivery", twins, "sage-femme")
    assert ended.children == (f"{AWA}-N260316-1", f"{AWA}-N260316-2") and ended.ended == BORN
    assert await maternity.end(site, last.id, "delivery", twins, "sage-femme") == ended, "born once"
    for number in ended.children:
        assert (await newborns.coverage_of(site, number))[0].beneficiary.birth_date == BORN
    assert await maternity.current(site, AWA, date(2026, 3, 17)) is None
    after = await contact(ready, date(2026, 3, 17))
    assert (await maternity.link(site, after.id, "soins")).id != begun.id


@pytest.mark.parametrize("outcome", ["caesarean-elsewhere", "loss"])
async def test_a_pregnancy_that_ends_elsewhere_or_early_has_no_child_here(
    outcome: maternity.Ending, ready: Places
) -> None:
    visit = await contact(ready, FIRST)
    await maternity.link(ready.facility, visit.id, "soins")
    ended = await maternity.end(ready.facility, visit.id, outcome, (), "sage-femme")
    assert (ended.outcome, ended.children, ended.ended) == (outcome, (), FIRST)


async def test_what_cannot_be_changes_nothing(ready: Places) -> None:
    site = ready.facility
    man, woman = await contact(ready, FIRST, ISSA), await contact(ready, FIRST)
    async with refused("pregnancy-person", site):
        await maternity.link(site, man.id, "soins")
    async with refused("pregnancy-none", site):
        await maternity.end(site, woman.id, "loss", (), "soins")
    await maternity.link(site, woman.id, "soins")
    async with refused("pregnancy-births", site):
        await maternity.end(site, woman.id, "delivery", (), "soins")
    wrong = (Birth(AWA, FIRST, "birth-certificate"), Birth(AWA, date(2026, 5, 1), "birth-certificate"))
    async with refused("newborn-day", site):
        await maternity.end(site, woman.id, "delivery", wrong, "soins")
    await visits.close_day(site, FIRST, "soins")
    async with refused("visit-not-open", site):
        await maternity.link(site, woman.id, "soins")
