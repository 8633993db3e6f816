"""The agreements as people read them: the list, one with its parties and what comes next, its papers, the clauses."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from aiohttp import web

from facility_agent.arrangements.annex_text import annex_text
from facility_agent.arrangements.model import Clauses
from facility_agent.documents.adhesion_pdf import adhesion_pdf
from facility_agent.documents.agreement_pdf import agreement_pdf, money_clause
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.labels import Labels
from facility_agent.web.render import page
from facility_agent.web.sentences import source_of
from facility_agent.web.speech import words_of
from facility_agent.web.state import own_agreement
from facility_agent.workflows import agreements, packs
from facility_agent.workflows.agreement_view import WAY, View, view

routes = web.RouteTableDef()

EVERYBODY: Final = (
    "reception", "care", "till", "accountant", "officer", "adviser", "payer_accountant", "manager",
)  # fmt: skip
reads = allowed(*EVERYBODY)
#: Who may bind the installation.
BINDS: Final = ("manager",)
decides = allowed(*BINDS)


class ClauseRow(NamedTuple):
    """One single clause in words: what is agreed, who says so, and its source."""

    code: str
    name: str
    agreed: str
    origin: str
    source: str


@routes.get("/agreements")
@reads
async def show(request: web.Request) -> web.Response:
    """Every agreement that is kept here, the latest first, with how it stands for us."""
    found = tuple(reversed(await request.app[SITE].store.agreements()))
    return await page(request, "agreements.html", list=found, own=request.app[SITE].config.code, **_rights(request))


@routes.get("/agreements/clauses")
@reads
async def read(request: web.Request) -> web.Response:
    """The arrangement and the agreement in force on a day, in words."""
    site = request.app[SITE]
    chosen = forms.day(request.query, "day") or site.today()
    arrangement, agreement = site.arrangement(chosen), await own_agreement(site, chosen)
    labels = Labels(words_of(request), arrangement, agreement, site.config.code, site.config.name)
    contract: dict[str, Any] = {"arrangement": arrangement, "agreement": agreement, "said": labels.clauses}
    contract["origin"] = await packs.origin(site, arrangement)
    return await page(request, "clauses.html", chosen=chosen, clause_rows=clauses(labels), **contract)


@routes.get("/agreements/{agreement}")
@reads
async def one(request: web.Request) -> web.Response:
    """One agreement: its parties, what is open and what closes it, and the next thing to do."""
    found = await view(request.app[SITE], request.match_info["agreement"])
    return await page(request, "agreement.html", **shown(request, found))


@routes.get("/agreements/{agreement}/print")
@reads
async def paper(request: web.Request) -> web.Response:
    """The agreement as a PDF, laid out for signature."""
    site, language = request.app[SITE], words_of(request).language
    found = await agreements.find(site, request.match_info["agreement"])
    data = agreement_pdf(found, site.arrangement(found.start), language, made_on=site.today())
    return as_file(data, f"convention-{found.id[:13]}.pdf")


@routes.get("/agreements/{agreement}/annex")
@reads
async def annex(request: web.Request) -> web.Response:
    """The annex as TOML, which reads back as the same annex."""
    found = await agreements.find(request.app[SITE], request.match_info["agreement"])
    return as_file(annex_text(found.annex).encode(), f"annexe-{found.id[:13]}.toml")


@routes.get("/agreements/{agreement}/adhesion")
@reads
async def adhesion(request: web.Request) -> web.Response:
    """The one page by which somebody joins: theirs, or an empty one."""
    site, language = request.app[SITE], words_of(request).language
    found = await agreements.find(site, request.match_info["agreement"])
    party = forms.text(request.query, "party", 60)
    data = adhesion_pdf(found, site.arrangement(found.start), party, language, made_on=site.today())
    return as_file(data, f"adhesion-{found.id[:13]}.pdf")


@routes.get("/agreements/{agreement}/scans/{digest}")
@reads
async def scan(request: web.Request) -> web.Response:
    """A scanned page, as it was brought."""
    digest = request.match_info["digest"]
    found = await request.app[SITE].store.scan(digest)
    if found is None:
        raise InputError("page-not-found")
    return as_file(found, f"page-{digest[:12]}")


def as_file(data: bytes, name: str) -> web.Response:
    """Bytes to keep; a browser never opens them as a page."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, headers=headers, content_type="application/octet-stream")


def shown(request: web.Request, found: View) -> dict[str, Any]:
    """What the page of an agreement needs."""
    said = ClauseWords(found.arrangement, found.agreement, words_of(request))
    beside = () if found.state in WAY else (found.state,)
    context = {"view": found, "agreement": found.agreement, "said": said, "steps": (*WAY, *beside)}
    return {**context, "money_name": lambda name: money_clause(name, said), **_rights(request)}


def clauses(labels: Labels) -> tuple[ClauseRow, ...]:
    """Every single clause; open ones are shown as open, never left out."""
    if labels.clauses is None or labels.arrangement is None:
        return ()
    said = zip(Clauses.__struct_fields__, labels.clauses.clauses(), strict=True)
    known = labels.arrangement.provenance
    return tuple(
        ClauseRow(code, name, agreed, origin, source_of(known.get(code))) for code, (name, agreed, origin) in said
    )


def _rights(request: web.Request) -> dict[str, Any]:
    return {"decides": not set(BINDS).isdisjoint(request[SIGNED_IN].account.roles)}
