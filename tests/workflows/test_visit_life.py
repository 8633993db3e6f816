"""A visit across desks and days: kept open, its rest given within the prescription, its person corrected, all told."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.vocabulary.bedside import CareNote, Prescription
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import CareLine, Visit
from facility_agent.workflows import late, visits
from facility_agent.workflows import visit_life as life
from facility_agent.workflows.visits import Beside
from tests.workflows.march import FEVER
from tests.workflows.nothing import refused
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA = "MLT-000001-01", "MLT-000001-02"
TABLETS = "paracetamol"


def with_shortage(places: Places, prescribed: int = 20, given: int = 8) -> tuple[Visit, Beside]:
    """A visit at which a part of the tablets was not on the shelf."""
    visit = places.visit(AWA, DAY, ("consultation-nurse", 1), (TABLETS, given))
    id = f"{visit.id}:2"
    line = msgspec.structs.replace(visit.lines[1], prescribed=prescribed, prescription=id)
    visit = msgspec.structs.replace(visit, lines=(visit.lines[0], line))
    until = date(2026, 3, 9)
    written = Prescription(id, visit.facility, visit.id, AWA, TABLETS, prescribed, DAY, until)
    note = CareNote(id, "out-of-stock", DAY, visit.id, TABLETS, prescribed - given, AWA)
    return visit, Beside((written,), (note,))


def filling(places: Places, day: date, rest: Prescription, quantity: int, left: int, at: str = "09:00") -> Visit:
    line = CareLine("1", TABLETS, quantity, 10, prescribed=left, prescribed_on=rest.written_on, prescription=rest.id)
    return msgspec.structs.replace(places.visit(AWA, day, at=at), lines=(line,), register_number="")


async def test_only_what_was_given_is_claimed_and_what_was_not_is_counted(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert [(line.act, line.quantity) for line in claim.visit.lines] == [("consultation-nurse", 1), (TABLETS, 8)]
    (note,) = await ready.facility.store.notes(month="2026-03")
    assert (note.kind, note.act, note.quantity) == ("out-of-stock", TABLETS, 12)
    (rest,) = await life.rests_of(ready.facility, AWA)
    assert (rest.given, rest.left) == (8, 12)


async def test_the_rest_is_given_at_a_later_visit_as_long_as_the_prescription_holds(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    await visits.close_day(ready.facility, DAY, "caisse")
    tomorrow = date(2026, 3, 3)
    ready.at(tomorrow)
    judged = await visits.record(ready.facility, filling(ready, tomorrow, beside.prescriptions[0], 12, 12), "soins")
    assert {finding.code for finding in judged.adjudication.all_findings}.isdisjoint(
        {"dispensed-over-prescribed", "prescription-expired"}
    )
    assert await life.rests_of(ready.facility, AWA) == ()
    ready.at(date(2026, 3, 10))
    second, other = with_shortage(ready, 30, 1)
    second = msgspec.structs.replace(second, register_number="31")
    await visits.record(ready.facility, second, "soins", beside=other)
    assert await life.rests_of(ready.facility, AWA) == (), "the prescription ended on the ninth"


async def test_two_pharmacists_do_not_give_the_same_rest_twice(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    written = beside.prescriptions[0]
    await visits.record(ready.facility, filling(ready, DAY, written, 12, 12), "pharmacie")
    async with refused("prescription-used-up", ready.facility):
        await visits.record(ready.facility, filling(ready, DAY, written, 5, 12, at="09:10"), "pharmacie 2")


async def test_a_visit_taken_back_gives_its_rest_back(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    second = filling(ready, DAY, beside.prescriptions[0], 12, 12)
    await visits.record(ready.facility, second, "soins")
    await visits.undo(ready.facility, second.id, "soins", "trop vite")
    (rest,) = await life.rests_of(ready.facility, AWA)
    assert rest.left == 12


async def test_a_prescription_that_was_filled_elsewhere_cannot_disappear(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    await visits.record(ready.facility, filling(ready, DAY, beside.prescriptions[0], 2, 12), "soins")
    changed = msgspec.structs.replace(visit, lines=visit.lines[:1])
    async with refused("prescription-filled", ready.facility):
        await visits.record(ready.facility, changed, "soins", 1, beside=Beside())


async def test_more_given_than_prescribed_is_the_facility_s_and_says_so(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, (TABLETS, 12))
    line = msgspec.structs.replace(visit.lines[0], prescribed=10)
    judged = await visits.record(ready.facility, msgspec.structs.replace(visit, lines=(line,)), "soins")
    (answer,) = judged.adjudication.lines
    assert "dispensed-over-prescribed" in {finding.code for finding in answer.findings}
    assert answer.facility_bears == 20 and answer.submitted == 120


async def test_an_open_visit_waits_and_blocks_nobody(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins", state="open")
    await visits.record(ready.facility, ready.visit(ISSA, DAY), "soins")
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert claim.visit.beneficiary.number == ISSA
    ready.at(date(2026, 3, 3))
    await visits.record(ready.facility, visit, "pharmacie", 1)
    (later,) = await visits.close_day(ready.facility, date(2026, 3, 3), "caisse")
    assert (later.visit.day, later.visit.beneficiary.number) == (DAY, AWA)


async def test_a_recorded_visit_is_opened_again_until_its_day_is_closed(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    row = await life.reopen(ready.facility, visit.id, "pharmacie")
    assert (row.state, row.version) == ("open", 2)
    assert await life.reopen(ready.facility, visit.id, "pharmacie") == row
    await visits.record(ready.facility, row.visit, "pharmacie", row.version)
    await visits.close_day(ready.facility, DAY, "caisse")
    async with refused("visit-not-open", ready.facility):
        await life.reopen(ready.facility, visit.id, "pharmacie")
    async with refused("visit-unknown", ready.facility):
        await life.reopen(ready.facility, "nobody", "pharmacie")


async def test_a_visit_of_the_wrong_person_is_given_to_the_right_one(ready: Places) -> None:
    visit, beside = with_shortage(ready)
    await visits.record(ready.facility, visit, "soins", beside=beside)
    kept = await life.give_to(ready.facility, visit.id, ISSA, "accueil", "deux Awa dans la salle", "x")
    row = await ready.facility.store.visit(kept)
    assert row is not None and (kept, row.visit.beneficiary.number) == (visit.id, ISSA)
    assert (row.visit.identified, row.visit.card_serial) == ("number", None), "the card was another person's"
    assert [rest.prescription.member for rest in await life.rests_of(ready.facility, ISSA)] == [ISSA]
    assert await life.rests_of(ready.facility, AWA) == ()
    (first, last) = await life.told(ready.facility, visit.id)
    assert first.changes == () and last.who == "accueil"
    told = {change.fact: (change.old, change.new) for change in last.changes}
    assert told["person"][0].endswith(AWA) and told["person"][1].endswith(ISSA)
    assert told["reason"] == ("", "deux Awa dans la salle")


async def test_after_the_close_another_visit_replaces_the_claim_of_the_wrong_person(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    await visits.close_day(ready.facility, DAY, "caisse")
    successor = ready.facility.new_id()
    for _ in range(2):
        kept = await life.give_to(ready.facility, visit.id, ISSA, "accueil", "erreur", successor)
        assert kept == successor, "the same form twice counts once"
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert (claim.replaces, claim.visit.beneficiary.number) == (visit.id, ISSA)
    assert await ready.facility.store.claims_of_month(None, "2026-03") == (claim,)


WRONG = {
    "member-unknown": ("MLT-999999-01", "erreur"),
    "reason-missing": (ISSA, "  "),
    "visit-same-person": (AWA, "erreur"),
}


@pytest.mark.parametrize("code", WRONG)
async def test_a_person_that_cannot_be_is_an_answer(code: str, ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    async with refused(code, ready.facility):
        await life.give_to(ready.facility, visit.id, *WRONG[code][:1], "accueil", WRONG[code][1], "x")


async def test_every_change_tells_old_and_new(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    line = msgspec.structs.replace(visit.lines[0], quantity=2)
    changed = msgspec.structs.replace(visit, lines=(line, *visit.lines[1:]), emergency=True, register_number="12 bis")
    await visits.record(ready.facility, changed, "infirmier", 1)
    (_, last) = await life.told(ready.facility, visit.id)
    assert (last.who, last.state) == ("infirmier", "recorded")
    told = {(change.fact, change.line): (change.old, change.new) for change in last.changes}
    assert told["emergency", ""] == ("False", "True")
    assert told["register_number", ""] == (visit.register_number, "12 bis")
    assert told["care", line.act] == (f"1 × {line.price}", f"2 × {line.price}")


async def test_the_second_of_two_desks_is_told_and_its_entry_is_not_kept(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins", state="open")
    await visits.record(ready.facility, msgspec.structs.replace(visit, weight_grams=60_000), "labo", 1, state="open")
    async with refused("visit-changed", ready.facility):
        other = msgspec.structs.replace(visit, weight_grams=70_000)
        await visits.record(ready.facility, other, "pharmacie", 1, state="open")


async def test_care_entered_late_is_judged_on_what_stood_before_it(ready: Places) -> None:
    first = date(2026, 3, 5)
    ready.at(first)
    await visits.record(ready.facility, ready.visit(AWA, first, *FEVER), "soins")
    await visits.close_day(ready.facility, first, "caisse")
    ready.at(date(2026, 3, 9))
    draft = ready.visit(AWA, DAY, *FEVER, register_number="7")
    dated = late.dated(ready.facility, draft)
    assert dated.id < draft.id and late.dated(ready.facility, draft) == dated, "sent twice, it is the same"
    judged = await visits.record(ready.facility, dated, "infirmier")
    assert judged.basis.history == (), "the claim of the fifth came after"
    assert (judged.visit.day, judged.visit.entered_on, judged.visit.entered_by) == (DAY, date(2026, 3, 9), "infirmier")
    on_time = await visits.judge(ready.facility, ready.visit(AWA, date(2026, 3, 9), *FEVER))
    assert len(on_time.basis.history) == 1


async def test_care_of_a_month_that_was_invoiced_needs_a_reason(sent: Places) -> None:
    with pytest.raises(InputError, match="visit-month-closed"):
        await late.check_month(sent.facility, DAY, "")
    await late.check_month(sent.facility, DAY, "cahier retrouvé")
    await late.check_month(sent.facility, sent.facility.today(), "")
