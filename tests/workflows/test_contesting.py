"""A contested line goes to the payer and comes back decided again; everything else stays, and is paid in the end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.audit.contested import contestable
from facility_agent.audit.decide import Override
from facility_agent.vocabulary.month import Contest
from facility_agent.workflows import audit_desk, books, contesting, exchange, month_end, timing
from facility_agent.workflows.site import OUTBOX
from tests.workflows.march import close_march, live_march
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import letter

#: A name that would leave its folder if anybody let it.
PAPER = {"../../etc/ordonnance n° 7.pdf": b"%PDF-essai"}
LINE = tuple[str, str]


@pytest.fixture
async def cut(ready: Places) -> tuple[Places, str, LINE]:
    """March decided with one line cut by hand, and the decision carried back."""
    await live_march(ready)
    batch, sealed = await close_march(ready)
    await exchange.receive(ready.mutual, sealed.read_bytes(), "agent")
    ready.at(date(2026, 4, 10))
    proposals = (await audit_desk.audit(ready.mutual, batch.id)).proposals
    claim, line = next((p.claim, entry) for p in proposals for entry in p.lines if entry.amount > 20)
    word = Override(line.amount - 20, "Ordonnance illisible.")
    await audit_desk.decide(ready.mutual, batch.id, {(claim, line.line): word}, "agent")
    await carried(ready.mutual.folder / OUTBOX, ready, f"decision-{batch.number}")
    return ready, batch.id, (claim, line.line)


async def carried(outbox: Path, places: Places, name: str) -> None:
    """The newest letter of that name, carried to the health centre."""
    path = max(outbox.glob(f"{name}*.fae"), key=lambda path: path.stat().st_mtime_ns)
    await exchange.receive(places.facility, path.read_bytes(), "comptable", path.name)


async def test_a_contested_line_is_decided_again_and_paid(cut: tuple[Places, str, LINE]) -> None:
    places, batch, line = cut
    places.at(date(2026, 4, 20))
    await audit_desk.pay(places.mutual, batch, "VIR-1", date(2026, 4, 20), "tresorier")
    (entry,) = await places.mutual.store.batches()
    assert entry.state == "reconciled"
    made = await contesting.contest(places.facility, batch, {line: "L’ordonnance est jointe."}, "comptable", PAPER)
    (standing,) = (await books.overview(places.facility)).standings
    assert standing.contested == 20
    sent = (places.facility.folder / OUTBOX / f"contest-{entry.batch.number}.fae").read_bytes()
    for _ in range(2):
        received = await exchange.receive(places.mutual, sent, "agent")
    (paper,) = contesting.papers_of(places.mutual, made.id)
    assert paper.read_bytes() == b"%PDF-essai" and paper.parent.parent.name == "inbox"
    assert received.again and received.about == batch
    assert await contesting.open_lines(places.mutual, batch) == {line: "L’ordonnance est jointe."}
    assert await places.mutual.store.claim_state(line[0]) == "contested"

    before = await places.mutual.store.decision(batch)
    assert before is not None and made.decision == before.id
    claimed = next(e.claimed for c in before.claims if c.claim == line[0] for e in c.lines if e.line == line[1])
    again = await contesting.answer(places.mutual, batch, {line: Override(claimed, "Ordonnance vue.")}, "agent")
    assert again.amount == before.amount + 20
    changed = [new.claim for old, new in zip(before.claims, again.claims, strict=True) if old != new]
    assert changed == [line[0]] and await contesting.open_lines(places.mutual, batch) == {}
    (entry,) = await places.mutual.store.batches()
    assert entry.state == "paid in part"
    await audit_desk.pay(places.mutual, batch, "VIR-2", date(2026, 4, 20), "tresorier")
    (entry,) = await places.mutual.store.batches()
    assert entry.state == "reconciled"
    async with refused("remittance-second", places.mutual):
        await audit_desk.pay(places.mutual, batch, "VIR-3", date(2026, 4, 20), "tresorier")

    outbox = places.mutual.folder / OUTBOX
    for name in ("decision", "remittance"):
        for path in sorted(outbox.glob(f"{name}-*.fae"), key=lambda path: path.stat().st_mtime_ns):
            await exchange.receive(places.facility, path.read_bytes(), "comptable", path.name)
    view = await month_end.batch_of(places.facility, batch)
    assert view.decision == again and view.state == "reconciled"
    assert view.reconciliation is not None and view.reconciliation.closed
    (standing,) = (await books.overview(places.facility)).standings
    refused_for_good = standing.refused_facility + standing.refused_member
    assert (standing.contested, refused_for_good) == (0, view.batch.due - again.amount)


async def test_only_what_was_cut_is_contested_with_a_reason_and_in_time(cut: tuple[Places, str, LINE]) -> None:
    places, batch, line = cut
    site = places.facility
    decision = await site.store.decision(batch)
    assert decision is not None
    accepted = next(
        (c.claim, e.line) for c in decision.claims for e in c.lines if (c.claim, e.line) not in contestable(decision)
    )
    for reasons, code in (
        ({}, "contest-empty"),
        ({line: " "}, "reason-missing"),
        ({accepted: "x"}, "contest-names-nothing"),
        ({("nowhere", "1"): "x"}, "contest-names-nothing"),
    ):
        async with refused(code, site):
            await contesting.contest(site, batch, reasons, "comptable")
    async with refused("contest-paper-too-large", site):
        big = {"scan.pdf": bytes(contesting.MOST_BYTES + 1)}
        await contesting.contest(site, batch, {line: "x"}, "comptable", big)
    async with refused("contest-nothing-open", places.mutual):
        await contesting.answer(places.mutual, batch, {}, "agent")
    (entry,) = await site.store.batches()
    clock = next(c for c in (await timing.timed(site, entry)).clocks if c.step == "contest")
    places.at(date(2036, 1, 1))
    if clock.due is not None:
        async with refused("contest-too-late", site):
            await contesting.contest(site, batch, {line: "x"}, "comptable")
    else:
        assert clock.missing == "contest_days"
        assert (await contesting.contest(site, batch, {line: "x"}, "comptable")).lines


async def test_a_contestation_that_does_not_fit_changes_nothing(cut: tuple[Places, str, LINE]) -> None:
    places, batch, line = cut
    made = await contesting.contest(places.facility, batch, {line: "Pièce jointe."}, "comptable")

    def other(**changes: object) -> Contest:
        return msgspec.structs.replace(made, id="other", **changes)

    for message, code in (
        (other(batch="nowhere"), "batch-unknown"),
        (other(decision="older"), "contest-of-another-decision"),
        (other(lines=()), "contest-empty"),
    ):
        data = await letter(places.facility, places.mutual, "contest", message)
        async with refused(code, places.mutual):
            await exchange.receive(places.mutual, data, "agent")
    await exchange.receive(places.mutual, await letter(places.facility, places.mutual, "contest", made), "agent")
    changed = msgspec.structs.replace(made, made_by="autre")
    data = await letter(places.facility, places.mutual, "contest", changed)
    async with refused("contest-id-reused", places.mutual):
        await exchange.receive(places.mutual, data, "agent")
    async with refused("contest-without-answer", places.mutual):
        await contesting.answer(places.mutual, batch, {}, "agent")


async def test_nothing_is_contested_before_the_decision(sent: Places) -> None:
    (entry,) = await sent.facility.store.batches()
    async with refused("contest-before-decision", sent.facility):
        await contesting.contest(sent.facility, entry.batch.id, {("c", "1"): "x"}, "comptable")


async def test_a_line_held_for_a_paper_is_decided_when_it_comes(ready: Places) -> None:
    await live_march(ready)
    batch, sealed = await close_march(ready)
    await exchange.receive(ready.mutual, sealed.read_bytes(), "agent")
    ready.at(date(2026, 4, 10))
    proposals = (await audit_desk.audit(ready.mutual, batch.id)).proposals
    (claim, line), (other, also) = [(p.claim, entry) for p in proposals for entry in p.lines if entry.amount > 20][:2]
    hold = {
        (claim, line.line): Override(0, "Ordonnance attendue.", True),
        (other, also.line): Override(0, "Reçu.", True),
    }
    first = await audit_desk.decide(ready.mutual, batch.id, hold, "agent")
    await carried(ready.mutual.folder / OUTBOX, ready, f"decision-{batch.number}")
    await audit_desk.pay(ready.mutual, batch.id, "VIR-1", date(2026, 4, 10), "tresorier")
    assert await contesting.held_lines(ready.mutual, batch.id) == hold.keys()
    async with refused("contest-nothing-open", ready.mutual):
        await contesting.answer(ready.mutual, batch.id, {}, "agent")
    paid = next((p.claim, entry.line) for p in proposals for entry in p.lines if (p.claim, entry.line) not in hold)
    async with refused("override-names-nothing", ready.mutual):
        await contesting.answer(ready.mutual, batch.id, {paid: Override(1, "Vu."), **hold}, "agent")
    came = {(claim, line.line): Override(line.claimed, "Ordonnance vue.")}
    ready.mutual.config = msgspec.structs.replace(ready.mutual.config, second_eyes_above=1)
    async with refused("second-eyes-same", ready.mutual):
        await contesting.answer(ready.mutual, batch.id, came, "agent")
    again = await contesting.answer(ready.mutual, batch.id, came, "medecin")
    assert again.amount == first.amount + line.claimed
    assert await contesting.held_lines(ready.mutual, batch.id) == {(other, also.line)}
    assert await ready.mutual.store.claim_state(claim) == "decided again"
    await audit_desk.pay(ready.mutual, batch.id, "VIR-2", date(2026, 4, 11), "tresorier")
    await carried(ready.mutual.folder / OUTBOX, ready, f"decision-{batch.number}")
    held = await ready.facility.store.decision(batch.id)
    assert held == again
