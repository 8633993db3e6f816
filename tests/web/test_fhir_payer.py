"""FHIR at the mutual: a facility's system is let in by its word, asks, brings claims, and fetches what was decided."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from facility_agent.exchange.fhir.claims import claim_resource
from facility_agent.exchange.fhir.contests import contest_resource
from facility_agent.exchange.fhir.outward import Bundle, BundleEntry, Payload
from facility_agent.exchange.fhir.parts import Identifier, Period, Reference
from facility_agent.exchange.fhir.resources import Claim
from facility_agent.exchange.fhir.rights import coverage_resource, request_resource
from facility_agent.exchange.fhir.wire import write
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import audit_desk, books, contesting, machine_claims, machines, month_end
from facility_agent.workflows.site import Site
from tests.services.fhir import by_pydantic
from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import TODAY, World, open_world
from tests.workflows.nothing import refused


class System:
    """A facility's system: a client without a sign-in that shows its word."""

    def __init__(self, visitor: Visitor, word: str) -> None:
        self.client, self.headers = visitor.client, {"Authorization": f"Bearer {word}"}

    async def ask(self, method: str, path: str, status: int, resource: Any = None) -> Any:
        data = write(resource) if resource is not None else None
        async with self.client.request(method, path, data=data, headers=self.headers) as answer:
            body = await answer.read()
            assert (answer.status, answer.content_type) == (status, "application/fhir+json"), body
        by_pydantic(body)
        return json.loads(body)


async def test_a_system_asks_brings_claims_and_fetches_the_decision(tmp_path: Path, visit: Visit) -> None:
    async with open_world(tmp_path) as world:
        mutual, own = world.mutual, "CSPS-EX1"
        async with refused("machine-facility", mutual):
            await machines.let_in(mutual, "SIH", "INCONNU", 30, "chef")
        async with refused("machine-days", mutual):
            await machines.let_in(mutual, "SIH", own, 731, "chef")
        word = await machines.let_in(mutual, "SIH", own, 365, "chef")
        stranger, system = System(await visit(mutual), "00" * 32), System(await visit(mutual), word)
        said = await stranger.ask("GET", "/fhir/metadata", 200)
        assert said["rest"][0]["resource"][0]["type"] == "Bundle"
        asked = request_resource("r1", "MLT-000001-01", "MLT", "mutual", own, TODAY)
        refusal = await stranger.ask("POST", "/fhir/CoverageEligibilityRequest", 401, asked)
        assert refusal["issue"][0]["code"] == "login"
        told = await system.ask("POST", "/fhir/CoverageEligibilityRequest", 200, asked)
        assert told["insurance"][0]["inforce"] is True and told["requestor"]["identifier"]["value"] == own
        unknown = request_resource("r2", "MLT-999999-01", "MLT", "mutual", own, TODAY)
        await system.ask("POST", "/fhir/CoverageEligibilityRequest", 422, unknown)

        march = (await month_end.batch_of(world.facility, world.march.id)).claims[0]
        plain = claim_resource(march, "MLT", "mutual")
        other = msgspec.structs.replace(plain.patient.identifier, value="MLT-000004-01")
        plain = msgspec.structs.replace(plain, patient=msgspec.structs.replace(plain.patient, identifier=other))
        names = (Identifier(system="urn:sih:claim", value="SIH-1"),)
        brought = msgspec.structs.replace(plain, id="", identifier=names, use="claim")
        question = msgspec.structs.replace(brought, use="predetermination")
        (await system.ask("POST", "/fhir/Claim", 200, question))["outcome"]
        assert await machine_claims.waiting(mutual) == (), "a question is not kept"
        first = await system.ask("POST", "/fhir/Claim", 201, brought)
        assert (first["use"], first["outcome"]) == ("claim", "queued")
        again = await system.ask("POST", "/fhir/Claim", 200, brought)
        assert again["id"] == first["id"], "the same claim twice counts once"
        other = msgspec.structs.replace(brought, item=brought.item[:1])
        await system.ask("POST", "/fhir/Claim", 422, other)
        for changed in (
            {"provider": msgspec.structs.replace(plain.provider, identifier=Identifier(system="x", value="AUTRE"))},
            {"insurer": msgspec.structs.replace(plain.insurer, identifier=Identifier(system="x", value="AUTRE"))},
            {"identifier": ()},
        ):
            await system.ask("POST", "/fhir/Claim", 422, msgspec.structs.replace(brought, **changed))
        await system.ask("GET", "/fhir/ClaimResponse/nothing", 404)
        await stranger.ask("GET", f"/fhir/ClaimResponse/{first['id']}", 401)
        await _in_a_bundle(system, mutual, brought)
        await _rights(system, mutual)
        (waits,) = await machine_claims.waiting(mutual)
        assert (waits.facility, waits.month, waits.claims) == (own, "2026-03", 3) and waits.due > 0

        officer = await visit(mutual, "medecin")
        assert "3 feuilles reçues de son système" in (await officer.get("/paper-batches")).text
        page = await officer.post("/paper-batches/machines", facility=own, month="2026-03")
        assert page.url.startswith("/audit/") and page.url.endswith("done=machine-batch")
        batch = page.url.split("/")[2].split("?")[0]
        page = await officer.post("/paper-batches/machines", facility=own, month="2026-03")
        assert page.status == 422
        assert (await system.ask("GET", f"/fhir/ClaimResponse/{first['id']}", 200))["outcome"] == "queued"
        await audit_desk.decide(mutual, batch, {}, "agent")
        decided = await system.ask("GET", f"/fhir/ClaimResponse/{first['id']}", 200)
        assert decided["use"] == "claim" and decided["outcome"] in ("complete", "partial", "error")
        assert "OUEDRAOGO" not in json.dumps([told, first, decided])
        await _contested(system, mutual, batch, world.march.id)
        await _paid(system, await visit(world.facility, "comptable"), world, batch)

        world.clock.set(datetime(2027, 6, 1, 8, tzinfo=UTC))
        with pytest.raises(InputError, match="machine-unknown"):
            await machines.known(mutual, word)
        world.clock.set(datetime(2026, 6, 1, 8, tzinfo=UTC))
        await machines.shut_out(mutual, "SIH")
        await system.ask("GET", f"/fhir/ClaimResponse/{first['id']}", 401)
        async with refused("machine-none", mutual):
            await machines.shut_out(mutual, "SIH")


def _called(brought: Claim, name: str, day: str) -> BundleEntry:
    """The same care under another name, on another day of March."""
    named = msgspec.structs.replace(
        brought, identifier=(Identifier(value=name),), billable_period=Period(start=day, end=day),
        item=tuple(msgspec.structs.replace(item, serviced_date=day) for item in brought.item),
    )  # fmt: skip
    return BundleEntry(resource=named)


async def _in_a_bundle(system: System, mutual: Site, brought: Claim) -> None:
    """Two claims in one letter: both or none, and once."""
    both = Bundle(
        type="collection", entry=(_called(brought, "SIH-2", "2026-03-16"), _called(brought, "SIH-3", "2026-03-30"))
    )
    nameless = msgspec.structs.replace(both, entry=(*both.entry, _called(brought, "", "2026-03-30")))
    said = await system.ask("POST", "/fhir/Bundle", 422, nameless)
    assert "Entrée 3" in said["issue"][0]["diagnostics"] and "identifier" in said["issue"][0]["diagnostics"]
    asked = BundleEntry(resource=request_resource("r", "M", "MLT", "mutual", "CSPS-EX1", TODAY))
    await system.ask("POST", "/fhir/Bundle", 422, msgspec.structs.replace(both, entry=(*both.entry, asked)))
    await system.ask("POST", "/fhir/Bundle", 422, msgspec.structs.replace(both, entry=both.entry * 251))
    assert (await machine_claims.waiting(mutual))[0].claims == 1, "a bundle is kept whole or not at all"
    first = await system.ask("POST", "/fhir/Bundle", 201, both)
    again = await system.ask("POST", "/fhir/Bundle", 200, both)
    answers = [[entry["resource"]["id"] for entry in each["entry"]] for each in (first, again)]
    assert answers[0] == answers[1] and len(set(answers[0])) == 2


async def _rights(system: System, mutual: Site) -> None:
    """Rights that a system holds are compared with the register, which stays as it is."""
    (own,) = await mutual.store.coverage_of("MLT-000001-01")
    same = await system.ask("POST", "/fhir/Coverage", 200, coverage_resource(own, TODAY))
    assert [issue["diagnostics"] for issue in same["issue"]] == ["ok"]
    other = msgspec.structs.replace(own, paid_until=None, since=TODAY)
    said = await system.ask("POST", "/fhir/Coverage", 200, coverage_resource(other, TODAY))
    assert [issue["diagnostics"] for issue in said["issue"]] == [
        "since : 2025-06-01 au fichier, 2026-04-03 dans l’envoi",
        "paid_until : 2026-12-31 au fichier, — dans l’envoi",
    ]
    for changes in ({"payer": "AUTRE"}, {"scheme": "autre"}):
        await system.ask(
            "POST", "/fhir/Coverage", 422, coverage_resource(msgspec.structs.replace(own, **changes), TODAY)
        )
    assert await mutual.store.coverage_of("MLT-000001-01") == (own,)


async def _contested(system: System, mutual: Site, batch: str, march: str) -> None:
    """What was cut of the month is contested by its line, once however often it is said."""
    decision = await audit_desk.decide(mutual, march, {}, "agent")
    cut = next(answer for answer in decision.claims if any(line.outcome != "accepted" for line in answer.lines))
    entry = await mutual.store.batch(march)
    assert entry is not None
    made = contest_resource("", "SIH-C1", entry.batch, TODAY, {(cut.claim, 1): "Le prix est celui de l’annexe."})
    whole = msgspec.structs.replace(made, about=(Reference(reference=f"Claim/{cut.claim}"),))
    for changes, status in (
        ({"about": (Reference(reference="Claim/nothing"),)}, 404),
        ({"about": (Reference(identifier=Identifier(value=f"{cut.claim}#9")),)}, 422),
        ({"payload": ()}, 422),
    ):
        await system.ask("POST", "/fhir/Communication", status, msgspec.structs.replace(made, **changes))
    first = await system.ask("POST", "/fhir/Communication", 201, whole)
    assert [about["identifier"]["value"] for about in first["about"]] == [
        f"{cut.claim}#{place}" for place, line in enumerate(cut.lines, 1) if line.outcome in ("reduced", "refused")
    ]
    assert (await system.ask("POST", "/fhir/Communication", 200, whole))["id"] == first["id"]
    other = msgspec.structs.replace(whole, payload=(Payload(content_string="Autre chose."),))
    await system.ask("POST", "/fhir/Communication", 422, other)
    assert {claim for claim, _ in await contesting.open_lines(mutual, march)} == {cut.claim}


async def _paid(system: System, accountant: Visitor, world: World, batch: str) -> None:
    """A payment is fetched at the payer, and entered at the facility on the claims that it names."""
    paid = await audit_desk.pay(world.mutual, world.march.id, "VIR-FHIR", TODAY, "tresorier")
    every = await system.ask("GET", "/fhir/PaymentReconciliation", 200)
    assert [entry["resource"]["id"] for entry in every["entry"]][-1] == paid.id and every["total"] >= 2
    await system.ask("GET", "/fhir/PaymentReconciliation/nothing", 404)
    one = await system.ask("GET", f"/fhir/PaymentReconciliation/{paid.id}", 200)
    assert one["paymentAmount"]["value"] == paid.amount

    async def bring(resource: Any, status: int) -> None:
        headers = {"X-Form-Token": accountant.csrf, "Content-Type": "application/fhir+json"}
        data = json.dumps(resource).encode()
        async with accountant.client.post("/fhir/PaymentReconciliation", data=data, headers=headers) as answer:
            assert answer.status == status, await answer.read()
            by_pydantic(await answer.read())

    stranger = {**one, "paymentIssuer": {"identifier": {"value": "AUTRE"}}}
    foreign = {**one, "detail": [{**one["detail"][0], "request": {"reference": "Claim/nothing"}}]}
    too_much = {**one, "paymentAmount": {**one["paymentAmount"], "value": 1}}
    for wrong in (stranger, foreign, too_much, {**one, "paymentAmount": {"value": 1, "currency": "XTS"}}):
        await bring(wrong, 404 if wrong is foreign else 422)
    assert all(each.money.reference != "VIR-FHIR" for each in (await books.book_of(world.facility)).money.values())
    await bring(one, 201)
    await bring(one, 200)
    await bring(too_much, 422)
    (standing,) = [e for e in (await books.overview(world.facility)).standings if e.batch.id == world.march.id]
    assert standing.paid == paid.amount
