"""The confidential list of a batch, on both sides: for those who care, and for the medical adviser."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.workflows import month_papers

routes = web.RouteTableDef()


@routes.get("/files/conditions/{batch}.pdf")
@allowed("care", "adviser")
async def listed(request: web.Request) -> web.Response:
    """What the people of a batch suffer from, where its statement does not say it."""
    data = await month_papers.conditions_paper(request.app[SITE], request.match_info["batch"])
    return web.Response(body=data, content_type="application/pdf")
