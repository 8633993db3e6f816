"""The clocks on both sides run from what was written down, and a silent arrangement names no day."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.workflows import timing
from facility_agent.workflows.site import Site
from tests.workflows.places import Places


async def only(site: Site) -> timing.Timed:
    (entry,) = await site.store.batches()
    return await timing.timed(site, entry)


async def test_the_clocks_run_from_what_was_sent_received_and_decided(held: Places) -> None:
    ours, theirs = await only(held.facility), await only(held.mutual)
    assert ours.done == {"submit": date(2026, 4, 2)}
    assert theirs.done["decision"] == date(2026, 4, 10) and theirs.done["payment"] == date(2026, 4, 20)
    assert theirs.late(date(2030, 1, 1)) == ()
    for entry in (ours, theirs):
        for clock in entry.clocks:
            assert bool(clock.missing) <= (clock.due is None)


async def test_what_is_not_answered_is_late_and_in_the_calendar(held: Places) -> None:
    ours = await only(held.facility)
    named = {clock.step: clock.due for clock in ours.clocks if clock.due}
    far = date(2027, 1, 1)
    late = {clock.step for clock in ours.late(far)}
    assert late == {step for step in named if step not in ("submit", "contest")}
    entries = timing.calendar((ours,), far)
    assert {entry.clock.step for entry in entries} == late and all(entry.late for entry in entries)
    assert set(timing.unchecked((ours,))) == {clock.missing for clock in ours.clocks if clock.missing}


async def test_what_is_paid_has_no_age_and_what_is_open_has_one(held: Places) -> None:
    theirs = await only(held.mutual)
    assert timing.ages((theirs,), date(2026, 12, 31)) == {}
    owing = msgspec.structs.replace(theirs, open=1_000)
    ((currency, ages),) = timing.ages((owing,), date(2026, 12, 31)).items()
    assert currency == theirs.batch.currency and sum(age.amount for age in ages) == 1_000
