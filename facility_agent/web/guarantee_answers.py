"""Guarantees at the payer: what facilities ask for, the answer to each, and the deaths that they told."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guarantees import KINDS
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.sentences import CLINICAL_ROLES
from facility_agent.web.speech import words_of
from facility_agent.workflows import guarantee_desk, guarantees, paper_batches

routes = web.RouteTableDef()


@routes.get("/guarantees")
@allowed("officer", "adviser", "manager")
async def waiting(request: web.Request) -> web.Response:
    """What facilities ask for, and the deaths that they told."""
    return await page(request, "guarantees.html", **await _paper(request))


@routes.post("/guarantees/{guarantee}")
@allowed("officer", "adviser", "manager")
async def answer(request: web.Request) -> web.Response:
    """Grant or refuse; the letter lies in the outbox."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["guarantee"]
    try:
        given = guarantees.Answer(
            granted=forms.choice(form, "do", ("grant", "refuse")) == "grant",
            said=forms.text(form, "said"),
            until=forms.day(form, "until"),
            quantity=forms.number(form, "quantity", lowest=1),
            per_month=forms.number(form, "per_month", lowest=1),
        )
        await guarantees.answer(site, id, given, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "guarantees.html", form, error, **await _paper(request))
    return redirect("/guarantees?done=guarantee-answered")


@routes.post("/guarantees")
@allowed("officer", "adviser", "manager")
async def take_down(request: web.Request) -> web.Response:
    """A request that came on paper or by telephone."""
    form, site = await request.post(), request.app[SITE]
    try:
        named = [forms.needed(form, name, 60) for name in ("facility", "member")]
        kind: Any = forms.choice(form, "guarantee_kind", KINDS) or "approval"
        acts = tuple(part.strip() for part in forms.text(form, "acts").split(",") if part.strip())
        login = request[SIGNED_IN].account.login
        await guarantee_desk.take_down(site, named[0], named[1], kind, acts, forms.text(form, "reason"), login)
    except InputError as error:
        return await again(request, "guarantees.html", form, error, **await _paper(request))
    return redirect("/guarantees?done=guarantee-kept")


@routes.get("/guarantees/{guarantee}")
@allowed("officer", "adviser", "manager")
async def one(request: web.Request) -> web.Response:
    """One guarantee, to read out or to print again: number, reason, validity, what is used, and its stub."""
    return await page(request, "guarantee_letter.html", row=await _one(request))


@routes.post("/guarantees/{guarantee}/print")
@allowed("officer", "adviser", "manager")
async def print_letter(request: web.Request) -> web.Response:
    """The letter as a page for the printer. A form, because each print is written down."""
    account, id = request[SIGNED_IN].account, request.match_info["guarantee"]
    reads = not set(CLINICAL_ROLES).isdisjoint(account.roles)
    language = words_of(request).language
    data = await guarantee_desk.printed(request.app[SITE], id, account.login, language, reads_reason=reads)
    return web.Response(body=data, content_type="application/pdf")


@routes.post("/guarantees/{guarantee}/revoke")
@allowed("officer", "adviser", "manager")
async def revoke(request: web.Request) -> web.Response:
    """Take it back, with words."""
    form, id = await request.post(), request.match_info["guarantee"]
    try:
        await guarantee_desk.revoke(request.app[SITE], id, forms.text(form, "said"), request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "guarantee_letter.html", form, error, row=await _one(request))
    return redirect(f"/guarantees/{id}?done=guarantee-answered")


async def _one(request: web.Request) -> guarantee_desk.Issued:
    return await guarantee_desk.one(request.app[SITE], request.match_info["guarantee"])


async def _paper(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    return {
        "asked": await guarantee_desk.waiting(site),
        "issued": await guarantee_desk.issued(site),
        "notices": await site.store.notices(),
        "facilities": await paper_batches.facilities(site),
        "kinds": KINDS,
    }
