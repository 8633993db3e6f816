"""The pages of a technical centre itself: for which of its mutuals somebody works now."""

from __future__ import annotations

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import COOKIE, MUTUAL_COOKIE, SECURE_COOKIE, keep_cookie, public, redirect
from facility_agent.web.keys import CENTRE, SIGNED_IN
from facility_agent.web.render import again, page

routes = web.RouteTableDef()


@routes.get("/mutuals")
async def show(request: web.Request) -> web.Response:
    """The mutuals for which this person may work, each with what waits there."""
    return await page(request, "mutuals.html", desks=await request.app[CENTRE].desks(_login(request)))


@routes.post("/mutuals")
async def enter(request: web.Request) -> web.Response:
    """Go and work for one of them."""
    form, centre = await request.post(), request.app[CENTRE]
    try:
        code = forms.needed(form, "mutual", 60)
        signed_in = await centre.enter(code, _login(request))
    except InputError as error:
        return await again(request, "mutuals.html", form, error, desks=await centre.desks(_login(request)))
    response = redirect("/")
    keep_cookie(request, response, MUTUAL_COOKIE, code)
    keep_cookie(request, response, SECURE_COOKIE if request.secure else COOKIE, signed_in.token)
    return response


@routes.get("/at/{mutual}")
@public
async def go(request: web.Request) -> web.Response:
    """The address of a mutual for its own people, who sign in there with their own password."""
    code = request.match_info["mutual"]
    if code not in request.app[CENTRE].mutuals:
        raise InputError("page-not-found")
    response = redirect("/sign-in")
    keep_cookie(request, response, MUTUAL_COOKIE, code)
    return response


def _login(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
