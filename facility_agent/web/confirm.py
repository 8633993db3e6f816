"""What the code of a slip or sheet confirms, at the facility that wrote it, at another one, at the payer."""

from __future__ import annotations

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.keys import SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import slips

routes = web.RouteTableDef()


@routes.get("/confirm")
@routes.post("/confirm")
async def confirm(request: web.Request) -> web.Response:
    """The code of a slip or sheet, scanned or typed: whether it is genuine, and whether it is known here."""
    if request.method == "GET":
        return await page(request, "confirm.html", found=None)
    form = await request.post()
    try:
        found = await slips.confirm(request.app[SITE], forms.needed(form, "text", 2000))
    except InputError as error:
        return await again(request, "confirm.html", form, error, found=None)
    return await page(request, "confirm.html", found=found)
