"""A newborn's provisional number, and how long the mother's rights hold."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.duties import Duties, Identification
from facility_agent.arrangements.model import Clauses
from facility_agent.eligibility.newborn import (
    newborn_coverage,
    provisional,
    provisional_number,
    under_one_number,
    with_former_numbers,
)
from facility_agent.vocabulary.records import Admission, Beneficiary, History
from tests import builders

MOTHER = "KDG-000001-01"
BORN = date(2026, 2, 28)
NUMBER = provisional_number(MOTHER, BORN)
PAPERS = Duties(identifications=(Identification(code="booklet", name=builders.text("Booklet"), newborn=True),))


@given(st.dates(date(2000, 1, 1), date(2068, 12, 31)), st.integers(1, 9))
def test_a_provisional_number_says_whose_child_when_and_which_of_twins(born: date, rank: int) -> None:
    said = provisional(provisional_number("N’Do/17-N bis", born, rank))
    assert said is not None and (said.mother, said.born, said.rank) == ("N’Do/17-N bis", born, rank)


OTHERS = ["", MOTHER, f"{MOTHER}-N", f"{MOTHER}-N260230-1", f"{MOTHER}-N260228-0", NUMBER + "0"]


@pytest.mark.parametrize("number", OTHERS)
def test_other_numbers_are_nobodys_newborn(number: str) -> None:
    assert provisional(number) is None
    assert newborn_coverage(number, (builders.coverage(),)) == ()


@pytest.mark.parametrize("rank", [0, 10])
def test_no_tenth_twin(rank: int) -> None:
    with pytest.raises(ValueError):
        provisional_number(MOTHER, BORN, rank)


def test_the_mothers_rights_become_the_childs_even_if_she_died() -> None:
    mother = builders.beneficiary(MOTHER, deceased_on=BORN, village="Nabraogo")
    (given_to_child,) = newborn_coverage(NUMBER, (builders.coverage(mother),), Beneficiary(NUMBER, "Noël", "M"))
    child = given_to_child.beneficiary
    assert (child.number, child.name, child.birth_date, child.household) == (NUMBER, "Noël", BORN, mother.household)
    assert (child.deceased_on, child.village, given_to_child.since) == (None, "Nabraogo", builders.coverage().since)
    assert newborn_coverage(NUMBER, (builders.coverage(builders.beneficiary("KDG-000002-01")),)) == ()


def judged(day: date, proof: str = "booklet", **clauses: int) -> set[tuple[str, str]]:
    """What the rules say of a newborn's visit on that day, outside any State programme."""
    programme = msgspec.structs.replace(builders.arrangement().schemes[0], under_months=None, over_months=1200)
    under = builders.arrangement(
        schemes=(programme, *builders.arrangement().schemes[1:]), duties=PAPERS,
        clauses=Clauses(rounding="down", rounding_step=1, register_days=30, **clauses),
    )  # fmt: skip
    covered = newborn_coverage(NUMBER, (builders.coverage(builders.beneficiary(MOTHER)),))
    visit = builders.visit(
        beneficiary=covered[0].beneficiary, day=day, admissions=(Admission("newborn", proof),) if proof else ()
    )
    answer = adjudicate(under, builders.agreement(), covered, History(), visit)
    return {(finding.code, finding.weight) for finding in answer.all_findings if finding.code.startswith("newborn")}


UNDER, OLD = ("newborn-under-mother", "note"), ("newborn-too-old", "refuse")
DAYS = [(BORN, UNDER), (date(2026, 3, 30), UNDER), (date(2026, 3, 31), OLD), (date(2026, 2, 27), OLD)]


@pytest.mark.parametrize(("day", "expected"), DAYS)
def test_the_rights_hold_for_the_days_of_the_clause_and_no_longer(day: date, expected: tuple[str, str]) -> None:
    assert judged(day, newborn_days=30) == {expected}


def test_a_clause_that_is_open_and_a_proof_that_is_missing_are_unchecked() -> None:
    assert judged(BORN) == {("newborn-under-mother", "unchecked")}
    assert judged(BORN, proof="", newborn_days=30) == {UNDER, ("newborn-proof-missing", "unchecked")}
    assert judged(BORN, proof="word", newborn_days=30) == {UNDER, ("newborn-proof-missing", "unchecked")}


def test_a_history_under_two_numbers_is_one_and_each_line_counts_once() -> None:
    first = builders.claim(1, builders.visit(beneficiary=builders.beneficiary(NUMBER)))
    second = builders.claim(2, builders.visit(beneficiary=builders.beneficiary("KDG-000001-04")))
    lines = builders.past_lines(first, second)
    merged = under_one_number((*lines, *lines), "KDG-000001-04", frozenset({NUMBER}))
    assert [(line.claim, line.member) for line in merged] == [(one.id, "KDG-000001-04") for one in (first, second)]
    assert under_one_number(lines, "KDG-000001-04", frozenset()) == lines


def test_former_numbers_stay_beside_the_new_ones() -> None:
    register = (builders.coverage(builders.beneficiary("KDG-000001-04")), builders.coverage())
    named = with_former_numbers(register, {"KDG-000001-04": NUMBER})
    assert [entry.beneficiary.formerly for entry in named] == [NUMBER, ""]
    assert with_former_numbers(register, {}) == register
