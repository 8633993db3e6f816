"""Visits: what can be kept, what is kept once, what is taken back, and the claim that another one replaces."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.workflows import audit_desk, day, exchange, newborns, visits
from tests.workflows.march import DUE, DUE_FEVER, FEVER, MALARIA, close_march, live_march
from tests.workflows.nothing import everything, refused
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA = "MLT-000001-01", "MLT-000001-02"

WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "of tomorrow": ("visit-in-future", {"day": date(2026, 3, 3)}),
    "without care": ("visit-empty", {"lines": ()}),
    "before any arrangement": ("arrangement-missing", {"day": date(1999, 1, 1)}),
    "that replaces nothing that we know": ("claim-unknown", {"replaces": "019d0000-0000-7000-8000-000000000000"}),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_visit_that_cannot_be_kept_is_not(what: str, ready: Places) -> None:
    code, changes = WRONG[what]
    visit = msgspec.structs.replace(ready.visit(AWA, DAY), **changes)
    async with refused(code, ready.facility):
        await visits.record(ready.facility, visit, "soins")


async def test_an_act_that_nobody_priced_is_not_recorded(ready: Places) -> None:
    known = await visits.terms_of_today(ready.facility)
    unpriced = next(
        code for code in known.acts if not any(known.tariff(code, scheme) for scheme in ("", *known.schemes))
    )
    async with refused("act-without-tariff", ready.facility):
        await visits.record(ready.facility, ready.visit(AWA, DAY, (unpriced, 1)), "soins")


async def test_showing_who_pays_saves_nothing(ready: Places) -> None:
    before = await everything(ready.facility)
    judged = await visits.judge(ready.facility, ready.visit(AWA, DAY, *FEVER))
    assert judged.adjudication.submitted == 220
    assert await everything(ready.facility) == before


async def test_the_same_visit_twice_counts_once(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    first = await visits.record(ready.facility, visit, "soins")
    assert await visits.record(ready.facility, visit, "soins") == first
    assert [row.version for row in await ready.facility.store.visits()] == [1]
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert await visits.close_day(ready.facility, DAY, "caisse") == ()
    assert (claim.id, claim.number) == (visit.id, "CSPS-EX1-2026-000001")
    assert await ready.facility.store.claims_of_month(None, "2026-03") == (claim,)
    async with refused("visit-changed", ready.facility):
        await visits.record(ready.facility, visit, "soins")


async def test_two_desks_on_one_visit_do_not_overwrite_each_other(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    other = msgspec.structs.replace(visit, condition_text="saisi à l'autre poste")
    async with refused("visit-changed", ready.facility):
        await visits.record(ready.facility, other, "soins")


async def test_a_day_closed_at_two_desks_at_once_mints_every_claim_once(ready: Places) -> None:
    for place, member in enumerate(list(ready.cards)[:12]):
        await visits.record(ready.facility, ready.visit(member, DAY, at=f"08:{place:02d}"), "soins")
    both = await asyncio.gather(*(visits.close_day(ready.facility, DAY, "caisse") for _ in range(2)))
    claims = await ready.facility.store.claims_of_month(None, "2026-03")
    assert sorted(claim.number for claim in claims) == [f"CSPS-EX1-2026-{number:06d}" for number in range(1, 13)]
    assert sorted(claim.id for claims in both for claim in claims) == sorted(claim.id for claim in claims)


async def test_a_visit_is_taken_back_with_a_reason_before_the_day_is_closed(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    async with refused("reason-missing", ready.facility):
        await visits.undo(ready.facility, visit.id, "soins", "   ")
    await visits.undo(ready.facility, visit.id, "soins", " saisi deux fois ")
    (row,) = await ready.facility.store.visits()
    assert (row.state, row.visit.reason) == ("abandoned", "saisi deux fois")
    assert await visits.close_day(ready.facility, DAY, "caisse") == ()
    for unknown in (visit.id, "nobody"):
        async with refused("visit-not-open", ready.facility):
            await visits.undo(ready.facility, unknown, "soins", "encore")


async def test_a_claim_cannot_be_taken_back(ready: Places) -> None:
    visit = ready.visit(AWA, DAY, *FEVER)
    await visits.record(ready.facility, visit, "soins")
    await visits.close_day(ready.facility, DAY, "caisse")
    async with refused("visit-not-open", ready.facility):
        await visits.undo(ready.facility, visit.id, "soins", "trop tard")


async def test_the_future_cannot_be_closed(ready: Places) -> None:
    async with refused("visit-in-future", ready.facility):
        await visits.close_day(ready.facility, date(2026, 3, 3), "caisse")


async def test_register_numbers_go_on_from_the_highest(ready: Places) -> None:
    assert await day.next_register_number(ready.facility, DAY) == "1"
    for number in ("7", "12 bis", "²"):
        await visits.record(ready.facility, ready.visit(AWA, DAY, register_number=number), "soins")
    assert await day.next_register_number(ready.facility, DAY) == "8"
    assert await day.next_register_number(ready.facility, date(2027, 1, 2)) == "1"


async def test_a_late_entry_keeps_the_day_of_care_and_says_when_it_was_entered(ready: Places) -> None:
    ready.at(date(2026, 3, 5))
    kept = (await visits.record(ready.facility, ready.visit(AWA, DAY, *FEVER), "infirmier")).visit
    assert (kept.day, kept.entered_on, kept.entered_by) == (DAY, date(2026, 3, 5), "infirmier")
    assert kept.facility == "CSPS-EX1"


async def _replaced(places: Places) -> tuple[str, str]:
    """A claim of malaria, and the one of fever that replaces it; their ids."""
    wrong = places.visit(AWA, DAY, *MALARIA)
    await visits.record(places.facility, wrong, "soins")
    await visits.close_day(places.facility, DAY, "caisse")
    right = places.visit(AWA, DAY, *FEVER, replaces=wrong.id)
    judged = await visits.record(places.facility, right, "soins")
    assert "duplicate-claim" not in {finding.code for finding in judged.adjudication.all_findings}
    return wrong.id, right.id


async def test_a_replaced_claim_stops_counting_in_history_month_and_batch(ready: Places) -> None:
    old, new = await _replaced(ready)
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert (claim.id, claim.replaces) == (new, old)
    history = await newborns.history_of(ready.facility, claim.visit.beneficiary)
    assert {line.claim for line in history.lines} == {new}
    assert [claim.id for claim in await ready.facility.store.claims_of_month(None, "2026-03")] == [new]
    await live_march(ready)
    batch, sealed = await close_march(ready)
    assert batch.due == DUE + DUE_FEVER
    assert old not in {item.claim for item in batch.items}
    await exchange.receive(ready.mutual, sealed.read_bytes(), "agent")
    view = await audit_desk.audit(ready.mutual, batch.id)
    assert {answer.claimed - answer.computed for answer in view.recomputed} == {0}


async def test_a_claim_is_replaced_by_one_other_only(ready: Places) -> None:
    old, new = await _replaced(ready)
    second = ready.visit(AWA, DAY, *FEVER, replaces=old)
    async with refused("claim-replaced-twice", ready.facility):
        await visits.record(ready.facility, second, "soins")
    await visits.close_day(ready.facility, DAY, "caisse")
    async with refused("claim-replaced-twice", ready.facility):
        await visits.record(ready.facility, second, "soins")
    third = ready.visit(AWA, DAY, *FEVER, replaces=new)
    await visits.record(ready.facility, third, "soins")
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    assert await ready.facility.store.claims_of_month(None, "2026-03") == (claim,)
    await visits.record(ready.facility, ready.visit(ISSA, DAY), "soins")
