"""Sheets carried from one facility to another: signed, read offline, taken once, marked when filled in by hand."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.vocabulary.bedside import Item, Prescription
from facility_agent.workflows import sheets, visits
from facility_agent.workflows import visit_life as life
from facility_agent.workflows.sheets import Wanted
from facility_agent.workflows.visits import Beside
from tests.workflows.march import FEVER
from tests.workflows.nothing import refused
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA = "MLT-000001-01", "MLT-000001-02"
GOING = Wanted("019d0000-0000-7000-8000-00000000000a", "referral", "CMA de Boussé", "fièvre qui dure", "artésunate", 28)


async def test_a_referral_says_where_and_why_and_is_one_however_often_it_is_sent(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins", state="open")
    first = await sheets.write(ready.facility, visit.id, GOING, "soins")
    assert await sheets.write(ready.facility, visit.id, GOING, "soins") == first
    assert (first.number, first.kilometres, first.treatment) == ("CSPS-EX1-RF2026-0001", 28, "artésunate")
    kept = await ready.facility.store.visit(visit.id)
    assert kept is not None and kept.visit.referred_to == "CMA de Boussé"
    for wrong in (msgspec.structs.replace(GOING, id="x", to=""), msgspec.structs.replace(GOING, id="x", reason="")):
        async with refused("sheet-incomplete", ready.facility):
            await sheets.write(ready.facility, visit.id, wrong, "soins")


async def test_the_next_reader_believes_it_offline_for_the_right_person_only(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    sheet = await sheets.write(ready.facility, visit.id, GOING, "soins")
    # The mutual knows the health centre's keys, as another facility would that exchanged them.
    async with refused("sheet-other-person", ready.mutual):
        await sheets.take(ready.mutual, sheet.token, ISSA, "accueil")
    async with refused("proof-altered", ready.mutual):
        changed = sheet.token[:-1] + str((int(sheet.token[-1]) + 1) % 10)
        await sheets.take(ready.mutual, changed, AWA, "accueil")
    for _ in range(2):
        taken = await sheets.take(ready.mutual, sheet.token, AWA, "accueil")
    assert (taken.sender, taken.number, taken.day, taken.reason) == ("CSPS-EX1", sheet.number, DAY, "")
    assert await ready.mutual.store.sheets("in", since="2026-03-01") == (taken,)
    arrived = sheets.arrived_with(visit, taken)
    assert (arrived.referred_from, arrived.brought) == ("CSPS-EX1", sheet.number)
    async with refused("sheet-own", ready.facility):
        await sheets.take(ready.facility, sheet.token, AWA, "accueil")


async def test_a_prescription_for_elsewhere_is_filled_there_once(ready: Places) -> None:
    visit = ready.visit(AWA, DAY)
    id = f"{visit.id}:2"
    away = Prescription(id, visit.facility, visit.id, AWA, "amoxicillin-dt", 20, DAY, date(2026, 3, 9), True)
    await visits.record(ready.facility, visit, "soins", beside=Beside((away,)))
    assert await life.rests_of(ready.facility, AWA) == (), "it is not for this counter"
    wanted = Wanted("019d0000-0000-7000-8000-00000000000b", "prescription")
    sheet = await sheets.write(ready.facility, visit.id, wanted, "soins")
    assert (sheet.items, sheet.until) == ((Item("amoxicillin-dt", 20),), date(2026, 3, 9))
    for _ in range(3):
        await sheets.take(ready.mutual, sheet.token, AWA, "pharmacie")
    (rest,) = await life.rests_of(ready.mutual, AWA)
    assert (rest.left, rest.prescription.facility) == (20, "CSPS-EX1")
    other = ready.visit(ISSA, DAY, register_number="90")
    await visits.record(ready.facility, other, "soins")
    async with refused("sheet-nothing", ready.facility):
        await sheets.write(ready.facility, other.id, msgspec.structs.replace(wanted, id="y"), "soins")


async def test_a_sheet_filled_in_by_hand_is_accepted_and_marked(ready: Places) -> None:
    id = ready.facility.new_id()
    items = (Item("paracetamol", 10),)
    taken = await sheets.take_by_hand(
        ready.facility, id, "prescription", "CM privé", " 41 ", DAY, AWA, "accueil", items
    )
    assert taken.by_hand and (taken.number, taken.token) == ("41", "")
    (rest,) = await life.rests_of(ready.facility, AWA)
    assert rest.left == 10
    async with refused("sheet-taken", ready.facility):
        await sheets.take_by_hand(ready.facility, "other", "referral", "CM privé", "41", DAY, ISSA, "accueil")
    async with refused("sheet-incomplete", ready.facility):
        await sheets.take_by_hand(ready.facility, "other", "referral", " ", "42", DAY, ISSA, "accueil")
