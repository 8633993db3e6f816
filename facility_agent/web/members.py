"""Search the register by number, household, telephone or name; birth year and village narrow. Lists for dark hours."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.storage.store.searching import Found, Sought
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.invoices import attachment
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import finding, paper

routes = web.RouteTableDef()


@routes.get("/members")
@allowed("reception", "care", "till", "manager")
async def search(request: web.Request) -> web.Response:
    """The people found, the nearest first; each can be verified from here."""
    asked = request.query
    sought = Sought(
        forms.text(asked, "text", 120), forms.number(asked, "year", lowest=1900), forms.text(asked, "village", 80)
    )
    found = Found()
    if sought.text or sought.village:
        found = await finding.seek(request.app[SITE], sought, request[SIGNED_IN].account.login)
    return await page(request, "members.html", sought=sought, found=found)


@routes.get("/paper")
@allowed("reception", "manager")
async def show(request: web.Request) -> web.Response:
    """What is printed for hours without power, and what was printed before."""
    return await page(request, "paper.html", **await _printed(request))


@routes.post("/paper")
@allowed("reception", "manager")
async def print_paper(request: web.Request) -> web.StreamResponse:
    """A list of the register, or numbered care sheets, as a PDF."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    try:
        if forms.choice(form, "do", ("list", "sheets")) == "sheets":
            _, path = await paper.print_sheets(site, forms.number(form, "count", lowest=1) or 20, by)
        else:
            payer = forms.choice(form, "payer", await site.store.registers_held())
            kind = forms.choice(form, "order", ("village", "household")) or "village"
            village = forms.text(form, "village", 80)
            _, path = await paper.print_list(site, payer, by, kind, village)  # type: ignore[arg-type]
    except InputError as error:
        return await again(request, "paper.html", form, error, **await _printed(request))
    return attachment(path)


async def _printed(request: web.Request) -> dict[str, Any]:
    store = request.app[SITE].store
    return {"payers": await store.registers_held(), "lists": (await store.printed_lists())[:12]}
