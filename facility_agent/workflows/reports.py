"""What the centre owes anyway: the register of the day, the counts of the month, the list of what is archived."""

from __future__ import annotations

from collections import Counter
from datetime import date

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.vocabulary.bedside import CareNote
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows.site import Site

#: The bands of the count table: under one year, one to four, five to fourteen, from fifteen; months, upper ends out.
BANDS: tuple[tuple[str, int, int], ...] = (("0", 0, 12), ("1-4", 12, 60), ("5-14", 60, 180), ("15+", 180, 10_000))


class Counts(msgspec.Struct, frozen=True):
    """The counts of a month: visits by age band and sex, acts by how often, stays by outcome, what was not given."""

    month: str
    visits: int
    people: dict[tuple[str, str], int]
    acts: dict[str, int]
    outcomes: dict[str, int]
    notes: dict[str, int]
    conditions: dict[str, int]


async def register_of(site: Site, day: date) -> tuple[Visit, ...]:
    """The visits of a day as the paper register has them: by register number, what was taken back left out."""
    rows = [row.visit for row in await site.store.visits(day=day) if row.state != "abandoned"]
    return tuple(sorted(rows, key=lambda visit: (_whole(visit.register_number), visit.register_number, visit.at)))


async def counts_of(site: Site, month: str) -> Counts:
    """The counts of a month for the district's report; replaced and abandoned visits are left out."""
    rows = [row.visit for row in await site.store.visits(month=month) if row.state != "abandoned"]
    gone = {visit.replaces for visit in rows}
    rows = [visit for visit in rows if visit.id not in gone]
    people: Counter[tuple[str, str]] = Counter()
    acts: Counter[str] = Counter()
    for visit in rows:
        people[band_of(visit), visit.beneficiary.sex] += 1
        acts.update({line.act: 0 for line in visit.lines})
        for line in visit.lines:
            acts[line.act] += line.quantity
    notes: Counter[str] = Counter(note.kind for note in await site.store.notes(month=month))
    ended = Counter(visit.stay.outcome for visit in rows if visit.stay is not None and visit.stay.outcome)
    seen = Counter(visit.condition or visit.condition_text for visit in rows if visit.condition or visit.condition_text)
    return Counts(month, len(rows), dict(people), dict(acts), dict(ended), dict(notes), dict(seen))


def band_of(visit: Visit) -> str:
    """The age band of a person on the day of care; nothing when no birth is known."""
    person = visit.beneficiary
    if person.birth_date is not None:
        months = age_in_months(person.birth_date, visit.day)
    elif person.birth_year is not None:
        months = 12 * (visit.day.year - person.birth_year)
    else:
        return ""
    return next(name for name, first, end in BANDS if first <= months < end)


async def scoreboard_of(site: Site, month: str) -> tuple[CareNote, ...]:
    """What did not happen in a month, in order."""
    return await site.store.notes(month=month)


class Box(msgspec.Struct, frozen=True):
    """A box of the archive: its label, what is in it, and until when it is kept, where somebody said so."""

    label: str
    month: str
    papers: int
    first: str
    last: str
    keep_until: date | None


async def archive_of(site: Site, month: str, years: int | None = None) -> tuple[Box, ...]:
    """The list of a month's papers: one box per scheme, with the first and last claim number.

    How long papers are kept is no clause that a source gives: whoever prints the list says it.
    """
    claims = await site.store.claims_of_month(site.config.code, month)
    by_scheme: dict[str, list[str]] = {}
    for claim in claims:
        scheme = claim.adjudication.shares[0].scheme if claim.adjudication.shares else "-"
        by_scheme.setdefault(scheme, []).append(claim.number)
    year, number = int(month[:4]), int(month[5:])
    until = date(year + years, number, 1) if years else None
    known = terms(site.arrangement(date(year, number, 1)), None, site.config.code).schemes
    return tuple(
        Box(
            f"{site.config.code} {month} {known[scheme].name.fr if scheme in known else scheme}",
            month, len(numbers), min(numbers), max(numbers), until,
        )
        for scheme, numbers in sorted(by_scheme.items())
    )  # fmt: skip


def _whole(number: str) -> int:
    return int(number) if number.isdecimal() and len(number) < 16 else 10**16
