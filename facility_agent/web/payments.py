"""Money in: lists of the bank, payments entered in four fields, where each belongs, and the accountant's journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import MoneyKind
from facility_agent.web import forms
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page, status_of
from facility_agent.workflows import bank_file, books, money_in
from facility_agent.workflows.bank_file import Brought
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
accounts_for = allowed("accountant", "manager")
Act = Callable[[Site, forms.Form, str], Awaitable[str]]
KINDS: Final[tuple[MoneyKind, ...]] = ("bank", "mobile", "cheque", "cash")
#: The places of the ledger that the page adds up, in the order in which money moves.
PLACES: Final = (
    "unbilled", "billed", "owed", "pending", "contested", "refused-member", "refused-facility", "written-off",
    "facility-bears", "member-due", "member-owed", "till", "member-credit", "waived", "rounded",
)  # fmt: skip


@routes.get("/payments")
@accounts_for
async def show(request: web.Request) -> web.Response:
    """What came, where it may belong, and where every franc is."""
    return await page(request, "payments.html", **await _shown(request))


@routes.post("/payments/lists")
@accounts_for
async def bring(request: web.Request) -> web.Response:
    """A list of the bank or of mobile money."""
    form, site = await request.post(), request.app[SITE]
    try:
        kind: Any = forms.choice(form, "kind", ("bank", "mobile")) or "bank"
        file = form.get("file")
        name = file.filename if isinstance(file, web.FileField) else ""
        brought = await bank_file.bring(site, forms.uploaded(form, "file"), name, kind, _who(request))
    except InputError as error:
        return await _wrong(request, form, error)
    return await page(request, "payments.html", **await _shown(request, brought))


def _does(path: str) -> Callable[[Act], Act]:
    """A form of the page: what is done answers with where to go next; bad input shows the page again."""

    def mark(act: Act) -> Act:
        async def handler(request: web.Request) -> web.Response:
            form = await request.post()
            try:
                return redirect(await act(request.app[SITE], form, _who(request)))
            except InputError as error:
                return await _wrong(request, form, error)

        handler.__doc__ = act.__doc__
        routes.post(path)(accounts_for(handler))
        return act

    return mark


@_does("/payments")
async def enter(site: Site, form: forms.Form, who: str) -> str:
    """A payment in four fields: from whom, when, how much, under which reference."""
    kind: Any = forms.choice(form, "kind", KINDS) or "bank"
    day = forms.day(form, "day") or site.today()
    amount = _amount(site, form)
    payer = forms.choice(form, "payer", tuple(await bank_file.payers_of(site)))
    if not payer:
        raise InputError("form-missing", field="payer")
    id, reference = forms.needed(form, "id", 60), forms.text(form, "reference", 80)
    advance = forms.flag(form, "is-advance")
    await money_in.enter(site, id, kind, payer, day, amount, reference, who, advance=advance)
    return "/payments?done=money-entered"


@_does("/payments/place")
async def place(site: Site, form: forms.Form, who: str) -> str:
    """Put some money on an invoice; the same form twice counts once."""
    amount = forms.amount(form, "amount", books.currency_of(site))
    batch, id = forms.needed(form, "batch", 60), forms.needed(form, "id", 60)
    await money_in.put(site, id, forms.needed(form, "money", 60), batch, amount, who)
    return "/payments?done=money-placed"


@_does("/payments/payer")
async def recognise(site: Site, form: forms.Form, who: str) -> str:
    """Say whose money it is."""
    payer = forms.choice(form, "payer", (*await bank_file.payers_of(site), money_in.OTHER))
    id, money = forms.needed(form, "id", 60), forms.needed(form, "money", 60)
    await money_in.recognise(site, id, money, payer, who, advance=forms.flag(form, "is-advance"))
    return "/payments?done=money-known"


@_does("/payments/back")
async def give_back(site: Site, form: forms.Form, who: str) -> str:
    """Send back what was too much."""
    amount = _amount(site, form)
    id, reference = forms.needed(form, "id", 60), forms.text(form, "reference", 80)
    await money_in.give_back(site, id, forms.needed(form, "money", 60), amount, reference, who)
    return "/payments?done=money-back"


@_does("/payments/invoices")
async def settle(site: Site, form: forms.Form, who: str) -> str:
    """Pay an invoice from the advances, or give up what is left of it with a reason."""
    id, batch = forms.needed(form, "id", 60), forms.needed(form, "batch", 60)
    if forms.choice(form, "do", ("draw", "write-off")) == "draw":
        await money_in.draw(site, id, batch, who)
        return "/payments?done=advance-drawn"
    await money_in.write_off(site, id, batch, "", None, forms.text(form, "reason"), who)
    return "/payments?done=written-off"


@routes.get("/payments/journal")
@accounts_for
async def journal(request: web.Request) -> web.Response:
    """The accountant's journal of some days as CSV."""
    site = request.app[SITE]
    until = forms.day(request.query, "until") or site.today()
    start = forms.day(request.query, "start") or until.replace(day=1)
    name = f"journal-{start.isoformat()}-{until.isoformat()}.csv"
    return web.Response(
        body=await books.journal(site, start, until),
        headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _shown(request: web.Request, brought: Brought | None = None) -> dict[str, Any]:
    site = request.app[SITE]
    seen = await books.overview(site)
    sums = books.sums(seen.book)
    return {
        "seen": seen,
        "places": [(name, sums[name]) for name in (*PLACES, "paid") if sums.get(name)],
        "billed": -sums.get("care", 0),
        "free": [each for each in seen.money if each.free],
        "payers": tuple(await bank_file.payers_of(site)),
        "kinds": KINDS,
        "brought": brought,
        "confirmed": books.chart_of(site).confirmed,
        "today": site.today(),
        "fresh_id": site.new_id(),
        "typed": {},
    }


async def _wrong(request: web.Request, form: forms.Form, error: InputError) -> web.Response:
    """The page again with what was typed, and the sentence."""
    shown = {**await _shown(request), "typed": forms.typed(form), "error": error}
    return await page(request, "payments.html", status=status_of(error), **shown)


def _amount(site: Site, form: forms.Form) -> int:
    """The amount that must be there."""
    amount = forms.amount(form, "amount", books.currency_of(site))
    if amount is None:
        raise InputError("form-missing", field="amount")
    return amount


def _who(request: web.Request) -> str:
    return request[SIGNED_IN].account.login
