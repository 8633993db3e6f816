"""A small March: six visits on three days, one of them billed above the tariff, and the month closed and sealed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import month_end, visits
from tests.workflows.places import Places

MALARIA = (("consultation-nurse", 1), ("malaria-rapid-test", 1), ("artemether-lumefantrine", 24), ("paracetamol", 12))
FEVER = (("consultation-nurse", 1), ("paracetamol", 12))

#: Who came when, and why.
MARCH = (
    ("MLT-000001-01", date(2026, 3, 3), "08:10", MALARIA),
    ("MLT-000002-02", date(2026, 3, 3), "09:40", FEVER),
    ("MLT-000003-01", date(2026, 3, 10), "08:05", FEVER),
    ("MLT-000004-02", date(2026, 3, 10), "10:30", MALARIA),
    ("MLT-000005-01", date(2026, 3, 17), "11:00", (("consultation-nurse", 1),)),
)
#: What the mutual owes for them: 70 % of consultations and tests, 75 % of medicines.
DUE_MALARIA = 70 + 350 + 900 + 90
DUE_FEVER = 70 + 90
DUE = 2 * DUE_MALARIA + 2 * DUE_FEVER + 70 + 70
#: Somebody else was billed five times the tariff: the facility bears what lies above it.
DEAR = ("MLT-000006-02", date(2026, 3, 18), "09:00")
DEAR_PRICE = 500


async def live_march(places: Places) -> None:
    """Everybody comes, and every day is closed in the evening."""
    for member, day, at, care in MARCH:
        places.at(day, at)
        await visits.record(places.facility, places.visit(member, day, *care, at=at), "soins")
    member, day, at = DEAR
    places.at(day, at)
    dear = places.visit(member, day, at=at, prices={"consultation-nurse": DEAR_PRICE})
    await visits.record(places.facility, dear, "soins")
    for day in (date(2026, 3, 3), date(2026, 3, 10), date(2026, 3, 18)):
        places.at(day, "18:00")
        await visits.close_day(places.facility, day, "caisse")


async def close_march(places: Places) -> tuple[Batch, Path]:
    """The mutual's batch of March, closed on 2 April, and its sealed file."""
    places.at(date(2026, 4, 2), "09:00")
    batch = await month_end.close(places.facility, "2026-03", places.mutual.config.code, "mutual", "comptable")
    exported = await month_end.export(places.facility, batch.id, "comptable")
    assert exported.sealed is not None
    return batch, exported.sealed
