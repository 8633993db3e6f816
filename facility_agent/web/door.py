"""The door: sign in, sign out, and the first page of each person."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import (
    check_origin,
    cookie_name,
    drop_cookie,
    keep_cookie,
    local_path,
    may,
    public,
    redirect,
)
from facility_agent.web.keys import BUCKETS, SIGNED_IN, SITE
from facility_agent.web.render import NAVIGATION, again, page
from facility_agent.workflows import accounts
from facility_agent.workflows.accounts import SignIn

routes = web.RouteTableDef()


@routes.get("/")
async def front(request: web.Request) -> web.Response:
    """The page with which this person's work begins."""
    entries = [entry for entry in request.app[NAVIGATION] if may(request[SIGNED_IN], entry.handler)]
    if not entries:
        raise InputError("page-not-allowed")
    return redirect(entries[0].path)


@routes.get("/sign-in")
@public
async def show(request: web.Request) -> web.Response:
    """The form of the door."""
    return await page(request, "sign_in.html", next=local_path(request.query.get("next", "/")))


@routes.post("/sign-in")
@public
async def enter(request: web.Request) -> web.Response:
    """A name and a password: the cookie of a sign-in, or the reason why not."""
    form = await request.post()
    goal = local_path(forms.text(form, "next", 2000))
    try:
        check_origin(request)
        signed_in = await _sign_in(request, form)
    except InputError as error:
        return await again(request, "sign_in.html", {"login": form.get("login", "")}, error, next=goal)
    response = redirect(goal)
    keep_cookie(request, response, cookie_name(request), signed_in.token)
    return response


@routes.post("/sign-out")
async def leave(request: web.Request) -> web.Response:
    """The sign-in ends on the server, not only in this browser."""
    await accounts.sign_out(request.app[SITE], request[SIGNED_IN].token)
    response = redirect("/sign-in")
    drop_cookie(request, response, cookie_name(request))
    return response


async def _sign_in(request: web.Request, form: forms.Form) -> SignIn:
    site = request.app[SITE]
    login = forms.needed(form, "login", 80)
    password = forms.password(form)
    _take(request, f"login:{login.casefold()}", site.now())
    return await accounts.sign_in(site, login, password)


def _take(request: web.Request, login: str, now: datetime) -> None:
    """A try of this address and one of this login, or InputError `sign-in-too-many`."""
    for key in (f"address:{request.remote}", login):
        seconds = request.app[BUCKETS].take(key, now)
        if seconds:
            raise InputError("sign-in-too-many", seconds=seconds)
