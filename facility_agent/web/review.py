"""The review queue: what needs a person, the most money at risk first; one claim at a time, or many with a reason."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.reviews import RuledLine
from facility_agent.web import forms
from facility_agent.web.answers import Answered, answered
from facility_agent.web.audit import decides, decision_form, earlier, reads
from facility_agent.web.guard import may, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import audit_desk, review
from facility_agent.workflows.audit_desk import ClaimView
from facility_agent.workflows.claim_numbers import by_number
from facility_agent.workflows.powers import powers_over
from facility_agent.workflows.rulings import needs_second
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()


@routes.get("/review")
@reads
async def show(request: web.Request) -> web.Response:
    """The head of the queue."""
    return await page(request, "review.html", **await _queue(request))


@routes.post("/review/check")
@decides
async def check(request: web.Request) -> web.Response:
    """Audit the batches that nobody has checked yet."""
    await review.check_new(request.app[SITE])
    return redirect("/review?done=batches-checked")


@routes.post("/review")
@decides
async def rule_many(request: web.Request) -> web.Response:
    """The same word on all claims that were ticked."""
    form = await request.post()
    try:
        chosen = [(str(value).partition(" ")[0], str(value).partition(" ")[2]) for value in form.getall("chosen", [])]
        what = next((entry for entry in review.BULKS if entry == forms.text(form, "what")), None)
        if what is None:
            raise InputError("form-missing", field="what")
        await review.rule_many(request.app[SITE], chosen, what, forms.text(form, "reason"), _login(request))
    except InputError as error:
        return await again(request, "review.html", form, error, **await _queue(request))
    return redirect("/review?done=claims-ruled")


@routes.get("/audit/{batch}/claims/{claim}")
@reads
async def claim(request: web.Request) -> web.Response:
    """One claim: the lines of both sides, the differences, the person's other claims, and room for one's word."""
    return await page(request, "audit_claim.html", **await _claim(request))


@routes.post("/audit/{batch}/claims/{claim}")
@decides
async def rule(request: web.Request) -> web.Response:
    """Keep what this person says of the claim, agree with what another one said, or take it back."""
    form, site, found = await request.post(), request.app[SITE], request.match_info
    batch, claim, by = found["batch"], found["claim"], _login(request)
    try:
        do = forms.choice(form, "do", ("rule", "second", "withdraw"))
        if do == "second":
            await review.second(site, batch, claim, by)
        elif do == "withdraw":
            await review.withdraw(site, batch, claim, by)
        else:
            view = await audit_desk.claim_view(site, batch, claim)
            await review.rule(
                site, batch, claim, read_lines(form, await _answer(site, view), view), forms.text(form, "reason"), by
            )
    except InputError as error:
        return await again(request, "audit_claim.html", form, error, **await _claim(request))
    done = {"second": "?done=claim-second", "withdraw": "?done=claim-withdraw"}
    return redirect(f"/audit/{batch}/claims/{claim}{done[do]}" if do in done else await _next(request))


def read_lines(form: forms.Form, answer: Answered, view: ClaimView) -> tuple[RuledLine, ...]:
    """The amount of each line as it was typed; an empty field follows the proposal."""
    found = []
    for line in answer.lines:
        amount = forms.amount(form, f"amount-{line.key}", view.batch.currency)
        pending = forms.flag(form, f"pending-{line.key}")
        if amount is None:
            found.append(RuledLine(line.line, 0 if pending else line.amount, pending or line.outcome == "pending"))
        else:
            found.append(RuledLine(line.line, 0 if pending else amount, pending))
    return tuple(found)


async def _queue(request: web.Request) -> dict[str, Any]:
    queue = await review.queue(request.app[SITE], by=_login(request))
    return {"queue": queue, "decidable": may(request[SIGNED_IN], decision_form), "login": _login(request)}


async def _claim(request: web.Request) -> dict[str, Any]:
    site, found = request.app[SITE], request.match_info
    view = await audit_desk.claim_view(site, found["batch"], found["claim"])
    undecided = await site.store.decision(view.batch.id) is None
    ruled = (await site.store.rulings(view.batch.id)).get(view.claim.id)
    powers = await powers_over(site, view.batch)
    return {
        "view": view,
        "answer": await _answer(site, view),
        "earlier": earlier(view.others),
        "scans": await site.store.paper_scans(view.batch.id),
        "ruled": ruled,
        "second": needs_second(site.config, view.recomputed.claimed),
        "checks": await site.store.counter_checks(claims=(view.claim.id,)),
        "login": _login(request),
        "beyond": powers.waits(_login(request), view.recomputed.claimed, ruled),
        "own": not request[SIGNED_IN].account.office,
        "mine": view.entered_by != _login(request),
        "decidable": undecided and may(request[SIGNED_IN], decision_form),
        "next": await _next(request),
    }


async def _next(request: web.Request) -> str:
    """The claim that waits after this one, or the queue when there is none."""
    found = request.match_info
    rows = (await review.queue(request.app[SITE], found["batch"])).rows
    others = [row for row in rows if row.ruled is None and row.claim != found["claim"]]
    return f"/audit/{others[0].batch.id}/claims/{others[0].claim}" if others else "/review"


async def _answer(site: Site, view: ClaimView) -> Answered:
    return answered(view.batch, (view.claim,), await by_number(site, (view.proposal,)), (view.recomputed,))[0]


def _login(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
