"""What the centre owes anyway: the register of the day, the counts of the month, the archive."""

from __future__ import annotations

from datetime import date

from facility_agent.workflows import reports, visits
from facility_agent.workflows import visit_life as life
from tests.workflows.march import FEVER
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA, LEA = "MLT-000001-01", "MLT-000001-02", "MLT-000001-03"


async def test_the_register_is_in_its_order_and_leaves_out_what_was_taken_back(ready: Places) -> None:
    for member, number in ((AWA, "10"), (ISSA, "9"), (LEA, "9 bis")):
        await visits.record(ready.facility, ready.visit(member, DAY, *FEVER, register_number=number), "soins")
    gone = ready.visit(AWA, DAY, at="16:00", register_number="11")
    await visits.record(ready.facility, gone, "soins")
    await visits.undo(ready.facility, gone.id, "soins", "erreur")
    assert [visit.register_number for visit in await reports.register_of(ready.facility, DAY)] == ["9", "10", "9 bis"]


async def test_the_counts_of_a_month_leave_out_what_was_replaced(ready: Places) -> None:
    wrong = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, wrong, "soins")
    await visits.close_day(ready.facility, DAY, "caisse")
    await visits.record(ready.facility, ready.visit(AWA, DAY, ("paracetamol", 12), replaces=wrong.id), "soins")
    await visits.record(ready.facility, ready.visit(LEA, DAY, ("paracetamol", 6)), "soins")
    await life.note(ready.facility, "n", "card-refused", "accueil", member=ISSA, reason="photo illisible")
    counts = await reports.counts_of(ready.facility, "2026-03")
    assert (counts.visits, counts.acts) == (2, {"paracetamol": 18})
    assert counts.people == {("15+", "F"): 1, ("5-14", "F"): 1}
    assert counts.notes == {"card-refused": 1}
    (box,) = await reports.archive_of(ready.facility, "2026-03")
    assert box.keep_until is None, "nobody has said for how long"
    (box,) = await reports.archive_of(ready.facility, "2026-03", 5)
    assert (box.papers, box.keep_until) == (1, date(2031, 3, 1))
