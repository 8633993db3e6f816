"""Stays: who is here now, admission of somebody received, care of a day, discharge."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.choosing import find_act
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import stays, visits

routes = web.RouteTableDef()
cares = allowed("care", "manager")


@routes.get("/stays")
@allowed("reception", "care", "accountant", "manager")
async def show(request: web.Request) -> web.Response:
    """Everybody who is here now, and those received who may be admitted."""
    return await page(request, "stays.html", **await _paper(request))


@routes.post("/stays/admit")
@allowed("reception", "care", "manager")
async def admit(request: web.Request) -> web.Response:
    """Admit somebody whom the desk has received; the same form twice admits once."""
    form, site = await request.post(), request.app[SITE]
    try:
        id = forms.needed(form, "visit", 60)
        kept = await site.store.visit(id)
        visit = kept.visit if kept else (await request.app[RECEIVED].get(site, id)).visit
        hour = forms.hour(form, "at") or site.now().astimezone(site.zone).strftime("%H:%M")
        ward, category = forms.text(form, "ward", 60), forms.text(form, "category", 20)
        await stays.admit(site, visit, hour, ward, category, request[SIGNED_IN].account.login)
        await request.app[RECEIVED].drop(site, id)
    except InputError as error:
        return await again(request, "stays.html", form, error, **await _paper(request))
    return redirect("/stays?done=admitted")


@routes.post("/stays/{visit}/care")
@cares
async def daily(request: web.Request) -> web.Response:
    """Care of a day."""
    form, site = await request.post(), request.app[SITE]
    try:
        acts = {act.code: act for act in await visits.acts(site)}
        act = find_act(forms.needed(form, "act", 120), acts)
        quantity, day = forms.number(form, "quantity", lowest=1) or 1, forms.day(form, "day") or site.today()
        hour = forms.hour(form, "at") or site.now().astimezone(site.zone).strftime("%H:%M")
        id, by = request.match_info["visit"], request[SIGNED_IN].account.login
        await stays.add_daily(site, id, act, quantity, day, hour, by)
    except InputError as error:
        return await again(request, "stays.html", form, error, **await _paper(request))
    return redirect("/stays?done=care-added")


@routes.post("/stays/{visit}/discharge")
@cares
async def discharge(request: web.Request) -> web.Response:
    """End a stay."""
    form, site = await request.post(), request.app[SITE]
    try:
        outcome: Any = forms.choice(form, "outcome", stays.OUTCOMES)
        day, to = forms.day(form, "day") or site.today(), forms.text(form, "sent_to", 120)
        id, by = request.match_info["visit"], request[SIGNED_IN].account.login
        await stays.discharge(site, id, day, outcome, by, to=to)
    except InputError as error:
        return await again(request, "stays.html", form, error, **await _paper(request))
    return redirect(f"/visits/{id}?done=discharged")


async def _paper(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    await request.app[RECEIVED].open(site)
    return {
        "running": await stays.running(site),
        "received": request.app[RECEIVED].waiting(),
        "acts": await visits.acts(site),
        "outcomes": stays.OUTCOMES,
    }
