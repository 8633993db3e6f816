"""Samples on pages: the promise before, the draw after, what was seen, and what it shows."""

from __future__ import annotations

from typing import Any, Final, cast

from aiohttp import web

from facility_agent.audit.sampling import Use
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import paper_batches, samples

routes = web.RouteTableDef()
looks = allowed("officer", "adviser", "manager")
METHODS: Final = ("random", "stratified", "monetary-unit")
USES: Final[tuple[Use, ...]] = ("look", "recover", "extrapolate")


@routes.get("/samples")
@looks
async def show(request: web.Request) -> web.Response:
    """The values promised, and room to promise another."""
    return await page(request, "samples.html", **await _promises(request))


@routes.post("/samples")
@looks
async def promise(request: web.Request) -> web.Response:
    """Promise a value for a facility's month."""
    form = await request.post()
    try:
        facility, month = forms.needed(form, "facility", 60), forms.needed(form, "month", 7)
        await samples.promise(request.app[SITE], facility, month, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "samples.html", form, error, **await _promises(request))
    return redirect("/samples?done=sample-promised")


@routes.get("/audit/{batch}/sample")
@looks
async def sample(request: web.Request) -> web.Response:
    """The sample of a batch."""
    return await page(request, "sample.html", **await _sample(request))


@routes.post("/audit/{batch}/sample")
@looks
async def act(request: web.Request) -> web.Response:
    """Draw, or write down what was found of one claim."""
    form, site, batch, by = await request.post(), request.app[SITE], request.match_info["batch"], _login(request)
    try:
        if claim := forms.text(form, "claim", 60):
            found = await samples.view(site, batch)
            overpaid = forms.amount(form, "overpaid", found.batch.currency)
            if overpaid is None:
                raise InputError("form-missing", field="overpaid")
            await samples.look(site, batch, claim, overpaid, forms.text(form, "said"), by)
        else:
            await samples.draw(site, batch, read_plan(form), by)
    except InputError as error:
        return await again(request, "sample.html", form, error, **await _sample(request))
    return redirect(f"/audit/{batch}/sample")


def read_plan(form: forms.Form) -> samples.Plan:
    """The plan of a form: a size, or the rates from which the formulas give it (whole percentages)."""
    method = forms.choice(form, "method", METHODS) or "random"
    floors = tuple(int(part) for part in forms.text(form, "floors").replace(" ", "").split(";") if part.isdigit())
    rates = {
        name: 10 * value
        for name in ("tolerable", "expected", "risk")
        if (value := forms.number(form, name)) is not None
    }
    use = cast(Use, forms.choice(form, "use", USES) or "look")
    return samples.Plan(method, forms.number(form, "size", lowest=1), tuple(sorted({0, *floors})), use=use, **rates)


async def _promises(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    return {"promises": await site.store.promises(), "facilities": await paper_batches.facilities(site)}


async def _sample(request: web.Request) -> dict[str, Any]:
    site, batch = request.app[SITE], request.match_info["batch"]
    found = await samples.view(site, batch)
    items = {item.claim: item for item in found.batch.items}
    again_the_same = await samples.redraw(site, batch) if found.sample else False
    return {"view": found, "batch": found.batch, "named": items, "same": again_the_same, "methods": METHODS}


def _login(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
