"""Record a visit: what was given, who pays what, then save it or keep it open; the list of the day, undo, the close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
from aiohttp import web

from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.bedside import Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.web import forms
from facility_agent.web.choices import Choices, choices
from facility_agent.web.entry import Kept, Line, keep_entry, kept_entry, lines_wanted, typed_of, with_lines
from facility_agent.web.given import beside_care
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.sentences import CLINICAL_ROLES, error_sentence
from facility_agent.web.speech import words_of
from facility_agent.web.told_lines import told_lines
from facility_agent.web.visit_form import (
    MOST_ROWS,
    ROWS,
    entry_of,
    marked_rows,
    read_visit,
    roles_of,
    rows_of,
    shown_again,
)
from facility_agent.workflows import day as days
from facility_agent.workflows import desk, guarantees, late
from facility_agent.workflows import visit_life as life
from facility_agent.workflows import visits as care
from facility_agent.workflows.desk import Answer
from facility_agent.workflows.favourites import favourites
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
records = allowed("reception", "care", "manager")


@routes.get("/visits/new")
@records
async def new(request: web.Request) -> web.Response:
    """The form for a person whom the desk has received, or of a visit that goes on; what was typed is there again."""
    site, id = request.app[SITE], forms.needed(request.query, "visit", 60)
    kept = await site.store.visit(id)
    if kept is not None and kept.state in ("open", "recorded"):
        typed = await _kept_form(request, kept)
        paper = await _paper(request, Kept(kept.visit), int(typed["rows"]))
    else:
        paper, typed = await _paper(request, await request.app[RECEIVED].get(site, id), ROWS), {}
    typed |= await kept_entry(site, id)
    return await page(request, "visit.html", **{**paper, "typed": typed, "rows": rows_of(typed)})


@routes.post("/visits/new")
@records
async def work(request: web.Request) -> web.Response:
    """More lines, who pays what, or save; whatever is wrong, nothing typed is lost."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    draft = await _draft(request, form)
    action = forms.choice(form, "do", ("preview", "save", "keep", "more"))
    rests = await _rests(site, form, draft.visit)
    try:
        if action in ("save", "keep"):
            kept = await _save(request, form, await _read(request, form, draft.visit, rests), action)
            await request.app[RECEIVED].drop(site, draft.visit.id)
            done = "&done=visit-recorded" if action == "save" else "&done=visit-kept"
            return redirect(f"/visits?day={kept.day.isoformat()}{done}&visit={kept.id}")
        await keep_entry(site, draft.visit.id, form, by)
        wanted = await lines_wanted(site, form, {rest.prescription.id: rest for rest in rests})
        if wanted or action == "more":
            return await _more(request, form, draft, wanted, ROWS if action == "more" else 0)
        visit = await guarantees.attached(site, await _read(request, form, draft.visit, rests))
        judged = (await care.judge(site, visit)).adjudication
    except InputError as error:
        paper = await _paper(request, draft, rows_of(form))
        return await again(request, "visit.html", form, error, **{**paper, **await _meanwhile(site, error, draft)})
    typed = shown_again(form, visit, judged.currency, (await _known(site)).acts, words_of(request).language)
    paper = await _paper(request, draft, rows_of(form))
    return await page(request, "visit.html", **{**paper, "typed": typed, "judged": judged})


async def _more(
    request: web.Request, form: forms.Form, draft: Answer | Kept, wanted: list[Line], more: int
) -> web.Response:
    """The form with further rows, or with lines put in."""
    known, rows = await _known(request.app[SITE]), min(MOST_ROWS, rows_of(form) + more)
    typed = with_lines(forms.typed(form), wanted, known.acts, words_of(request).language)
    paper = await _paper(request, draft, max(rows, rows_of(typed)))
    return await page(request, "visit.html", **{**paper, "typed": typed})


@routes.post("/visits/entry")
@records
async def entry(request: web.Request) -> web.Response:
    """What a script asks while one types: the entry is kept, and each line is told as it stands."""
    form, site = await request.post(), request.app[SITE]
    draft = await _draft(request, form)
    await keep_entry(site, draft.visit.id, form, request[SIGNED_IN].account.login)
    try:
        visit = await _read(request, form, draft.visit, await _rests(site, form, draft.visit))
        judged = (await care.judge(site, visit)).adjudication
    except InputError as error:
        return web.json_response(
            {"wrong": error_sentence(words_of(request), error), "field": error.fields.get("field")}
        )
    return web.json_response(await told_lines(request, visit, judged))


async def _save(request: web.Request, form: forms.Form, visit: Visit, action: str) -> Visit:
    """Keep the visit with what stands beside its care, under an identifier of its day when it is entered late."""
    site, by = request.app[SITE], request[SIGNED_IN].account.login
    version, reason = forms.number(form, "version"), forms.text(form, "reason")
    await late.check_month(site, visit.day, reason)
    drawn = visit.id
    visit = msgspec.structs.replace(visit if version else late.dated(site, visit), reason=reason)
    visit = await guarantees.attached(site, visit)
    marked = marked_rows(form, (await _known(site)).acts, await favourites(site))
    until = await life.prescription_until(site, visit, visit.day) if marked else None
    prescriptions, notes = beside_care(marked, visit, until)
    lines = tuple(
        msgspec.structs.replace(line, prescription=line.prescription.replace(drawn, visit.id)) for line in visit.lines
    )
    visit = msgspec.structs.replace(visit, lines=lines)
    beside = care.Beside(prescriptions, notes, drawn)
    state = "recorded" if action == "save" else "open"
    return (await care.record(site, visit, by, version, state=state, beside=beside)).visit


async def _meanwhile(site: Site, error: InputError, draft: Answer | Kept) -> dict[str, Any]:
    """When somebody else was faster: what they kept, and the form as it was typed, ready to be saved over it."""
    kept = await site.store.visit(draft.visit.id) if error.code == "visit-changed" else None
    if kept is None or kept.state not in ("open", "recorded"):
        return {}
    (*_, last) = await life.told(site, draft.visit.id)
    hour = last.at.astimezone(site.zone).strftime("%H:%M")
    return {"meanwhile": kept, "last": last, "hour": hour, "version": kept.version}


async def _kept_form(request: web.Request, kept: VisitEntry) -> dict[str, str]:
    site = request.app[SITE]
    rests, notes = await site.store.rests(visit=kept.visit.id), await site.store.notes(visit=kept.visit.id)
    currency = site.arrangement(kept.visit.day).currency
    return typed_of(kept, rests, notes, (await _known(site)).acts, currency, words_of(request).language)


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


async def _draft(request: web.Request, form: forms.Form) -> Answer | Kept:
    """The answer that the form came from; once it is gone it is asked for anew by the number, so that work goes on."""
    visit, site, received = forms.needed(form, "visit", 60), request.app[SITE], request.app[RECEIVED]
    kept = await site.store.visit(visit) if forms.text(form, "version") else None
    if kept is not None:
        return Kept(kept.visit)
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


async def _rests(site: Site, form: forms.Form, visit: Visit) -> tuple[Rest, ...]:
    """What is left of the person's prescriptions, when the form speaks of any."""
    speaks = "fill" in form or any(value for name, value in form.items() if name.startswith("rx-"))
    return await life.rests_of(site, visit.beneficiary.number, visit.id) if speaks else ()


async def _read(request: web.Request, form: forms.Form, draft: Visit, rests: Iterable[Rest] = ()) -> Visit:
    site, account = request.app[SITE], request[SIGNED_IN].account
    clinical = any(role in CLINICAL_ROLES for role in account.roles)
    known, today = await _known(site), site.today()
    return read_visit(
        form, draft, known.acts, known.prices, site.arrangement(today).currency, today, account.login, clinical,
        known.papers, {rest.prescription.id: rest for rest in rests}, await favourites(site),
    )  # fmt: skip


async def _known(site: Site) -> Choices:
    """The acts, prices and papers of today's contract."""
    return choices(await care.terms_of_today(site), site.config.level)


async def _paper(request: web.Request, draft: Answer | Kept, rows: int) -> dict[str, Any]:
    """What the form shows beside what is typed."""
    site, visit = request.app[SITE], draft.visit
    known, number = await _known(site), visit.beneficiary.number
    earlier = [row for row in await site.store.visits(member=number) if row.visit.id != visit.id] if number else []
    return {
        "draft": draft,
        "rows": rows,
        "acts": known.offered,
        "entry_of": entry_of,
        "roles": roles_of(known.offered),
        "papers": known.papers,
        "proposed": visit.register_number or await days.next_register_number(site, visit.day),
        "judged": None,
        "colour": "" if isinstance(draft, Kept) else draft.verdict.colour,
        "rests": await life.rests_of(site, number, visit.id),
        "usual": (await favourites(site))[:9],
        "earlier": next((row.visit for row in reversed(earlier) if row.state != "abandoned" and row.visit.lines), None),
        "meanwhile": None,
        "version": "",
    }
