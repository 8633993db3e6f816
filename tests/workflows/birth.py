"""A child is born, treated under a provisional number, registered, treated again, and is one person on both sides.

On PostgreSQL it runs in a process of its own: `python -m tests.workflows.birth FOLDER DATABASE DATABASE`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

import msgspec

from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Beneficiary, CareLine, Coverage, Visit
from facility_agent.workflows import audit_desk, desk, exchange, membership, month_end, newborns, visits
from facility_agent.workflows.newborns import Birth
from tests.workflows.places import Places, carry_lists, new_places

MOTHER, CHILD = "MLT-000001-01", "MLT-000001-04"
BORN = date(2026, 3, 3)
PROVISIONAL = f"{MOTHER}-N260303-1"


async def treat(places: Places, text: str, day: date, order: str) -> Visit:
    """The desk's answer to what was typed, then a consultation, recorded."""
    places.at(day, "10:00")
    answer = await desk.verify_text(places.facility, text, "accueil")
    care = (CareLine("1", "consultation-nurse", 1, 100, role="nurse"),)
    visit = msgspec.structs.replace(answer.visit, lines=care, register_number=order)
    await visits.record(places.facility, visit, "soins")
    return visit


async def register_child(places: Places) -> None:
    """The mutual gives the child a number, merges the provisional one, and sends the register."""
    everybody = await places.mutual.store.all_coverages("MLT")
    mother = next(entry for entry in everybody if entry.beneficiary.number == MOTHER)
    child = Beneficiary(CHILD, "Inventé1 Paul", "M", BORN, BORN.year, mother.beneficiary.household)
    await membership.replace_members(
        places.mutual, (*everybody, Coverage(child, "MLT", "mutual", mother.since, paid_until=date(2026, 12, 31)))
    )
    assert await newborns.merge(places.mutual, [(PROVISIONAL, CHILD)], "secrétaire") == 1
    assert await newborns.merge(places.mutual, [(PROVISIONAL, CHILD)], "secrétaire") == 0
    await carry_lists(places)


async def tell(places: Places) -> None:
    """The whole story; each step is what the next one rests on."""
    facility, mutual = places.facility, places.mutual
    places.at(date(2026, 3, 4), "09:00")
    # Without the State's programme for small children, so that the mutual pays and recomputes.
    plain = facility.arrangement(BORN)
    mutual_alone = msgspec.structs.replace(
        plain, schemes=tuple(scheme for scheme in plain.schemes if not scheme.programme), digest="1" * 64
    )
    for site in (facility, mutual):
        site.arrangement = lambda day: mutual_alone  # type: ignore[method-assign]
    birth = Birth(MOTHER, BORN, "birth-certificate", "N° 12", name="", sex="M")
    assert await newborns.admit(facility, birth, "accueil") == PROVISIONAL
    assert await newborns.admit(facility, birth, "accueil") == PROVISIONAL
    first = await treat(places, PROVISIONAL, date(2026, 3, 4), "1")
    assert (first.beneficiary.number, first.beneficiary.birth_date) == (PROVISIONAL, BORN)
    assert [(entry.programme, entry.proof, entry.number) for entry in first.admissions] == [
        ("newborn", "birth-certificate", "N° 12")
    ]
    (claim,) = await visits.close_day(facility, date(2026, 3, 4), "caisse")
    before = canonical(await facility.store.claim(claim.id))

    await register_child(places)
    child = (await facility.store.coverage_of(CHILD))[0].beneficiary
    assert child.formerly == PROVISIONAL
    assert (await desk.verify_text(facility, PROVISIONAL, "accueil")).verdict.beneficiary == child
    known = await newborns.history_of(facility, child)
    assert [(line.claim, line.member) for line in known.lines] == [(claim.id, CHILD)]

    second = await treat(places, CHILD, date(2026, 3, 6), "2")
    judged = await visits.judge(facility, second)
    assert "follow-up-window" in {finding.code for finding in judged.adjudication.all_findings}
    (later,) = await visits.close_day(facility, date(2026, 3, 6), "caisse")
    for number in (CHILD, PROVISIONAL):
        lines = (await newborns.history_of(facility, Beneficiary(number, ""))).lines
        expected = {claim.id, later.id} if number == PROVISIONAL else {later.id}
        assert {line.claim for line in lines} == expected, number
    both = (await newborns.history_of(facility, child)).lines
    assert sorted(line.claim for line in both) == sorted([claim.id, later.id]), "each claim once"
    of_mother = (await facility.store.coverage_of(MOTHER))[0].beneficiary
    home = (await newborns.history_of(facility, of_mother)).lines
    assert sorted(line.claim for line in home) == sorted([claim.id, later.id]), "the household counts each once"
    assert canonical(await facility.store.claim(claim.id)) == before, "a claim is never rewritten"

    # The mutual holds both claims, each under its own number, and judges the second in sight of the first.
    places.at(date(2026, 4, 2))
    batch = await month_end.close(facility, "2026-03", "MLT", "mutual", "comptable")
    exported = await month_end.export(facility, batch.id, "comptable")
    assert exported.sealed is not None
    await exchange.receive(mutual, exported.sealed.read_bytes(), "agent")
    view = await audit_desk.audit(mutual, batch.id)
    assert {answer.claimed - answer.computed for answer in view.recomputed} == {0}
    assert [claim.visit.beneficiary.number for claim in view.claims] == [PROVISIONAL, CHILD]
    ours = {answer.claim: {found.code for found in answer.adjudication.all_findings} for answer in view.recomputed}
    assert "follow-up-window" in ours[later.id] - ours[claim.id]


async def main(folder: Path, *databases: str) -> None:
    async with new_places(folder, databases=databases) as places:
        await tell(places)
    print("one person")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
