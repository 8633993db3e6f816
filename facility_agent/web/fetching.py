"""For the facilities' machines: the registers that wait at the mutual.

What waits is sealed to its facility and given to whoever asks: only the facility can read it.
"""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.guard import public
from facility_agent.web.keys import SITE
from facility_agent.workflows import deposits

routes = web.RouteTableDef()


@routes.get("/api/registers/{facility}")
@public
async def waiting(request: web.Request) -> web.Response:
    """The registers that wait for a facility: names, sizes and letters."""
    found = deposits.waiting(request.app[SITE], request.match_info["facility"])
    return web.json_response([{"name": one.name, "size": one.size, "letter": one.letter} for one in found])


@routes.get("/api/registers/{facility}/{name}")
@public
async def fetch(request: web.Request) -> web.StreamResponse:
    """A file that waits, from any byte on."""
    return web.FileResponse(
        deposits.file_of(request.app[SITE], request.match_info["facility"], request.match_info["name"]),
        headers={"Content-Type": "application/octet-stream"},
    )
