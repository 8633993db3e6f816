"""The adherence table: neutral names for officers, clinical ones for the medical adviser."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import adherence_desk

routes = web.RouteTableDef()


@routes.get("/adherence")
@allowed("officer", "adviser", "manager")
async def show(request: web.Request) -> web.Response:
    """Per indicator and facility: how many, which share, and how sure one may be of it."""
    view = await adherence_desk.table(request.app[SITE], forms.text(request.query, "month", 7))
    return await page(request, "adherence.html", view=view)
