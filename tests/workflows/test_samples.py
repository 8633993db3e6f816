"""Samples: a value promised before, a draw that anybody does again, and nothing asked back that was not seen."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.audit.draw import Item, commitment, frame_of, seed_of
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.workflows import audit_desk, exchange, samples
from facility_agent.workflows.samples import Plan
from facility_agent.workflows.site import Site
from tests.workflows.nothing import refused
from tests.workflows.places import Places


@pytest.fixture
async def promised(sent: Places) -> str:
    """A batch that came after the value of its month was promised."""
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 1))
    await samples.promise(sent.mutual, "CSPS-EX1", "2026-03", "agent")
    sent.at(date(2026, 4, 5))
    return (await exchange.receive(sent.mutual, data, "agent")).about


async def test_either_side_draws_the_same_claims(sent: Places, promised: str) -> None:
    made = await samples.draw(sent.mutual, promised, Plan("random", 3), "agent")
    entry = await sent.facility.store.batch(promised)
    assert entry is not None
    # What the facility has: its own batch, the digest that it was given before, and the value that it is shown now.
    assert commitment(bytes.fromhex(made.value)) == made.committed
    seed = seed_of(digest(canonical(entry.batch)), bytes.fromhex(made.value), made.committed)
    assert samples.drawn(entry.batch, Plan("random", 3), seed) == made.draw
    assert made.draw.frame == frame_of([Item(item.claim, item.due) for item in entry.batch.items])
    assert len(made.draw.drawn) == 3 and made.program.startswith("facility-agent ")
    assert await samples.redraw(sent.mutual, promised)
    async with refused("sample-second", sent.mutual):
        await samples.draw(sent.mutual, promised, Plan("random", 4), "agent")


@pytest.mark.parametrize("plan", [Plan("stratified", 4, (0, 500)), Plan("monetary-unit", 4), Plan("random")])
async def test_every_method_comes_out_again(sent: Places, promised: str, plan: Plan) -> None:
    made = await samples.draw(sent.mutual, promised, plan, "agent")
    assert made.draw.method == plan.method and made.draw.drawn
    assert await samples.redraw(sent.mutual, promised)


async def test_where_no_clause_admits_it_a_draw_serves_looking_only(sent: Places, promised: str) -> None:
    site = sent.mutual
    async with refused("sample-not-drawn", site):
        await samples.look(site, promised, "nobody", 0, "", "agent")
    for use in ("recover", "extrapolate"):
        async with refused("sample-not-admitted", site):
            await samples.draw(site, promised, Plan("random", 3, use=use), "agent")
    made = await samples.draw(site, promised, Plan("random", 3), "agent")
    assert made.use == "look"
    await see_all(site, promised, made.draw.drawn)
    found = (await samples.view(site, promised)).found
    assert found is not None and (found.observed, found.demand, found.reason, found.lower) == (20, 0, "look", None)
    assert (await audit_desk.audit(site, promised)).report.sample == found


async def test_what_the_clauses_admit_is_said_before_the_draw_and_kept(
    sent: Places, promised: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = sent.mutual
    law = site.arrangement(date(2026, 3, 31))
    clauses = msgspec.structs.replace(law.clauses, sampling=True)
    spoken = msgspec.structs.replace(law, clauses=clauses, digest="spoken")
    monkeypatch.setattr(type(site), "arrangement", lambda _, on: spoken)
    async with refused("sample-not-extrapolated", site):
        await samples.draw(site, promised, Plan("random", 3, use="extrapolate"), "agent")
    drawn = (await samples.draw(site, promised, Plan("random", 3, use="recover"), "agent")).draw.drawn
    await samples.look(site, promised, drawn[0], 10, "Un comprimé de moins au registre", "agent")
    found = (await samples.view(site, promised)).found
    assert found is not None and (found.observed, found.demand) == (10, None), "two claims were not looked at"
    await see_all(site, promised, drawn)
    found = (await samples.view(site, promised)).found
    assert found is not None and (found.observed, found.demand, found.reason) == (20, 20, "recover")


async def see_all(site: Site, batch: str, drawn: tuple[str, ...]) -> None:
    """One error of 20, written down twice; wrong entries change nothing."""
    async with refused("sample-overpaid", site):
        await samples.look(site, batch, drawn[0], 10**6, "Trop", "agent")
    async with refused("reason-missing", site):
        await samples.look(site, batch, drawn[0], 10, " ", "agent")
    for claim in drawn[1:]:
        await samples.look(site, batch, claim, 0, "", "agent")
    await samples.look(site, batch, drawn[0], 30, "Trois comprimés de moins", "agent")
    await samples.look(site, batch, drawn[0], 20, "Deux comprimés de moins", "medecin")


async def test_without_a_promise_made_before_nothing_is_drawn(sent: Places) -> None:
    site = sent.mutual
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 5))
    await samples.promise(site, "CSPS-EX1", "2026-04", "agent")
    async with refused("sample-promise-second", site):
        await samples.promise(site, "CSPS-EX1", "2026-04", "medecin")
    about = (await exchange.receive(site, data, "agent")).about
    async with refused("sample-promise-none", site):
        await samples.draw(site, about, Plan("random", 3), "agent")
    async with refused("sample-promise-late", site):
        await samples.promise(site, "CSPS-EX1", "2026-03", "agent")


async def test_a_promise_after_the_month_was_sealed_draws_nothing(sent: Places) -> None:
    site = sent.mutual
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 4))
    await samples.promise(site, "CSPS-EX1", "2026-03", "agent")
    about = (await exchange.receive(site, data, "agent")).about
    async with refused("sample-promise-late", site):
        await samples.draw(site, about, Plan("random", 3), "agent")
    async with refused("batch-unknown", site):
        await samples.view(site, "nowhere")
