"""Sheets of a visit: written and printed here, taken from a code, or entered as they were filled in by hand."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.documents.sheet_pdf import sheet_pdf
from facility_agent.vocabulary.bedside import Item
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.choosing import find_act
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.speech import words_of
from facility_agent.web.visit_page import wrong
from facility_agent.workflows import sheets, visits

routes = web.RouteTableDef()
writes = allowed("reception", "care", "manager")
KINDS: Final = ("referral", "evacuation", "counter-referral", "prescription")


@routes.post("/visits/{visit}/sheet")
@writes
async def write(request: web.Request) -> web.Response:
    """Write and sign a sheet; the same form sent twice is one sheet."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["visit"]
    try:
        kind: Any = forms.choice(form, "kind", KINDS)
        wanted = sheets.Wanted(
            id=forms.identity(form),
            kind=kind or "referral",
            to=forms.text(form, "sent_to", 120),
            reason=forms.text(form, "reason"),
            treatment=forms.text(form, "treatment"),
            kilometres=forms.number(form, "kilometres"),
            companion=forms.text(form, "companion", 80),
        )
        sheet = await sheets.write(site, id, wanted, request[SIGNED_IN].account.login)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/sheets/{sheet.id}")


@routes.get("/sheets/{sheet}")
@writes
async def pdf(request: web.Request) -> web.Response:
    """A sheet as a page to print and sign."""
    site, words = request.app[SITE], words_of(request)
    sheet = await site.store.sheet(request.match_info["sheet"])
    if sheet is None:
        raise InputError("sheet-not-kept")
    names = {act.code: act.name.say(words.language) for act in (await visits.terms_of_today(site)).acts.values()}
    data = sheet_pdf(sheet, site.config.name, names, words.language, made_on=sheet.day, invented=site.config.invented)
    return web.Response(body=data, content_type="application/pdf")


@routes.get("/sheets")
@writes
async def show(request: web.Request) -> web.Response:
    """Sheets that were brought, and the form for one that was filled in by hand."""
    return await page(request, "sheets.html", **await _paper(request))


@routes.post("/sheets/taken")
@writes
async def take(request: web.Request) -> web.Response:
    """Keep a sheet that was brought, by its code or as it was filled in by hand."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    member = forms.text(form, "member", 60)
    try:
        if text := forms.text(form, "text", 2000):
            await sheets.take(site, text, member, by)
        else:
            await _by_hand(request, form, member, by)
    except InputError as error:
        return await again(request, "sheets.html", form, error, **await _paper(request))
    return redirect("/sheets?done=sheet-taken")


async def _by_hand(request: web.Request, form: forms.Form, member: str, by: str) -> None:
    site, kind = request.app[SITE], forms.choice(form, "sheet_kind", KINDS) or "referral"
    acts = (await visits.terms_of_today(site)).acts
    items = tuple(
        Item(find_act(act, acts, f"act-{row}"), forms.number(form, f"quantity-{row}", lowest=1) or 1)
        for row in range(1, 5)
        if (act := forms.text(form, f"act-{row}"))
    )
    day = forms.day(form, "day") or site.today()
    sender, number = forms.needed(form, "sender", 120), forms.needed(form, "number", 40)
    id = forms.identity(form)
    await sheets.take_by_hand(site, id, kind, sender, number, day, member, by, items)  # type: ignore[arg-type]


async def _paper(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    since = site.today().replace(day=1).isoformat()
    return {"taken": await site.store.sheets("in", since=since), "kinds": KINDS, "fresh_id": site.new_id()}
