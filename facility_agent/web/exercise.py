"""The exercise's own page: ten cases, each with its card or number, and the answer behind a tap."""

from __future__ import annotations

import asyncio

from aiohttp import web

from facility_agent.cards.draw import draw_card, png
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.answering import receives
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.web.speech import words_of
from facility_agent.workflows.exercise import Case, cases_of

routes = web.RouteTableDef()


@routes.get("/exercise")
@receives
async def show(request: web.Request) -> web.Response:
    """The cases, to be done one after the other, or printed."""
    return await page(request, "exercise.html", cases=cases_of(request.app[SITE]))


@routes.get("/exercise/{code}.png")
@receives
async def card(request: web.Request) -> web.Response:
    """The card of a case, to be scanned from the screen or cut out."""
    case = _case(request)
    if case.card is None:
        raise InputError("page-not-found")
    site = request.app[SITE]
    issuer = next(party.name for party in await site.partners() if party.party != site.config.code)
    face = await asyncio.to_thread(
        draw_card, case.card, case.text, payer=issuer, invented=True, language=words_of(request).language
    )
    return web.Response(body=png(face), content_type="image/png")


def _case(request: web.Request) -> Case:
    code = request.match_info["code"]
    for case in cases_of(request.app[SITE]):
        if case.code == code:
            return case
    raise InputError("page-not-found")
