"""The application of one installation: its routes by role, its guards, its templates."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aiohttp import web

from facility_agent.web import (
    adherence,
    agreements,
    api,
    audit,
    door,
    envelopes,
    invoices,
    members,
    reception,
    speech,
    templating,
    visit_help,
    visits,
)
from facility_agent.web.bucket import Buckets
from facility_agent.web.drafts import Drafts
from facility_agent.web.guard import guard, headers
from facility_agent.web.keys import BUCKETS, DRAFTS, SITE
from facility_agent.web.mistakes import mistakes
from facility_agent.web.render import NAVIGATION, Entry
from facility_agent.workflows.site import Site

#: A phone's photo, or a month of sealed claims with its prints.
LARGEST: Final = 32 * 1024 * 1024
STATIC: Final = Path(__file__).parent / "static"

_BOTH: Final = (door, speech, agreements, envelopes, api)
_FACILITY: Final = (reception, members, visits, visit_help, invoices)
_PAYER: Final = (audit, adherence)

_CARRY = Entry("/envelopes", "page.nav.envelopes", envelopes.show)
_CONTRACT = Entry("/agreements", "page.nav.agreements", agreements.show)
_AT_FACILITY: Final = (
    Entry("/desk", "page.nav.desk", reception.show),
    Entry("/visits", "page.nav.visits", visits.of_day),
    Entry("/months", "page.nav.months", invoices.months),
    _CARRY,
    _CONTRACT,
)
_AT_PAYER: Final = (Entry("/audit", "page.nav.audit", audit.batches), _CARRY, _CONTRACT)


def create_app(site: Site) -> web.Application:
    """The pages of an open site. Whoever opened the site closes it, after the application has stopped."""
    app = web.Application(middlewares=[headers, mistakes, guard], client_max_size=LARGEST)
    facility = site.config.role == "facility"
    app[SITE] = site
    app[DRAFTS] = Drafts()
    app[BUCKETS] = Buckets()
    app[NAVIGATION] = _AT_FACILITY if facility else _AT_PAYER
    templating.set_up(app)
    for room in (*_BOTH, *(_FACILITY if facility else _PAYER)):
        app.add_routes(room.routes)
    app.router.add_static("/static", STATIC)
    return app
