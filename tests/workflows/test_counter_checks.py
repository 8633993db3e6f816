"""Members are asked once per way, and their answers are compared with the claim; no amount changes."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.workflows import audit_desk, counter_checks, exchange
from tests.workflows.march import DUE
from tests.workflows.nothing import refused
from tests.workflows.places import Places


@pytest.fixture
async def batch(sent: Places) -> str:
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 5))
    return (await exchange.receive(sent.mutual, data, "agent")).about


async def test_answers_are_compared_and_change_no_amount(sent: Places, batch: str) -> None:
    site = sent.mutual
    assert await counter_checks.ask_some(site, batch, 3, "call", "agent") == 3
    waiting = (await counter_checks.lists(site)).waiting
    first, second, third = (check for check, _, _ in waiting)
    assert [village for _, _, village in waiting] == ["Nabraogo (inventé)"] * 3
    assert await counter_checks.ask(site, batch, [first.claim], "call", "agent") == 0
    assert await counter_checks.ask(site, batch, [first.claim], "visit", "agent") == 1
    assert not (await counter_checks.answer(site, first.id, True, first.expected, "", "agent")).differs
    assert (await counter_checks.answer(site, second.id, True, second.expected + 50, "", "agent")).differs
    assert (await counter_checks.answer(site, third.id, False, None, "En voyage ce jour-là", "agent")).differs
    told = await counter_checks.lists(site)
    assert (len(told.waiting), len(told.answered), told.differing) == (1, 3, 2)
    async with refused("counter-unknown", site):
        await counter_checks.answer(site, first.id, False, None, "", "agent")
    assert (await audit_desk.audit(site, batch)).report.accepted == DUE


async def test_nobody_is_asked_about_a_claim_of_somewhere_else(sent: Places, batch: str) -> None:
    async with refused("counter-none", sent.mutual):
        await counter_checks.ask(sent.mutual, batch, ["nowhere"], "call", "agent")
    async with refused("counter-none", sent.mutual):
        await counter_checks.ask(sent.mutual, batch, [], "call", "agent")
    async with refused("batch-unknown", sent.mutual):
        await counter_checks.ask_some(sent.mutual, "nowhere", 3, "call", "agent")
