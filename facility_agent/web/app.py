"""The application of one installation: its routes by role, its guards, its templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from facility_agent.web import (
    adherence,
    agreements,
    answering,
    api,
    audit,
    bringing,
    clocks,
    closing,
    conditions,
    confirm,
    contested_answers,
    contests,
    counter_checks,
    door,
    drafting,
    emergencies,
    endorsing,
    envelopes,
    exercise,
    fetching,
    fhir,
    fhir_payer,
    first_review,
    funnels,
    guarantee_answers,
    guarantees,
    head_counts,
    households,
    invoices,
    maternity,
    members,
    newborns,
    paper,
    payer_month,
    payments,
    phone,
    published,
    reception,
    refunds,
    reports,
    review,
    samples,
    sheets,
    signing,
    slips,
    speech,
    stays,
    till,
    uploads,
    visit_help,
    visit_page,
    visits,
)
from facility_agent.web.bucket import Buckets
from facility_agent.web.exporting import EXPORTING, Exports
from facility_agent.web.frames import Pieces
from facility_agent.web.guard import guard, headers
from facility_agent.web.keys import BUCKETS, DOORS, RECEIVED, SITE, Doors
from facility_agent.web.mistakes import mistakes
from facility_agent.web.render import FRAMES, NAVIGATION, Entry
from facility_agent.web.secure import to_the_secure_door
from facility_agent.workflows.received import Received
from facility_agent.workflows.site import Site

#: A phone's photo, or a month of sealed claims with its prints.
LARGEST: Final = 32 * 1024 * 1024
#: A frame is some twenty kilobytes, a reason or a ceiling some hundred bytes.
_MOST_FRAMES: Final = 200
_MOST_SAID: Final = 2_000
STATIC: Final = Path(__file__).parent / "static"
#: What others wrote and a page needs, as they wrote it.
VENDOR: Final = Path(__file__).parents[1] / "vendor" / "zxing-wasm"

_SHARED: Final = (uploads, clocks, published, conditions, endorsing, head_counts)
_BOTH: Final = (door, speech, phone, drafting, agreements, signing, envelopes, api, confirm, *_SHARED)
_DESK: Final = (reception, answering, emergencies, exercise, households, newborns, members)
_CARE: Final = (visits, visit_help, visit_page, slips, till, sheets, stays, guarantees, maternity, reports)
_FACILITY: Final = (*_DESK, *_CARE, invoices, closing, first_review, contests, payments, bringing, fhir)
_AUDITS: Final = (audit, review, paper, samples, funnels, refunds, counter_checks, contested_answers)
_PAYER: Final = (*_AUDITS, adherence, fetching, guarantee_answers, payer_month, fhir_payer)

_CARRY = Entry("/envelopes", "page.nav.envelopes", envelopes.show)
_CONTRACT = Entry("/agreements", "page.nav.agreements", agreements.show)
_PRACTISE = Entry("/exercise", "page.nav.exercise", exercise.show)
_AT_FACILITY: Final = (
    Entry("/desk", "page.nav.desk", reception.show),
    Entry("/visits", "page.nav.visits", visits.of_day),
    Entry("/stays", "page.nav.stays", stays.show),
    Entry("/till", "page.nav.till", till.show),
    Entry("/months", "page.nav.months", invoices.months),
    Entry("/payments", "page.nav.payments", payments.show),
    _CARRY,
    _CONTRACT,
)
_AT_PAYER: Final = (
    Entry("/review", "page.nav.review", review.show),
    Entry("/audit", "page.nav.audit", audit.batches),
    Entry("/guarantees", "page.nav.guarantees", guarantee_answers.waiting),
    Entry("/refunds", "page.nav.refunds", refunds.show),
    _CARRY,
    _CONTRACT,
)


def create_app(site: Site, doors: Doors | None = None) -> web.Application:
    """The pages of an open site, served at `doors` (else where its settings say, without TLS).

    Whoever opened the site closes it, after the application has stopped.
    """
    facility = site.config.role == "facility"
    entries = ((_PRACTISE,) if site.config.exercise else ()) + (_AT_FACILITY if facility else _AT_PAYER)
    return opened(site, doors, (*_BOTH, *(_FACILITY if facility else _PAYER)), entries)


def opened(
    site: Site, doors: Doors | None, rooms: Iterable[ModuleType], entries: tuple[Entry, ...],
    before: Iterable[Middleware] = (),
) -> web.Application:  # fmt: skip
    """An application of these rooms and links, guarded like every other; `before` sees a request first."""
    guards: list[Middleware] = [*before, headers, mistakes, to_the_secure_door, guard]
    app = web.Application(middlewares=guards, client_max_size=LARGEST)
    app[SITE] = site
    app[DOORS] = doors or Doors(site.config.host, site.config.port)
    app[RECEIVED] = Received()
    app[BUCKETS] = Buckets()
    app[EXPORTING] = Exports()
    app.on_cleanup.append(app[EXPORTING].ended)
    app[FRAMES] = Pieces(_MOST_FRAMES)
    app[answering.SAID] = Pieces(_MOST_SAID)
    app[NAVIGATION] = entries
    for room in rooms:
        app.add_routes(room.routes)
    app.router.add_static("/static", STATIC)
    app.router.add_static("/vendor/zxing-wasm", VENDOR)
    return app
