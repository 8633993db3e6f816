"""A newborn without a number: received under the mother's, on a paper that proves the birth."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.answering import receives, shown
from facility_agent.web.keys import RECEIVED, SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import desk, newborns
from facility_agent.workflows.newborns import Birth
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()


@routes.get("/desk/newborn")
@receives
async def show(request: web.Request) -> web.Response:
    """The form of a birth."""
    typed = {"mother": request.query["mother"]} if "mother" in request.query else {}
    return await page(request, "newborn.html", typed=typed, **await _offered(request))


@routes.post("/desk/newborn")
@receives
async def admit(request: web.Request) -> web.Response:
    """The newborn is written down under the mother's number, and its verdict shown."""
    form, site, by = await request.post(), request.app[SITE], request[SIGNED_IN].account.login
    try:
        number = await newborns.admit(site, await _read(site, form), by)
        answer = await desk.verify_text(site, number, by)
    except InputError as error:
        return await again(request, "newborn.html", form, error, **await _offered(request))
    request.app[RECEIVED].keep(answer)
    return await shown(request, answer, direct=False)


async def _read(site: Site, form: forms.Form) -> Birth:
    born = forms.day(form, "birth_date")
    if born is None:
        raise InputError("form-missing", field="birth_date")
    return Birth(
        mother=forms.needed(form, "mother", 60),
        born=born,
        proof=forms.choice(form, "proof", await newborns.proofs(site)),
        proof_number=forms.text(form, "proof_number", 60),
        rank=int(forms.choice(form, "rank", tuple("123456789")) or 1),
        name=forms.text(form, "name", 120),
        sex=forms.choice(form, "sex", ("F", "M")),  # type: ignore[arg-type]
    )


async def _offered(request: web.Request) -> dict[str, Any]:
    try:
        return {"proofs": await newborns.proofs(request.app[SITE])}
    except InputError:
        # Without an arrangement nothing is offered; the form then says what is missing.
        return {"proofs": ()}
