"""The day's list: what was recorded, who bears what, and what still waits to become a claim."""

from __future__ import annotations

from datetime import date

import msgspec

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
    entries = await site.store.visits(day=day)
    minted = await site.store.claims([entry.visit.id for entry in entries if entry.state == "claimed"])
    claims = {claim.id: claim for claim in minted}
    rows = []
    for entry in entries:
        claim = claims.get(entry.visit.id)
        if claim is not None:
            rows.append(VisitRow(claim.visit, entry.state, claim.number, claim.adjudication))
            continue
        judged = (await visits.judge(site, entry.visit)).adjudication if entry.state in ("open", "recorded") else None
        rows.append(VisitRow(entry.visit, entry.state, "", judged))
    return tuple(sorted(rows, key=lambda row: (row.visit.at, row.visit.register_number, row.visit.id)))


async def waiting_of(site: Site, month: str) -> tuple[VisitRow, ...]:
    """The visits of a month that are in no claim yet."""
    entries = await site.store.visits(month=month, states=("open", "recorded"))
    return tuple(VisitRow(entry.visit, entry.state, "", None) for entry in entries)


async def next_register_number(site: Site, day: date) -> str:
    """The next *numéro d'ordre* of the year: one more than the highest that is a number. The clerk may change it."""
    return str(await site.store.last_register_number(day.year) + 1)
