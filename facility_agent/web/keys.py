"""The keys under which the application and a request keep what handlers share."""

from __future__ import annotations

from typing import NamedTuple

from aiohttp import web

from facility_agent.web.bucket import Buckets
from facility_agent.workflows.accounts import SignIn
from facility_agent.workflows.centre import Centre
from facility_agent.workflows.received import Received
from facility_agent.workflows.site import Site


class Doors(NamedTuple):
    """Where the pages are served: the address and port of the plain door, the port of the secure one (None without
    TLS), and the certificate that a telephone must trust for it, as PEM."""

    host: str
    port: int
    tls_port: int | None = None
    authority: bytes = b""


SITE: web.AppKey[Site] = web.AppKey("site", Site)
CENTRE: web.AppKey[Centre] = web.AppKey("centre", Centre)
DOORS: web.AppKey[Doors] = web.AppKey("doors", Doors)
RECEIVED: web.AppKey[Received] = web.AppKey("received", Received)
BUCKETS: web.AppKey[Buckets] = web.AppKey("buckets", Buckets)

SIGNED_IN: web.RequestKey[SignIn] = web.RequestKey("signed_in", SignIn)
