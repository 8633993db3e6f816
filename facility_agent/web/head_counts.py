"""Payment per head, on a page of both sides: our count of a day, and the other side's beside it."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SITE
from facility_agent.web.render import page, status_of
from facility_agent.workflows import head_count, per_head

routes = web.RouteTableDef()
counts = allowed("accountant", "manager", "officer", "payer_accountant")


@routes.get("/head-counts")
@counts
async def show(request: web.Request) -> web.Response:
    """What is due per head on a day, and what the other side counted."""
    return await shown(request, forms.day(request.query, "day") or request.app[SITE].today())


@routes.post("/head-counts")
@counts
async def send(request: web.Request) -> web.Response:
    """Seal our count of a day to the other side."""
    form, site = await request.post(), request.app[SITE]
    day = forms.day(form, "day") or site.today()
    try:
        await head_count.send(site, forms.needed(form, "other", 60), day)
    except InputError as error:
        return await shown(request, site.today(), error)
    return redirect(f"/head-counts?day={day.isoformat()}&done=count-sent")


@routes.get("/head-counts/files/{other}/{day}.pdf")
@counts
async def printed(request: web.Request) -> web.Response:
    """Our count with its persons, to sign."""
    try:
        day = date.fromisoformat(request.match_info["day"])
    except ValueError:
        raise InputError("page-not-found") from None
    data = await head_count.paper(request.app[SITE], request.match_info["other"], day)
    return web.Response(body=data, content_type="application/pdf")


async def shown(request: web.Request, day: date, error: InputError | None = None) -> web.Response:
    """The page of a day, with what went wrong."""
    site = request.app[SITE]
    try:
        found = await head_count.counts(site, day)
    except InputError as wrong:
        error, found = wrong, ()
    periods = {count.payer: await per_head.periods(site, count) for count in found if site.config.role == "facility"}
    came = await head_count.checked(site)
    status = status_of(error) if error else 200
    currency = site.arrangement(site.today()).currency
    context = {"found": found, "came": came, "chosen": day, "error": error, "coined_in": currency, "periods": periods}
    return await page(request, "head_counts.html", status=status, **context)  # type: ignore[arg-type]
