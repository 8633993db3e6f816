"""A decision is not accepted: the facility contests lines with a reason, and replaces a claim that was wrong."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.audit.contested import contestable
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.answers import answered
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import contesting, month_end, timing, visit_life
from facility_agent.workflows.claim_numbers import by_number

routes = web.RouteTableDef()
accounts_for = allowed("accountant", "manager")


@routes.get("/batches/{batch}/contest")
@accounts_for
async def contest_form(request: web.Request) -> web.Response:
    """The lines that were reduced or refused, each with why, and room to say what is wrong with that."""
    return await page(request, "contest.html", **await _lines(request))


@routes.post("/batches/{batch}/contest")
@accounts_for
async def contest(request: web.Request) -> web.Response:
    """Contest the lines for which a reason was given."""
    form, site, batch_id = await request.post(), request.app[SITE], request.match_info["batch"]
    context = await _lines(request)
    try:
        reasons = {}
        for answer in context["answers"]:
            for line in answer.lines:
                if reason := forms.text(form, f"reason-{line.key}"):
                    reasons[answer.claim, line.line] = reason
        paper = form.get("file")
        papers = {}
        if isinstance(paper, web.FileField) and paper.filename:
            papers[paper.filename] = forms.uploaded(form, "file")
        await contesting.contest(site, batch_id, reasons, request[SIGNED_IN].account.login, papers)
    except InputError as error:
        return await again(request, "contest.html", form, error, **context)
    return redirect(f"/batches/{batch_id}?done=contested")


@routes.post("/batches/{batch}/claims/{claim}/replace")
@accounts_for
async def replace(request: web.Request) -> web.Response:
    """A claim was wrong: a new visit takes its place, filled in as the old one was, open to be put right."""
    found, site = request.match_info, request.app[SITE]
    made = await visit_life.begin_replacement(site, found["claim"], request[SIGNED_IN].account.login)
    return redirect(f"/visits/{made}?done=replacement-begun")


async def _lines(request: web.Request) -> dict[str, Any]:
    site, batch_id = request.app[SITE], request.match_info["batch"]
    view = await month_end.batch_of(site, batch_id)
    if view.decision is None:
        raise InputError("contest-before-decision", batch=view.batch.number)
    lines = contestable(view.decision)
    answers = [
        answer
        for answer in answered(view.batch, view.claims, await by_number(site, view.decision.claims))
        if any((answer.claim, line.line) in lines for line in answer.lines)
    ]
    entry = await site.store.batch(batch_id)
    assert entry is not None
    clock = next(c for c in (await timing.timed(site, entry)).clocks if c.step == "contest")
    waiting = await contesting.open_lines(site, batch_id)
    return {"batch": view.batch, "answers": answers, "lines": lines, "clock": clock, "waiting": waiting}
