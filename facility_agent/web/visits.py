"""Record a visit: what was given, who pays what, then save it; the list of the day, undo, and the day's close."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from aiohttp import web

from facility_agent.arrangements.model import Act
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.records import Visit
from facility_agent.web import day as days
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.sentences import CLINICAL_ROLES
from facility_agent.web.speech import words_of
from facility_agent.web.visit_form import (
    MOST_ROWS,
    ROWS,
    entry_of,
    lines_so_far,
    read_facts,
    read_visit,
    roles_of,
    rows_of,
    shown_again,
)
from facility_agent.web.visit_help import advice_by_line, frequent, helped, picked, stated, taken
from facility_agent.workflows import care_help, desk
from facility_agent.workflows import visits as care
from facility_agent.workflows.desk import Answer
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
#: What a prescriber may answer with a reason: the findings that speak of care.
DEPARTURES = {kind.code for kind in CATALOGUE.values() if kind.room == "protocols" and kind.clinical}
ACTIONS = ("preview", "save", "more", "propose", "take")
records = allowed("reception", "care", "manager")


@routes.get("/visits/new")
@records
async def new(request: web.Request) -> web.Response:
    """The empty form for a person whom the desk has received."""
    site = request.app[SITE]
    draft = await request.app[RECEIVED].get(site, forms.needed(request.query, "visit", 60))
    return await page(request, "visit.html", **await _paper(request, draft, ROWS))


@routes.post("/visits/new")
@records
async def work(request: web.Request) -> web.Response:
    """More lines, who pays what, or save; whatever is wrong, nothing typed is lost."""
    form, site = await request.post(), request.app[SITE]
    draft = await _draft(request, form)
    action = "propose" if forms.text(form, "pick", 40) else forms.choice(form, "do", ACTIONS)
    paper = await _paper(request, draft, min(MOST_ROWS, rows_of(form) + (ROWS if action == "more" else 0)))
    if action == "more":
        return await page(request, "visit.html", **{**paper, "typed": forms.typed(form)})
    if action in ("propose", "take"):
        return await _helped(request, form, draft, paper, action)
    try:
        visit = await _read(request, form, draft.visit)
        if action == "save":
            await care.record(site, visit, request[SIGNED_IN].account.login)
            await request.app[RECEIVED].drop(site, visit.id)
            return redirect(f"/visits?day={visit.day.isoformat()}&done=visit-recorded&visit={visit.id}")
        judged = (await care.judge(site, visit)).adjudication
    except InputError as error:
        return await again(request, "visit.html", form, error, **paper)
    typed = shown_again(form, visit, judged.currency, await _acts(site), words_of(request).language)
    if visit.condition:
        typed["condition"] = visit.condition
    return await page(request, "visit.html", **{**paper, "typed": typed, "judged": judged})


@routes.post("/visits/help")
@records
async def advice(request: web.Request) -> web.Response:
    """What the protocols say of what is typed so far, for the script to put beside the form."""
    form, site = await request.post(), request.app[SITE]
    draft = await _draft(request, form)
    try:
        visit = await _so_far(request, form, draft.visit)
        said = advice_by_line(await care_help.advise(site, visit))
    except InputError:
        said = []
    return await page(request, "visit_help.html", advice=said)


@routes.get("/visits")
@allowed("reception", "care", "till", "accountant", "manager")
async def of_day(request: web.Request) -> web.Response:
    """The visits of a day, and the people received whose care is not recorded yet."""
    site = request.app[SITE]
    chosen = forms.day(request.query, "day") or site.today()
    rows = await days.visits_of(site, chosen)
    await request.app[RECEIVED].open(site)
    received = request.app[RECEIVED].waiting()
    around: dict[str, Any] = {"before": chosen - timedelta(days=1), "after": chosen + timedelta(days=1)}
    fresh = forms.text(request.query, "visit", 60)
    return await page(request, "visits.html", chosen=chosen, rows=rows, received=received, fresh=fresh, **around)


@routes.post("/visits/{visit}/undo")
@records
async def undo(request: web.Request) -> web.Response:
    """Take a recorded visit back, as long as no claim was made of it."""
    form, by = await request.post(), request[SIGNED_IN].account.login
    chosen, reason = _day(form), forms.needed(form, "reason")
    await care.undo(request.app[SITE], request.match_info["visit"], by, reason)
    return redirect(f"/visits?day={chosen.isoformat()}&done=visit-undone")


@routes.post("/visits/close")
@allowed("care", "till", "accountant", "manager")
async def close(request: web.Request) -> web.Response:
    """Close the day: the recorded visits become claims, with their numbers."""
    chosen = _day(await request.post())
    await care.close_day(request.app[SITE], chosen, request[SIGNED_IN].account.login)
    return redirect(f"/visits?day={chosen.isoformat()}&done=day-closed")


def _day(form: forms.Form) -> date:
    found = forms.day(form, "day")
    if found is None:
        raise InputError("form-missing", field="day")
    return found


async def _draft(request: web.Request, form: forms.Form) -> Answer:
    """The answer that the form came from; once it is gone it is asked for anew by the number, so that work goes on."""
    visit, site, received = forms.needed(form, "visit", 60), request.app[SITE], request.app[RECEIVED]
    try:
        return await received.get(site, visit)
    except InputError:
        number = forms.text(form, "member", 60)
        if not number:
            raise
    answer = await desk.verify_text(site, number, request[SIGNED_IN].account.login)
    answer = msgspec.structs.replace(answer, visit=msgspec.structs.replace(answer.visit, id=visit))
    received.keep(answer)
    return answer


async def _read(request: web.Request, form: forms.Form, draft: Visit) -> Visit:
    site, account = request.app[SITE], request[SIGNED_IN].account
    clinical = any(role in CLINICAL_ROLES for role in account.roles)
    currency = site.arrangement(site.today()).currency
    acts, prices = await _acts(site), await care.prices(site)
    papers = await _papers(site)
    visit = read_visit(form, draft, acts, prices, currency, site.today(), account.login, clinical, papers)
    return await stated(site, visit)


async def _so_far(request: web.Request, form: forms.Form, draft: Visit) -> Visit:
    """The visit as far as it is typed: facts that cannot be used are errors, unfinished lines are not."""
    site, account = request.app[SITE], request[SIGNED_IN].account
    clinical = any(role in CLINICAL_ROLES for role in account.roles)
    currency = site.arrangement(site.today()).currency
    facts = read_facts(form, draft, currency, site.today(), account.login, clinical)
    lines = lines_so_far(form, await _acts(site), await care.prices(site), currency, clinical)
    return await stated(site, msgspec.structs.replace(facts, lines=lines))


async def _helped(
    request: web.Request, form: forms.Form, draft: Answer, paper: dict[str, Any], action: str
) -> web.Response:
    """What the protocol of the condition proposes, or the lines that were taken of it."""
    site, language, typed = request.app[SITE], words_of(request).language, forms.typed(form)
    try:
        if action == "take":
            typed, rows = taken(form, typed, await _acts(site), language)
            return await page(request, "visit.html", **{**paper, "rows": rows, "typed": typed})
        pick = forms.text(form, "pick", 40)
        if pick:
            typed = picked(typed, (await care_help.coding_of(site)).exactly(pick), pick)
        visit = await _so_far(request, {**form, **typed}, draft.visit)
        typed["condition"] = visit.condition
        return await page(
            request, "visit.html", **{**paper, "typed": typed, "helped": await helped(site, visit, language)}
        )
    except InputError as error:
        return await again(request, "visit.html", form, error, **paper)


async def _acts(site: Site) -> dict[str, Act]:
    """What may be given here, and then whatever else the arrangement names: the rules judge it, not the form."""
    known = {act.code: act for act in await care.acts(site)}
    return known | {act.code: act for act in site.arrangement(site.today()).acts if act.code not in known}


async def _papers(site: Site) -> tuple[str, ...]:
    """The papers that the contract may demand for some care here."""
    known = await care.terms_of_today(site)
    rows = (*known.arrangement.requirements, *(known.agreement.annex.requirements if known.agreement else ()))
    return tuple(dict.fromkeys(row.code for row in rows if row.kind == "document"))


async def _paper(request: web.Request, draft: Answer, rows: int) -> dict[str, Any]:
    """What the form shows beside what is typed."""
    site = request.app[SITE]
    acts = await care.acts(site)
    return {
        "draft": draft,
        "rows": rows,
        "acts": acts,
        "entry_of": entry_of,
        "roles": roles_of(acts),
        "papers": await _papers(site),
        "proposed": await days.next_register_number(site, draft.visit.day),
        "conditions": await frequent(site, words_of(request).language),
        "asks_days": any(rule.kind == "days-at-once" for rule in site.arrangement(site.today()).rules),
        "helped": None,
        "departures": DEPARTURES,
        "judged": None,
        "colour": draft.verdict.colour,
    }
