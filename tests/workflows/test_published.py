"""Both sides read the same figures: the payer from what it decided, the facility from the letters that came back."""

from __future__ import annotations

from datetime import date

from facility_agent.audit.decide import Override
from facility_agent.workflows import audit_desk, exchange, published
from facility_agent.workflows.published import Reason
from tests.workflows.march import DUE
from tests.workflows.places import Places


async def test_the_figures_of_both_sides_are_the_same(sent: Places) -> None:
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 5))
    await exchange.receive(sent.mutual, data, "agent")
    (before,) = await published.scorecards(sent.mutual)
    assert (before.waiting, before.percent, before.days_to_decide) == (1, None, None)
    sent.at(date(2026, 4, 15))
    view = await audit_desk.audit(sent.mutual, row.batch.id)
    first = view.proposals[0]
    lines = [line for line in first.lines if line.claimed]
    words = {
        (first.claim, lines[0].line): Override(0, "Exemple"),
        (first.claim, lines[1].line): Override(0, "Pièce", pending=True),
    }
    await audit_desk.decide(sent.mutual, row.batch.id, words, "agent")
    await audit_desk.pay(sent.mutual, row.batch.id, "VIR-1", date(2026, 4, 15), "tresorier")
    for letter in await sent.mutual.store.letters("out"):
        sealed = await sent.mutual.store.sealed(letter.name)
        if letter.kind in ("receipt", "decision", "remittance") and sealed is not None:
            await exchange.receive(sent.facility, sealed, "comptable", letter.name)
    (ours,) = await published.scorecards(sent.mutual)
    assert (await published.scorecards(sent.facility)) == (ours,)
    assert (ours.decided, ours.pending) == (DUE, lines[1].claimed)
    assert ours.accepted == DUE - lines[0].claimed - lines[1].claimed
    assert ours.reasons == (Reason("decided-by-person", 1, lines[0].claimed),)
    assert (ours.days_to_decide, ours.days_to_pay, ours.waiting) == (10, 0, 0)
