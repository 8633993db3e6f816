"""The adherence table: what is counted, of how many, and how sure one may be of a share."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.library import load
from facility_agent.audit.adherence import SMALL, adherence, wilson
from facility_agent.vocabulary.records import Adjudication, Basis, Beneficiary, CareLine, Claim, Visit

BF = load().versions("BF")[-1]
DAY = date(2026, 3, 10)
AL = "artemether-lumefantrine"


def claim(number: int, *care: str, person: int = 0, day: date = DAY, facility: str = "F-1", **facts: object) -> Claim:
    """A claim with acts, or acts with a result (`malaria-rapid-test=positive`)."""
    lines = []
    for at, text in enumerate(care):
        act, _, result = text.partition("=")
        lines.append(CareLine(str(at), act, 1, 100, result=result))
    born = facts.pop("born", date(1990, 1, 1))
    visit = Visit(
        f"V{number}", facility, day, Beneficiary(f"P{person or number}", "Personne inventée", "F", born),  # type: ignore[arg-type]
        tuple(lines), **facts,  # type: ignore[arg-type]
    )  # fmt: skip
    return Claim(f"C{number}", str(number), visit, (), Basis(""), Adjudication(visit.id, "XOF", "", ()), day)


def rows(indicator: str, *claims: Claim, earlier: tuple[Claim, ...] = ()) -> list[tuple[str, int, int]]:
    found = adherence(BF, claims, (*claims, *earlier), "2026-03")
    return [(row.facility, row.base, row.counted) for row in found if row.indicator == indicator]


def test_malaria_claims_with_a_test_are_counted_by_facility() -> None:
    assert rows(
        "malaria-tested",
        claim(1, AL, "malaria-rapid-test=positive"),
        claim(2, AL),
        claim(3, "consultation-nurse", condition="B54"),
        claim(4, "consultation-nurse", condition="toothache"),
        claim(5, AL, "malaria-thick-film", facility="F-2"),
    ) == [("F-1", 3, 1), ("F-2", 1, 1)]


def test_a_test_of_an_earlier_claim_counts_for_fourteen_days_and_a_later_one_never() -> None:
    treated = claim(1, AL, person=7)
    for days, counted in ((0, 1), (1, 1), (14, 1), (15, 0), (-1, 0)):
        test = claim(2, "malaria-rapid-test", person=7, day=DAY - timedelta(days=days))
        assert rows("malaria-tested", treated, earlier=(test,)) == [("F-1", 1, counted)], days


def test_somebody_elses_test_never_counts() -> None:
    assert rows("malaria-tested", claim(1, AL), earlier=(claim(2, "malaria-rapid-test", person=9),)) == [("F-1", 1, 0)]


def test_treatment_without_a_positive_test_counts_negative_unwritten_and_missing_tests() -> None:
    tests = [("malaria-rapid-test=positive",), ("malaria-rapid-test=negative",), ("malaria-rapid-test",), ()]
    claims = [claim(at, AL, *test) for at, test in enumerate(tests, 1)]
    assert rows("act-without-positive-test", *claims) == [("F-1", 4, 3)]


def test_antibiotics_in_simple_diarrhoea_are_counted_before_the_fifth_birthday_only() -> None:
    child, five = date(2024, 1, 1), date(2021, 3, 10)
    assert rows(
        "antibiotic-in-diarrhoea",
        claim(1, "ors", "zinc", condition="diarrhoea", born=child),
        claim(2, "metronidazole", condition="A09", born=child),
        claim(3, "metronidazole", condition="diarrhoea", born=five),
        claim(4, "metronidazole", condition="diarrhoea", born=None),
        claim(5, "metronidazole", condition="dysentery", born=child),
    ) == [("F-1", 2, 1)]


@pytest.mark.parametrize(
    ("indicator", "act", "least"),
    [("antenatal-four", "antenatal-consultation", 4), ("iptp-three", "sulfadoxine-pyrimethamine", 3)],
)
def test_contacts_and_doses_are_counted_per_delivery(indicator: str, act: str, least: int) -> None:
    delivery = claim(1, "delivery", person=7)
    before = tuple(claim(10 + at, act, person=7, day=DAY - timedelta(days=30 * (at + 1))) for at in range(least))
    assert rows(indicator, delivery, earlier=before) == [("F-1", 1, 1)]
    assert rows(indicator, delivery, earlier=before[1:]) == [("F-1", 1, 0)]
    long_ago = tuple(claim(20 + at, act, person=7, day=DAY - timedelta(days=300 + at)) for at in range(least))
    assert rows(indicator, delivery, earlier=long_ago) == [("F-1", 1, 0)], "another pregnancy"


def test_small_numbers_are_marked() -> None:
    few = adherence(BF, [claim(at, AL) for at in range(1, SMALL)], (), "2026-03")
    many = adherence(BF, [claim(at, AL) for at in range(1, SMALL + 1)], (), "2026-03")
    assert [row.small for row in few if row.indicator == "malaria-tested"] == [True]
    assert [row.small for row in many if row.indicator == "malaria-tested"] == [False]


#: Published values of Wilson's interval (95 %): successes, trials, thousandths.
KNOWN = [
    (0, 10, 0, 278),
    (1, 10, 18, 404),
    (5, 10, 237, 763),
    (10, 10, 722, 1000),
    (81, 263, 255, 366),
    (15, 148, 62, 160),
]


@pytest.mark.parametrize(("counted", "base", "low", "high"), KNOWN)
def test_the_interval_is_wilsons(counted: int, base: int, low: int, high: int) -> None:
    assert wilson(counted, base) == (low, high)


@given(st.integers(1, 5_000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_the_share_lies_within_its_interval_and_more_claims_never_widen_it(both: tuple[int, int]) -> None:
    counted, base = both
    low, high = wilson(counted, base)
    assert 0 <= low <= round(1000 * counted / base) <= high <= 1000
    more_low, more_high = wilson(4 * counted, 4 * base)
    assert more_high - more_low <= high - low + 1
