"""FHIR through the real server: what is read needs a sign-in, what is brought is judged, mistakes are outcomes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facility_agent.exchange.fhir.parts import Resource
from facility_agent.exchange.fhir.rights import request_resource
from facility_agent.exchange.fhir.wire import write
from tests.services.fhir import by_pydantic
from tests.web.conftest import Visit
from tests.web.test_visits import AWA
from tests.web.visitor import Visitor
from tests.web.world import World


async def asked(visitor: Visitor, path: str, status: int = 200) -> Any:
    async with visitor.client.get(path, allow_redirects=False) as answer:
        data = await answer.read()
        assert (answer.status, answer.content_type) == (status, "application/fhir+json"), data
    by_pydantic(data)
    return json.loads(data)


async def brought(visitor: Visitor, path: str, resource: Resource | bytes, status: int) -> Any:
    data = resource if isinstance(resource, bytes) else write(resource)
    headers = {"X-Form-Token": visitor.csrf, "Content-Type": "application/fhir+json"}
    async with visitor.client.post(path, data=data, headers=headers) as answer:
        body = await answer.read()
        assert answer.status == status, body
    by_pydantic(body)
    return json.loads(body)


async def test_everybody_may_ask_what_the_server_can_do_and_nothing_else(world: World, visit: Visit) -> None:
    stranger = await visit(world.facility)
    said = await asked(stranger, "/fhir/metadata")
    assert said["fhirVersion"] == "4.0.1" and len(said["rest"][0]["resource"]) == 8
    for path in ("/fhir/Contract", "/fhir/Claim/x", "/fhir/Coverage?beneficiary=x", "/fhir/Nothing/x"):
        refused = await asked(stranger, path, 401)
        assert refused["issue"][0]["code"] == "login"


async def test_a_month_is_read_as_bundle_claims_and_answers(world: World, clerk: Visitor) -> None:
    batch = world.march
    bundle = await asked(clerk, f"/fhir/Bundle/{batch.id}")
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == [item.claim for item in batch.items]
    item = batch.items[0]
    claim = await asked(clerk, f"/fhir/Claim/{item.claim}")
    assert claim["total"]["value"] == item.submitted and claim["patient"]["identifier"]["value"] == item.member
    answer = await asked(clerk, f"/fhir/ClaimResponse/{item.claim}")
    assert answer["request"]["reference"] == f"Claim/{item.claim}"
    submitted = next(total for total in answer["total"] if total["category"]["coding"][0]["code"] == "submitted")
    assert submitted["amount"]["value"] in (item.submitted, item.due)
    text = json.dumps([bundle, claim, answer])
    assert item.name not in text
    await asked(clerk, "/fhir/Claim/nobody", 404)
    await asked(clerk, f"/fhir/Claim/{item.claim}?payer=NOBODY", 404)
    await asked(clerk, "/fhir/Nothing/x", 404)
    await asked(clerk, "/fhir/PaymentReconciliation/x", 404)


async def test_rights_plans_and_agreements_are_bundles(world: World, clerk: Visitor) -> None:
    rights = await asked(clerk, f"/fhir/Coverage?beneficiary={AWA}")
    assert rights["total"] == len(rights["entry"]) == 1
    assert (await asked(clerk, "/fhir/Coverage?beneficiary=nobody"))["total"] == 0
    plans = await asked(clerk, "/fhir/InsurancePlan")
    assert plans["total"] == len(plans["entry"]) >= 1
    contracts = await asked(clerk, "/fhir/Contract")
    assert [entry["resource"]["status"] for entry in contracts["entry"]] == ["executed"]


async def test_roles_are_those_of_the_pages(world: World, visit: Visit) -> None:
    nurse = await visit(world.facility, "soins")
    await asked(nurse, f"/fhir/Bundle/{world.march.id}", 403)
    accountant = await visit(world.facility, "comptable")
    await brought(accountant, "/fhir/Claim", b"{}", 403)


async def test_the_desk_answers_a_question_about_today(world: World, clerk: Visitor) -> None:
    site = world.facility
    question = request_resource("q-1", AWA, world.mutual.config.code, "mutual", site.config.code, site.today())
    said = await brought(clerk, "/fhir/CoverageEligibilityRequest", question, 200)
    assert said["insurance"][0]["inforce"] is True and said["disposition"]
    past = request_resource("q-2", AWA, "MLT", "mutual", site.config.code, world.march.closed_on.replace(year=2020))
    await brought(clerk, "/fhir/CoverageEligibilityRequest", past, 422)
    await brought(clerk, "/fhir/CoverageEligibilityRequest", b"{", 422)


async def test_a_claim_is_judged_and_kept_once_when_it_is_more_than_a_question(world: World, clerk: Visitor) -> None:
    site, day = world.facility, world.facility.today().isoformat()
    claim: dict[str, Any] = {
        "resourceType": "Claim", "identifier": [{"value": "N’EXT-1"}], "status": "active", "type": {"text": "x"},
        "use": "predetermination", "patient": {"identifier": {"value": AWA}}, "created": day,
        "provider": {"identifier": {"value": site.config.code}}, "priority": {"text": "normal"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "mutual"}}],
        "billablePeriod": {"start": day}, "careTeam": [{"sequence": 1, "provider": {"display": "Dr"}}],
        "item": [{"sequence": 1, "productOrService": {"coding": [{"code": "consultation-nurse"}]},
                  "unitPrice": {"value": 100, "currency": "XTS"}}],
    }  # fmt: skip
    currency = site.arrangement(site.today()).currency
    claim["item"][0]["unitPrice"]["currency"] = currency

    async def visits() -> int:
        return len(await site.store.visits(day=site.today()))

    before = await visits()
    said = await brought(clerk, "/fhir/Claim", json.dumps(claim).encode(), 200)
    amounts = {total["category"]["coding"][0]["code"]: total["amount"]["value"] for total in said["total"]}
    shares = sum(amount for code, amount in amounts.items() if code not in ("submitted", "eligible"))
    assert amounts["submitted"] == shares > 0 and await visits() == before, "a question keeps nothing"
    claim["use"] = "claim"
    await brought(clerk, "/fhir/Claim", json.dumps(claim).encode(), 201)
    await brought(clerk, "/fhir/Claim", json.dumps(claim).encode(), 200)
    assert await visits() == before + 1, "the same claim twice counts once"
    checked = await brought(clerk, "/fhir/$check", json.dumps(claim).encode(), 200)
    assert [issue["diagnostics"].rsplit(" ", 1)[-1] for issue in checked["issue"]] == ["careTeam"]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claim}]}
    assert (await brought(clerk, "/fhir/Bundle", json.dumps(bundle).encode(), 200))["entry"][0]["resource"]["id"]
    claim["provider"]["identifier"]["value"] = "ANOTHER"
    await brought(clerk, "/fhir/Bundle", json.dumps(bundle).encode(), 422)
    await brought(clerk, "/fhir/Claim", json.dumps(claim).encode(), 422)
    await brought(clerk, "/fhir/Patient", b"{}", 422)


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_resource_without_the_token_of_the_sign_in_is_not_taken(token: str, clerk: Visitor) -> None:
    headers = {"X-Form-Token": token, "Content-Type": "application/fhir+json"}
    async with clerk.client.post("/fhir/$check", data=b"{}", headers=headers) as answer:
        assert answer.status == 403
