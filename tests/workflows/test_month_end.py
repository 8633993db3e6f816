"""Closing a month: only when it is over and every visit is in, and once; then the statement and the sealed file."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.arrangements.terms import Terms
from facility_agent.workflows import closing, first_review, month_end, visits
from facility_agent.workflows.month_end import Waiting
from tests.workflows.march import DUE, MARCH, close_march, live_march
from tests.workflows.nothing import refused
from tests.workflows.places import Places

#: Somebody of March whose rights turn out to have been suspended.
SUSPENDED = MARCH[0][0]


async def test_what_a_month_holds_is_shown_before_and_after_it_is_closed(ready: Places) -> None:
    await live_march(ready)
    (before,) = await month_end.preview(ready.facility, "2026-03")
    assert (before.payer, before.scheme, before.claims, before.due, before.state) == (
        "MLT",
        "mutual",
        6,
        DUE,
        "preview",
    )
    assert before.submitted == before.due + before.other_payers + before.member_pays + before.facility_bears
    assert dict(before.findings)["price-above-tariff"] == 1
    batch, _ = await close_march(ready)
    (after,) = await month_end.preview(ready.facility, "2026-03")
    assert (after.closed, after.state, after.due) == (batch, "sent", DUE)
    assert await month_end.preview(ready.facility, "2026-02") == ()


async def test_a_month_that_is_not_over_is_not_closed(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 3, 31), "23:59")
    async with refused("month-not-over", ready.facility):
        await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")
    ready.at(date(2026, 4, 1), "00:00")
    assert (await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")).due == DUE


async def test_a_month_with_a_visit_that_waits_is_not_closed(ready: Places) -> None:
    await live_march(ready)
    ready.at(date(2026, 3, 31))
    late = ready.visit("MLT-000007-01", date(2026, 3, 31))
    await visits.record(ready.facility, late, "soins")
    ready.at(date(2026, 4, 2))
    (shown,) = await month_end.preview(ready.facility, "2026-03")
    assert shown.waiting == (Waiting(late.id, late.register_number, "visit-recorded"),)
    async with refused("month-visits-open", ready.facility):
        await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")
    await visits.undo(ready.facility, late.id, "soins", "saisie d'essai")
    assert (await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")).due == DUE


async def test_where_every_claim_is_to_be_reviewed_first_a_reviewer_takes_each_to_the_invoice(
    ready: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Terms.clause
    monkeypatch.setattr(Terms, "clause", lambda self, name: True if name == "reviewed_first" else plain(self, name))
    await live_march(ready)
    facility, asked = ready.facility, ("2026-03", "MLT", "mutual")
    ready.at(date(2026, 4, 2))
    now = await closing.ready(facility, *asked, "main")
    first, *others = [claim.id for claim in now.claims]
    for claims, step, reason, code in (
        ((), "ready-for-invoice", "", "review-nothing"),
        (("nowhere",), "ready-for-invoice", "", "visit-unknown"),
        ((first,), "pending-adviser", " ", "reason-missing"),
    ):
        async with refused(code, facility):
            await first_review.review(facility, now, claims, step, reason, "comptable")  # type: ignore[arg-type]
    await first_review.review(facility, now, others, "ready-for-invoice", "", "comptable")
    for step in ("pending-adviser", "adviser-reviewed", "further-review"):
        await first_review.review(facility, now, [first], step, "Posologie", "soins")  # type: ignore[arg-type]
        (row, *_) = await first_review.standing(facility, now)
        assert (row.claim.id, row.review.step, row.review.who) == (first, step, "soins")
        assert [shown.unreviewed for shown in await month_end.preview(facility, "2026-03")] == [1]
        async with refused("month-unreviewed", facility):
            await month_end.close(facility, *asked, "comptable")
    await first_review.review(facility, now, [first], "ready-for-invoice", "", "comptable")
    assert len((await month_end.close(facility, *asked, "comptable")).items) == 6


async def test_a_month_is_closed_once(sent: Places) -> None:
    async with refused("batch-second-main", sent.facility):
        await month_end.close(sent.facility, "2026-03", "MLT", "mutual", "comptable")


async def test_a_month_in_which_nothing_is_owed_has_no_batch(ready: Places) -> None:
    ready.at(date(2026, 4, 2))
    async with refused("batch-empty", ready.facility):
        await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")


async def test_a_month_is_written_as_a_month(ready: Places) -> None:
    for wrong in ("", "mars", "2026-13", "2026-3", "2026-03-01"):
        async with refused("month-malformed", ready.facility):
            await month_end.preview(ready.facility, wrong)
        async with refused("month-malformed", ready.facility):
            await month_end.close(ready.facility, wrong, "MLT", "mutual", "comptable")


async def test_a_batch_that_is_not_known_cannot_be_exported(ready: Places) -> None:
    async with refused("batch-unknown", ready.facility):
        await month_end.export(ready.facility, "nowhere", "comptable")


async def test_numbers_of_batches_have_no_gaps_although_closing_failed_in_between(sent: Places) -> None:
    sent.at(date(2026, 4, 10))
    await visits.record(sent.facility, sent.visit("MLT-000001-01", date(2026, 4, 10)), "soins")
    await visits.close_day(sent.facility, date(2026, 4, 10), "caisse")
    async with refused("batch-second-main", sent.facility):
        await month_end.close(sent.facility, "2026-03", "MLT", "mutual", "comptable")
    sent.at(date(2026, 5, 2))
    batch = await month_end.close(sent.facility, "2026-04", "MLT", "mutual", "comptable")
    assert batch.number == "CSPS-EX1-MLT-0002"
    numbers = [view.batch.number for view in await month_end.batches(sent.facility)]
    assert numbers == ["CSPS-EX1-MLT-0002", "CSPS-EX1-MLT-0001"]
