"""Between facility and payer: the batches that came, endorsed and sent on in one go, or returned with a reason."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import endorsing, gathering

routes = web.RouteTableDef()
endorses = allowed("officer", "adviser", "accountant", "manager")


@routes.get("/endorsements")
@endorses
async def show(request: web.Request) -> web.Response:
    """What waits to be endorsed, and what was said of the others."""
    return await page(request, "endorsements.html", **await _shown(request))


@routes.post("/endorsements")
@endorses
async def forward(request: web.Request) -> web.Response:
    """Endorse the batches that were chosen and send them on, all or none."""
    form, site = await request.post(), request.app[SITE]
    chosen = [str(batch)[:60] for batch in form.getall("batch", ())]
    try:
        await endorsing.endorse(site, chosen, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "endorsements.html", form, error, **await _shown(request))
    return redirect("/endorsements?done=endorsed")


@routes.post("/endorsements/{batch}")
@endorses
async def send_back(request: web.Request) -> web.Response:
    """Return a batch with a reason."""
    form, site = await request.post(), request.app[SITE]
    try:
        by = request[SIGNED_IN].account.login
        await endorsing.send_back(site, request.match_info["batch"], forms.text(form, "reason"), by)
    except InputError as error:
        return await again(request, "endorsements.html", form, error, **await _shown(request))
    return redirect("/endorsements?done=sent-back")


@routes.get("/endorsements/files/{month}.pdf")
@endorses
async def printed(request: web.Request) -> web.Response:
    """The list of a month's batches that went on, to sign and to carry with them."""
    data = await gathering.list_of(request.app[SITE], request.match_info["month"])
    return web.Response(body=data, content_type="application/pdf")


async def _shown(request: web.Request) -> dict[str, Any]:
    rows = await gathering.passing(request.app[SITE])
    return {"rows": rows, "months": gathering.months(rows)}
