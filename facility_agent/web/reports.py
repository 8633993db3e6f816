"""Reports to print: the register of the day, the counts of a month, the scoreboard, the archive list."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.periods import month_of
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.invoices import read_month
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import reports

routes = web.RouteTableDef()
reads = allowed("care", "accountant", "manager")


@routes.get("/register")
@allowed("care", "manager")
async def register(request: web.Request) -> web.Response:
    """The register of a day, in place of the one that is copied by hand."""
    site = request.app[SITE]
    chosen = forms.day(request.query, "day") or site.today()
    rows = await reports.register_of(site, chosen)
    return await page(request, "register.html", chosen=chosen, rows=rows, band=reports.band_of)


@routes.get("/reports/{month}")
@reads
async def of_month(request: web.Request) -> web.Response:
    """The counts of a month, what did not happen in it, and the list for the archive."""
    site, month = request.app[SITE], read_month(request.match_info["month"])
    counts, notes = await reports.counts_of(site, month), await reports.scoreboard_of(site, month)
    boxes = await reports.archive_of(site, month, forms.number(request.query, "years", lowest=1))
    batches = await request.app[SITE].store.batches(month=month)
    bands = [name for name, *_ in reports.BANDS] + [""]
    shown: dict[str, Any] = {"counts": counts, "notes": notes, "boxes": boxes, "bands": bands, "batches": batches}
    return await page(request, "report.html", chosen=month, **shown)


@routes.get("/scoreboard")
@allowed("reception", "care", "till", "accountant", "manager")
async def scoreboard(request: web.Request) -> web.Response:
    """What did not happen this month, and the form for a card that was refused."""
    site = request.app[SITE]
    notes = await reports.scoreboard_of(site, month_of(site.today()))
    return await page(request, "scoreboard.html", notes=notes, fresh_id=site.new_id())
