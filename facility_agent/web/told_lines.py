"""Each line of an entry under way as the script shows it: the act's name, who pays what, and what the rules say."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Adjudication, Visit
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.labels import Labels
from facility_agent.web.sentences import CLINICAL_ROLES
from facility_agent.web.speech import words_of
from facility_agent.web.state import own_agreement
from facility_agent.web.visit_form import entry_of


async def told_lines(request: web.Request, visit: Visit, judged: Adjudication) -> dict[str, Any]:
    """The answer to a script, in the reader's language; sentences are those of the page."""
    site, words = request.app[SITE], words_of(request)
    arrangement, agreement = site.arrangement(visit.day), await own_agreement(site, visit.day)
    labels = Labels(words, arrangement, agreement, site.config.code, site.config.name)
    clinical = any(role in CLINICAL_ROLES for role in request[SIGNED_IN].account.roles)
    acts = labels.terms.acts if labels.terms else {}
    given = {line.id: line for line in visit.lines}

    def money(minor: int) -> str:
        return words.amount(minor, judged.currency, symbol=False)

    def said(findings: tuple[Finding, ...]) -> list[str]:
        return [words.finding(each, clinical, currency=judged.currency, names=labels) for each in findings]

    lines = {}
    for line in judged.lines:
        parts = [(labels.scheme(share.scheme), money(share.amount)) for share in line.shares]
        parts += [(words("page.money.member"), money(line.member_pays))]
        parts += [(words("page.money.facility"), money(line.facility_bears))] if line.facility_bears else []
        act = given[line.id].act
        lines[line.id] = {
            "act": entry_of(acts[act], words.language) if act in acts else act,
            "shares": " · ".join(f"{name} {amount}" for name, amount in parts),
            "says": said(line.findings),
        }
    return {
        "lines": lines,
        "says": said(judged.findings),
        "asked": words("page.visit.to-collect", amount=words.amount(judged.member_pays, judged.currency)),
    }
