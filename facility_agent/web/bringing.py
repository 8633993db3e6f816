"""For the mutual's machine: a register is brought to the facility, from any byte on.

It is believed for the signature of its letter, which comes first; nobody else fills a disk here.
"""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.api import announced, brought
from facility_agent.web.guard import public
from facility_agent.workflows import deposits

routes = web.RouteTableDef()


@routes.post("/api/registers")
@public
async def announce(request: web.Request) -> web.Response:
    """The letter of a register: where to bring the rest, and from which byte on."""
    return await announced(request, deposits.begin)


@routes.put("/api/registers/{id}")
@public
async def bring(request: web.Request) -> web.Response:
    """The rest of a register; it is taken in with its last byte."""
    received, held = await brought(request, deposits.go_on, deposits.finish)
    status = 200 if received.again else 201
    return web.json_response({"state": "received", "again": received.again, "offset": held}, status=status)
