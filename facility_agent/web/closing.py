"""Before a batch is closed: the payer's own check with the amount to expect, what to leave out, what to justify."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.invoicing.kinds import KINDS
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import BatchKind
from facility_agent.web import forms, head_counts
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.invoices import read_month
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import closing, month_notes, month_papers, per_head

routes = web.RouteTableDef()
accounts_for = allowed("accountant", "manager")
NOTES = ("left-out", "justified")


@routes.get("/months/{month}/check")
@accounts_for
async def check(request: web.Request) -> web.Response:
    """What the payer would answer to the batch as it stands now."""
    return await page(request, "check.html", **await _checked(request, request.query))


@routes.post("/months/{month}/notes")
@accounts_for
async def note(request: web.Request) -> web.Response:
    """A claim is left out, taken back in, or said to be right, with a reason."""
    form, site, month = await request.post(), request.app[SITE], read_month(request.match_info["month"])
    visit, payer, scheme = (
        forms.needed(form, "visit", 60),
        forms.text(form, "payer", 60),
        forms.text(form, "scheme", 60),
    )
    back = forms.flag(form, "back")
    kind = forms.chosen(form, "note", NOTES)
    try:
        if back:
            await month_notes.take_back(site, kind, month, visit, payer, scheme)  # type: ignore[arg-type]
        else:
            reason, who = forms.text(form, "reason"), request[SIGNED_IN].account.login
            await month_notes.note(site, kind, month, visit, payer, scheme, reason, who)  # type: ignore[arg-type]
    except InputError as error:
        if not payer:
            raise
        return await again(request, "check.html", form, error, **await _checked(request, form))
    if not payer or not forms.flag(form, "check"):
        return redirect(f"/months/{month}?done=note-kept")
    batch = forms.choice(form, "kind", KINDS)
    return redirect(f"/months/{month}/check?payer={payer}&scheme={scheme}&kind={batch}&done=note-kept")


@routes.post("/head-counts/invoices")
@accounts_for
async def invoice(request: web.Request) -> web.Response:
    """Close the invoice of a head count, for good."""
    form, site = await request.post(), request.app[SITE]
    on, start = forms.day(form, "day") or site.today(), forms.day(form, "start") or site.today()
    payer, scheme = forms.needed(form, "payer", 60), forms.needed(form, "scheme", 60)
    try:
        batch = await per_head.invoice(site, payer, scheme, on, start, request[SIGNED_IN].account.login)
    except InputError as error:
        return await head_counts.shown(request, on, error)
    return redirect(f"/batches/{batch.id}?done=heads-invoiced")


@routes.get("/months/{month}/files/preview.pdf")
@accounts_for
async def preview(request: web.Request) -> web.Response:
    """The statement as it would be, marked as not sealed."""
    month, payer, scheme, kind = _asked(request, request.query)
    ready = await closing.ready(request.app[SITE], month, payer, scheme, kind)
    data = await month_papers.preview_paper(request.app[SITE], ready.batch, ready.claims)
    return web.Response(body=data, content_type="application/pdf")


@routes.get("/batches/{batch}/files/papers/{kind}.pdf")
@accounts_for
async def paper(request: web.Request) -> web.Response:
    """The receipt, the decision or a payment, to print and sign."""
    found = request.match_info
    data = await month_papers.paper(request.app[SITE], found["batch"], found["kind"])
    return web.Response(body=data, content_type="application/pdf")


def _asked(request: web.Request, form: forms.Form) -> tuple[str, str, str, BatchKind]:
    month = read_month(request.match_info["month"])
    kind: Any = forms.choice(form, "kind", KINDS) or "main"
    return month, forms.needed(form, "payer", 60), forms.needed(form, "scheme", 60), kind


async def _checked(request: web.Request, form: forms.Form) -> dict[str, Any]:
    month, payer, scheme, kind = _asked(request, form)
    found = await closing.forecast(request.app[SITE], month, payer, scheme, kind)
    currency = (await closing.ready(request.app[SITE], month, payer, scheme, kind)).batch.currency
    return {"chosen": month, "payer": payer, "scheme": scheme, "kind": kind, "found": found, "coined_in": currency}
