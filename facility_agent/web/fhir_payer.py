"""FHIR R4 at a payer, for the systems of facilities; each shows its word (`Authorization: Bearer`)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.outward import Bundle, Communication
from facility_agent.exchange.fhir.resources import Claim, Coverage, CoverageEligibilityRequest
from facility_agent.storage.store.machines import Machine
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.api import not_too_often
from facility_agent.web.fhir_answers import capability, resource, told
from facility_agent.web.guard import for_machines, public
from facility_agent.web.keys import SITE
from facility_agent.web.speech import words_of
from facility_agent.workflows import fhir_brought, machine_answers, machine_claims, machines

routes = web.RouteTableDef()

#: What may be done with each type.
ABILITIES: Final = {
    "Bundle": ("create",),
    "Claim": ("create",),
    "ClaimResponse": ("read",),
    "Communication": ("create",),
    "Coverage": ("create",),
    "CoverageEligibilityRequest": ("create",),
    "PaymentReconciliation": ("read", "search-type"),
}


@routes.get("/fhir/metadata")
@public
async def metadata(request: web.Request) -> web.Response:
    """What this server can do."""
    return capability(request, ABILITIES, "fhir.metadata-payer")


@routes.post("/fhir/CoverageEligibilityRequest")
@for_machines
async def eligibility(request: web.Request) -> web.Response:
    """What is open to a person today."""
    machine = await _machine(request)
    asked = wire.read(await request.read(), CoverageEligibilityRequest)
    return resource(await machines.eligibility(request.app[SITE], machine, asked, words_of(request)))


@routes.post("/fhir/Claim")
@for_machines
async def bring(request: web.Request) -> web.Response:
    """A claim: judged, and minted when it is more than a question."""
    machine = await _machine(request)
    brought = wire.read(await request.read(), Claim)
    made, kept = await machine_claims.bring(request.app[SITE], machine, brought, words_of(request))
    return resource(made, 201 if kept else 200)


@routes.post("/fhir/Bundle")
@for_machines
async def bring_bundle(request: web.Request) -> web.Response:
    """Claims, all or nothing."""
    machine, site, words = await _machine(request), request.app[SITE], words_of(request)
    brought = wire.read(await request.read(), Bundle)
    made, kept = await fhir_brought.bring_bundle(
        site, brought, words, lambda each: machine_claims.bring(site, machine, each, words)
    )
    return resource(made, 201 if kept else 200)


@routes.post("/fhir/Coverage")
@for_machines
async def compare(request: web.Request) -> web.Response:
    """Rights that a system holds, beside those of the register; nothing is kept."""
    await _machine(request)
    brought, words = wire.read(await request.read(), Coverage), words_of(request)
    return resource(told(list(await machine_answers.compared(request.app[SITE], brought, words))))


@routes.post("/fhir/Communication")
@for_machines
async def contest(request: web.Request) -> web.Response:
    """A decision is contested, line by line."""
    machine = await _machine(request)
    brought = wire.read(await request.read(), Communication)
    made, new = await machine_answers.contest(request.app[SITE], machine, brought)
    return resource(made, 201 if new else 200)


@routes.get("/fhir/PaymentReconciliation")
@for_machines
async def payments(request: web.Request) -> web.Response:
    """What was paid to the facility."""
    return resource(await machine_answers.payments(request.app[SITE], await _machine(request)))


@routes.get("/fhir/PaymentReconciliation/{id}")
@for_machines
async def payment(request: web.Request) -> web.Response:
    """One payment."""
    machine = await _machine(request)
    return resource(await machine_answers.payment(request.app[SITE], machine, request.match_info["id"]))


@routes.get("/fhir/ClaimResponse/{id}")
@for_machines
async def response(request: web.Request) -> web.Response:
    """The decision on a claim, or that it waits."""
    machine = await _machine(request)
    found = await machine_claims.response(request.app[SITE], machine, request.match_info["id"], words_of(request))
    return resource(found)


async def _machine(request: web.Request) -> Machine:
    """Who asks; a wrong word costs the address one of its tries."""
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    try:
        return await machines.known(request.app[SITE], word.strip() if kind.lower() == "bearer" else "")
    except InputError:
        not_too_often(request)
        raise
