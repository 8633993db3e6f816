"""Newborns: the mother's rights for a time, a proof, a number of their own later, and no claim lost on the way."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.model import Clauses
from facility_agent.workflows import desk, households, newborns
from facility_agent.workflows.newborns import Birth
from tests.services.postgres import fresh_database
from tests.workflows.birth import CHILD, MOTHER, PROVISIONAL, register_child, tell
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.test_desk import codes

ROOT = Path(__file__).resolve().parents[2]
BORN = date(2026, 3, 3)


async def test_a_newborn_becomes_a_member_and_no_claim_is_lost(ready: Places) -> None:
    await tell(ready)


@pytest.mark.postgres
async def test_the_same_on_two_postgresql_databases(postgres_url: str, tmp_path: Path) -> None:
    async with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        command = [sys.executable, "-m", "tests.workflows.birth", str(tmp_path), one, other]
        told = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "one person\n"), told.stderr


async def test_the_clerk_chooses_a_newborn_from_the_household_until_it_has_its_number(ready: Places) -> None:
    ready.at(date(2026, 3, 4))
    await newborns.admit(ready.facility, Birth(MOTHER, BORN, "birth-certificate"), "accueil")
    people = await households.people_of(ready.facility, "MLT-000001")
    assert PROVISIONAL in {person.number for person in people}
    await register_child(ready)
    people = await households.people_of(ready.facility, "MLT-000001")
    assert {person.number for person in people} & {PROVISIONAL, CHILD} == {CHILD}


async def test_a_provisional_number_that_this_desk_never_gave_is_known_by_the_mothers(ready: Places) -> None:
    answer = await desk.verify_text(ready.facility, f"{MOTHER}-N260301-2", "accueil")
    person = answer.verdict.beneficiary
    assert person is not None and (person.birth_date, person.household) == (date(2026, 3, 1), "MLT-000001")
    assert {"newborn-under-mother", "identified-not-verified"} <= codes(answer)


BIRTHS = {
    "member-unknown": Birth("MLT-009999-01", BORN, ""),
    "newborn-mother": Birth("MLT-000001-02", BORN, ""),
    "newborn-day": Birth(MOTHER, date(2026, 5, 1), ""),
}


@pytest.mark.parametrize("code", BIRTHS)
async def test_a_birth_that_cannot_be_changes_nothing(code: str, ready: Places) -> None:
    async with refused(code, ready.facility):
        await newborns.admit(ready.facility, BIRTHS[code], "accueil")


MERGES = {
    "newborn-number": (CHILD, MOTHER),
    "member-unknown": (PROVISIONAL, "MLT-009999-01"),
    "newborn-differs": (PROVISIONAL, "MLT-000002-03"),
}


@pytest.mark.parametrize("code", MERGES)
async def test_a_merge_that_cannot_be_changes_nothing(code: str, ready: Places) -> None:
    async with refused(code, ready.mutual):
        await newborns.merge(ready.mutual, [MERGES[code]], "secrétaire")


async def test_a_number_is_given_once(ready: Places) -> None:
    await register_child(ready)
    async with refused("number-taken-over", ready.mutual):
        await newborns.merge(ready.mutual, [(f"{MOTHER}-N260303-2", CHILD)], "secrétaire")


async def test_the_members_file_does_not_forget_who_was_merged(ready: Places) -> None:
    from facility_agent.workflows import membership
    from tests.workflows.places import members_file, people

    await register_child(ready)
    rows = [*people(), {**people()[2], "numero": CHILD, "nom": "Inventé1 Paul", "naissance": "2026-03-03"}]
    await membership.import_members(ready.mutual, members_file(rows))
    (child,) = await ready.mutual.store.coverage_of(CHILD)
    assert child.beneficiary.formerly == PROVISIONAL


async def test_a_proof_is_one_that_the_arrangement_names(ready: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from facility_agent.arrangements.duties import Duties, Identification
    from facility_agent.arrangements.model import Text

    paper = Identification(code="booklet", name=Text("Carnet", "Booklet"), newborn=True)
    known = ready.facility.arrangement(BORN)
    changed = msgspec.structs.replace(
        known, duties=Duties(identifications=(paper,)), clauses=Clauses(newborn_days=30), digest="0" * 64
    )
    monkeypatch.setattr(ready.facility, "arrangement", lambda day: changed)
    ready.at(date(2026, 3, 4))
    assert await newborns.proofs(ready.facility) == ("booklet",)
    async with refused("newborn-proof", ready.facility):
        await newborns.admit(ready.facility, Birth(MOTHER, BORN, "word of honour"), "accueil")
    number = await newborns.admit(ready.facility, Birth(MOTHER, BORN, "booklet"), "accueil")
    answer = await desk.verify_text(ready.facility, number, "accueil")
    assert "newborn-under-mother" in codes(answer) and "newborn-proof-missing" not in codes(answer)
    unproved = await desk.verify_text(ready.facility, f"{MOTHER}-N260302-1", "accueil")
    assert "newborn-proof-missing" in codes(unproved)
    ready.at(date(2026, 4, 3))
    assert "newborn-too-old" in codes(await desk.verify_text(ready.facility, number, "accueil"))
