"""For the other side's machine: a letter of any kind, brought from any byte on, and taken in with its last one."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.api import BY, not_too_often, offset_of
from facility_agent.web.guard import public
from facility_agent.web.keys import SITE
from facility_agent.workflows import uploads

routes = web.RouteTableDef()


@routes.post("/api/letters")
@public
async def announce(request: web.Request) -> web.Response:
    """A letter is announced: where to bring it, and from which byte on."""
    site = request.app[SITE]
    not_too_often(request)
    found = await uploads.begin(site, await request.read())
    return web.json_response({"id": found.id, "offset": found.offset, "size": found.size, "done": found.done})


@routes.put("/api/letters/{id}")
@public
async def bring(request: web.Request) -> web.Response:
    """The rest of a letter."""
    site, id = request.app[SITE], request.match_info["id"]
    held = await uploads.go_on(site, id, offset_of(request), request.content.iter_chunked(1 << 16))
    received = await uploads.finish(site, id, BY)
    said = {"state": "received", "kind": received.kind, "again": received.again, "gaps": received.gaps, "offset": held}
    return web.json_response(said, status=200 if received.again else 201)
