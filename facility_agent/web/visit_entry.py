"""The form of a visit and what stands behind it: whose it is, what is read of it, what it shows, how it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from aiohttp import web

from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.bedside import Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.records import Visit
from facility_agent.web import forms
from facility_agent.web.choices import Choices, choices
from facility_agent.web.entry import Kept, typed_of
from facility_agent.web.given import beside_care
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.sentences import CLINICAL_ROLES
from facility_agent.web.speech import words_of
from facility_agent.web.visit_form import entry_of, lines_so_far, marked_rows, read_facts, read_visit, roles_of
from facility_agent.web.visit_help import frequent, stated
from facility_agent.workflows import day as days
from facility_agent.workflows import desk, guarantees, late, paper
from facility_agent.workflows import visit_life as life
from facility_agent.workflows import visits as care
from facility_agent.workflows.desk import Answer
from facility_agent.workflows.favourites import favourites
from facility_agent.workflows.site import Site

#: Findings after which the prescriber is asked why: those that protocols make.
DEPARTURES: Final = tuple(code for code, kind in CATALOGUE.items() if kind.room == "protocols" and kind.clinical)


async def known(site: Site) -> Choices:
    """The acts, prices and papers of today's contract."""
    return choices(await care.terms_of_today(site), site.config.level)


async def draft_of(request: web.Request, form: forms.Form) -> Answer | Kept:
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


async def rests_for(site: Site, form: forms.Form, visit: Visit) -> tuple[Rest, ...]:
    """What is left of the person's prescriptions, when the form speaks of any."""
    speaks = "fill" in form or any(value for name, value in form.items() if name.startswith("rx-"))
    return await life.rests_of(site, visit.beneficiary.number, visit.id) if speaks else ()


async def read(request: web.Request, form: forms.Form, draft: Visit, rests: Iterable[Rest] = ()) -> Visit:
    """The visit that the form says, with its condition's code, its paper sheet and the guarantees that concern it."""
    site, account = request.app[SITE], request[SIGNED_IN].account
    offered, today = await known(site), site.today()
    visit = read_visit(
        form, draft, offered.acts, offered.prices, site.arrangement(today).currency, today, account.login,
        _clinical(request), offered.papers, {rest.prescription.id: rest for rest in rests}, await favourites(site),
    )  # fmt: skip
    visit = await paper.with_sheet(site, await stated(site, visit), forms.text(form, "sheet", 60))
    return await guarantees.attached(site, visit)


async def so_far(request: web.Request, form: forms.Form, draft: Visit) -> Visit:
    """The visit as far as it is typed: facts that cannot be used are errors, unfinished lines are not."""
    site, clinical = request.app[SITE], _clinical(request)
    offered, today = await known(site), site.today()
    currency = site.arrangement(today).currency
    facts = read_facts(form, draft, currency, today, request[SIGNED_IN].account.login, clinical)
    lines = lines_so_far(form, offered.acts, offered.prices, currency, clinical)
    return await stated(site, msgspec.structs.replace(facts, lines=lines))


async def save(request: web.Request, form: forms.Form, visit: Visit, action: str) -> Visit:
    """Keep the visit with what stands beside its care, under an identifier of its day when it is entered late."""
    site, by = request.app[SITE], request[SIGNED_IN].account.login
    version, reason = forms.number(form, "version"), forms.text(form, "reason")
    await late.check_month(site, visit.day, reason)
    drawn = visit.id
    visit = msgspec.structs.replace(visit if version else late.dated(site, visit), reason=reason)
    marked = marked_rows(form, (await known(site)).acts, await favourites(site))
    until = await life.prescription_until(site, visit, visit.day) if marked else None
    prescriptions, notes = beside_care(marked, visit, until)
    lines = tuple(
        msgspec.structs.replace(line, prescription=line.prescription.replace(drawn, visit.id)) for line in visit.lines
    )
    visit = msgspec.structs.replace(visit, lines=lines)
    beside = care.Beside(prescriptions, notes, drawn)
    state = "recorded" if action == "save" else "open"
    return (await care.record(site, visit, by, version, state=state, beside=beside)).visit


async def meanwhile(site: Site, error: InputError, draft: Answer | Kept) -> dict[str, Any]:
    """When somebody else was faster: what they kept, and the form as it was typed, ready to be saved over it."""
    kept = await site.store.visit(draft.visit.id) if error.code == "visit-changed" else None
    if kept is None or kept.state not in ("open", "recorded"):
        return {}
    (*_, last) = await life.told(site, draft.visit.id)
    hour = last.at.astimezone(site.zone).strftime("%H:%M")
    return {"meanwhile": kept, "last": last, "hour": hour, "version": kept.version}


async def kept_form(request: web.Request, kept: VisitEntry) -> dict[str, str]:
    """A visit that is kept as its form would have been typed."""
    site = request.app[SITE]
    rests, notes = await site.store.rests(visit=kept.visit.id), await site.store.notes(visit=kept.visit.id)
    currency = site.arrangement(kept.visit.day).currency
    return typed_of(kept, rests, notes, (await known(site)).acts, currency, words_of(request).language)


async def shown(request: web.Request, draft: Answer | Kept, rows: int) -> dict[str, Any]:
    """What the form shows beside what is typed."""
    site, visit = request.app[SITE], draft.visit
    offered, number = await known(site), visit.beneficiary.number
    earlier = [row for row in await site.store.visits(member=number) if row.visit.id != visit.id] if number else []
    return {
        "draft": draft,
        "rows": rows,
        "acts": offered.offered,
        "entry_of": entry_of,
        "roles": roles_of(offered.offered),
        "papers": offered.papers,
        "proposed": visit.register_number or await days.next_register_number(site, visit.day),
        "conditions": await frequent(site, words_of(request).language),
        "asks_days": any(rule.kind == "days-at-once" for rule in site.arrangement(site.today()).rules),
        "helped": None,
        "departures": DEPARTURES,
        "judged": None,
        "colour": "" if isinstance(draft, Kept) else draft.verdict.colour,
        "rests": await life.rests_of(site, number, visit.id),
        "usual": (await favourites(site))[:9],
        "earlier": next((row.visit for row in reversed(earlier) if row.state != "abandoned" and row.visit.lines), None),
        "meanwhile": None,
        "version": "",
    }


def _clinical(request: web.Request) -> bool:
    return any(role in CLINICAL_ROLES for role in request[SIGNED_IN].account.roles)
