"""Stays: admitted once, cared for day by day, discharged with the days that the clause counts; a death is told."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.workflows import exchange, stays, visits
from tests.workflows.nothing import refused
from tests.workflows.places import Places

DAY, LAST = date(2026, 3, 2), date(2026, 3, 6)
AWA = "MLT-000001-01"


async def test_a_stay_gathers_care_day_by_day_and_is_claimed_at_its_discharge(ready: Places) -> None:
    visit = ready.visit(AWA, DAY)
    first = await stays.admit(ready.facility, visit, "21:30", "Femmes", "2", "soins")
    assert await stays.admit(ready.facility, visit, "21:30", "Femmes", "2", "soins") == first
    assert first.visit.stay is not None and (first.visit.at, first.visit.stay.ward) == ("21:30", "Femmes")
    async with refused("stay-running", ready.facility):
        other = ready.visit(AWA, DAY, register_number="77")
        await stays.admit(ready.facility, other, "", "Femmes", "", "soins")
    assert [row.visit.id for row in await stays.running(ready.facility)] == [visit.id]
    for day in (date(2026, 3, 3), date(2026, 3, 4)):
        ready.at(day)
        await stays.add_daily(ready.facility, visit.id, "paracetamol", 3, day, "08:00", "soins")
    async with refused("stay-day", ready.facility):
        await stays.add_daily(ready.facility, visit.id, "paracetamol", 3, date(2026, 3, 1), "08:00", "soins")
    assert await visits.close_day(ready.facility, date(2026, 3, 4), "caisse") == (), "it goes on"
    ready.at(LAST)
    ended = await stays.discharge(ready.facility, visit.id, LAST, "cured", "soins")
    assert ended.state == "recorded" and ended.visit.stay is not None
    assert (ended.visit.stay.discharged, ended.visit.stay.outcome) == (LAST, "cured")
    (claim,) = await visits.close_day(ready.facility, LAST, "caisse")
    assert [line.quantity for line in claim.visit.lines if line.act == "paracetamol"] == [3, 3]
    assert "duplicate-line" not in {finding.code for finding in claim.adjudication.all_findings}
    assert await stays.running(ready.facility) == ()


WRONG = {
    "stay-day": (date(2026, 3, 1), "cured", ""),
    "stay-outcome": (DAY, "", ""),
    "stay-referred-where": (DAY, "referred", " "),
}


@pytest.mark.parametrize("code", WRONG)
async def test_a_discharge_that_cannot_be_is_an_answer(code: str, ready: Places) -> None:
    visit = ready.visit(AWA, DAY)
    await stays.admit(ready.facility, visit, "10:00", "", "", "soins")
    day, outcome, to = WRONG[code]
    async with refused(code, ready.facility):
        await stays.discharge(ready.facility, visit.id, day, outcome, "soins", to=to)  # type: ignore[arg-type]


async def test_who_is_not_admitted_is_not_discharged(ready: Places) -> None:
    visit = ready.visit(AWA, DAY)
    await visits.record(ready.facility, visit, "soins")
    async with refused("visit-not-open", ready.facility):
        await stays.discharge(ready.facility, visit.id, DAY, "cured", "soins")


async def test_a_death_reaches_the_mutual_once_and_names_no_cause(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, condition_text="hémorragie")
    await stays.admit(ready.facility, visit, "10:00", "Maternité", "", "soins")
    await stays.discharge(ready.facility, visit.id, DAY, "died", "soins")
    (letter,) = (ready.facility.folder / "outbox").glob("notice-*.fae")
    for _ in range(2):
        received = await exchange.receive(ready.mutual, letter.read_bytes(), "agent")
        assert (received.kind, received.about) == ("notice", AWA)
    (notice,) = await ready.mutual.store.notices()
    assert (notice.member, notice.day, notice.facility) == (AWA, DAY, "CSPS-EX1")


async def test_the_register_changes_only_when_somebody_has_looked(ready: Places) -> None:
    visit = ready.visit(AWA, DAY)
    await stays.admit(ready.facility, visit, "10:00", "", "", "soins")
    await stays.discharge(ready.facility, visit.id, DAY, "died", "soins")
    (letter,) = (ready.facility.folder / "outbox").glob("notice-*.fae")
    await exchange.receive(ready.mutual, letter.read_bytes(), "agent")
    (coverage,) = await ready.mutual.store.coverage_of(AWA)
    assert coverage.beneficiary.deceased_on is None
