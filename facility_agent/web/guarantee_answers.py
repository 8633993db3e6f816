"""Guarantees at the payer: what facilities ask for, the answer to each, and the deaths that they told."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import guarantees

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


async def _paper(request: web.Request) -> dict[str, Any]:
    store = request.app[SITE].store
    return {"asked": await store.guarantees(state="asked"), "notices": await store.notices()}
