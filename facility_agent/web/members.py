"""Search the register by name or number."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import desk

routes = web.RouteTableDef()


@routes.get("/members")
@allowed("reception", "care", "till", "manager")
async def search(request: web.Request) -> web.Response:
    """The people whose name or number holds what was typed; each can be verified from here."""
    text = forms.text(request.query, "text", 120)
    found = await desk.search(request.app[SITE], text) if text else ()
    return await page(request, "members.html", text=text, found=found)
