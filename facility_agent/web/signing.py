"""Pages on which an agreement is signed, joined, sent and moved: by key, or by a page on paper that is entered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

from aiohttp import web

from facility_agent.arrangements.agreement import Agreement, Party
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import agreement_form, forms
from facility_agent.web.agreements import decides, shown
from facility_agent.web.guard import redirect
from facility_agent.web.keys import BUCKETS, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import agreements, contracting
from facility_agent.workflows.agreement_view import view

routes = web.RouteTableDef()

#: What is said after a move.
DONE: Final = {
    "suspend": "agreement-suspend",
    "resume": "agreement-resume",
    "end": "agreement-end",
    "undo": "agreement-undo",
}

Act = Callable[[forms.Form, Agreement], Awaitable[Agreement]]


@routes.get("/agreements/{agreement}/sign")
@decides
async def sign_form(request: web.Request) -> web.Response:
    """Who signs, in which capacity, and the passphrase of the key."""
    return await page(request, "agreement_sign.html", **await _about(request))


@routes.post("/agreements/{agreement}/sign")
@decides
async def sign(request: web.Request) -> web.Response:
    """Sign with the agreement key."""

    async def act(form: forms.Form, found: Agreement) -> Agreement:
        return await contracting.sign(request.app[SITE], found, *_signer(form), _passphrase(request, form))

    return await _done(request, "agreement_sign.html", "agreement-signed", act)


@routes.get("/agreements/{agreement}/paper")
@decides
async def paper_form(request: web.Request) -> web.Response:
    """A page that was signed by hand: whose, by whom, when, and its scan."""
    return await page(request, "agreement_paper.html", **await _about(request))


@routes.post("/agreements/{agreement}/paper")
@decides
async def enter_paper(request: web.Request) -> web.Response:
    """Enter the page."""

    async def act(form: forms.Form, found: Agreement) -> Agreement:
        party = forms.choice(form, "party", tuple(entry.code for entry in found.parties))
        page_of = (*_signer(form), _day(form, "on"), forms.uploaded(form, "scan"))
        who = request[SIGNED_IN].account.login
        return await agreements.enter_paper(request.app[SITE], found, *page_of, party, who)

    return await _done(request, "agreement_paper.html", "agreement-paper", act)


@routes.get("/agreements/{agreement}/join")
@decides
async def join_form(request: web.Request) -> web.Response:
    """From which day we join, and who signs."""
    return await page(request, "agreement_join.html", **await _about(request))


@routes.post("/agreements/{agreement}/join")
@decides
async def join(request: web.Request) -> web.Response:
    """Join with our key; or enter the page by which somebody else joined on paper."""

    async def act(form: forms.Form, found: Agreement) -> Agreement:
        site, start, signer = request.app[SITE], _day(form, "start"), _signer(form)
        if found.party(site.config.code) is None:
            parent = forms.text(form, "parent-1", 60)
            return await agreements.join(site, found, start, *signer, _passphrase(request, form), parent)
        page_of = (*signer, _day(form, "on"), forms.uploaded(form, "scan"))
        who = request[SIGNED_IN].account.login
        return await agreements.join_on_paper(site, found, _joining(form), start, *page_of, who)

    return await _done(request, "agreement_join.html", "agreement-joined", act)


@routes.post("/agreements/{agreement}/send")
@decides
async def send(request: web.Request) -> web.Response:
    """Seal it to the other sides whose keys are known, or to one who may join."""
    form, site = await request.post(), request.app[SITE]
    found = await agreements.find(site, request.match_info["agreement"])
    guest = forms.text(form, "guest", 60)
    if guest:
        await contracting.send(site, found, guest)
    else:
        await contracting.send_to_all(site, found)
    return redirect(f"/agreements/{found.id}?done=agreement-sent")


@routes.post("/agreements/{agreement}/moves")
@decides
async def move(request: web.Request) -> web.Response:
    """Suspend, resume, end or undo, by the table of states."""
    form, site, who = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    kind = forms.chosen(form, "move", ("suspend", "resume", "end", "undo"))
    try:
        found = await agreements.find(site, request.match_info["agreement"])
        if kind == "undo":
            await agreements.undo(site, found, who)
        else:
            moves = {"suspend": agreements.suspend, "resume": agreements.resume, "end": agreements.end}
            await moves[kind](site, found, _day(form, f"{kind}_on"), who)
    except InputError as error:
        about = shown(request, await view(site, request.match_info["agreement"]))
        return await again(request, "agreement.html", form, error, **about)
    return redirect(f"/agreements/{found.id}?done={DONE[kind]}")


async def _done(request: web.Request, template: str, done: str, act: Act) -> web.Response:
    """Do it and show the agreement; or the form again with what is wrong, the passphrase left out."""
    form = await request.post()
    try:
        found = await agreements.find(request.app[SITE], request.match_info["agreement"])
        kept = await act(form, found)
    except InputError as error:
        typed = {name: value for name, value in form.items() if name != "passphrase"}
        return await again(request, template, typed, error, **await _about(request))
    return redirect(f"/agreements/{kept.id}?done={done}")


async def _about(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    found = await view(site, request.match_info["agreement"])
    levels = [(level.code, level.name) for level in found.arrangement.levels]
    ours = found.agreement.party(site.config.code) is None
    return {**shown(request, found), "levels": levels, "ours": ours, "today": site.today()}


def _signer(form: forms.Form) -> tuple[str, str]:
    return forms.needed(form, "by", 120), forms.needed(form, "capacity", 120)


def _passphrase(request: web.Request, form: forms.Form) -> str:
    """What opens the key; guessing it is slow, as guessing a password is."""
    typed = form.get("passphrase", "")
    if not isinstance(typed, str) or not typed:
        raise InputError("form-missing", field="passphrase")
    seconds = request.app[BUCKETS].take(f"passphrase:{request[SIGNED_IN].account.login}", request.app[SITE].now())
    if seconds:
        raise InputError("sign-in-too-many", seconds=seconds)
    return typed


def _joining(form: forms.Form) -> Party:
    """Who joins on paper."""
    named = agreement_form.read_rows(form, 1)
    if not named:
        raise InputError("form-missing", field="code")
    return named[0]


def _day(form: forms.Form, name: str) -> date:
    found = forms.day(form, name)
    if found is None:
        raise InputError("form-missing", field=name)
    return found
