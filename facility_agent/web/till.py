"""The till: what members owe today, what was paid, and the close of one's own drawer."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.documents.till_pdf import till_pdf
from facility_agent.vocabulary.bedside import TillKind
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page, status_of
from facility_agent.web.speech import words_of
from facility_agent.web.visit_page import wrong
from facility_agent.workflows import till

routes = web.RouteTableDef()
collects = allowed("till", "manager")
KINDS: Final[tuple[TillKind, ...]] = ("paid", "owed", "waived", "refunded")
DONE: Final = {kind: f"till-{kind}" for kind in KINDS}


@routes.get("/till")
@allowed("till", "accountant", "manager")
async def show(request: web.Request) -> web.Response:
    """The day at the till, and one's own drawer."""
    return await page(request, "till.html", **await _paper(request))


@routes.post("/visits/{visit}/till")
@collects
async def move(request: web.Request) -> web.Response:
    """One movement; the same form sent twice counts once."""
    form, site, id = await request.post(), request.app[SITE], request.match_info["visit"]
    by = request[SIGNED_IN].account.login
    try:
        kind: Any = forms.choice(form, "kind", KINDS) or "paid"
        account = await till.account_of(site, id)
        amount = forms.amount(form, "amount", account.currency)
        entry = forms.needed(form, "id", 60)
        if amount is None:
            raise InputError("form-missing", field="amount")
        if kind == "waived" and "manager" not in request[SIGNED_IN].account.roles:
            raise InputError("till-waive-manager")
        booklet, reason = forms.text(form, "booklet", 40), forms.text(form, "reason")
        await till.move(site, entry, id, kind, amount, by, booklet=booklet, reason=reason)
    except InputError as error:
        return await wrong(request, form, error)
    return redirect(f"/visits/{id}?done={DONE[kind]}")


@routes.post("/till/count")
@collects
async def count(request: web.Request) -> web.Response:
    """Close one's own drawer: counted, the difference, and to whom it is handed."""
    form, site = await request.post(), request.app[SITE]
    try:
        counted = forms.amount(form, "counted", site.arrangement(site.today()).currency)
        if counted is None:
            raise InputError("form-missing", field="counted")
        through = forms.number(form, "through") or 0
        handed, reason = forms.text(form, "handed_to", 80), forms.text(form, "reason")
        id, by = forms.needed(form, "id", 60), request[SIGNED_IN].account.login
        made = await till.count(site, id, by, through, counted, handed, reason)
    except InputError as error:
        shown = await _paper(request)
        return await page(
            request, "till.html", status=status_of(error), **{**shown, "typed": forms.typed(form), "error": error}
        )
    return redirect(f"/till?done=till-counted&count={made.id}")


async def _paper(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    chosen = forms.day(request.query, "day") or site.today()
    return {
        "chosen": chosen,
        "accounts": await till.of_day(site, chosen),
        "open": await till.still_open(site),
        "drawer": await till.drawer(site, request[SIGNED_IN].account.login),
        "counts": await site.store.till_counts(chosen),
        "fresh_id": site.new_id(),
        "made": forms.text(request.query, "count", 60),
    }


@routes.get("/till/counts/{count}")
@allowed("till", "accountant", "manager")
async def count_pdf(request: web.Request) -> web.Response:
    """A close as a page to sign."""
    site = request.app[SITE]
    made, entries = await till.counted(site, request.match_info["count"])
    currency = site.arrangement(made.day).currency
    data = till_pdf(
        made, entries, site.config.name, currency, words_of(request).language, made_on=made.day,
        invented=site.config.invented,
    )  # fmt: skip
    return web.Response(body=data, content_type="application/pdf")
