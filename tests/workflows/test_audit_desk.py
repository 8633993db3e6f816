"""The mutual's desk: it decides once, with reasons, pays once what it accepted, and says what differs."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.audit.decide import Override
from facility_agent.workflows import audit_desk, exchange, membership, month_end
from tests.workflows.march import DUE, DUE_MALARIA
from tests.workflows.nothing import refused
from tests.workflows.places import Places

AWA = "MLT-000001-01"


@pytest.fixture
async def batch(sent: Places) -> str:
    """The id of the batch, received by the mutual and not yet decided."""
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 5))
    return (await exchange.receive(sent.mutual, data, "agent")).about


async def carried_back(places: Places) -> month_end.BatchView:
    """All answers carried to the health centre, and what it sees then."""
    for letter in await places.mutual.store.letters("out"):
        data = await places.mutual.store.sealed(letter.name)
        if letter.kind in ("receipt", "decision", "remittance") and data is not None:
            await exchange.receive(places.facility, data, "comptable", letter.name)
    (view,) = await month_end.batches(places.facility)
    return view


async def _line(places: Places, batch: str) -> tuple[str, str]:
    """A claim of malaria and its consultation."""
    view = await audit_desk.audit(places.mutual, batch)
    claim = view.claims[0]
    return claim.id, next(line.id for line in claim.visit.lines if line.act == "consultation-nurse")


async def test_an_officer_gives_a_reason_and_pays_no_more_than_was_claimed(sent: Places, batch: str) -> None:
    line = await _line(sent, batch)
    wrong = {
        "override-without-reason": {line: Override(10, "  ")},
        "override-above-claimed": {line: Override(71, "trop")},
        "override-names-nothing": {(line[0], "99"): Override(0, "rien")},
    }
    for code, words in wrong.items():
        async with refused(code, sent.mutual):
            await audit_desk.decide(sent.mutual, batch, words, "agent")


async def test_a_batch_is_decided_once_and_paid_once(sent: Places, batch: str) -> None:
    async with refused("remittance-before-decision", sent.mutual):
        await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 20), "tresorier")
    await audit_desk.decide(sent.mutual, batch, {}, "agent")
    async with refused("decision-second", sent.mutual):
        await audit_desk.decide(sent.mutual, batch, {}, "agent")
    async with refused("reference-missing", sent.mutual):
        await audit_desk.pay(sent.mutual, batch, " ", date(2026, 4, 20), "tresorier")
    paid = await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 20), "tresorier")
    assert paid.amount == DUE
    async with refused("remittance-second", sent.mutual):
        await audit_desk.pay(sent.mutual, batch, "VIR-2", date(2026, 4, 21), "tresorier")
    (line,) = await audit_desk.batches(sent.mutual)
    assert (line.state, line.accepted, line.paid) == ("reconciled", DUE, DUE)


async def test_what_is_not_known_here_is_not_audited_decided_or_paid(sent: Places, batch: str) -> None:
    async with refused("batch-unknown", sent.mutual):
        await audit_desk.audit(sent.mutual, "nowhere")
    async with refused("batch-unknown", sent.mutual):
        await audit_desk.decide(sent.mutual, "nowhere", {}, "agent")
    async with refused("remittance-before-decision", sent.mutual):
        await audit_desk.pay(sent.mutual, "nowhere", "VIR-1", date(2026, 4, 20), "tresorier")
    await audit_desk.audit(sent.mutual, batch)
    async with refused("claim-unknown", sent.mutual):
        await audit_desk.claim_view(sent.mutual, batch, "nobody")


async def test_a_batch_of_which_nothing_is_accepted_is_closed_on_both_sides(sent: Places, batch: str) -> None:
    view = await audit_desk.audit(sent.mutual, batch)
    words = {
        (answer.claim, line.line): Override(0, "Refusé pour l'exemple")
        for answer in view.proposals
        for line in answer.lines
    }
    decision = await audit_desk.decide(sent.mutual, batch, words, "agent")
    assert decision.amount == 0
    assert (await audit_desk.batches(sent.mutual))[0].state == "reconciled"
    async with refused("payment-nothing-open", sent.mutual):
        await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 20), "tresorier")
    seen = await carried_back(sent)
    assert seen.state == "reconciled"
    assert seen.reconciliation is not None
    assert (seen.reconciliation.refused, seen.reconciliation.paid) == (DUE, 0)


async def test_a_batch_with_a_line_that_waits_for_a_paper_is_paid_but_not_reconciled(sent: Places, batch: str) -> None:
    line = await _line(sent, batch)
    held = {line: Override(0, "Ordonnance attendue (exemple)", pending=True)}
    await audit_desk.decide(sent.mutual, batch, held, "agent")
    assert (await audit_desk.batches(sent.mutual))[0].state == "decided"
    await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 20), "tresorier")
    assert (await audit_desk.batches(sent.mutual))[0].state == "paid"
    seen = await carried_back(sent)
    assert seen.state == "paid"
    assert seen.reconciliation is not None
    assert (seen.reconciliation.pending, seen.reconciliation.paid) == (70, DUE - 70)


async def test_what_the_mutual_learnt_meanwhile_is_refused_with_its_reason(sent: Places, batch: str) -> None:
    changed = []
    for entry in await sent.mutual.store.all_coverages("MLT"):
        if entry.beneficiary.number == AWA:
            entry = msgspec.structs.replace(entry, suspended_on=date(2026, 3, 1))
        changed.append(entry)
    await membership.replace_members(sent.mutual, tuple(changed))
    view = await audit_desk.audit(sent.mutual, batch)
    (differs,) = [answer for answer in view.recomputed if answer.claimed != answer.computed]
    assert (differs.claimed, differs.computed) == (DUE_MALARIA, 0)
    assert "coverage-suspended" in {finding.code for finding in differs.adjudication.findings}
    decision = await audit_desk.decide(sent.mutual, batch, {}, "agent")
    assert decision.amount == DUE - DUE_MALARIA
    seen = await carried_back(sent)
    assert seen.reconciliation is not None
    assert seen.reconciliation.refused == DUE_MALARIA


async def test_an_audit_that_is_asked_for_again_says_the_same(sent: Places, batch: str) -> None:
    first = await audit_desk.audit(sent.mutual, batch)
    assert await audit_desk.audit(sent.mutual, batch) == first
    assert await sent.mutual.store.audit(batch)
