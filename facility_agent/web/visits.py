"""Record a visit: what was given, who pays what, then save it or keep it open; the list of the day, undo, the close."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms, visit_entry
from facility_agent.web.entry import Kept, Line, keep_entry, kept_entry, lines_wanted, with_lines
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.sentences import error_sentence
from facility_agent.web.speech import words_of
from facility_agent.web.told_lines import told_lines
from facility_agent.web.visit_form import MOST_ROWS, ROWS, rows_of, shown_again
from facility_agent.web.visit_help import advice_by_line, helped, picked, taken
from facility_agent.workflows import care_help
from facility_agent.workflows import day as days
from facility_agent.workflows import visits as care
from facility_agent.workflows.desk import Answer

routes = web.RouteTableDef()
records = allowed("reception", "care", "manager")
ACTIONS: Final = ("preview", "save", "keep", "more", "propose", "take")


@routes.get("/visits/new")
@records
async def new(request: web.Request) -> web.Response:
    """The form for a person whom the desk has received, or of a visit that goes on; what was typed is there again."""
    site, id = request.app[SITE], forms.needed(request.query, "visit", 60)
    kept = await site.store.visit(id)
    if kept is not None and kept.state in ("open", "recorded"):
        typed = await visit_entry.kept_form(request, kept)
        paper = await visit_entry.shown(request, Kept(kept.visit), int(typed["rows"]))
    else:
        paper, typed = await visit_entry.shown(request, await request.app[RECEIVED].get(site, id), ROWS), {}
    typed |= await kept_entry(site, id)
    return await page(request, "visit.html", **{**paper, "typed": typed, "rows": rows_of(typed)})


@routes.post("/visits/new")
@records
async def work(request: web.Request) -> web.Response:
    """More lines, who pays what, or save; whatever is wrong, nothing typed is lost."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    draft = await visit_entry.draft_of(request, form)
    action = "propose" if forms.text(form, "pick", 40) else forms.choice(form, "do", ACTIONS)
    rests = await visit_entry.rests_for(site, form, draft.visit)
    try:
        if action in ("save", "keep"):
            visit = await visit_entry.read(request, form, draft.visit, rests)
            kept = await visit_entry.save(request, form, visit, action)
            await request.app[RECEIVED].drop(site, draft.visit.id)
            done = "&done=visit-recorded" if action == "save" else "&done=visit-kept"
            return redirect(f"/visits?day={kept.day.isoformat()}{done}&visit={kept.id}")
        await keep_entry(site, draft.visit.id, form, by)
        if action in ("propose", "take"):
            return await _helped(request, form, draft, action)
        wanted = await lines_wanted(site, form, {rest.prescription.id: rest for rest in rests})
        if wanted or action == "more":
            return await _more(request, form, draft, wanted, ROWS if action == "more" else 0)
        visit = await visit_entry.read(request, form, draft.visit, rests)
        judged = (await care.judge(site, visit)).adjudication
    except InputError as error:
        paper = await visit_entry.shown(request, draft, rows_of(form))
        beside = await visit_entry.meanwhile(site, error, draft)
        return await again(request, "visit.html", form, error, **{**paper, **beside})
    acts = (await visit_entry.known(site)).acts
    typed = shown_again(form, visit, judged.currency, acts, words_of(request).language)
    if visit.condition:
        typed["condition"] = visit.condition
    paper = await visit_entry.shown(request, draft, rows_of(form))
    return await page(request, "visit.html", **{**paper, "typed": typed, "judged": judged})


async def _more(
    request: web.Request, form: forms.Form, draft: Answer | Kept, wanted: list[Line], more: int
) -> web.Response:
    """The form with further rows, or with lines put in."""
    acts, rows = (await visit_entry.known(request.app[SITE])).acts, min(MOST_ROWS, rows_of(form) + more)
    typed = with_lines(forms.typed(form), wanted, acts, words_of(request).language)
    paper = await visit_entry.shown(request, draft, max(rows, rows_of(typed)))
    return await page(request, "visit.html", **{**paper, "typed": typed})


async def _helped(request: web.Request, form: forms.Form, draft: Answer | Kept, action: str) -> web.Response:
    """What the protocol of the condition proposes, or the lines that were taken of it."""
    site, language, typed = request.app[SITE], words_of(request).language, forms.typed(form)
    paper = await visit_entry.shown(request, draft, rows_of(form))
    if action == "take":
        typed, rows = taken(form, typed, (await visit_entry.known(site)).acts, language)
        return await page(request, "visit.html", **{**paper, "rows": rows, "typed": typed})
    if pick := forms.text(form, "pick", 40):
        typed = picked(typed, (await care_help.coding_of(site)).exactly(pick), pick)
    visit = await visit_entry.so_far(request, {**form, **typed}, draft.visit)
    typed["condition"] = visit.condition
    found = await helped(site, visit, language)
    return await page(request, "visit.html", **{**paper, "typed": typed, "helped": found})


@routes.post("/visits/entry")
@records
async def entry(request: web.Request) -> web.Response:
    """What a script asks while one types: the entry is kept, and each line is told as it stands."""
    form, site = await request.post(), request.app[SITE]
    draft = await visit_entry.draft_of(request, form)
    await keep_entry(site, draft.visit.id, form, request[SIGNED_IN].account.login)
    try:
        rests = await visit_entry.rests_for(site, form, draft.visit)
        visit = await visit_entry.read(request, form, draft.visit, rests)
        judged = (await care.judge(site, visit)).adjudication
    except InputError as error:
        return web.json_response(
            {"wrong": error_sentence(words_of(request), error), "field": error.fields.get("field")}
        )
    return web.json_response(await told_lines(request, visit, judged))


@routes.post("/visits/help")
@records
async def advice(request: web.Request) -> web.Response:
    """What the protocols say of what is typed so far, for the script to put beside the form."""
    form, site = await request.post(), request.app[SITE]
    draft = await visit_entry.draft_of(request, form)
    try:
        said = advice_by_line(await care_help.advise(site, await visit_entry.so_far(request, form, draft.visit)))
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
