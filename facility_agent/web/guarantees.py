"""Guarantees at the facility: asked for from a visit, or a number that the payer read out taken down."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.choosing import find_act
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.visit_page import wrong
from facility_agent.workflows import guarantees, visits
from facility_agent.workflows.visit_life import entry_of

routes = web.RouteTableDef()
KINDS: Final = ("approval", "letter", "long-term", "extension")


@routes.post("/visits/{visit}/guarantee")
@allowed("reception", "care", "manager")
async def ask(request: web.Request) -> web.Response:
    """Ask the payer, or take down the number that was read out on the telephone."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["visit"]
    by = request[SIGNED_IN].account.login
    try:
        member = (await entry_of(site, id)).visit.beneficiary.number
        known = (await visits.terms_of_today(site)).acts
        acts = tuple(find_act(part, known) for part in forms.text(form, "acts").split(",") if part.strip())
        made = forms.needed(form, "id", 60)
        if number := forms.text(form, "number", 40):
            until, quantity = forms.day(form, "until"), forms.number(form, "quantity", lowest=1)
            await guarantees.telephoned(site, member, made, number, acts, until, by, quantity)
        else:
            kind: Any = forms.choice(form, "guarantee_kind", KINDS) or "approval"
            wanted = guarantees.Request(made, kind, acts, forms.text(form, "reason"), forms.text(form, "papers"))
            await guarantees.ask(site, member, wanted, by)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/visits/{id}?done=guarantee-kept")
