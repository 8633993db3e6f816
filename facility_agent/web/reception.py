"""The desk: who is this, and what is open to them today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, NamedTuple

from aiohttp import web

from facility_agent.arrangements.model import Arrangement, Scheme
from facility_agent.cards.read import read_image
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Admission, Beneficiary
from facility_agent.vocabulary.verdicts import OpenBenefit
from facility_agent.web import forms, households
from facility_agent.web.drafts import draft_of
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import DRAFTS, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import desk
from facility_agent.workflows.desk import Answer, Asked
from facility_agent.workflows.site import Site

#: A card's digits, with room for what a keyboard puts between them.
LONGEST_SCAN = 4096

routes = web.RouteTableDef()
receives = allowed("reception", "care", "till", "manager")

#: A way of receiving somebody: the answer, and the text that it rests on.
Ask = Callable[[Site, forms.Form, str, Asked], Awaitable[tuple[Answer, str]]]


@routes.get("/desk")
@receives
async def show(request: web.Request) -> web.Response:
    """The scan field, and the ways for those who have no card."""
    return await page(request, "desk.html", **_offered(request))


@routes.post("/desk/scan")
@receives
async def scan(request: web.Request) -> web.Response:
    """A scanner typed a card, or a person a number."""
    return await _receive(request, _by_text)


@routes.post("/desk/photo")
@receives
async def photo(request: web.Request) -> web.Response:
    """A photo of a card."""
    return await _receive(request, _by_photo)


@routes.post("/desk/admission")
@receives
async def admission(request: web.Request) -> web.Response:
    """Somebody without a card: under a State programme, or in an emergency."""
    return await _receive(request, _by_words)


@routes.get("/desk/answers/{visit}")
@receives
async def answer(request: web.Request) -> web.Response:
    """The verdict, and what is open today."""
    draft = request.app[DRAFTS].get(request.match_info["visit"])
    shown: dict[str, Any] = {"draft": draft, "answer": draft.answer, "benefits": grouped(draft.answer.verdict.open)}
    return await page(request, "answer.html", **shown, **_offered(request))


@routes.post("/desk/answers/{visit}")
@receives
async def ask_again(request: web.Request) -> web.Response:
    """The same person once more, now with a programme or an emergency."""
    draft = request.app[DRAFTS].get(request.match_info["visit"])

    async def ask(site: Site, form: forms.Form, by: str, asked: Asked) -> tuple[Answer, str]:
        if draft.text:
            member = draft.visit.beneficiary.number
            return await desk.verify_text(site, draft.text, by, asked, member), draft.text
        return await desk.admit_without_card(site, draft.visit.beneficiary, by, asked), ""

    return await _receive(request, ask)


async def _receive(request: web.Request, ask: Ask) -> web.Response:
    """Ask the desk, keep its answer, and go to the answer's own page."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    try:
        answer, text = await ask(site, form, by, read_asked(form, _programmes(site)))
        draft = draft_of(site, answer, by, text)
    except InputError as error:
        if error.code == "household-choose":
            return await households.choose(request, str(error.fields["text"]))
        return await again(request, "desk.html", form, error, **_offered(request))
    return redirect(f"/desk/answers/{request.app[DRAFTS].keep(draft)}")


async def _by_text(site: Site, form: forms.Form, by: str, asked: Asked) -> tuple[Answer, str]:
    text = forms.needed(form, "text", LONGEST_SCAN)
    return await desk.verify_text(site, text, by, asked), text


async def _by_photo(site: Site, form: forms.Form, by: str, asked: Asked) -> tuple[Answer, str]:
    text = await read_image(forms.uploaded(form, "photo"))
    return await desk.verify_text(site, text, by, asked), text


async def _by_words(site: Site, form: forms.Form, by: str, asked: Asked) -> tuple[Answer, str]:
    if asked.admission is None and not asked.emergency:
        raise InputError("form-missing", field="programme")
    number = forms.text(form, "number", 40)
    if number:
        return await desk.verify_text(site, number, by, asked), number
    return await desk.admit_without_card(site, read_person(form), by, asked), ""


def read_asked(form: forms.Form, programmes: tuple[Scheme, ...]) -> Asked:
    """What the clerk said beside the card: a programme on a proof, an emergency, a pregnancy."""
    programme = forms.choice(form, "programme", tuple(scheme.code for scheme in programmes))
    proofs = tuple(proof for scheme in programmes for proof in scheme.proofs)
    proof = forms.choice(form, "proof", proofs)
    admission = Admission(programme, proof, forms.text(form, "proof_number", 60)) if programme else None
    return Asked(admission, forms.flag(form, "emergency"), forms.yes_no(form, "pregnant"))


def read_person(form: forms.Form) -> Beneficiary:
    """A person as the desk can describe them; only the name is needed."""
    born = forms.day(form, "birth_date")
    return Beneficiary(
        number="",
        name=forms.needed(form, "name", 120),
        sex=forms.choice(form, "sex", ("F", "M")),  # type: ignore[arg-type]
        birth_date=born,
        birth_year=None if born else forms.number(form, "birth_year", lowest=1900),
        phone=forms.text(form, "phone", 30),
        village=forms.text(form, "village", 80),
    )


class Benefits(NamedTuple):
    """Families of care that one scheme pays alike today."""

    scheme: str
    rate: str
    copay: int | None
    opens: date | None
    families: tuple[str, ...]


def grouped(benefits: tuple[OpenBenefit, ...]) -> tuple[Benefits, ...]:
    """Open benefits in as few rows as they need, in the order of payment."""
    found: dict[tuple[str, str, int | None, date | None], list[str]] = {}
    for row in benefits:
        found.setdefault((row.scheme, row.rate, row.copay, row.opens), []).append(row.family)
    return tuple(Benefits(*alike, tuple(families)) for alike, families in found.items())


def _offered(request: web.Request) -> dict[str, Any]:
    """What the forms of the desk offer: programmes with their proofs, and the people already received."""
    programmes = _programmes(request.app[SITE])
    proofs = tuple(dict.fromkeys(proof for scheme in programmes for proof in scheme.proofs))
    return {"programmes": programmes, "proofs": proofs, "received": request.app[DRAFTS].waiting()}


def _programmes(site: Site) -> tuple[Scheme, ...]:
    try:
        arrangement: Arrangement = site.arrangement(site.today())
    except InputError:
        return ()
    return tuple(scheme for scheme in arrangement.schemes if scheme.programme)
