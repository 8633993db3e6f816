"""What the answers come to, on a page of both sides: acceptance, reasons, days to decide and to pay."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import published

routes = web.RouteTableDef()


@routes.get("/published")
@allowed("officer", "adviser", "payer_accountant", "accountant", "manager")
async def show(request: web.Request) -> web.Response:
    """One card per facility and payer."""
    return await page(request, "published.html", cards=await published.scorecards(request.app[SITE]))
