"""A payer's monthly statement on a page, to print and as CSV."""

from __future__ import annotations

import asyncio
from functools import partial

from aiohttp import web

from facility_agent.documents.payer_statement import payer_statement_csv, payer_statement_pdf
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.audit import reads
from facility_agent.web.invoices import read_month
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.web.speech import words_of
from facility_agent.workflows import payer_month

routes = web.RouteTableDef()
_FILES = {
    "pdf": (payer_statement_pdf, "application/pdf"),
    "csv": (payer_statement_csv, "text/csv"),
}


@routes.get("/statement")
@reads
async def show(request: web.Request) -> web.Response:
    """The statement of a month, by default the last one with a batch."""
    site = request.app[SITE]
    months = await payer_month.months(site)
    month = read_month(forms.text(request.query, "month", 7) or months[0])
    made = await payer_month.month_of_payer(site, month)
    return await page(request, "payer_month.html", made=made, months=months)


@routes.get("/statement/files/{month}.{kind}")
@reads
async def file(request: web.Request) -> web.Response:
    """The statement to print and sign, or for a spreadsheet."""
    site, found = request.app[SITE], request.match_info
    if found["kind"] not in _FILES:
        raise InputError("page-not-found")
    write, content = _FILES[found["kind"]]
    made = await payer_month.month_of_payer(site, read_month(found["month"]))
    data = await asyncio.to_thread(partial(write, made, words_of(request).language))
    name = f"{site.config.code}-{made.month}.{found['kind']}"
    attached = {"Content-Disposition": f'attachment; filename="{name}"'} if found["kind"] == "csv" else {}
    return web.Response(body=data, content_type=content, headers=attached)
