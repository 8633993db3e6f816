"""For the other side's machine: bring an envelope, ask whether we are there.

An envelope needs no sign-in: its signature says who sent it, and the workflow checks it before anything else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web.guard import public
from facility_agent.web.keys import BUCKETS, SITE
from facility_agent.workflows import exchange
from facility_agent.workflows.growing import Deposit
from facility_agent.workflows.site import OUTBOX, Site

#: Who did it, in the journal, when no person did.
BY: Final = "api"

routes = web.RouteTableDef()


def not_too_often(request: web.Request) -> None:
    """InputError `envelopes-too-many` when one address brings more than its share."""
    seconds = request.app[BUCKETS].take(f"envelopes:{request.remote}", request.app[SITE].now())
    if seconds:
        raise InputError("envelopes-too-many", seconds=seconds)


def offset_of(request: web.Request) -> int:
    """The byte from which something is brought; InputError `deposit-unknown` when it is no number."""
    offset = request.query.get("offset", "")
    if not offset.isdecimal() or not offset.isascii() or len(offset) > 12:
        raise InputError("deposit-unknown")
    return int(offset)


async def announced(request: web.Request, begin: Callable[[Site, bytes], Awaitable[Deposit]]) -> web.Response:
    """Something that is brought in pieces is announced: where to bring it, and from which byte on."""
    site = request.app[SITE]
    not_too_often(request)
    found = await begin(site, await request.read())
    return web.json_response({"id": found.id, "offset": found.offset, "size": found.size, "done": found.done})


async def brought(
    request: web.Request,
    go_on: Callable[[Site, str, int, AsyncIterator[bytes]], Awaitable[int]],
    finish: Callable[[Site, str, str], Awaitable[exchange.Received]],
) -> tuple[exchange.Received, int]:
    """The rest of it, from the byte that the request names: what became of it, and how much is here."""
    site, id = request.app[SITE], request.match_info["id"]
    held = await go_on(site, id, offset_of(request), request.content.iter_chunked(1 << 16))
    return await finish(site, id, BY), held


@routes.post("/api/envelopes")
@public
async def envelope(request: web.Request) -> web.StreamResponse:
    """The receipt's envelope where there is one, else what became of it: 201 when new, 200 when known already."""
    site = request.app[SITE]
    not_too_often(request)
    received = await exchange.receive(site, await request.read(), BY)
    status = 200 if received.again else 201
    if received.reply:
        sealed = (site.folder / OUTBOX / received.reply).read_bytes()
        return web.Response(body=sealed, status=status, content_type="application/octet-stream")
    said = {"state": "received", "kind": received.kind, "again": received.again, "gaps": received.gaps}
    return web.json_response(said, status=status)


@routes.get("/api/health")
@public
async def health(request: web.Request) -> web.Response:
    """Whether the program answers, and its database too."""
    site = request.app[SITE]
    await site.store.latest_day()
    return web.json_response({"state": "ok", "role": site.config.role, "day": site.today().isoformat()})
