"""The answer of the desk as a page: the verdict, what is open today, and what the clerk saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from aiohttp import web
from markupsafe import escape

from facility_agent.arrangements.model import Arrangement, Scheme
from facility_agent.eligibility.verdict import Photo
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Colour
from facility_agent.vocabulary.verdicts import CeilingLeft, OpenBenefit, Paper
from facility_agent.web import forms
from facility_agent.web.frames import Pieces, filled, marks, parts
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import Voice, framed
from facility_agent.web.sentences import clause_behind
from facility_agent.web.speech import words_in
from facility_agent.web.templating import pages
from facility_agent.workflows.desk import Answer, Asked
from facility_agent.workflows.received import confirm_photo, see_papers
from facility_agent.workflows.site import Site

#: Reasons and ceilings that were said before.
SAID: web.AppKey[Pieces[str]] = web.AppKey("said", Pieces)
SLOTS: Final = ("address", "visit", "portrait", "person", "guarantees", "reasons", "ceilings")

routes = web.RouteTableDef()
receives = allowed("reception", "care", "till", "manager")


@routes.get("/desk/answers/{visit}")
@receives
async def answer(request: web.Request) -> web.Response:
    """The verdict, and what is open today."""
    found = await request.app[RECEIVED].get(request.app[SITE], request.match_info["visit"])
    return await shown(request, found, direct=True)


@routes.post("/desk/answers/{visit}/photo")
@receives
async def photo(request: web.Request) -> web.Response:
    """The clerk compared the person with the photo."""
    form, visit = await request.post(), request.match_info["visit"]
    seen = forms.choice(form, "photo", ("yes", "no", "none"))
    if not seen:
        raise InputError("form-missing", field="photo_seen")
    by = request[SIGNED_IN].account.login
    await confirm_photo(request.app[SITE], request.app[RECEIVED], visit, seen, by)  # type: ignore[arg-type]
    return redirect(address(visit))


@routes.post("/desk/answers/{visit}/papers")
@receives
async def papers(request: web.Request) -> web.Response:
    """The clerk saw some of the papers that the arrangement wants."""
    form, visit = await request.post(), request.match_info["visit"]
    seen = [str(code) for code in form.getall("paper", ())]
    await see_papers(request.app[SITE], request.app[RECEIVED], visit, seen, request[SIGNED_IN].account.login)
    return redirect(address(visit))


async def shown(request: web.Request, found: Answer, *, direct: bool) -> web.Response:
    """The page of an answer. A form is sent on to the page's address, unless the script puts that address in its
    place itself (`direct`), which spares a slow line a second question: a reload asks nothing again either way."""
    visit = found.visit
    if not direct:
        return redirect(address(visit.id))
    reasons, open_clauses = _apart(found.verdict.findings)
    held = found.facts.guarantees

    def slots(voice: Voice) -> Mapping[str, str]:
        pieces = pages(voice.words.language).get_template("pieces.html").module
        said = "".join([_reason(request, voice, finding, pieces) for finding in reasons])
        ceilings = "".join([_ceiling(request, voice, row, pieces) for row in found.verdict.ceilings])
        return {
            "address": address(visit.id),
            "visit": visit.id,
            "portrait": str(pieces.portrait(visit.beneficiary, found.portrait)),  # type: ignore[attr-defined]
            "person": str(pieces.person(visit.beneficiary, found.how, found.card)),  # type: ignore[attr-defined]
            "guarantees": str(pieces.guarantees(held)) if held else "",  # type: ignore[attr-defined]
            "reasons": f'<ul class="reasons plain">{said}</ul>' if said else _in_order(voice.words.language),
            "ceilings": ceilings,
        }

    return await framed(request, "answer.html", _frame(found, open_clauses), slots, SLOTS, lambda: _around(request))


def _around(request: web.Request) -> dict[str, Any]:
    """What the frame of an answer shows that is no part of the answer."""
    return {**offered(request.app[SITE]), "path": "/desk/answers"}


class Frame(msgspec.Struct, frozen=True):
    """All that the page of an answer shows, beside the person, the reasons, and what is left of ceilings."""

    colour: Colour
    emergency: bool
    photo: Photo | None
    open_clauses: tuple[Finding, ...]
    register_as_of: date | None
    revocations_as_of: date | None
    benefits: tuple[tuple[str, tuple[Benefits, ...]], ...]
    ceilings: bool
    binds: bool | None
    cap: int | None
    papers: tuple[Paper, ...]
    documents: tuple[str, ...]
    asked: Asked

    @property
    def flat(self) -> bool:
        """Whether a payer pays all but an amount."""
        return any(row.copay is not None for _, rows in self.benefits for row in rows)


def _frame(found: Answer, open_clauses: tuple[Finding, ...]) -> Frame:
    verdict, facts = found.verdict, found.facts
    return Frame(
        verdict.colour, verdict.emergency, found.photo, open_clauses, facts.register_as_of, facts.revocations_as_of,
        grouped(verdict.open), bool(verdict.ceilings), verdict.binds, verdict.cap, verdict.papers,
        found.visit.documents, found.asked,
    )  # fmt: skip


def _reason(request: web.Request, voice: Voice, finding: Finding, pieces: Any) -> str:
    """A finding as a sentence with its clause; the same ones come again and again."""
    known, speaks = request.app[SAID], (voice.words.language, voice.rule_set, voice.clinical)

    def shell() -> str:
        sentence, behind = marks(("sentence",))["sentence"], clause_behind(finding, voice.labels)
        return str(pieces.reason(finding.weight, sentence, behind))

    def whole() -> str:
        around = known.of((*speaks, finding.weight, finding.clause), shell)
        return filled(parts(around), {"sentence": str(escape(voice.say(finding)))})

    return known.of((*speaks, msgspec.json.encode(finding)), whole)


def _ceiling(request: web.Request, voice: Voice, row: CeilingLeft, pieces: Any) -> str:
    """A ceiling as a line of its table."""

    def line() -> str:
        shown = (
            voice.words("page.answer.times", count=value) if row.counts else voice.figures(value)
            for value in (row.limit, row.left)
        )
        return str(pieces.ceiling(voice.labels.ceiling(row.code), *shown))

    return request.app[SAID].of((voice.words.language, voice.rule_set, row), line)


def _in_order(language: str) -> str:
    sentence = words_in(language)("page.answer.nothing-to-say")
    return f"<p>{escape(sentence)}</p>"


def _apart(findings: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The reasons, and the questions that the contract leaves open: nobody is called for these."""
    open_clauses = tuple(found for found in findings if found.weight == "unchecked" and found.cause == "clause")
    return tuple(found for found in findings if found not in open_clauses) if open_clauses else findings, open_clauses


def address(visit: str) -> str:
    """Where the page of an answer stands."""
    return f"/desk/answers/{visit}"


class Benefits(NamedTuple):
    """Families of care that one scheme pays alike today."""

    scheme: str
    rate: str
    copay: int | None
    opens: date | None
    families: tuple[str, ...]


@lru_cache(maxsize=512)
def grouped(benefits: tuple[OpenBenefit, ...]) -> tuple[tuple[str, tuple[Benefits, ...]], ...]:
    """Open benefits in as few rows as they need, scheme by scheme in the order of payment."""
    found: dict[str, dict[tuple[str, int | None, date | None], list[str]]] = {}
    for row in benefits:
        found.setdefault(row.scheme, {}).setdefault((row.rate, row.copay, row.opens), []).append(row.family)
    return tuple(
        (scheme, tuple(Benefits(scheme, *alike, tuple(families)) for alike, families in rows.items()))
        for scheme, rows in found.items()
    )


def offered(site: Site) -> dict[str, Any]:
    """What an answer offers to add: programmes with their proofs."""
    programmes = programmes_of(site)
    return {
        "programmes": programmes,
        "proofs": tuple(dict.fromkeys(proof for scheme in programmes for proof in scheme.proofs)),
    }


def programmes_of(site: Site) -> tuple[Scheme, ...]:
    """The State programmes of the arrangement in force; none without an arrangement."""
    try:
        arrangement: Arrangement = site.arrangement(site.today())
    except InputError:
        return ()
    return tuple(scheme for scheme in arrangement.schemes if scheme.programme)
