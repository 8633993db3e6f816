"""The day's list: what was recorded, who bears what, and what still waits to become a claim."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Adjudication, Visit
from facility_agent.workflows import visits
from facility_agent.workflows.site import Site


class VisitRow(msgspec.Struct, frozen=True):
    """A visit of the list: its state, the number of its claim once minted, and who bears what."""

    visit: Visit
    state: str
    number: str
    adjudication: Adjudication | None


async def visits_of(site: Site, day: date) -> tuple[VisitRow, ...]:
    """The visits of a day in the order of the register; what no claim holds yet is judged as of now."""
    rows = []
    for entry in await site.store.visits(day=day):
        claim = await site.store.claim(entry.visit.id) if entry.state == "claimed" else None
        if claim is not None:
            rows.append(VisitRow(claim.visit, entry.state, claim.number, claim.adjudication))
            continue
        judged = (await visits.judge(site, entry.visit)).adjudication if entry.state == "recorded" else None
        rows.append(VisitRow(entry.visit, entry.state, "", judged))
    return tuple(sorted(rows, key=lambda row: (row.visit.at, row.visit.register_number, row.visit.id)))


async def waiting_of(site: Site, month: str) -> tuple[VisitRow, ...]:
    """The visits of a month that are in no claim yet."""
    entries = await site.store.visits(month=month, states=("open", "recorded"))
    return tuple(VisitRow(entry.visit, entry.state, "", None) for entry in entries)


async def next_register_number(site: Site, day: date) -> str:
    """The number that follows the highest of the month in the paper register, which the clerk may change."""
    entries = await site.store.visits(month=month_of(day))
    written = [int(number) for entry in entries if (number := entry.visit.register_number).isdecimal()]
    return str(max(written, default=0) + 1)
