"""Slips on the screen, on thermal paper, as PDF, to the printer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.documents.escpos import escpos
from facility_agent.documents.slip_pdf import slip_pdf
from facility_agent.documents.symbol_svg import symbol_path
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page
from facility_agent.web.speech import words_of
from facility_agent.workflows import slips

routes = web.RouteTableDef()
prints = allowed("reception", "care", "till", "accountant", "manager")
PAPERS = ("58", "80", "a5")


@routes.get("/visits/{visit}/slip")
@prints
async def slip(request: web.Request) -> web.Response:
    """The slip on the screen, for the browser to print; `as` gives it as PDF or as a printer's own bytes."""
    lines, code = await slips.lines_of(
        request.app[SITE], request.match_info["visit"], request[SIGNED_IN].account.name, words_of(request)
    )
    return await _given(request, lines, code, "slip")


@routes.get("/visits/{visit}/shortage")
@prints
async def shortage(request: web.Request) -> web.Response:
    """The slip of what is out of stock."""
    lines = await slips.shortages_of(request.app[SITE], request.match_info["visit"], words_of(request))
    return await _given(request, lines, "", "shortage")


@routes.post("/visits/{visit}/slip/print")
@prints
async def print_slip(request: web.Request) -> web.Response:
    """Send a slip to the printer of the installation."""
    site, id, words = request.app[SITE], request.match_info["visit"], words_of(request)
    lines, code = await slips.lines_of(site, id, request[SIGNED_IN].account.name, words)
    await slips.to_printer(site, lines, code)
    return redirect(f"/visits/{id}?done=slip-printed")


@routes.post("/visits/{visit}/shortage/print")
@prints
async def print_shortage(request: web.Request) -> web.Response:
    """Send the slip of what is out of stock to the printer."""
    site, id = request.app[SITE], request.match_info["visit"]
    await slips.to_printer(site, await slips.shortages_of(site, id, words_of(request)), "")
    return redirect(f"/visits/{id}?done=slip-printed")


async def _given(request: web.Request, lines: list[Any], code: str, name: str) -> web.Response:
    words, site, kind = words_of(request), request.app[SITE], request.query.get("as", "")
    paper: Any = forms.choice(request.query, "paper", PAPERS) or "58"
    if kind == "escpos":
        data = escpos(lines, code, paper if paper in ("58", "80") else "80")
        head = {"Content-Disposition": f'attachment; filename="{name}.bin"'}
        return web.Response(body=data, content_type="application/octet-stream", headers=head)
    if kind == "pdf":
        title = words(f"slip.{'title' if name == 'slip' else 'shortage.title'}")
        data = slip_pdf(lines, code, paper, title, site.today(), words.language)
        return web.Response(body=data, content_type="application/pdf")
    path, size = symbol_path(code) if code else ("", 0)
    return await page(request, "slip.html", lines=lines, path=path, size=size, paper=paper, what=name)
