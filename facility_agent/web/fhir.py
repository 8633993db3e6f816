"""FHIR R4 over HTTP, for the other systems of a facility. What is read and written: docs/fhir.md."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.outward import Bundle, PaymentReconciliation
from facility_agent.exchange.fhir.resources import Claim, CoverageEligibilityRequest
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.fhir_answers import capability, resource, told
from facility_agent.web.guard import allowed, public
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.speech import words_of
from facility_agent.workflows import fhir, fhir_brought

routes = web.RouteTableDef()
accounts_for = allowed("accountant", "manager")
receives = allowed("care", "manager", "reception")
at_desk = allowed("care", "manager", "reception", "till")

#: What may be done with each type.
ABILITIES: Final = {
    "Bundle": ("read", "create"),
    "Claim": ("read", "create"),
    "ClaimResponse": ("read",),
    "Contract": ("search-type",),
    "Coverage": ("search-type",),
    "CoverageEligibilityRequest": ("create",),
    "InsurancePlan": ("search-type",),
    "PaymentReconciliation": ("read", "create"),
}


@routes.get("/fhir/metadata")
@public
async def metadata(request: web.Request) -> web.Response:
    """What this server can do."""
    return capability(request, ABILITIES, "fhir.metadata")


@routes.get("/fhir/Claim/{id}")
@accounts_for
async def claim(request: web.Request) -> web.Response:
    """A claim as a payer is asked for it."""
    profile, by = request.query.get("profile", ""), request[SIGNED_IN].account.login
    made = await fhir.claim(
        request.app[SITE], request.match_info["id"], payer=request.query.get("payer", ""),
        openimis=profile == "openimis", by=by,
    )  # fmt: skip
    return resource(made)


@routes.get("/fhir/ClaimResponse/{id}")
@accounts_for
async def response(request: web.Request) -> web.Response:
    """What was answered to a claim."""
    return resource(await fhir.response(request.app[SITE], request.match_info["id"], words_of(request)))


@routes.get("/fhir/Bundle/{id}")
@accounts_for
async def bundle(request: web.Request) -> web.Response:
    """A batch."""
    return resource(await fhir.bundle(request.app[SITE], request.match_info["id"]))


@routes.get("/fhir/PaymentReconciliation/{id}")
@accounts_for
async def payment(request: web.Request) -> web.Response:
    """A payment with what it pays."""
    return resource(await fhir.payment(request.app[SITE], request.match_info["id"]))


@routes.get("/fhir/Coverage")
@at_desk
async def coverage(request: web.Request) -> web.Response:
    """The rights of one person, by member number."""
    return resource(await fhir.rights(request.app[SITE], request.query.get("beneficiary", "").rsplit("|", 1)[-1]))


@routes.get("/fhir/InsurancePlan")
async def plans(request: web.Request) -> web.Response:
    """What the schemes of the arrangement pay for."""
    return resource(await fhir.plans(request.app[SITE], words_of(request).language))


@routes.get("/fhir/Contract")
async def contracts(request: web.Request) -> web.Response:
    """The agreements."""
    return resource(await fhir.contracts(request.app[SITE], words_of(request).language))


@routes.post("/fhir/Claim")
@receives
async def bring_claim(request: web.Request) -> web.Response:
    """A claim of another system: judged, and kept as a visit when it is more than a question."""
    brought = wire.read(await request.read(), Claim)
    by = request[SIGNED_IN].account.login
    made, kept = await fhir.bring_claim(request.app[SITE], brought, by, words_of(request))
    return resource(made, 201 if kept else 200)


@routes.post("/fhir/Bundle")
@receives
async def bring_bundle(request: web.Request) -> web.Response:
    """Claims of another system, all or nothing."""
    site, by, words = request.app[SITE], request[SIGNED_IN].account.login, words_of(request)
    brought = wire.read(await request.read(), Bundle)
    made, kept = await fhir_brought.bring_bundle(
        site, brought, words, lambda each: fhir.bring_claim(site, each, by, words)
    )
    return resource(made, 201 if kept else 200)


@routes.post("/fhir/PaymentReconciliation")
@accounts_for
async def bring_payment(request: web.Request) -> web.Response:
    """Money that a payer's system says it paid."""
    brought = wire.read(await request.read(), PaymentReconciliation)
    made, kept = await fhir_brought.bring_payment(request.app[SITE], brought, request[SIGNED_IN].account.login)
    return resource(made, 201 if kept else 200)


@routes.post("/fhir/CoverageEligibilityRequest")
@at_desk
async def eligibility(request: web.Request) -> web.Response:
    """The answer of the desk."""
    asked = wire.read(await request.read(), CoverageEligibilityRequest)
    by = request[SIGNED_IN].account.login
    return resource(await fhir.eligibility(request.app[SITE], asked, by, words_of(request)))


@routes.post("/fhir/$check")
async def check(request: web.Request) -> web.Response:
    """What would be taken over of a resource; nothing is kept."""
    words = words_of(request)
    _, lost = fhir.check(await request.read())
    return resource(told([f"{words('fhir.lost')}: {element}" for element in lost]))


@routes.post("/fhir/{type}")
async def not_taken(request: web.Request) -> web.Response:
    """A type that is not brought this way."""
    raise InputError("fhir-not-taken", kind=request.match_info["type"][:40])


@routes.get("/fhir/{type}/{id}")
async def not_there(request: web.Request) -> web.Response:
    """A type that nobody reads here."""
    raise InputError("fhir-not-found", kind=request.match_info["type"][:40], id=request.match_info["id"][:64])
