"""The review of a month's claims before it is invoiced, where the arrangement wants it."""

from __future__ import annotations

from typing import Any, Final, get_args

from aiohttp import web

from facility_agent.invoicing.kinds import KINDS
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import ReviewStep
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.invoices import read_month
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import closing, first_review

routes = web.RouteTableDef()
reviews = allowed("accountant", "care", "manager")

STEPS: Final = get_args(ReviewStep)
#: Claims on one page; the next ones follow when these are done.
_SHOWN: Final = 100


@routes.get("/months/{month}/review")
@reviews
async def show(request: web.Request) -> web.Response:
    """The claims of a batch that is not closed, and where the review of each stands."""
    return await page(request, "first_review.html", **await _claims(request, request.query))


@routes.post("/months/{month}/review")
@reviews
async def review(request: web.Request) -> web.Response:
    """The claims that were ticked go to a step."""
    form, site = await request.post(), request.app[SITE]
    try:
        step: Any = forms.choice(form, "step", STEPS) or first_review.DONE
        claims = [value for value in form.getall("claim", []) if isinstance(value, str)]
        ready = await _ready(request, form)
        by = request[SIGNED_IN].account.login
        await first_review.review(site, ready, claims, step, forms.text(form, "reason"), by)
    except InputError as error:
        return await again(request, "first_review.html", form, error, **await _claims(request, form))
    month, payer, scheme, kind = _asked(request, form)
    return redirect(f"/months/{month}/review?payer={payer}&scheme={scheme}&kind={kind}&done=claims-reviewed")


def _asked(request: web.Request, form: forms.Form) -> tuple[str, str, str, Any]:
    month = read_month(request.match_info["month"])
    kind = forms.choice(form, "kind", KINDS) or "main"
    return month, forms.needed(form, "payer", 60), forms.needed(form, "scheme", 60), kind


async def _ready(request: web.Request, form: forms.Form) -> closing.Ready:
    return await closing.ready(request.app[SITE], *_asked(request, form))


async def _claims(request: web.Request, form: forms.Form) -> dict[str, Any]:
    month, payer, scheme, kind = _asked(request, form)
    ready = await _ready(request, form)
    rows = await first_review.standing(request.app[SITE], ready)
    left = sum(row.review.step != first_review.DONE for row in rows)
    return {
        "chosen": month, "payer": payer, "scheme": scheme, "kind": kind, "rows": rows[:_SHOWN], "left": left,
        "steps": STEPS, "coined_in": ready.batch.currency,
    }  # fmt: skip
