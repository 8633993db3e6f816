"""Between facility and payer: the batches that came, each endorsed and sent on, or returned with a reason."""

from __future__ import annotations

from aiohttp import web

from facility_agent.exchange.messages import BatchMessage, decode
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import endorsing
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
endorses = allowed("officer", "adviser", "manager")


@routes.get("/endorsements")
@endorses
async def show(request: web.Request) -> web.Response:
    """What waits to be endorsed, and what was said of the others."""
    return await page(request, "endorsements.html", rows=await rows_of(request.app[SITE]))


@routes.post("/endorsements/{batch}")
@endorses
async def say(request: web.Request) -> web.Response:
    """Endorse a batch, or return it with a reason."""
    form, site, batch = await request.post(), request.app[SITE], request.match_info["batch"]
    by = request[SIGNED_IN].account.login
    try:
        if forms.flag(form, "back"):
            await endorsing.send_back(site, batch, forms.text(form, "reason"), by)
            return redirect("/endorsements?done=sent-back")
        await endorsing.endorse(site, batch, by)
    except InputError as error:
        return await again(request, "endorsements.html", form, error, rows=await rows_of(site))
    return redirect("/endorsements?done=endorsed")


async def rows_of(site: Site) -> list[tuple[object, BatchMessage]]:
    """Each batch on its way with what its core part says."""
    found: list[tuple[object, BatchMessage]] = []
    for row in await site.store.every_passing():
        message = decode("batch", row.core)
        if row.payer != site.config.code and isinstance(message, BatchMessage):
            found.append((row, message))
    return found
