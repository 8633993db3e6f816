"""A stay: admitted, cared for day by day, discharged. The days are counted as the clause says, and a death is told.

The visit of a stay stays open from admission to discharge; its month is that of the discharge.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, get_args

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.guarantees import DeathNotice
from facility_agent.vocabulary.records import CareLine, Stay, Visit
from facility_agent.workflows import mail, visits
from facility_agent.workflows.site import Site
from facility_agent.workflows.visit_life import entry_of

Outcome = Literal["cured", "referred", "died", "left-against-advice"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


async def admit(site: Site, visit: Visit, hour: str, ward: str, category: str, by: str) -> VisitEntry:
    """Admit the person of a visit, new or open; the same admission twice counts once. InputError `stay-running`."""
    kept = await site.store.visit(visit.id)
    if kept is not None and kept.visit.stay is not None:
        return kept
    for row in await site.store.visits(states=("open",), member=visit.beneficiary.number):
        if row.visit.stay is not None and row.visit.beneficiary.number:
            raise InputError("stay-running", day=row.visit.stay.admitted.isoformat())
    base = kept.visit if kept else visit
    stay = Stay(base.day, None, category.strip(), "", ward.strip())
    admitted = msgspec.structs.replace(base, stay=stay, at=hour or base.at)
    await visits.record(site, admitted, by, kept.version if kept else None, state="open")
    return await entry_of(site, visit.id)


async def running(site: Site) -> tuple[VisitEntry, ...]:
    """Everybody who is here now, the longest first."""
    return tuple(row for row in await site.store.visits(states=("open",)) if row.visit.stay is not None)


async def add_daily(site: Site, id: str, act: str, quantity: int, day: date, hour: str, by: str) -> VisitEntry:
    """Care of a day of the stay, as a line with its own day and hour. InputError `act-without-tariff`, `stay-day`."""
    entry = await _open_stay(site, id)
    prices = await visits.prices(site)
    if act not in prices:
        raise InputError("act-without-tariff", act=act)
    if not entry.visit.day <= day <= site.today():
        raise InputError("stay-day", day=day.isoformat(), admitted=entry.visit.day.isoformat())
    number = max((int(line.id) for line in entry.visit.lines if line.id.isdecimal()), default=0) + 1
    line = CareLine(str(number), act, quantity, prices[act], at=hour, day=day)
    changed = msgspec.structs.replace(entry.visit, lines=(*entry.visit.lines, line))
    await visits.record(site, changed, by, entry.version, state="open")
    return await entry_of(site, id)


def counted_days(admitted: date, discharged: date, counting: str) -> int | None:
    """The days of a stay as the clause counts them, None while it is open; never none at all.

    >>> counted_days(date(2024, 2, 28), date(2024, 3, 1), "entry-to-eve")
    2
    >>> counted_days(date(2024, 2, 28), date(2024, 3, 1), "both-ends")
    3
    >>> counted_days(date(2024, 2, 28), date(2024, 2, 28), "entry-to-eve")
    1
    """
    if counting == UNKNOWN:
        return None
    days = (discharged - admitted).days
    return days + 1 if counting == "both-ends" else max(1, days)


async def discharge(site: Site, id: str, day: date, outcome: Outcome, by: str, *, to: str = "") -> VisitEntry:
    """End a stay: its days set as the clause counts them, its visit recorded; a death goes to the payer at once.

    InputError `stay-day`, `stay-outcome`, `stay-referred-where`, `visit-not-open`.
    """
    entry = await _open_stay(site, id)
    visit, stay = entry.visit, entry.visit.stay
    assert stay is not None
    if outcome not in OUTCOMES:
        raise InputError("stay-outcome")
    if not stay.admitted <= day <= site.today():
        raise InputError("stay-day", day=day.isoformat(), admitted=stay.admitted.isoformat())
    if outcome == "referred" and not to.strip():
        raise InputError("stay-referred-where")
    ended = msgspec.structs.replace(
        visit,
        stay=msgspec.structs.replace(stay, discharged=day, outcome=outcome),
        referred_to=to.strip() or visit.referred_to,
        lines=await _with_days(site, visit, stay.admitted, day),
    )
    async with site.store.transaction():
        await visits.record(site, ended, by, entry.version)
        letter = await _tell_death(site, ended, day) if outcome == "died" else ""
    if letter:
        await mail.lay_out(site, letter)
    return await entry_of(site, id)


async def _with_days(site: Site, visit: Visit, admitted: date, day: date) -> tuple[CareLine, ...]:
    """The lines with every day of stay counted as the clause says, where it says."""
    coverage = await site.store.coverage_of(visit.beneficiary.number) if visit.beneficiary.number else ()
    agreement = await visits.agreement_of(site, coverage, visit.day)
    known = terms(site.arrangement(visit.day), agreement, site.config.code)
    days = counted_days(admitted, day, known.clause("stay_days"))
    return tuple(
        msgspec.structs.replace(line, quantity=days)
        if days is not None and line.act in known.acts and known.acts[line.act].day_of_stay
        else line
        for line in visit.lines
    )


async def _tell_death(site: Site, visit: Visit, day: date) -> str:
    """The letter to the person's payer, or nothing for somebody in no register."""
    coverage = await site.store.coverage_of(visit.beneficiary.number) if visit.beneficiary.number else ()
    if not coverage:
        return ""
    notice = DeathNotice(visit.id, site.config.code, coverage[0].payer, visit.beneficiary.number, day)
    if not await site.store.put_notice(notice, site.now()):
        return ""
    return await mail.send(site, notice.payer, "notice", notice, f"notice-{visit.id[:13]}")


async def take_notice(site: Site, message: DeathNotice, sender: str) -> None:
    """A death told by a facility: kept for a person to look at. The register changes when somebody has looked."""
    if sender != message.facility or message.payer != site.config.code:
        raise InputError("notice-sender", sender=sender)
    await site.store.put_notice(message, site.now())


async def _open_stay(site: Site, id: str) -> VisitEntry:
    entry = await entry_of(site, id)
    if entry.state != "open" or entry.visit.stay is None:
        raise InputError("visit-not-open")
    return entry
