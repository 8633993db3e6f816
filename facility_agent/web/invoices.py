"""The month end: what each payer owes for a month, its batch, the payer's answer, and whether the two agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from facility_agent.audit.contested import contestable
from facility_agent.invoicing.kinds import KINDS
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import add_months, month_of, month_period
from facility_agent.web import forms
from facility_agent.web.answers import answered
from facility_agent.web.exporting import EXPORTING
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.render import page
from facility_agent.workflows import closing, contesting, month_end, month_notes, month_papers
from facility_agent.workflows.claim_numbers import by_number
from facility_agent.workflows.day import waiting_of
from facility_agent.workflows.month_end import BatchView, Preview
from facility_agent.workflows.site import EXPORTS

#: How many months the list shows.
MONTHS: Final = 6
#: Of so many waiting visits it is said what they lack.
EXPLAINED: Final = 20
#: The way of a batch; other states stand where they belong on it.
STEPS: Final = ("closed", "sealed", "sent", "received", "decided", "paid", "reconciled")
_BESIDE: Final = {"endorsed": "sent", "paid in part": "paid"}

routes = web.RouteTableDef()
accounts_for = allowed("accountant", "manager")


@routes.get("/months")
@accounts_for
async def months(request: web.Request) -> web.Response:
    """The last months, each with its batches and where they stand."""
    site = request.app[SITE]
    latest, by_month = last_months(site.today()), grouped(await month_end.batches(site))
    shown = [*latest, *sorted(set(by_month) - set(latest), reverse=True)]
    cutoffs = await month_notes.cutoffs(site)
    passing = bool(await site.store.every_passing())
    return await page(
        request, "months.html", months=shown, batches=by_month, current=latest[0], cutoffs=cutoffs, to_endorse=passing
    )


@routes.get("/months/{month}")
@accounts_for
async def month(request: web.Request) -> web.Response:
    """One month: what each payer would owe, what waits and why."""
    site, chosen = request.app[SITE], read_month(request.match_info["month"])
    previews, waiting = await month_end.preview(site, chosen), await waiting_of(site, chosen)
    over = month_of(site.today()) > chosen
    out = {entry.visit: entry.left_out for entry in await closing.waiting_of(site, chosen) if entry.left_out}
    why = {row.visit.id: await month_notes.why_waiting(site, row.visit.id) for row in waiting[:EXPLAINED]}
    numbers = {claim.id: claim.number for claim in await site.store.claims(_left_out(previews))}
    context: dict[str, Any] = {"out": out, "why": why, "numbers": numbers, "over": over}
    return await page(request, "month.html", chosen=chosen, previews=previews, waiting=waiting, **context)


@routes.post("/months/{month}/close")
@accounts_for
async def close(request: web.Request) -> web.Response:
    """Close the month for one payer: its batch is made, for good."""
    form, chosen = await request.post(), read_month(request.match_info["month"])
    payer, scheme = forms.needed(form, "payer", 60), forms.needed(form, "scheme", 60)
    kind: Any = forms.choice(form, "kind", KINDS) or "main"
    by = request[SIGNED_IN].account.login
    batch = await month_end.close(request.app[SITE], chosen, payer, scheme, by, kind)
    return redirect(f"/batches/{batch.id}?done=batch-closed")


@routes.get("/batches/{batch}")
@accounts_for
async def batch(request: web.Request) -> web.Response:
    """One batch: its state, its files, the payer's answer line by line, and the payments."""
    site = request.app[SITE]
    running = request.app[EXPORTING].settled(request.match_info["batch"])
    view = await month_end.batch_of(site, request.match_info["batch"])
    decided = await by_number(site, view.decision.claims) if view.decision else ()
    answers = answered(view.batch, view.claims, decided)
    steps = steps_of(view.state)
    context: dict[str, Any] = {
        "exporting": running.steps if running is not None else (),
        "papers": await month_papers.kinds(site, view.batch),
        "returned": (await site.store.batch_events(view.batch.id))[-1].detail if view.state == "sealed" else "",
        "contestable": contestable(view.decision) if view.decision else frozenset(),
        "contested": await contesting.open_lines(site, view.batch.id),
    }
    return await page(request, "batch.html", view=view, batch=view.batch, answers=answers, steps=steps, **context)


@routes.post("/batches/{batch}/export")
@accounts_for
async def export(request: web.Request) -> web.Response:
    """Write the statement, the table, and the sealed file for the payer."""
    batch_id, by = request.match_info["batch"], request[SIGNED_IN].account.login
    done = await request.app[EXPORTING].start(request.app[SITE], batch_id, by)
    return redirect(f"/batches/{batch_id}?done=batch-exported" if done else f"/batches/{batch_id}")


@routes.get("/batches/{batch}/files/{name}")
@accounts_for
async def download(request: web.Request) -> web.StreamResponse:
    """One of the batch's files."""
    site, name = request.app[SITE], request.match_info["name"]
    view = await month_end.batch_of(site, request.match_info["batch"])
    if name not in view.files:
        raise InputError("page-not-found")
    return attachment(site.folder / EXPORTS / view.batch.month / name)


def attachment(path: Path) -> web.StreamResponse:
    """A file to keep, under its own name; a browser never opens it as a page."""
    if not path.is_file():
        raise InputError("page-not-found")
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "Content-Type": "application/octet-stream"}
    return web.FileResponse(path, headers=headers)


def read_month(text: str) -> str:
    """A month as `2026-03`, or InputError.

    >>> read_month("2026-03")
    '2026-03'
    """
    try:
        return month_of(month_period(text).start)
    except ValueError:
        raise InputError("form-month", value=text[:20]) from None


def last_months(today: date) -> list[str]:
    """This month and those before it.

    >>> last_months(date(2026, 3, 31))[:3]
    ['2026-03', '2026-02', '2026-01']
    """
    first = today.replace(day=1)
    return [month_of(add_months(first, -back)) for back in range(MONTHS)]


def steps_of(state: str) -> tuple[str, ...]:
    """The way of a batch with its present state on it.

    >>> steps_of("paid in part")[-3:]
    ('paid in part', 'paid', 'reconciled')
    """
    if state in STEPS:
        return STEPS
    place = STEPS.index(_BESIDE.get(state, STEPS[0]))
    return (*STEPS[:place], state, *STEPS[place:])


def grouped(views: Iterable[BatchView]) -> dict[str, list[BatchView]]:
    """Batches by month."""
    found: dict[str, list[BatchView]] = defaultdict(list)
    for view in views:
        found[view.batch.month].append(view)
    return found


def _left_out(previews: Iterable[Preview]) -> tuple[str, ...]:
    return tuple(note.visit for preview in previews for note in preview.left_out)
