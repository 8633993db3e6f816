"""The payer decides again: contested lines, and those whose paper has come, each with a reason; the papers to sign."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.audit.decide import Override
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.answers import answered
from facility_agent.web.audit import decides, read_overrides, reads
from facility_agent.web.guard import redirect
from facility_agent.web.invoices import attachment
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import audit_desk, contesting, month_papers
from facility_agent.workflows.claim_numbers import by_number

routes = web.RouteTableDef()


@routes.get("/audit/{batch}/contest")
@decides
async def answer_form(request: web.Request) -> web.Response:
    """The contested lines with the facility's reasons and papers, and the lines held for a paper."""
    return await page(request, "contest_answer.html", **await _contested(request))


@routes.post("/audit/{batch}/contest")
@decides
async def answer(request: web.Request) -> web.Response:
    """Decide lines again, and seal the answer."""
    form, batch_id = await request.post(), request.match_info["batch"]
    context = await _contested(request)
    try:
        found = read_overrides(form, context["answers"], context["batch"].currency)
        answers: dict[tuple[str, str], Override] = {key: found[key] for key in found if key in context["shown"]}
        await contesting.answer(request.app[SITE], batch_id, answers, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "contest_answer.html", form, error, **context)
    return redirect(f"/audit/{batch_id}?done=contest-answered")


@routes.get("/audit/{batch}/files/contests/{contest}/{name}")
@reads
async def contest_paper(request: web.Request) -> web.StreamResponse:
    """A paper that came with a contestation."""
    found, site = request.match_info, request.app[SITE]
    known = {entry.id for entry in await site.store.contests(found["batch"])}
    for path in contesting.papers_of(site, found["contest"]) if found["contest"] in known else ():
        if path.name == found["name"]:
            return attachment(path)
    raise InputError("page-not-found")


@routes.get("/audit/{batch}/files/papers/{kind}.pdf")
@reads
async def paper(request: web.Request) -> web.Response:
    """The receipt, the decision or a payment, to print and sign."""
    found = request.match_info
    data = await month_papers.paper(request.app[SITE], found["batch"], found["kind"])
    return web.Response(body=data, content_type="application/pdf")


async def _contested(request: web.Request) -> dict[str, Any]:
    site, batch_id = request.app[SITE], request.match_info["batch"]
    view = await audit_desk.audit(site, batch_id)
    waiting, held = await contesting.open_lines(site, batch_id), await contesting.held_lines(site, batch_id)
    shown = waiting.keys() | held
    if view.decision is None or not shown:
        raise InputError("contest-nothing-open", batch=view.batch.number)
    claims = {claim for claim, _ in shown}
    decided = await by_number(site, view.decision.claims)
    answers = [a for a in answered(view.batch, view.claims, decided) if a.claim in claims]
    papers = {entry.id: contesting.papers_of(site, entry.id) for entry in await site.store.contests(batch_id)}
    return {"batch": view.batch, "answers": answers, "waiting": waiting, "shown": shown, "papers": papers}
