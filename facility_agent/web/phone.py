"""A telephone as a camera: where it finds the pages, and how it comes to trust them."""

from __future__ import annotations

from typing import Final

import qrcode
from aiohttp import web

from facility_agent.cards.draw import png
from facility_agent.exchange.certificates import fingerprint
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.guard import public
from facility_agent.web.keys import DOORS
from facility_agent.web.network import addresses, is_loopback
from facility_agent.web.render import page

_OPEN_HOSTS: Final = ("0.0.0.0", "::", "")

routes = web.RouteTableDef()


@routes.get("/phone")
@public
async def show(request: web.Request) -> web.Response:
    """What to do with a telephone: nothing yet, photos at once, or the steps towards the live camera."""
    doors, goals = request.app[DOORS], _goals(request)
    state = "secure" if doors.authority else "plain" if goals else "closed"
    print_of_it = fingerprint(doors.authority) if doors.authority else ""
    return await page(request, "phone.html", doors=state, goals=goals, fingerprint=print_of_it)


@routes.get("/phone/codes/{goal}.png")
@public
async def code(request: web.Request) -> web.Response:
    """The QR code of one of the page's addresses: a telephone held before the screen goes there."""
    goal = _goals(request).get(request.match_info["goal"])
    if goal is None:
        raise InputError("page-not-found")
    symbol = qrcode.QRCode(border=4, box_size=6)
    symbol.add_data(goal)
    return web.Response(body=png(symbol.make_image().get_image().convert("L")), content_type="image/png")


@routes.get("/phone/authority.crt")
@public
async def authority(request: web.Request) -> web.Response:
    """The certificate that a telephone installs once; it is no secret."""
    certificate = request.app[DOORS].authority
    if not certificate:
        raise InputError("page-not-found")
    headers = {"Content-Disposition": 'attachment; filename="facility-agent.crt"'}
    return web.Response(body=certificate, content_type="application/x-x509-ca-cert", headers=headers)


def _goals(request: web.Request) -> dict[str, str]:
    """Where a telephone goes, by what it does there: `desk`, and `trust` where there is a certificate to trust."""
    doors, host = request.app[DOORS], _host(request)
    if not host:
        return {}
    if doors.tls_port is None:
        # Who came from outside came by an address that works, perhaps another server's in front of this one.
        place = f"http://{host}:{doors.port}" if is_loopback(request.url.host or "") else str(request.url.origin())
        return {"desk": f"{place}/desk"}
    return {"trust": f"http://{host}:{doors.port}/phone", "desk": f"https://{host}:{doors.tls_port}/desk"}


def _host(request: web.Request) -> str:
    """The name or address of this machine for others: the one that is asked with, else the first of its own."""
    asked, listens = request.url.host or "", request.app[DOORS].host
    if not is_loopback(asked):
        return f"[{asked}]" if ":" in asked else asked
    if is_loopback(listens):
        return ""
    own = addresses() if listens in _OPEN_HOSTS else (listens,)
    return own[0] if own else ""
