"""The audit: batches with their findings, the claims to look at, the decision line by line, and the payment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any

from aiohttp import web

from facility_agent.audit.decide import Override
from facility_agent.documents.audit_html import audit_html
from facility_agent.documents.audit_pdf import audit_pdf
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Claim
from facility_agent.web import forms
from facility_agent.web.answers import Answered, answered
from facility_agent.web.guard import allowed, may, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.web.speech import words_of
from facility_agent.workflows import audit_desk, contesting, month_papers
from facility_agent.workflows.audit_desk import AuditView
from facility_agent.workflows.claim_numbers import by_number, report_by_number
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
reads = allowed("officer", "adviser", "payer_accountant", "manager")
decides = allowed("officer", "adviser", "manager")
pays = allowed("payer_accountant", "manager")


@routes.get("/audit")
@reads
async def batches(request: web.Request) -> web.Response:
    """The batches received, each with its state."""
    views = await audit_desk.batches(request.app[SITE])
    return await page(request, "audits.html", views=views)


@routes.get("/audit/{batch}")
@reads
async def batch(request: web.Request) -> web.Response:
    """One batch: what is proposed, the claims to look at by money, the findings by code."""
    view = await audit_desk.audit(request.app[SITE], request.match_info["batch"])
    signed_in = request[SIGNED_IN]
    decidable = view.decision is None and may(signed_in, decision_form)
    payable = view.decision is not None and (not view.remittances or _still_open(view)) and may(signed_in, payment_form)
    site, answers = request.app[SITE], may(signed_in, decision_form)
    context: dict[str, Any] = {
        "view": view,
        "batch": view.batch,
        "report": view.report,
        "sums": sums_of(view),
        "papers": await month_papers.kinds(site, view.batch),
        "contested": await contesting.open_lines(site, view.batch.id) if answers else {},
        "held": await contesting.held_lines(site, view.batch.id) if answers else (),
        "entered_by": (await site.store.paper_batches()).get(view.batch.id, ""),
        "scans": await site.store.paper_scans(view.batch.id),
        "attachable": may(signed_in, decision_form),
    }
    return await page(request, "audit.html", **context, decidable=decidable, payable=payable)


@routes.get("/audit/{batch}/files/report.{kind}")
@reads
async def report_file(request: web.Request) -> web.Response:
    """The report in neutral sentences, as one page or on paper, to keep or hand on."""
    site, kind = request.app[SITE], request.match_info["kind"]
    if kind not in ("html", "pdf"):
        raise InputError("page-not-found")
    view = await audit_desk.audit(site, request.match_info["batch"])
    report = await report_by_number(site, view.report)
    found, say = [(view.batch, report, await audit_desk.rates_of(site, view))], words_of(request)
    if kind == "pdf":
        data = await asyncio.to_thread(audit_pdf, found, say, site.today())
        return web.Response(body=data, content_type="application/pdf")
    # To keep: our own pages allow no style inside a page.
    name = {"Content-Disposition": f'attachment; filename="{view.batch.number}.html"'}
    return web.Response(text=audit_html(found, say), content_type="text/html", headers=name)


@routes.get("/audit/{batch}/decide")
@decides
async def decision_form(request: web.Request) -> web.Response:
    """What is proposed where it differs from the claim, and room to decide otherwise."""
    view = await audit_desk.audit(request.app[SITE], request.match_info["batch"])
    if view.decision is not None:
        return redirect(f"/audit/{view.batch.id}")
    return await page(
        request, "decide.html", **await _to_decide(request.app[SITE], view, forms.flag(request.query, "all"))
    )


@routes.post("/audit/{batch}/decide")
@decides
async def decide(request: web.Request) -> web.Response:
    """Decide the batch: the proposals, with the officer's own word where there is one."""
    form, site, batch_id = await request.post(), request.app[SITE], request.match_info["batch"]
    view = await audit_desk.audit(site, batch_id)
    try:
        overrides = read_overrides(form, await _answers(site, view), view.batch.currency)
        await audit_desk.decide(site, batch_id, overrides, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "decide.html", form, error, **await _to_decide(site, view, forms.flag(form, "all")))
    return redirect(f"/audit/{batch_id}?done=batch-decided")


@routes.get("/audit/{batch}/pay")
@pays
async def payment_form(request: web.Request) -> web.Response:
    """What is to pay, and how it was paid."""
    return await page(request, "pay.html", **await _to_pay(request))


@routes.post("/audit/{batch}/pay")
@pays
async def pay(request: web.Request) -> web.Response:
    """Write the payment down, and seal it for the facility."""
    form, batch_id = await request.post(), request.match_info["batch"]
    try:
        reference, paid_on = forms.needed(form, "reference", 80), read_paid_on(form, request.app[SITE].today())
        await audit_desk.pay(request.app[SITE], batch_id, reference, paid_on, request[SIGNED_IN].account.login)
    except InputError as error:
        return await again(request, "pay.html", form, error, **await _to_pay(request))
    return redirect(f"/audit/{batch_id}?done=batch-paid")


def read_paid_on(form: forms.Form, today: date) -> date:
    """The day of the payment: not a day to come."""
    paid_on = forms.day(form, "paid_on")
    if paid_on is None:
        raise InputError("form-missing", field="paid_on")
    if paid_on > today:
        raise InputError("form-day-to-come", field="paid_on", value=paid_on.isoformat())
    return paid_on


def read_overrides(form: forms.Form, answers: Iterable[Answered], currency: str) -> dict[tuple[str, str], Override]:
    """What the officer decides otherwise, by claim and line; an amount needs a reason, and a reason an amount."""
    found: dict[tuple[str, str], Override] = {}
    for answer in answers:
        for line in answer.lines:
            amount = forms.amount(form, f"amount-{line.key}", currency)
            reason = forms.text(form, f"reason-{line.key}")
            if amount is None and not reason:
                continue
            if amount is None:
                raise InputError("form-amount-for-reason", field=f"amount-{line.key}", claim=answer.item.number)
            if not reason:
                raise InputError("form-reason-for-amount", field=f"reason-{line.key}", claim=answer.item.number)
            if amount > line.claimed:
                raise InputError("form-above-claimed", field=f"amount-{line.key}", claim=answer.item.number)
            found[answer.claim, line.line] = Override(amount, reason)
    return found


def sums_of(view: AuditView) -> dict[str, int]:
    """What was accepted, cut and held: as decided, or while nothing is decided as proposed."""
    if view.decision is None:
        return {"accepted": view.report.accepted, "cut": view.report.cut, "pending": view.report.pending}
    lines = [line for answer in view.decision.claims for line in answer.lines]
    pending = sum(line.claimed for line in lines if line.outcome == "pending")
    accepted = view.decision.amount
    return {"accepted": accepted, "cut": sum(line.claimed for line in lines) - accepted - pending, "pending": pending}


def _still_open(view: AuditView) -> bool:
    return view.reconciliation is not None and view.reconciliation.open > 0


async def _answers(site: Site, view: AuditView) -> tuple[Answered, ...]:
    return answered(view.batch, view.claims, await by_number(site, view.proposals), view.recomputed)


async def _to_decide(site: Site, view: AuditView, everything: bool) -> dict[str, Any]:
    """The claims where anything differs or a person should look, or all of them."""
    answers = await _answers(site, view)
    looked_at = {entry.claim for entry in view.report.look_at}
    shown = tuple(answer for answer in answers if everything or answer.differs or answer.claim in looked_at)
    proposed = sum(answer.amount for answer in answers)
    alike = len(answers) - len(shown)
    return {"batch": view.batch, "answers": shown, "alike": alike, "everything": everything, "proposed": proposed}


async def _to_pay(request: web.Request) -> dict[str, Any]:
    view = await audit_desk.audit(request.app[SITE], request.match_info["batch"])
    open_amount = view.reconciliation.open if view.reconciliation else 0
    return {"batch": view.batch, "open": open_amount}


def earlier(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Other claims of the person, the latest first."""
    return tuple(sorted(claims, key=lambda claim: (claim.visit.day, claim.number), reverse=True))
