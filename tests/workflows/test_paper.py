"""Without power: a printed list, numbered sheets, and care entered later and judged on what the list said."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import pytest
from pypdf import PdfReader

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import exchange, membership, paper, registers, visits
from tests.workflows.nothing import refused
from tests.workflows.places import Places

CODE, MEMBER = "CSPS-EX1", "MLT-000001-01"
PRINTED, CARE, LATER = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 20)


async def printed(places: Places) -> tuple[int, range]:
    number, _ = await paper.print_list(places.facility, "MLT", "accueil")
    numbers, _ = await paper.print_sheets(places.facility, 3, "accueil")
    return number, numbers


async def suspended(places: Places, times: int = 1) -> None:
    """The mutual suspends the first member before the day of care, and sends that, some weeks in a row."""
    for week in range(times):
        places.at(date(2026, 3, 9 + week))
        known = await places.mutual.store.all_coverages("MLT")
        ended = [
            msgspec.structs.replace(row, suspended_on=date(2026, 3, 1)) if row.beneficiary.number == MEMBER else row
            for row in known
        ]
        await membership.replace_members(places.mutual, tuple(ended))
        path = await registers.send(places.mutual, CODE)
        await exchange.receive(places.facility, path, "comptable", path.name)


def entered(places: Places, number: str = "1") -> Visit:
    return places.visit(MEMBER, CARE, ("consultation-nurse", 1), register_number=number)


async def test_late_care_is_judged_on_what_the_list_said_that_day(ready: Places) -> None:
    number, sheets = await printed(ready)
    await suspended(ready)
    ready.at(LATER)
    now = await visits.judge(ready.facility, entered(ready))
    assert "coverage-suspended" in {found.code for found in now.adjudication.all_findings}
    visit = await paper.with_sheet(ready.facility, entered(ready), f"{CODE}/F{sheets[0]:06d}")
    judged = await visits.record(ready.facility, visit, "accueil")
    found = {entry.code: entry for entry in judged.adjudication.all_findings}
    assert "coverage-suspended" not in found
    said = found["entered-from-list"]
    assert (said.weight, said.evidence["list"], said.evidence["sequence"], said.evidence["sheet"]) == (
        "note",
        number,
        1,
        1,
    )
    assert judged.basis.register_sequence == 1
    (claim,) = await visits.close_day(ready.facility, LATER, "caisse")
    assert claim.basis.register_sequence == 1
    assert claim.visit.sheet is not None and claim.visit.sheet.held
    kept = await ready.facility.store.care_sheet(sheets[0])
    assert kept is not None and kept.visit == claim.id


async def test_a_version_that_is_no_longer_kept_is_said_and_the_present_one_judges(ready: Places) -> None:
    _, sheets = await printed(ready)
    await suspended(ready, times=3)
    ready.at(date(2026, 6, 30))
    path = await registers.send(ready.mutual, CODE)
    await exchange.receive(ready.facility, path, "comptable", path.name)
    visit = await paper.with_sheet(ready.facility, entered(ready), str(sheets[0]))
    judged = await visits.judge(ready.facility, visit)
    codes = {entry.code: entry for entry in judged.adjudication.all_findings}
    assert codes["list-not-kept"].weight == "unchecked"
    assert "coverage-suspended" in codes
    assert judged.basis.register_sequence == path_sequence(path.name)


def path_sequence(name: str) -> int:
    return int(name.split("-")[1])


async def test_a_sheet_is_entered_once_and_freed_when_its_visit_is_taken_back(ready: Places) -> None:
    _, sheets = await printed(ready)
    ready.at(LATER)
    visit = await paper.with_sheet(ready.facility, entered(ready), str(sheets[0]))
    await visits.record(ready.facility, visit, "accueil")
    await visits.record(ready.facility, visit, "accueil")
    other = await paper.with_sheet(ready.facility, entered(ready, "2"), str(sheets[0]))
    async with refused("sheet-used", ready.facility):
        await visits.record(ready.facility, other, "accueil")
    await visits.undo(ready.facility, visit.id, "accueil", "mauvaise personne")
    await visits.record(ready.facility, other, "accueil")
    kept = await ready.facility.store.care_sheet(sheets[0])
    assert kept is not None and kept.visit == other.id


@pytest.mark.parametrize(
    ("typed", "code"),
    [("F000099", "sheet-unknown"), ("une feuille", "sheet-malformed"), ("99999999999999", "sheet-malformed")],
)
async def test_a_sheet_that_was_never_printed_is_refused(ready: Places, typed: str, code: str) -> None:
    await printed(ready)
    async with refused(code, ready.facility):
        await paper.with_sheet(ready.facility, entered(ready), typed)


async def test_a_sheet_cannot_be_older_than_its_paper(ready: Places) -> None:
    _, sheets = await printed(ready)
    async with refused("sheet-after-care", ready.facility):
        before = msgspec.structs.replace(entered(ready), day=date(2026, 3, 1))
        await paper.with_sheet(ready.facility, before, str(sheets[0]))


async def test_the_list_says_who_is_covered_until_when_and_nothing_of_arrears(ready: Places) -> None:
    number, path = await paper.print_list(ready.facility, "MLT", "accueil", "household")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages]
    text = "\n".join(pages)
    assert f"liste n° {number}" in text and "fichier n° 1 du" in text
    assert "Inventé1 Awa" in text and "MLT-000001-01" in text and "1988" in text
    assert text.count("voir la mutuelle") == 1
    for word in ("arriéré", "impayé", "indigent", "suspend"):
        assert word not in text.lower()
    assert all(f"liste n° {number}" in page for page in pages)


async def test_a_village_alone_can_be_printed_and_an_unknown_one_prints_nothing(ready: Places) -> None:
    await paper.print_list(ready.facility, "MLT", "accueil", village="NABRAOGO inventé")
    async with refused("list-empty", ready.facility):
        await paper.print_list(ready.facility, "MLT", "accueil", village="Ailleurs")
    async with refused("register-none", ready.facility):
        await paper.print_list(ready.facility, "AUTRE", "accueil")


async def test_sheets_have_numbers_of_their_own_and_need_a_list(ready: Places) -> None:
    with pytest.raises(InputError, match="list-none"):
        await paper.print_sheets(ready.facility, 2, "accueil")
    await paper.print_list(ready.facility, "MLT", "accueil")
    first, path = await paper.print_sheets(ready.facility, 3, "accueil")
    second, _ = await paper.print_sheets(ready.facility, 1, "accueil", list=1)
    assert (list(first), list(second)) == ([1, 2, 3], [4])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages]
    assert len(pages) == 2
    for number in first:
        assert f"{CODE}/F{number:06d}" in "".join(pages)
    with pytest.raises(InputError, match="sheets-count"):
        await paper.print_sheets(ready.facility, 501, "accueil")
    with pytest.raises(InputError, match="list-unknown"):
        await paper.print_sheets(ready.facility, 1, "accueil", list=9)
