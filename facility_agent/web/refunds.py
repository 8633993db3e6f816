"""What members bring themselves, on pages: receipts to refund, and complaints."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.member_claims import MemberClaim, ReceiptLine
from facility_agent.web import forms
from facility_agent.web.guard import allowed, may, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import again, page
from facility_agent.workflows import member_claims
from facility_agent.workflows.member_claims import Brought

routes = web.RouteTableDef()
reads = allowed("officer", "adviser", "payer_accountant", "manager")
writes = allowed("officer", "adviser", "manager")
pays = allowed("payer_accountant", "manager")

_LINES: Final = 6
CHANNELS: Final = ("voice", "paper", "telephone")


@routes.get("/refunds")
@reads
async def show(request: web.Request) -> web.Response:
    """The receipts, those that wait first, and room for another one."""
    return await page(request, "refunds.html", **await _list(request))


@routes.post("/refunds")
@writes
async def enter(request: web.Request) -> web.Response:
    """Keep a receipt."""
    form, site = await request.post(), request.app[SITE]
    try:
        made = await member_claims.enter(
            site, read_receipt(form, site.arrangement(site.today()).currency), _login(request)
        )
    except InputError as error:
        return await again(request, "refunds.html", form, error, **await _list(request))
    return redirect(f"/refunds/{made.id}?done=refund-kept")


@routes.get("/refunds/{refund}")
@reads
async def one(request: web.Request) -> web.Response:
    """One receipt: what it asks, what the rules say, and the next step."""
    return await page(request, "refund.html", **await _one(request))


@routes.post("/refunds/{refund}/decide")
@writes
async def decide(request: web.Request) -> web.Response:
    """Grant an amount for each line, or nothing; or confirm what another one decided."""
    form, id = await request.post(), request.match_info["refund"]
    try:
        held = await _held(request)
        if forms.text(form, "do") == "confirm":
            await member_claims.confirm(request.app[SITE], id, _login(request))
            return redirect(f"/refunds/{id}?done=refund-decided")
        typed = [forms.amount(form, f"granted-{place}", held.currency) for place in range(1, len(held.lines) + 1)]
        granted = [
            proposed if amount is None else amount for amount, proposed in zip(typed, _proposed(held), strict=True)
        ]
        word = await member_claims.decide(request.app[SITE], id, granted, forms.text(form, "reason"), _login(request))
    except InputError as error:
        return await again(request, "refund.html", form, error, **await _one(request))
    return redirect(f"/refunds/{id}?done={'claim-ruled' if word.waits_for_second else 'refund-decided'}")


@routes.post("/refunds/{refund}/pay")
@pays
async def pay(request: web.Request) -> web.Response:
    """Pay the member against a signature."""
    form, id = await request.post(), request.match_info["refund"]
    try:
        sign: Any = forms.choice(form, "sign", ("signature", "fingerprint")) or "signature"
        await member_claims.pay(request.app[SITE], id, forms.text(form, "signed_by"), sign, _login(request))
    except InputError as error:
        return await again(request, "refund.html", form, error, **await _one(request))
    return redirect(f"/refunds/{id}?done=refund-paid")


@routes.get("/complaints")
@writes
async def complaints(request: web.Request) -> web.Response:
    """The complaints, the open ones first."""
    return await page(request, "complaints.html", **await _complaints(request))


@routes.post("/complaints")
@writes
async def complain(request: web.Request) -> web.Response:
    """Write a complaint down, or answer one."""
    form, site, by = await request.post(), request.app[SITE], _login(request)
    try:
        if id := forms.text(form, "complaint", 60):
            await member_claims.answer(site, id, forms.text(form, "answer", 1000), by)
        else:
            channel: Any = forms.choice(form, "channel", CHANNELS) or "voice"
            named = [forms.text(form, name, 60) for name in ("member", "facility")]
            await member_claims.complain(site, named[0], named[1], channel, forms.text(form, "said", 1000), by)
    except InputError as error:
        return await again(request, "complaints.html", form, error, **await _complaints(request))
    return redirect("/complaints?done=complaint-kept")


def read_receipt(form: forms.Form, currency: str) -> Brought:
    """The receipt of a form."""
    lines = []
    for place in range(1, _LINES + 1):
        act = forms.text(form, f"act-{place}", 60)
        price = forms.amount(form, f"price-{place}", currency)
        if not act and price is None:
            continue
        if not act or price is None:
            raise InputError("form-missing", field=f"price-{place}" if act else f"act-{place}")
        lines.append(ReceiptLine(act, forms.number(form, f"quantity-{place}", lowest=1) or 1, price))
    day = forms.day(form, "day")
    if day is None:
        raise InputError("form-missing", field="day")
    named = [forms.needed(form, name, 60) for name in ("member", "provider", "receipt")]
    return Brought(named[0], named[1], named[2], day, tuple(lines))


async def _list(request: web.Request) -> dict[str, Any]:
    site = request.app[SITE]
    acts = site.arrangement(site.today()).acts
    rows = await site.store.member_claims()
    return {"refunds": rows, "acts": acts, "lines": _LINES, "writable": may(request[SIGNED_IN], enter)}


async def _one(request: web.Request) -> dict[str, Any]:
    held, signed_in = await _held(request), request[SIGNED_IN]
    decidable = held.state == "received" and may(signed_in, decide) and held.entered_by != _login(request)
    return {
        "refund": held,
        "rows": list(zip(held.lines, _proposed(held), held.granted_lines or [None] * len(held.lines), strict=True)),
        "decidable": decidable,
        "confirmable": decidable and held.waits_for_second and held.decided_by != _login(request),
        "payable": held.state == "decided" and may(signed_in, pay),
    }


def _proposed(held: MemberClaim) -> tuple[int, ...]:
    """What the rules propose for each line; of a receipt kept without it, nothing for each."""
    return held.proposed_lines or (0,) * len(held.lines)


async def _held(request: web.Request) -> MemberClaim:
    held = await request.app[SITE].store.member_claim(request.match_info["refund"])
    if held is None:
        raise InputError("member-claim-unknown")
    return held


async def _complaints(request: web.Request) -> dict[str, Any]:
    return {"complaints": await request.app[SITE].store.complaints()}


def _login(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
