"""The application of a technical centre: its own pages, and behind them one application for each of its mutuals.

Here alone it is decided to whom a request goes; whatever serves it then knows that one mutual and nothing else. Forms
carry the token of a sign-in, and a sign-in belongs to one mutual: a form that was opened for one and is sent after
somebody went to another is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from aiohttp import web
from yarl import URL

from facility_agent.web import door, mutuals, people, phone, served, speech
from facility_agent.web.app import create_app, opened
from facility_agent.web.guard import MUTUAL_COOKIE, Handler, cookie_name, drop_cookie
from facility_agent.web.keys import CENTRE, Doors
from facility_agent.web.render import Entry
from facility_agent.workflows import accounts
from facility_agent.workflows.centre import Centre

#: What is asked of the centre itself, wherever somebody works.
_OWN: Final = ("/mutuals", "/at", "/people", "/served")
_ROOMS: Final = (door, speech, phone, mutuals, people, served)
_NAVIGATION: Final = (
    Entry("/mutuals", "page.nav.mutuals", mutuals.show),
    Entry("/people", "page.nav.people", people.show),
    Entry("/served", "page.nav.served", served.show),
)


def create_centre_app(centre: Centre, doors: Doors | None = None) -> web.Application:
    """The pages of an open centre and of its mutuals."""
    served: dict[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {}

    @web.middleware
    async def to_the_mutual(request: web.Request, handler: Handler) -> web.StreamResponse:
        prefix, code = _letters_of(request)
        if code in served:
            own = URL(request.raw_path.removeprefix(prefix), encoded=True)
            return await served[code](request.clone(rel_url=own))
        serve = served.get(request.cookies.get(MUTUAL_COOKIE, ""))
        if serve is None or f"/{request.path.split('/')[1]}" in _OWN:
            return await handler(request)
        name, token = cookie_name(request), request.cookies.get(cookie_name(request), "")
        # A copy: a request remembers the first application that looked at it.
        response = await serve(request.clone())
        if token and request.path == "/sign-out" and response.status == 303:
            # Whoever came from the centre leaves it too.
            await accounts.sign_out(centre.site, token)
            for cookie in (name, MUTUAL_COOKIE):
                drop_cookie(request, response, cookie)
        return response

    async def serving(_: web.Application) -> AsyncIterator[None]:
        runners = {code: web.AppRunner(create_app(site, doors)) for code, site in centre.mutuals.items()}
        for code, runner in runners.items():
            await runner.setup()
            assert runner.server is not None
            served[code] = runner.server.request_handler
        yield
        for runner in runners.values():
            await runner.cleanup()

    app = opened(centre.site, doors, _ROOMS, _NAVIGATION, [to_the_mutual])
    app[CENTRE] = centre
    app.cleanup_ctx.append(serving)
    return app


def _letters_of(request: web.Request) -> tuple[str, str]:
    """The mutual whose machine is asked under `/at/CODE/api/…`, with what stands before its own address."""
    parts = request.path.split("/", 4)
    if len(parts) == 5 and (parts[1], parts[3]) == ("at", "api"):
        return f"/at/{parts[2]}", parts[2]
    return "", ""
