"""The guarantee desk: a request by telephone, its clock, a number that can be checked, what claims used, taken back."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.vocabulary.guarantees import GuaranteedRate, checks
from facility_agent.workflows import exchange, guarantee_desk, guarantees, month_end, visits
from facility_agent.workflows.guarantees import Answer
from tests.workflows.nothing import refused
from tests.workflows.places import Places

AWA, FACILITY = "MLT-000001-01", "CSPS-EX1"


@pytest.mark.parametrize("facility", [FACILITY, "CLINIQUE-SANS-CLES"])
async def test_a_request_by_telephone_is_answered_with_a_number_that_checks(ready: Places, facility: str) -> None:
    site = ready.mutual
    async with refused("guarantee-reason", site):
        await guarantee_desk.take_down(site, facility, AWA, "approval", (), " ", "agent")
    async with refused("member-unknown", site):
        await guarantee_desk.take_down(site, facility, "MLT-999999-99", "approval", (), "Scanner", "agent")
    letters = len(await site.store.letters("out"))
    asked = await guarantee_desk.take_down(site, facility, AWA, "approval", ("paracetamol",), "Douleur", "agent")
    (row,) = await guarantee_desk.waiting(site)
    assert (row.guarantee, row.due, row.late, row.silence) == (asked, None, False, "unknown")
    granted = await guarantees.answer(site, asked.id, Answer(True, until=date(2026, 3, 31), quantity=30), "medecin")
    known = facility == FACILITY
    assert granted.rates == (GuaranteedRate("paracetamol", "75" if known else ""),)
    assert checks(granted.number) and await guarantee_desk.waiting(site) == ()
    # Whoever has keys with us gets a letter too; the other one hears the number.
    assert len(await site.store.letters("out")) == letters + (facility == FACILITY)
    assert (await guarantee_desk.one(site, asked.id)).guarantee == granted


async def test_what_claims_used_is_counted_and_a_guarantee_can_be_taken_back(ready: Places) -> None:
    site = ready.mutual
    asked = await guarantee_desk.take_down(site, FACILITY, AWA, "approval", ("paracetamol",), "Douleur", "agent")
    granted = await guarantees.answer(site, asked.id, Answer(True, until=date(2026, 3, 31), quantity=30), "medecin")
    (name,) = [letter.name for letter in await site.store.letters("out") if letter.kind == "guarantee"]
    sealed = await site.store.sealed(name)
    assert sealed is not None
    await exchange.receive(ready.facility, sealed, "comptable", name)
    visit = await guarantees.attached(ready.facility, ready.visit(AWA, date(2026, 3, 2), ("paracetamol", 12)))
    assert [each.number for each in visit.guarantees] == [granted.number]
    await visits.record(ready.facility, visit, "soins")
    await visits.close_day(ready.facility, date(2026, 3, 2), "caisse")
    ready.at(date(2026, 4, 2))
    batch = await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")
    exported = await month_end.export(ready.facility, batch.id, "comptable")
    assert exported.sealed is not None
    await exchange.receive(site, exported.sealed.read_bytes(), "agent")
    (row,) = await guarantee_desk.issued(site)
    used = await ready.facility.store.guarantees_claimed([granted.number])
    assert (row.used, row.over) == (used.get(granted.number, 0), True)
    async with refused("guarantee-reason", site):
        await guarantee_desk.revoke(site, asked.id, " ", "medecin")
    assert (await guarantee_desk.revoke(site, asked.id, "Donnée par erreur", "medecin")).state == "revoked"
    async with refused("guarantee-state", site):
        await guarantee_desk.revoke(site, asked.id, "Encore", "medecin")
    async with refused("guarantee-unknown", site):
        await guarantee_desk.one(site, "nowhere")
