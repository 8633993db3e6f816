"""Pages on which an agreement or its amendment is drawn up: the version of the law, the parties, the annex."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from aiohttp import web

from facility_agent.arrangements.agreement import Agreement, Annex, Party, following
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.web import agreement_form, annex_rows, annex_shown, forms
from facility_agent.web.agreements import decides
from facility_agent.web.guard import redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.sentences import beside
from facility_agent.web.speech import words_of
from facility_agent.workflows import agreements, contracting, drafting, packs
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()


@routes.get("/agreements/new")
@decides
async def new(request: web.Request) -> web.Response:
    """From which day, hence under which version of the arrangement."""
    site = request.app[SITE]
    versions = reversed(site.library.versions(site.config.country))
    rows = [(version, await packs.origin(site, version)) for version in versions]
    return await page(request, "agreement_new.html", versions=rows, today=site.today())


@routes.get("/agreements/draft")
@decides
async def draft_form(request: web.Request) -> web.Response:
    """The form, empty or filled with the draft that is to be corrected."""
    site = request.app[SITE]
    base = await _base(site, forms.text(request.query, "instead", 60))
    start = forms.day(request.query, "start") or (base.start if base else site.today())
    parties = base.parties if base else (agreements.own_party(site),)
    typed = agreement_form.rows_typed(parties) | {"invented": "1" if site.config.invented else ""}
    return await _filled(request, start, base, typed, instead=base.id if base else "")


@routes.post("/agreements/draft")
@decides
async def draft(request: web.Request) -> web.Response:
    """Keep the draft, or read a list of parties, or give more rows."""
    form, site = await request.post(), request.app[SITE]
    try:
        start = _needed_day(form, "start")
        _same_law(site, form, start)
        if forms.text(form, "do") in ("more", "parties") or _wants(form):
            return await _more(request, form, start)
        drafted = await _drafted(site, form, start)
        kept = await contracting.save_draft(
            site, drafted, request[SIGNED_IN].account.login, forms.text(form, "instead", 60)
        )
    except InputError as error:
        return await again(request, "agreement_draft.html", form, error, **_context(request, form, error))
    return redirect(f"/agreements/{kept.id}?done=agreement-drafted")


@routes.post("/agreements/{agreement}/withdraw")
@decides
async def withdraw(request: web.Request) -> web.Response:
    """Take a draft away that nobody has signed."""
    site = request.app[SITE]
    found = await agreements.find(site, request.match_info["agreement"])
    await contracting.withdraw(site, found.id)
    return redirect("/agreements?done=agreement-withdrawn")


@routes.get("/agreements/{agreement}/amend")
@decides
async def amendment_form(request: web.Request) -> web.Response:
    """What the amendment changes: the day from which it counts, and the annex."""
    site = request.app[SITE]
    found = await agreements.find(site, request.match_info["agreement"])
    start = forms.day(request.query, "start") or max(site.today(), found.start)
    typed = agreement_form.rows_typed(following(found, start, ()))
    return await _filled(request, start, found, typed, amends=found.id)


@routes.post("/agreements/{agreement}/amend")
@decides
async def amend(request: web.Request) -> web.Response:
    """Keep the draft of the amendment."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    found = await agreements.find(site, request.match_info["agreement"])
    try:
        start = _needed_day(form, "start")
        _same_law(site, form, start)
        if forms.text(form, "do") in ("more", "parties") or _wants(form):
            return await _more(request, form, start, amends=found.id)
        annex = _annex(site, form, start, found.annex)
        known = {party.code: party for party in found.everybody}
        rows = tuple(msgspec.structs.replace(row, invented=known.get(row.code, row).invented) for row in _rows(form))
        drafted = await agreements.amend(site, found, start, annex, by, forms.day(form, "until"), rows)
    except InputError as error:
        context = _context(request, form, error, amends=found.id)
        return await again(request, "agreement_draft.html", form, error, **context)
    return redirect(f"/agreements/{drafted.id}?done=agreement-amended")


async def _drafted(site: Site, form: forms.Form, start: date) -> Agreement:
    """The agreement of the form: its rows, then those of a list that was sent along."""
    base = await _base(site, forms.text(form, "instead", 60))
    annex = _annex(site, form, start, base.annex if base else None)
    return contracting.draft(site, start, forms.day(form, "until"), _rows(form), annex)


def _rows(form: forms.Form) -> tuple[Party, ...]:
    """The parties of the form, then those of a list that was sent along."""
    rows = agreement_form.read_rows(form, agreement_form.read_count(form))
    listed = agreement_form.file_of(form, "parties")
    return (*rows, *(drafting.read_parties(listed[1], listed[0]) if listed else ()))


def _annex(site: Site, form: forms.Form, start: date, base: Annex | None) -> Annex:
    arrangement, sent = site.arrangement(start), agreement_form.file_of(form, "annex")
    text = drafting.decoded_annex(sent[1], sent[0]) if sent else ""
    tariffs = agreement_form.file_of(form, "tariffs")
    document, places = agreement_form.read_document(form, arrangement, base)
    try:
        return drafting.make_annex(arrangement, text, tariffs, document, base)
    except InputErrors as error:
        raise annex_rows.RowErrors(error, places) from error


def _same_law(site: Site, form: forms.Form, start: date) -> None:
    """The rows of the form were those of one version of the law; under another one they are read again first."""
    law = forms.text(form, "law")
    if law and law != site.arrangement(start).start.isoformat():
        raise InputError("draft-other-law", field="start")


def _wants(form: forms.Form) -> str:
    """The table of which one more row is wanted, or nothing."""
    do = forms.text(form, "do")
    return do.removeprefix("more.") if do.startswith("more.") else ""


async def _more(request: web.Request, form: forms.Form, start: date, amends: str = "") -> web.Response:
    """The form again, with the parties of the list that was sent, or with more empty rows."""
    listed = agreement_form.file_of(form, "parties")
    typed, count = forms.typed(form), agreement_form.read_count(form)
    table = _wants(form)
    if table in annex_rows.COLUMNS:
        typed[f"rows.{table}"] = str(annex_rows.counted(form, table) + 1)
        context = _context(request, typed, amends=amends, at=table)
        return await page(request, "agreement_draft.html", typed=typed, **context)
    if listed:
        parties = _rows(form)
        typed, count = typed | agreement_form.rows_typed(parties), len(parties)
    rows_shown = count + (0 if listed else agreement_form.ROWS)
    return await page(
        request, "agreement_draft.html", typed=typed, **_context(request, form, rows=rows_shown, amends=amends)
    )


async def _filled(
    request: web.Request,
    start: date,
    base: Agreement | None,
    typed: dict[str, str],
    instead: str = "",
    amends: str = "",
) -> web.Response:
    """The form, with what an agreement says already."""
    site = request.app[SITE]
    arrangement = site.arrangement(start)
    if base is not None:
        until = base.until.strftime("%d/%m/%Y") if base.until else ""
        typed = {**typed, **agreement_form.typed_annex(base.annex, arrangement), "until": until}
    rows = max(agreement_form.ROWS, 1 + sum(name.startswith("code-") for name in typed))
    # One empty row stands below those that are there.
    more = {f"rows.{table}": str(int(typed.get(f"rows.{table}", 0)) + 1) for table in annex_rows.COLUMNS}
    typed |= more
    form = {"start": start.isoformat(), "rows": str(rows), **more}
    context = _context(request, form, instead=instead, amends=amends)
    return await page(request, "agreement_draft.html", typed=typed, **context)


def _context(
    request: web.Request,
    form: forms.Form,
    error: InputError | None = None,
    rows: int = 0,
    instead: str = "",
    amends: str = "",
    at: str = "",
) -> dict[str, Any]:
    """What the form shows beside what was typed; under a day that cannot be read, the law of today."""
    site, words = request.app[SITE], words_of(request)
    try:
        start = forms.day(form, "start") or site.today()
        arrangement = site.arrangement(start)
    except InputError:
        start = site.today()
        arrangement = site.arrangement(start)
    said = beside(words, error)
    return {
        "start": start,
        "arrangement": arrangement,
        "clauses": agreement_form.open_clauses(arrangement),
        "schemes": agreement_form.open_schemes(arrangement),
        "own_tariff": [scheme for scheme in arrangement.schemes if scheme.tariff == "own"],
        "levels": [(level.code, level.name) for level in arrangement.levels],
        "rows": rows or agreement_form.read_count(form),
        "instead": instead or forms.text(form, "instead", 60),
        "amends": amends,
        "blocks": annex_shown.blocks(
            arrangement, words, {table: _counted(form, table) for table in annex_rows.COLUMNS}
        ),
        "beside": said,
        "wrong_in": {name.removeprefix("open.").partition(".")[0] for name in said},
        "at": at,
    }


def _counted(form: forms.Form, table: str) -> int:
    try:
        return annex_rows.counted(form, table)
    except InputError:
        return 1


async def _base(site: Site, name: str) -> Agreement | None:
    return await agreements.find(site, name) if name else None


def _needed_day(form: forms.Form, name: str) -> date:
    found = forms.day(form, name)
    if found is None:
        raise InputError("form-missing", field=name)
    return found
