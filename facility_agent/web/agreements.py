"""The contract as people read it: clauses, prices and rates in force, with their sources, and the agreement."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiohttp import web

from facility_agent.arrangements.model import Clauses
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.labels import Labels
from facility_agent.web.render import page
from facility_agent.web.sentences import source_of
from facility_agent.web.speech import words_of
from facility_agent.web.state import own_agreement

routes = web.RouteTableDef()

EVERYBODY = ("reception", "care", "till", "accountant", "officer", "adviser", "payer_accountant", "manager")


class ClauseRow(NamedTuple):
    """One single clause in words: what is agreed, who says so, and its source."""

    code: str
    name: str
    agreed: str
    origin: str
    source: str


@routes.get("/agreements")
@allowed(*EVERYBODY)
async def show(request: web.Request) -> web.Response:
    """The arrangement and the agreement in force on a day, in words."""
    site = request.app[SITE]
    chosen = forms.day(request.query, "day") or site.today()
    arrangement, agreement = site.arrangement(chosen), await own_agreement(site, chosen)
    labels = Labels(words_of(request), arrangement, agreement, site.config.code, site.config.name)
    contract: dict[str, Any] = {"arrangement": arrangement, "agreement": agreement, "said": labels.clauses}
    return await page(request, "agreements.html", chosen=chosen, clause_rows=clauses(labels), **contract)


def clauses(labels: Labels) -> tuple[ClauseRow, ...]:
    """Every single clause; open ones are shown as open, never left out."""
    if labels.clauses is None or labels.arrangement is None:
        return ()
    said = zip(Clauses.__struct_fields__, labels.clauses.clauses(), strict=True)
    known = labels.arrangement.provenance
    return tuple(
        ClauseRow(code, name, agreed, origin, source_of(known.get(code))) for code, (name, agreed, origin) in said
    )
