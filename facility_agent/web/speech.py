"""Which language a page speaks: the one chosen by its link, else the browser's, else the installation's."""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web

from facility_agent.web.guard import local_path, public, redirect
from facility_agent.web.keys import SITE
from facility_agent.words import LANGUAGES, Words

COOKIE = "language"
_YEAR = 365 * 24 * 3600

routes = web.RouteTableDef()


def words_of(request: web.Request) -> Words:
    """The words of this request's language."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return words_in(chosen)
    return words_in(preferred(request.headers.get("Accept-Language", "")) or request.app[SITE].config.language)


@lru_cache(maxsize=8)
def words_in(language: str) -> Words:
    """The words of a language, always the same object."""
    return Words(language)


@lru_cache(maxsize=256)
def preferred(header: str) -> str:
    """The first of our languages in an `Accept-Language` header, by its weights, or nothing.

    >>> preferred("de-DE,en-GB;q=0.7,fr;q=0.9"), preferred("en"), preferred("mos"), preferred("fr;q=x,en;q=0")
    ('fr', 'en', '', '')
    """
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.partition(";q=")
        language = tag.strip().split("-")[0].lower()
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if language in LANGUAGES and quality > 0:
            found.append((-quality, place, language))
    return min(found)[2] if found else ""


@routes.get("/language/{language}")
@public
async def choose(request: web.Request) -> web.Response:
    """The language link: remember the choice and go back."""
    response = redirect(local_path(request.query.get("back", "/")))
    language = request.match_info["language"]
    if language in LANGUAGES:
        response.set_cookie(
            COOKIE, language, max_age=_YEAR, path="/", httponly=True, samesite="Lax", secure=request.secure
        )
    return response
