"""When the power is out: a printed register, numbered care sheets, and what is entered from them afterwards.

A sheet names the list that lay beside it, and the list names the version of the register. Care that is entered later
is judged on what that version said, as long as it is kept.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.documents.care_sheet_pdf import Sheets, care_sheets_pdf
from facility_agent.documents.register_list_pdf import By, Printed, register_list_pdf
from facility_agent.storage.files import write_whole
from facility_agent.storage.store.paper import PrintedList
from facility_agent.vocabulary import names
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage, Sheet, Visit
from facility_agent.words import Words
from facility_agent.workflows import newborns
from facility_agent.workflows.site import EXPORTS, Site

#: Sheets of one printing, and people of one list.
MOST_SHEETS, MOST_PEOPLE = 500, 20_000
_NUMBER: Final = re.compile(r"(?:.*/)?\s*F?\s*0*(\d{1,9})\s*", re.ASCII | re.IGNORECASE)


async def print_list(site: Site, payer: str, by_whom: str, by: By = "village", village: str = "") -> tuple[int, Path]:
    """Print the register of a payer, all of it or one village's; returns the list's number and its file.

    InputError `register-none`, or `list-empty` and `list-too-long` for the people chosen.
    """
    state = await site.store.register_state(payer)
    if state is None:
        raise InputError("register-none", payer=payer)
    people = await _people(site, payer, state.sequence, village)
    if not people:
        raise InputError("list-empty", payer=payer, village=village or "—")
    if len(people) > MOST_PEOPLE:
        raise InputError("list-too-long", count=len(people), most=MOST_PEOPLE)
    today = site.today()
    async with site.store.transaction():
        number = await site.store.next_number("register-list")
        await site.store.put_list(PrintedList(number, payer, state.sequence, state.as_of, today, by_whom, len(people)))
    printed = Printed(
        number, site.config.name, payer, (await site.names()).get(payer, payer), state.sequence, state.as_of, today,
        by, site.config.invented,
    )  # fmt: skip
    made = await asyncio.to_thread(register_list_pdf, printed, people, site.config.language)
    return number, _written(site, f"liste-{number:04d}.pdf", made)


async def print_sheets(site: Site, count: int, by_whom: str, list: int | None = None) -> tuple[range, Path]:
    """Print numbered care sheets for a list, the newest one unless another is named; their numbers and the file.

    InputError `sheets-count`, `list-unknown` or `list-none`.
    """
    if not 0 < count <= MOST_SHEETS:
        raise InputError("sheets-count", most=MOST_SHEETS)
    lists = await site.store.printed_lists()
    if not lists:
        raise InputError("list-none")
    chosen = next((entry for entry in lists if list in (None, entry.number)), None)
    if chosen is None:
        raise InputError("list-unknown", list=list or 0)
    today = site.today()
    async with site.store.transaction():
        first = await site.store.next_number("care-sheet")
        for _ in range(count - 1):
            last = await site.store.next_number("care-sheet")
        numbers = range(first, (last if count > 1 else first) + 1)
        await site.store.put_sheets(numbers, chosen.number, today, by_whom)
    words = Words(site.config.language)
    agreement = await site.agreement(site.config.code, chosen.payer, today)
    known = terms(site.arrangement(today), agreement, site.config.code)
    sheets = Sheets(
        site.config.name, site.config.code, chosen.number, chosen.day, _demanded(known, "fact", words),
        _demanded(known, "document", words), site.config.invented,
    )  # fmt: skip
    made = await asyncio.to_thread(care_sheets_pdf, sheets, numbers, site.config.language)
    return numbers, _written(site, f"feuilles-{numbers[0]:06d}-{numbers[-1]:06d}.pdf", made)


async def with_sheet(site: Site, visit: Visit, typed: str) -> Visit:
    """The visit with the care sheet from which it is entered; InputError `sheet-malformed`, `sheet-unknown`.

    `sheet-after-care` for a sheet that was printed after the day of care.
    """
    if not typed.strip():
        return msgspec.structs.replace(visit, sheet=None)
    match = _NUMBER.fullmatch(typed)
    if match is None:
        raise InputError("sheet-malformed", given=typed.strip()[:40])
    sheet = await site.store.care_sheet(int(match[1]))
    printed = await site.store.printed_list(sheet.list) if sheet else None
    if sheet is None or printed is None:
        raise InputError("sheet-unknown", sheet=match[1])
    if sheet.day > visit.day:
        raise InputError(
            "sheet-after-care", sheet=sheet.number, printed=sheet.day.isoformat(), day=visit.day.isoformat()
        )
    said = Sheet(sheet.number, printed.number, printed.payer, printed.sequence, printed.as_of)
    return msgspec.structs.replace(visit, sheet=said)


async def as_listed(site: Site, visit: Visit) -> tuple[Visit, tuple[Coverage, ...]]:
    """What the rules are asked: the person's entitlements, those of a printed list as it said them.

    The visit says whether the version of its list can still be read.
    """
    number, sheet = visit.beneficiary.number, visit.sheet
    coverage = await newborns.coverage_of(site, number) if number else ()
    if sheet is None:
        return visit, coverage
    then = await site.store.coverage_then(number, sheet.payer, sheet.sequence) if number else ()
    visit = msgspec.structs.replace(visit, sheet=msgspec.structs.replace(sheet, held=then is not None))
    if then is None:
        return visit, coverage
    others = [entry for entry in coverage if entry.payer != sheet.payer]
    return visit, tuple(sorted((*then, *others), key=lambda entry: (entry.payer, entry.scheme)))


async def _people(site: Site, payer: str, sequence: int, village: str) -> list[Coverage]:
    """The living people of a register, or of one village of it."""
    wanted = names.village(village)
    found: list[Coverage] = []
    async for some in site.store.entries(payer, sequence):
        for entry in some:
            coverage = entry.coverage
            if coverage.beneficiary.deceased_on is not None:
                continue
            if not wanted or names.village(coverage.beneficiary.village) == wanted:
                found.append(coverage)
        if len(found) > MOST_PEOPLE:
            break
    return found


def _demanded(known: Terms, kind: str, words: Words) -> tuple[str, ...]:
    """The facts or papers that the contract demands here for some care, in words."""
    rows = [
        row
        for row in known.all_requirements
        if row.kind == kind and row.code != "care-sheet" and (not row.levels or known.level in row.levels)
    ]
    found = dict.fromkeys(row.code for row in rows)
    return tuple(_named(code, words) for code in found)


def _named(code: str, words: Words) -> str:
    for kind in ("fact", "document"):
        if words.has(f"{kind}.{code}"):
            return words(f"{kind}.{code}")
    return code.replace("-", " ")


def _written(site: Site, name: str, data: bytes) -> Path:
    path = site.folder / EXPORTS / name
    write_whole(path, data)
    return path
