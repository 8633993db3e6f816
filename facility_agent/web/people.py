"""The people of a technical centre, for its manager: who they are, what they do for each mutual, who has left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from facility_agent.storage.store.offices import Change
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import CENTRE, SIGNED_IN
from facility_agent.web.render import again, page
from facility_agent.web.speech import words_of
from facility_agent.words import Words
from facility_agent.workflows import accounts, centre_people
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
manages = allowed("manager")

#: What may be changed of a person, and what the page says then.
_DONE: Final = {
    "duties": "?done=person-duties",
    "password": "?done=person-password",
    "close": "?done=person-close",
    "reopen": "?done=person-reopen",
}


@routes.get("/people")
@manages
async def show(request: web.Request) -> web.Response:
    """Everybody of the centre, and room for somebody new."""
    return await page(request, "people.html", **await _list(request))


@routes.post("/people")
@manages
async def add(request: web.Request) -> web.Response:
    """Somebody new: a login, a name, a first password, duties at the centre."""
    form, site = await request.post(), request.app[CENTRE].site
    try:
        login = forms.needed(form, "login", 80)
        name = forms.needed(form, "name", 120)
        roles = _ticked(form, site.config.code)
        await accounts.add_account(site, login, name, forms.password(form), roles, _by(request))
    except InputError as error:
        return await again(request, "people.html", kept(form), error, **await _list(request))
    return redirect(f"/people/{quote(login, safe='')}?done=person-added")


@routes.get("/people/{login}")
@manages
async def one(request: web.Request) -> web.Response:
    """One person: duties, password, whether the account is open, and what was changed about it."""
    return await page(request, "person.html", **await _one(request))


@routes.post("/people/{login}")
@manages
async def change(request: web.Request) -> web.Response:
    """Other duties, another password, an account that closes or opens again."""
    form, centre, login, by = await request.post(), request.app[CENTRE], request.match_info["login"], _by(request)
    try:
        do = forms.choice(form, "do", tuple(_DONE)) or "duties"
        if do == "duties":
            codes = (centre.site.config.code, *centre.mutuals)
            await centre_people.give(centre, login, {code: _ticked(form, code) for code in codes}, by)
        elif do == "password":
            await accounts.renew_password(centre.site, login, forms.password(form), by)
        elif do == "close":
            await accounts.close(centre.site, login, by)
        else:
            await accounts.reopen(centre.site, login, by)
    except InputError as error:
        return await again(request, "person.html", kept(form), error, **await _one(request))
    return redirect(f"/people/{quote(login, safe='')}{_DONE[do]}")


def kept(form: forms.Form) -> forms.Form:
    """What a form may show again: never a password."""
    return {name: value for name, value in form.items() if name != "password"}


def told(words: Words, site: Site, changes: Iterable[tuple[str, Change]]) -> list[tuple[str, ...]]:
    """Changes as a table shows them: when, where, who, what, before, after."""
    return [
        (
            change.at.astimezone(site.zone).strftime("%d/%m/%Y %H:%M"), place, change.who,
            words(f"page.change.{change.what}"), *(_said(words, change, code) for code in (change.old, change.new)),
        )
        for place, change in changes
    ]  # fmt: skip


def _said(words: Words, change: Change, codes: str) -> str:
    roles = change.what == "roles"
    return ", ".join(words(f"role.{code}" if roles else f"page.change.{code}") for code in codes.split())


async def _list(request: web.Request) -> dict[str, Any]:
    centre = request.app[CENTRE]
    return {
        "people": await centre_people.people(centre),
        "roles": accounts.ROLES["centre"],
        "office": centre.site.config,
    }


async def _one(request: web.Request) -> dict[str, Any]:
    centre, login = request.app[CENTRE], request.match_info["login"]
    found = await centre_people.person(centre, login)
    own = centre.site.config
    places = [(own.code, own.name, found.account.roles)] + [
        (code, site.config.name, found.duties.get(code, ())) for code, site in sorted(centre.mutuals.items())
    ]
    changes = told(words_of(request), centre.site, await centre_people.changes(centre, login))
    return {"person": found, "places": places, "changes": changes, "roles": accounts.ROLES["centre"]}


def _ticked(form: forms.Form, code: str) -> tuple[str, ...]:
    return tuple(role for role in accounts.ROLES["centre"] if forms.flag(form, f"{code}:{role}"))


def _by(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
