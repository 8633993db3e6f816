"""A household's card: who of the household stands here? The clerk looks, and chooses once."""

from __future__ import annotations

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.answering import receives, shown
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import page, status_of
from facility_agent.workflows import desk, households

#: A card's digits, with room for what a keyboard puts between them.
LONGEST_SCAN = 4096

routes = web.RouteTableDef()


@routes.post("/desk/household")
@receives
async def chosen(request: web.Request) -> web.Response:
    """The clerk chose somebody of the household: the verdict on that person."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    text = forms.needed(form, "text", LONGEST_SCAN)
    try:
        answer = await desk.verify_text(site, text, by, member=forms.text(form, "member", 60))
    except InputError as error:
        return await choose(request, text, error)
    request.app[RECEIVED].keep(answer)
    return await shown(request, answer, direct=False)


@routes.get("/desk/portraits/{number}")
@receives
async def portrait(request: web.Request) -> web.Response:
    """A member's portrait, as the register brought it; it stays in no cache."""
    picture = await request.app[SITE].store.portrait(request.match_info["number"])
    if picture is None:
        raise InputError("page-not-found")
    return web.Response(body=picture, content_type="image/webp")


async def choose(request: web.Request, text: str, error: InputError | None = None) -> web.Response:
    """The people of the household whose card was scanned, each with portrait and year of birth, to choose from."""
    household = await households.opened(request.app[SITE], text)
    status = 200 if error is None or error.code == "household-choose" else status_of(error)
    return await page(request, "household.html", status=status, household=household, error=error)
