"""The keys under which the application and a request keep what handlers share."""

from __future__ import annotations

from aiohttp import web

from facility_agent.web.bucket import Buckets
from facility_agent.workflows.accounts import SignIn
from facility_agent.workflows.received import Received
from facility_agent.workflows.site import Site

SITE: web.AppKey[Site] = web.AppKey("site", Site)
RECEIVED: web.AppKey[Received] = web.AppKey("received", Received)
BUCKETS: web.AppKey[Buckets] = web.AppKey("buckets", Buckets)

SIGNED_IN: web.RequestKey[SignIn] = web.RequestKey("signed_in", SignIn)
