"""Emergencies whose papers are still to come: the list stays until somebody says that they came."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web import forms
from facility_agent.web.answering import receives
from facility_agent.web.guard import redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page

routes = web.RouteTableDef()


@routes.get("/desk/emergencies")
@receives
async def show(request: web.Request) -> web.Response:
    """Who was cared for at once, what is missing, and until when it can be put right."""
    site = request.app[SITE]
    return await page(request, "emergencies.html", waiting=await site.store.emergencies(), today=site.today())


@routes.post("/desk/emergencies/{lookup}")
@receives
async def settle(request: web.Request) -> web.Response:
    """The papers came, or it is said why they never will."""
    form, site = await request.post(), request.app[SITE]
    remark = forms.needed(form, "remark", 200)
    await site.store.settle_emergency(
        request.match_info["lookup"], remark, site.now(), request[SIGNED_IN].account.login
    )
    return redirect("/desk/emergencies?done=emergency-settled")
