"""For the mutual's machine: a register is brought to the facility, from any byte on.

It is believed for the signature of its letter, which comes first; nobody else fills a disk here.
"""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.api import BY, not_too_often, offset_of
from facility_agent.web.guard import public
from facility_agent.web.keys import SITE
from facility_agent.workflows import deposits

routes = web.RouteTableDef()


@routes.post("/api/registers")
@public
async def announce(request: web.Request) -> web.Response:
    """The letter of a register: where to bring the rest, and from which byte on."""
    site = request.app[SITE]
    not_too_often(request)
    found = await deposits.begin(site, await request.read())
    return web.json_response({"id": found.id, "offset": found.offset, "size": found.size, "done": found.done})


@routes.put("/api/registers/{id}")
@public
async def bring(request: web.Request) -> web.Response:
    """The rest of a register; it is taken in with its last byte."""
    site, id = request.app[SITE], request.match_info["id"]
    held = await deposits.go_on(site, id, offset_of(request), request.content.iter_chunked(1 << 16))
    received = await deposits.finish(site, id, BY)
    status = 200 if received.again else 201
    return web.json_response({"state": "received", "again": received.again, "offset": held}, status=status)
