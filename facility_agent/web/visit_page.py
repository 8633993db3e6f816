"""One visit with all that belongs to it: care, rests, money, sheets, and every change that was made."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page, status_of
from facility_agent.web.visit_form import written_amount
from facility_agent.workflows import guarantees, maternity, newborns, till
from facility_agent.workflows import visit_life as life
from facility_agent.workflows.desk import search

routes = web.RouteTableDef()
sees = allowed("reception", "care", "till", "accountant", "manager")
changes = allowed("reception", "care", "manager")


@routes.get("/visits/{visit}")
@sees
async def show(request: web.Request) -> web.Response:
    """The visit's own page."""
    return await page(request, "visit_page.html", **await paper_of(request))


@routes.post("/visits/{visit}/reopen")
@changes
async def reopen(request: web.Request) -> web.Response:
    """A recorded visit goes on at the next desk."""
    id = request.match_info["visit"]
    await life.reopen(request.app[SITE], id, request[SIGNED_IN].account.login)
    return redirect(f"/visits/new?visit={id}")


@routes.post("/visits/{visit}/person")
@changes
async def person(request: web.Request) -> web.Response:
    """The visit was another person's."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["visit"]
    number, reason = forms.needed(form, "member", 60), forms.needed(form, "reason")
    successor = forms.needed(form, "id", 60)
    try:
        kept = await life.give_to(site, id, number, request[SIGNED_IN].account.login, reason, successor)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/visits/{kept}?done=visit-moved")


@routes.post("/card-refused")
@allowed("reception", "care", "till", "manager")
async def card_refused(request: web.Request) -> web.Response:
    """A card was not accepted here: it is counted for what both sides owe each other."""
    form, site = await request.post(), request.app[SITE]
    id, member = forms.needed(form, "id", 60), forms.text(form, "member", 60)
    reason = forms.needed(form, "reason")
    await life.note(site, id, "card-refused", request[SIGNED_IN].account.login, member=member, reason=reason)
    return redirect("/scoreboard?done=card-refused")


async def wrong(request: web.Request, form: forms.Form, error: InputError) -> web.Response:
    """The visit's page once more, with what was typed and what is wrong."""
    shown = await paper_of(request)
    return await page(
        request, "visit_page.html", status=status_of(error), **{**shown, "typed": forms.typed(form), "error": error}
    )


async def paper_of(request: web.Request) -> dict[str, Any]:
    """What the page of a visit shows."""
    site, id = request.app[SITE], request.match_info["visit"]
    account = await till.account_of(site, id)
    found = forms.text(request.query, "person", 80)
    events = await life.told(site, id)
    return {
        "account": account,
        "visit": account.visit,
        "rests": await site.store.rests(visit=id),
        "notes": await site.store.notes(visit=id),
        "events": events,
        "hours": [event.at.astimezone(site.zone).strftime("%d/%m/%Y %H:%M") for event in events],
        "people": await search(site, found) if found else (),
        "asked_person": found,
        "fresh_id": site.new_id,
        "pregnancies": await maternity.followed(site, account.visit.beneficiary.number)
        if account.visit.pregnancy
        else (),
        "proofs": await newborns.proofs(site) if account.visit.pregnancy else (),
        "sheets": await site.store.sheets("out", visit=id),
        "guarantees": await guarantees.of_person(site, account.visit.beneficiary.number, site.today(), id),
        "asked_of": [each for each in await site.store.guarantees(member=account.visit.beneficiary.number)]
        if account.visit.beneficiary.number
        else [],
        "printer": bool(site.config.printer),
        "written": written_amount,
    }
