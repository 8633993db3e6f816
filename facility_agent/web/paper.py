"""Batches on paper: keyed here line by line, or brought as our workbook filled in."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.documents.tables_xlsx import tables_xlsx
from facility_agent.exchange.paper_lists import COLUMNS
from facility_agent.exchange.tables import rows_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.agreements import as_file
from facility_agent.web.audit import reads
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.invoices import read_month
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.speech import words_of
from facility_agent.workflows import machine_claims, paper_batches
from facility_agent.workflows.paper_batches import Paper

routes = web.RouteTableDef()
enters = allowed("officer", "adviser", "manager")

#: Rows of the form at first, and what « more rows » adds.
_ROWS: Final = 12
_MOST_ROWS: Final = 300
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@routes.get("/paper-batches")
@enters
async def show(request: web.Request) -> web.Response:
    """The form for a batch on paper."""
    return await page(request, "paper_batch.html", **await _form(request, request.query))


@routes.get("/paper-batches/files/template.xlsx")
@enters
async def template(request: web.Request) -> web.Response:
    """The workbook that facilities fill in, with the acts and their codes on a second sheet."""
    site, words = request.app[SITE], words_of(request)
    place = 0 if words.language == "fr" else 1
    acts = [[act.code, act.name.say(words.language)] for act in site.arrangement(site.today()).acts]
    sheets = [
        (words("page.paper.lines"), [names[place] for names in COLUMNS.values()], []),
        (words("field.act"), [words("field.act"), words("field.name")], acts),
    ]
    attached = {"Content-Disposition": 'attachment; filename="bordereau.xlsx"'}
    return web.Response(body=tables_xlsx(sheets), content_type=_SHEET, headers=attached)


@routes.post("/paper-batches/machines")
@enters
async def gather(request: web.Request) -> web.Response:
    """The batch of what a facility's system brought in a month."""
    form, site = await request.post(), request.app[SITE]
    try:
        facility, month = forms.needed(form, "facility", 60), read_month(forms.text(form, "month", 7))
        batch = await machine_claims.gathered(site, facility, month, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "paper_batch.html", form, error, **await _form(request, request.query))
    return redirect(f"/audit/{batch.id}?done=machine-batch")


@routes.post("/paper-batches")
@enters
async def enter(request: web.Request) -> web.Response:
    """Keep the batch, all of it or nothing."""
    form, site = await request.post(), request.app[SITE]
    if forms.text(form, "do") == "more":
        return await page(request, "paper_batch.html", typed=forms.typed(form), **await _form(request, form))
    try:
        by = request[SIGNED_IN].account.login
        currency = site.arrangement(site.today()).currency
        total, received = forms.amount(form, "total", currency), forms.day(form, "received_on")
        if total is None or received is None:
            raise InputError("form-missing", field="total" if total is None else "received_on")
        front = Paper(forms.needed(form, "facility", 60), forms.needed(form, "month", 7), total, received)
        file = form.get("file")
        if isinstance(file, web.FileField) and file.filename:
            rows = rows_of(forms.uploaded(form, "file"), file.filename[:60])
            batch = await paper_batches.enter(site, front, rows, file.filename[:60], "workbook", by)
        else:
            batch = await paper_batches.enter(
                site, front, keyed(form), words_of(request)("page.paper.lines"), "keyed", by
            )
    except InputError as error:
        return await again(request, "paper_batch.html", form, error, **await _form(request, form))
    return redirect(f"/audit/{batch.id}?done=paper-kept")


@routes.post("/paper-batches/{batch}/scans")
@enters
async def attach(request: web.Request) -> web.Response:
    """Keep a scanned page beside its batch."""
    form, batch = await request.post(), request.match_info["batch"]
    file = form.get("scan")
    name = file.filename[:80] if isinstance(file, web.FileField) else ""
    by = request[SIGNED_IN].account.login
    await paper_batches.attach(request.app[SITE], batch, name, forms.uploaded(form, "scan"), by)
    return redirect(f"/audit/{batch}?done=scan-kept")


@routes.get("/paper-batches/{batch}/scans/{digest}")
@reads
async def scan(request: web.Request) -> web.Response:
    """A scanned page, as it was brought."""
    found = request.match_info
    held = await request.app[SITE].store.paper_scan(found["batch"], found["digest"])
    if held is None:
        raise InputError("page-not-found")
    return as_file(held[1], held[0])


def keyed(form: forms.Form) -> list[list[str]]:
    """What was typed, as rows below a heading; a claim's number, day and person need not be repeated."""
    rows, last = [[names[0] for names in COLUMNS.values()]], [""] * 4
    for place in range(1, _count(form) + 1):
        row = [forms.text(form, f"{key}-{place}", 60) for key in COLUMNS]
        if any(row):
            same = row[0] in ("", last[0])
            row[:4] = [typed or (before if same else "") for typed, before in zip(row[:4], last, strict=True)]
            last = row[:4]
        rows.append(row)
    return rows


def _count(form: forms.Form) -> int:
    return min(forms.number(form, "rows") or _ROWS, _MOST_ROWS)


async def _form(request: web.Request, form: forms.Form) -> dict[str, Any]:
    site = request.app[SITE]
    rows = _count(form) + (_ROWS if forms.text(form, "do") == "more" else 0)
    acts = site.arrangement(site.today()).acts
    brought, known = await machine_claims.waiting(site), await paper_batches.facilities(site)
    return {"facilities": known, "rows": min(rows, _MOST_ROWS), "acts": acts, "brought": brought}
