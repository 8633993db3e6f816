"""The pregnancy of a visit: linked, followed, ended by a delivery with its children."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.visit_page import wrong
from facility_agent.workflows import maternity
from facility_agent.workflows.newborns import Birth
from facility_agent.workflows.visit_life import entry_of

routes = web.RouteTableDef()
ENDINGS = ("delivery", "caesarean-elsewhere", "loss")


@routes.post("/visits/{visit}/pregnancy")
@allowed("care", "manager")
async def link(request: web.Request) -> web.Response:
    """Link the visit to the running pregnancy, or begin one."""
    form, id = await request.post(), request.match_info["visit"]
    try:
        await maternity.link(request.app[SITE], id, request[SIGNED_IN].account.login)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/visits/{id}?done=pregnancy-linked")


@routes.post("/visits/{visit}/delivery")
@allowed("care", "manager")
async def end(request: web.Request) -> web.Response:
    """End the pregnancy; each child gets a provisional number."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["visit"]
    try:
        outcome: Any = forms.choice(form, "ending", ENDINGS) or "delivery"
        visit = (await entry_of(site, id)).visit
        day = forms.day(form, "day") or visit.day
        many, proof = forms.number(form, "children") or 0, forms.text(form, "proof", 40)
        births = tuple(
            Birth(visit.beneficiary.number, day, proof, forms.text(form, "proof_number", 60), rank)
            for rank in range(1, min(many, 6) + 1)
        )
        await maternity.end(site, id, outcome, births, request[SIGNED_IN].account.login, day=day)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/visits/{id}?done=pregnancy-ended")
