"""Who may come in: a sign-in cookie, roles per page, and a token that every form must bring back.

A handler without a mark needs a sign-in and no particular role; `allowed` names roles, `public` opens the door.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TypeVar
from urllib.parse import quote, urlsplit

from aiohttp import web

from facility_agent.storage.store.server import one_look
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.workflows import accounts
from facility_agent.workflows.accounts import SignIn

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
H = TypeVar("H", bound=Handler)

COOKIE = "sign-in"
#: Under TLS a cookie of another name: browsers keep one jar for all ports of a host, and refuse that a page without TLS
#: replaces what a page with TLS has put there.
SECURE_COOKIE = "__Host-sign-in"
#: At a technical centre: the code of the mutual to whom a request goes. It opens nothing.
MUTUAL_COOKIE = "mutual"
CSRF_FIELD = "csrf"
#: A desk is signed in for its working day, nights included.
COOKIE_SECONDS = 14 * 3600

#: Only our own pages: nothing from outside, nothing written inside a page.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: a form would then come without its origin, which the guard reads.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

#: The desk's decoder is WebAssembly; this lets it be compiled, and still no text be run as a script.
DESK_POLICY = f"{HEADERS['Content-Security-Policy']}; script-src 'self' 'wasm-unsafe-eval'"

#: Where a program that sends no form puts the token of its sign-in.
CSRF_HEADER = "X-Form-Token"

_ROLES: dict[Handler, frozenset[str]] = {}
_PUBLIC: set[Handler] = set()
_MACHINES: set[Handler] = set()
_READS = ("GET", "HEAD", "OPTIONS")
#: What names a record in an address is no longer than this; files and people may have longer names.
_LONGEST_ID, _LONGEST_NAME = 64, 200


def allowed(*roles: str) -> Callable[[H], H]:
    """Only people who hold one of these roles see the page."""

    def mark(handler: H) -> H:
        _ROLES[handler] = frozenset(roles)
        return handler

    return mark


def public(handler: H) -> H:
    """The page needs no sign-in, and its form no token."""
    _PUBLIC.add(handler)
    return handler


def for_machines(handler: H) -> H:
    """A system asks: it has no sign-in, and the handler looks at the word that it shows."""
    _MACHINES.add(handler)
    return public(handler)


def may(signed_in: SignIn | None, handler: Handler) -> bool:
    """Whether this person may see this page."""
    if handler in _PUBLIC:
        return True
    if signed_in is None:
        return False
    return handler not in _ROLES or not _ROLES[handler].isdisjoint(signed_in.account.roles)


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The headers of every answer; what a page shows of people stays in no cache."""
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        _put_headers(request, answer.headers)
        raise
    _put_headers(request, response.headers)
    return response


def _put_headers(request: web.Request, where: MutableMapping[str, str]) -> None:
    where.update(HEADERS)
    if request.path.startswith("/desk"):
        where["Content-Security-Policy"] = DESK_POLICY
    where.setdefault("Cache-Control", "no-cache" if _is_static(request) else "no-store")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sign-in, role and token, in this order; pages that do not exist are left to the error page."""
    if _is_static(request):
        return await handler(request)
    named = request.match_info.items()
    if any(len(value) > (_LONGEST_NAME if key in ("name", "login") else _LONGEST_ID) for key, value in named):
        raise InputError("page-not-found")
    token = request.cookies.get(cookie_name(request), "")
    signed_in = await accounts.signed_in(request.app[SITE], token) if token else None
    if signed_in is not None:
        request[SIGNED_IN] = signed_in
    target = request.match_info.handler
    if request.match_info.http_exception is not None or target in _PUBLIC:
        return await handler(request)
    if signed_in is None:
        if request.method not in _READS or request.path.startswith("/fhir/"):
            raise InputError("sign-in-ended")
        back = request.path_qs
        return redirect(f"/sign-in?next={quote(back, safe='')}" if back != "/" else "/sign-in")
    if not may(signed_in, target):
        raise InputError("page-not-allowed")
    if request.method not in _READS:
        await _check_token(request, signed_in)
    if not request.path.startswith("/desk"):
        return await handler(request)
    with one_look():
        return await handler(request)


async def _check_token(request: web.Request, signed_in: SignIn) -> None:
    check_origin(request)
    # No page of another site can give a request this header.
    brought = request.headers.get(CSRF_HEADER) or (await request.post()).get(CSRF_FIELD, "")
    if not isinstance(brought, str) or not hmac.compare_digest(brought.encode(), signed_in.csrf.encode()):
        raise InputError("form-stale")


def check_origin(request: web.Request) -> None:
    """A form must come from our own pages. Old browsers, and a plain network, say less: then what they say counts."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise InputError("form-foreign")
    elif origin is not None and urlsplit(origin).netloc != request.host:
        raise InputError("form-foreign")


def cookie_name(request: web.Request) -> str:
    """The name of the sign-in's cookie at this door.

    Browsers keep one per computer, whatever the port: an exercise must not end a real sign-in.
    """
    config = request.app[SITE].config
    name = SECURE_COOKIE if request.secure else COOKIE
    return f"{name}-centre" if config.role == "centre" else f"{name}-exercise" if config.exercise else name


def keep_cookie(request: web.Request, response: web.Response, name: str, value: str) -> None:
    """Let the browser keep something about this visit: no script reads it, and no other site sends it."""
    response.set_cookie(
        name, value, max_age=COOKIE_SECONDS, path="/", httponly=True, samesite="Strict", secure=request.secure
    )


def drop_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Let the browser forget it."""
    response.del_cookie(name, path="/", httponly=True, samesite="Strict", secure=request.secure)


def redirect(path: str) -> web.Response:
    """The browser goes to another page, and a form is not sent twice."""
    return web.Response(status=303, headers={"Location": path})


def local_path(path: str) -> str:
    """A path of our own to go back to, or the front page: never another site.

    >>> local_path("/desk?x=1"), local_path("//evil.example"), local_path("https://evil.example"), local_path("")
    ('/desk?x=1', '/', '/', '/')
    """
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else "/"


def _is_static(request: web.Request) -> bool:
    route = request.match_info.route
    return isinstance(getattr(route, "resource", None), web.StaticResource)
