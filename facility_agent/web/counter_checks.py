"""Counter-verification on pages: whom to ask, and what was answered beside what the claim says."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import audit_desk, counter_checks

routes = web.RouteTableDef()
asks = allowed("officer", "adviser", "manager")


@routes.get("/checks")
@asks
async def show(request: web.Request) -> web.Response:
    """The list to take along, and the answers."""
    return await page(request, "checks.html", **await _lists(request))


@routes.post("/checks")
@asks
async def act(request: web.Request) -> web.Response:
    """Put claims on the list, or write an answer down."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    try:
        if id := forms.text(form, "check", 60):
            came = forms.yes_no(form, "came")
            if came is None:
                raise InputError("form-missing", field="came")
            paid = forms.amount(form, "paid", site.arrangement(site.today()).currency)
            await counter_checks.answer(site, id, came, paid, forms.text(form, "said"), by)
        else:
            how: Any = forms.choice(form, "how", ("visit", "call")) or "call"
            batch, claim = forms.needed(form, "batch", 60), forms.text(form, "claim", 60)
            if claim:
                await counter_checks.ask(site, batch, [claim], how, by)
            else:
                await counter_checks.ask_some(site, batch, forms.number(form, "size", lowest=1) or 10, how, by)
    except InputError as error:
        return await again(request, "checks.html", form, error, **await _lists(request))
    return redirect("/checks?done=check-kept")


async def _lists(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    return {"lists": await counter_checks.lists(site), "batches": await audit_desk.batches(site)}
