"""FHIR at the mutual: a facility's system is let in by its word, asks, brings claims, and fetches what was decided."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from facility_agent.exchange.fhir.claims import claim_resource
from facility_agent.exchange.fhir.parts import Identifier
from facility_agent.exchange.fhir.rights import request_resource
from facility_agent.exchange.fhir.wire import write
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import audit_desk, machine_claims, machines, month_end
from tests.services.fhir import by_pydantic
from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import TODAY, open_world
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
        served = {each["type"]: [on["code"] for on in each["interaction"]] for each in said["rest"][0]["resource"]}
        assert served == {
            "Claim": ["create"], "ClaimResponse": ["read"], "CoverageEligibilityRequest": ["create"]
        }  # fmt: skip
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
        (waits,) = await machine_claims.waiting(mutual)
        assert (waits.facility, waits.month, waits.claims) == (own, "2026-03", 1) and waits.due > 0

        officer = await visit(mutual, "medecin")
        assert "1 feuilles reçues de son système" in (await officer.get("/paper-batches")).text
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

        world.clock.set(datetime(2027, 6, 1, 8, tzinfo=UTC))
        with pytest.raises(InputError, match="machine-unknown"):
            await machines.known(mutual, word)
        world.clock.set(datetime(2026, 6, 1, 8, tzinfo=UTC))
        await machines.shut_out(mutual, "SIH")
        await system.ask("GET", f"/fhir/ClaimResponse/{first['id']}", 401)
        async with refused("machine-none", mutual):
            await machines.shut_out(mutual, "SIH")
