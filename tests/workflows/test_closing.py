"""Before the close: left out with a reason, justified, the mutual's own check, later batches of the same month."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.terms import terms
from facility_agent.exchange.messages import BatchMessage, decode, encode
from facility_agent.vocabulary.month import Justified
from facility_agent.workflows import audit_desk, closing, exchange, month_end, month_notes, regularising, visits
from facility_agent.workflows.month_end import BatchView
from tests.workflows.march import DUE, close_march, live_march
from tests.workflows.nothing import refused
from tests.workflows.places import Places

MARCH = "2026-03"


async def test_what_the_mutual_would_refuse_is_known_before(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 4, 2))
    found = await closing.forecast(ready.facility, MARCH, "MLT", "mutual")
    assert found.register and found.due == DUE
    batch, sealed = await close_march(ready)
    await exchange.receive(ready.mutual, sealed.read_bytes(), "agent")
    theirs = await audit_desk.audit(ready.mutual, batch.id)
    assert found.expected == sum(proposal.amount for proposal in theirs.proposals)
    asked = {entry.claim for entry in theirs.report.look_at}
    assert asked <= {doubt.claim.id for doubt in found.doubts}


async def test_a_visit_that_waits_may_stay_out_with_a_reason_and_comes_in_a_supplement(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 3, 31))
    late = ready.visit("MLT-000007-01", date(2026, 3, 31))
    await visits.record(ready.facility, late, "soins")
    ready.at(date(2026, 4, 2))
    async with refused("reason-missing", ready.facility):
        await month_notes.note(ready.facility, "left-out", MARCH, late.id, "", "", " ", "comptable")
    async with refused("visit-unknown", ready.facility):
        await month_notes.note(ready.facility, "left-out", "2026-02", late.id, "", "", "x", "comptable")
    await month_notes.note(ready.facility, "left-out", MARCH, late.id, "", "", "carnet égaré", "comptable")
    (waiting,) = await closing.waiting_of(ready.facility, MARCH)
    assert waiting.left_out == "carnet égaré"
    await close_march(ready)
    await visits.close_day(ready.facility, date(2026, 4, 2), "soins")
    assert [row.kind for row in await month_end.preview(ready.facility, MARCH)] == ["main"], "still left out"
    await month_notes.take_back(ready.facility, "left-out", MARCH, late.id, "", "")
    rows = await month_end.preview(ready.facility, MARCH)
    assert [(row.kind, row.claims, row.closed is None) for row in rows] == [
        ("main", 6, False), ("supplementary", 1, True),
    ]  # fmt: skip
    more = await month_end.close(ready.facility, MARCH, "MLT", "mutual", "comptable", "supplementary")
    assert (more.number, more.kind) == ("CSPS-EX1-MLT-0002", "supplementary")
    exported = await month_end.export(ready.facility, more.id, "comptable")
    assert exported.sealed is not None and exported.csv.read_bytes().startswith(b"\xef\xbb\xbf")
    await exchange.receive(ready.mutual, exported.sealed.read_bytes(), "agent")
    assert (await audit_desk.audit(ready.mutual, more.id)).batch.kind == "supplementary"
    async with refused("batch-empty", ready.facility):
        await month_end.close(ready.facility, MARCH, "MLT", "mutual", "comptable", "supplementary")


async def test_what_was_invoiced_wrong_is_put_right_in_a_regularisation(sent: Places) -> None:
    (view,) = await month_end.batches(sent.facility)
    wrong = view.claims[0]
    sent.at(date(2026, 4, 3))
    async with refused("claim-invoiced", sent.facility):
        await month_notes.note(sent.facility, "justified", MARCH, wrong.id, "MLT", "mutual", "x", "comptable")
    right = sent.visit(
        wrong.visit.beneficiary.number, wrong.visit.day, at=wrong.visit.at, replaces=wrong.id, reason="quantité relue"
    )
    await visits.record(sent.facility, right, "soins")
    await visits.close_day(sent.facility, date(2026, 4, 3), "soins")
    open_rows = [row for row in await month_end.preview(sent.facility, MARCH) if row.closed is None]
    assert [(row.kind, row.claims) for row in open_rows] == [("regularisation", 1)]
    batch = await month_end.close(sent.facility, MARCH, "MLT", "mutual", "comptable", "regularisation")
    (claim,) = (await month_end.batch_of(sent.facility, batch.id)).claims
    assert claim.replaces == wrong.id and batch.number.endswith("-0002")


@pytest.mark.parametrize(
    ("months", "sent", "weight"),
    [(2, date(2026, 6, 10), ""), (2, date(2026, 6, 11), "refuse"), ("unknown", date(2026, 6, 11), "unchecked")],
)
async def test_what_was_answered_may_be_put_right_for_so_many_months(
    held: Places, view: BatchView, months: int | str, sent: date, weight: str
) -> None:
    clauses = msgspec.structs.replace(held.mutual.arrangement(date(2026, 3, 31)).clauses, regularisation_months=months)
    law = msgspec.structs.replace(held.mutual.arrangement(date(2026, 3, 31)), clauses=clauses, digest=f"{months}")
    wrong = view.claims[0]
    right = msgspec.structs.replace(wrong, id="right", replaces=wrong.id)
    known = terms(law, None, "CSPS-EX1")
    found = await regularising.late(held.mutual, known, (right,), "MLT", "mutual", sent)
    assert (found.weight if found else "") == weight
    assert await regularising.late(held.mutual, known, (wrong,), "MLT", "mutual", sent) is None


async def test_a_justification_travels_with_the_batch(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 4, 2))
    doubts = (await closing.ready(ready.facility, MARCH, "MLT", "mutual", "main")).claims
    await month_notes.note(ready.facility, "justified", MARCH, doubts[0].id, "MLT", "mutual", "Vu l’ordonnance.", "c")
    batch, sealed = await close_march(ready)
    message = BatchMessage(batch, doubts, (Justified(doubts[0].id, "Vu l’ordonnance."),))
    assert decode("batch", encode(message)) == message
    await exchange.receive(ready.mutual, sealed.read_bytes(), "agent")
    view = await audit_desk.claim_view(ready.mutual, batch.id, doubts[0].id)
    assert view.justified == "Vu l’ordonnance."


async def test_what_is_to_be_sent_soon_is_named_until_it_is_sent(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 4, 1))
    (cutoff,) = await month_notes.cutoffs(ready.facility, soon=31)
    assert (cutoff.month, cutoff.payer, cutoff.claims) == (MARCH, "MLT", 6)
    assert (cutoff.due is None) == bool(cutoff.missing), "a silent arrangement names the clause, and no day"
    assert cutoff.due is not None
    ready.at(cutoff.due - timedelta(days=6))
    assert await month_notes.cutoffs(ready.facility) == ()
    ready.at(cutoff.due - timedelta(days=5))
    assert [entry.passed for entry in await month_notes.cutoffs(ready.facility)] == [False]
    ready.at(cutoff.due + timedelta(days=1))
    assert [entry.passed for entry in await month_notes.cutoffs(ready.facility)] == [True]
    await close_march(ready)
    assert await month_notes.cutoffs(ready.facility, soon=31) == ()
