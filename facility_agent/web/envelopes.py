"""Sealed files, in and out: what waits to be carried to the other side, and what the other side sent."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.invoices import attachment
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import exchange
from facility_agent.workflows.site import OUTBOX, Site

#: What is about a batch, so that the page can lead there.
OF_A_BATCH: Final = ("batch", "receipt", "decision", "remittance", "contest")

routes = web.RouteTableDef()
carries = allowed("reception", "accountant", "officer", "payer_accountant", "manager")


@routes.get("/envelopes")
@carries
async def show(request: web.Request) -> web.Response:
    """What waits to be carried, and the place to bring what came."""
    return await page(request, "envelopes.html", files=outbox(request.app[SITE]), received=None)


@routes.post("/envelopes")
@carries
async def bring(request: web.Request) -> web.Response:
    """A sealed file was brought: say what it is, and where to go on."""
    form, site = await request.post(), request.app[SITE]
    try:
        data, past = forms.uploaded(form, "file"), forms.flag(form, "past")
        received = await exchange.receive(site, data, request[SIGNED_IN].account.login, past=past)
    except InputError as error:
        return await again(request, "envelopes.html", form, error, files=outbox(site), received=None)
    batch = received.about if received.kind in OF_A_BATCH else ""
    return await page(request, "envelopes.html", files=outbox(site), received=received, batch=batch)


@routes.get("/envelopes/{name}")
@carries
async def carry(request: web.Request) -> web.StreamResponse:
    """A file of the outbox, to be put on a key or sent."""
    name = request.match_info["name"]
    if name not in outbox(request.app[SITE]):
        raise InputError("page-not-found")
    return attachment(request.app[SITE].folder / OUTBOX / name)


def outbox(site: Site) -> tuple[str, ...]:
    """The names of the files that wait, in order."""
    return tuple(sorted(path.name for path in (site.folder / OUTBOX).glob("*.fa[ep]")))
