"""The desk: who is this, and what is open to them today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Admission, Beneficiary
from facility_agent.web import forms, households
from facility_agent.web.answering import offered, programmes_of, receives, shown
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import desk
from facility_agent.workflows.desk import Answer, Asked
from facility_agent.workflows.site import Site

#: A card's digits, with room for what a keyboard puts between them.
LONGEST_SCAN = 4096

routes = web.RouteTableDef()

#: A way of receiving somebody.
Ask = Callable[[Site, forms.Form, str, Asked], Awaitable[Answer]]


@routes.get("/desk")
@receives
async def show(request: web.Request) -> web.Response:
    """The scan field, and the ways for those who have no card."""
    return await page(request, "desk.html", **await _offered(request))


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


async def _receive(request: web.Request, ask: Ask) -> web.Response:
    """Ask the desk, keep its answer, and show it; the same form twice asks once."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    received = request.app[RECEIVED]
    once = _fingerprint(form)
    found = received.answered(once) if once else None
    if found is None:
        try:
            found = await ask(site, form, by, read_asked(form, site))
        except InputError as error:
            if error.code == "household-choose":
                return await households.choose(request, str(error.fields["text"]))
            return await again(request, "desk.html", form, error, **await _offered(request))
        received.keep(found, once)
    return await shown(request, found, direct=forms.flag(form, "direct"))


def _fingerprint(form: forms.Form) -> str:
    """What tells one sending of a form from another: its page, and all that was written in it; nothing for a photo."""
    values = [(name, value) for name, value in form.items() if name != "direct"]
    sent = "once" in form and all(isinstance(value, str) for _, value in values)
    return repr(values) if sent else ""


async def _by_text(site: Site, form: forms.Form, by: str, asked: Asked) -> Answer:
    return await desk.verify_text(site, forms.needed(form, "text", LONGEST_SCAN), by, asked)


async def _by_photo(site: Site, form: forms.Form, by: str, asked: Asked) -> Answer:
    return await desk.verify_image(site, forms.uploaded(form, "photo"), by, asked)


async def _by_words(site: Site, form: forms.Form, by: str, asked: Asked) -> Answer:
    if asked.admission is None and not asked.emergency:
        raise InputError("form-missing", field="programme")
    number = forms.text(form, "number", 40)
    if number:
        return await desk.verify_text(site, number, by, asked)
    return await desk.admit_without_card(site, read_person(form), by, asked)


def read_asked(form: forms.Form, site: Site) -> Asked:
    """What the clerk said beside the card: a programme on a proof, an emergency, a pregnancy."""
    programmes = programmes_of(site) if form.get("programme") or form.get("proof") else ()
    programme = forms.choice(form, "programme", tuple(scheme.code for scheme in programmes))
    proofs = tuple(proof for scheme in programmes for proof in scheme.proofs)
    proof = forms.choice(form, "proof", proofs)
    admission = Admission(programme, proof, forms.text(form, "proof_number", 60)) if programme else None
    via = forms.choice(form, "via", ("search", "paper", "household"))
    referred = forms.text(form, "referred_from", 80)
    return Asked(admission, forms.flag(form, "emergency"), forms.yes_no(form, "pregnant"), via, referred)  # type: ignore[arg-type]


@routes.post("/desk/answers/{visit}")
@receives
async def ask_again(request: web.Request) -> web.Response:
    """The same person once more, now with a programme, a referral or an emergency."""
    site = request.app[SITE]
    before = await request.app[RECEIVED].get(site, request.match_info["visit"])

    async def ask(site: Site, form: forms.Form, by: str, asked: Asked) -> Answer:
        return await desk.ask_again(site, before, by, asked)

    return await _receive(request, ask)


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


async def _offered(request: web.Request) -> dict[str, Any]:
    """What the desk offers: programmes with their proofs, people already received, emergencies without papers."""
    site, received = request.app[SITE], request.app[RECEIVED]
    await received.open(site)
    return {
        **offered(site),
        "received": received.waiting(),
        "emergencies": len(await site.store.emergencies()),
        "once": site.new_id(),
    }
