"""For the other side's machine: a letter of any kind, brought from any byte on, and taken in with its last one."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.api import announced, brought
from facility_agent.web.guard import public
from facility_agent.workflows import uploads

routes = web.RouteTableDef()


@routes.post("/api/letters")
@public
async def announce(request: web.Request) -> web.Response:
    """A letter is announced: where to bring it, and from which byte on."""
    return await announced(request, uploads.begin)


@routes.put("/api/letters/{id}")
@public
async def bring(request: web.Request) -> web.Response:
    """The rest of a letter."""
    received, held = await brought(request, uploads.go_on, uploads.finish)
    said = {"state": "received", "kind": received.kind, "again": received.again, "gaps": received.gaps, "offset": held}
    return web.json_response(said, status=200 if received.again else 201)
