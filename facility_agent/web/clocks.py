"""The clocks of both sides: what falls due on which day, what is late and what it costs, how old what is owed is."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from facility_agent.invoicing.ageing import Age
from facility_agent.vocabulary.records import Record
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import month_notes, timing

routes = web.RouteTableDef()

#: The drawing: its height, and the width of a bar with the room beside it.
HEIGHT: Final = 120
STEP, WIDE = 100, 64


class Bar(Record, frozen=True):
    """A bar of the chart of ages, in the units of the drawing."""

    age: Age
    x: int
    y: int
    width: int
    height: int


@routes.get("/clocks")
@allowed("accountant", "manager", "officer", "adviser", "payer_accountant")
async def show(request: web.Request) -> web.Response:
    """The calendar, the ages, and the clauses that are open."""
    site = request.app[SITE]
    today, batches = site.today(), await timing.every(site)
    cutoffs = await month_notes.cutoffs(site, soon=31) if site.config.role == "facility" else ()
    context: dict[str, Any] = {
        "calendar": timing.calendar(batches, today),
        "cutoffs": cutoffs,
        "charts": {currency: bars(ages) for currency, ages in timing.ages(batches, today).items()},
        "open_clauses": timing.unchecked(batches),
        "late": [entry for entry in batches if entry.late(today) or entry.penalty.amount or entry.silence.passed],
        "promises": [(entry.batch, kept) for entry in batches for kept in entry.promises],
        "today": today,
    }
    return await page(request, "clocks.html", **context)


def bars(ages: tuple[Age, ...]) -> tuple[Bar, ...]:
    """One bar a class; the largest amount fills the height, and what is more than nothing can be seen.

    >>> [bar.height for bar in bars((Age(0, 30, 50, ()), Age(31, 60, 100, ()), Age(61, 90, 0, ())))]
    [60, 120, 0]
    """
    most = max((age.amount for age in ages), default=0) or 1
    found = []
    for place, age in enumerate(ages):
        height = max(2, age.amount * HEIGHT // most) if age.amount else 0
        found.append(Bar(age, place * STEP + (STEP - WIDE) // 2, HEIGHT - height, WIDE, height))
    return tuple(found)
