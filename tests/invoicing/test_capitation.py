"""Listed persons times the rate of the period, counted by both sides from the same day."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.model import Capitation, Clauses
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.capitation import Due, difference, dues, open_on, period_of
from facility_agent.vocabulary.records import Beneficiary, Coverage
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, FACILITY, MUTUAL, STATE

DAY = date(2026, 3, 1)
PAID = date(2026, 12, 31)


def terms_of(*rows: Capitation, **clauses: Any) -> Terms:
    """Terms of a health post whose arrangement has these capitation rows and clauses."""
    arrangement = msgspec.structs.replace(
        ARRANGEMENT, capitations=rows, clauses=Clauses(**clauses), digest=f"{rows}{clauses}"
    )
    return Terms(arrangement, AGREEMENT, FACILITY)


def row(scheme: str = "classic", **changes: Any) -> Capitation:
    return Capitation(**{"code": "listed", "scheme": scheme, "level": "csps", "amount": 150, **changes})


def coverage(number: int, **changes: Any) -> Coverage:
    person = Beneficiary(f"KDG-{number:06d}-01", "Awa", deceased_on=changes.pop("deceased_on", None))
    known = {"payer": MUTUAL, "scheme": "classic", "since": date(2025, 1, 1), "paid_until": PAID}
    return Coverage(person, **{**known, **changes})


def test_the_amount_is_the_open_coverages_of_the_day_times_the_rate() -> None:
    (due,) = dues(terms_of(row()), [coverage(1), coverage(2), coverage(3)], DAY)
    assert (due.heads, due.rate, due.amount) == (3, 150, 450)
    assert (due.payer, due.scheme, due.clause) == (MUTUAL, "classic", "capitation:listed")
    assert (due.start, due.until, due.counted_on) == (date(2026, 3, 1), date(2026, 3, 31), DAY)
    assert not due.unchecked


COUNTED = [
    ("a coverage that begins on the day", {"since": DAY}, True),
    ("a coverage that begins on the next day", {"since": date(2026, 3, 2)}, False),
    ("a coverage whose last day is the day", {"until": DAY}, True),
    ("a coverage that ended on the eve", {"until": date(2026, 2, 28)}, False),
    ("a coverage suspended from the day", {"suspended_on": DAY}, False),
    ("a coverage suspended from the next day", {"suspended_on": date(2026, 3, 2)}, True),
    ("contributions paid until the day", {"paid_until": DAY}, True),
    ("contributions within the ten days of grace", {"paid_until": date(2026, 2, 19)}, True),
    ("contributions a day beyond the days of grace", {"paid_until": date(2026, 2, 18)}, False),
    ("a last paid day that nobody knows", {"paid_until": None}, True),
    ("a death on the day", {"deceased_on": DAY}, True),
    ("a death on the eve", {"deceased_on": date(2026, 2, 28)}, False),
]


@pytest.mark.parametrize(("case", "changes", "counts"), COUNTED, ids=[case for case, *_ in COUNTED])
def test_a_person_counts_when_the_rights_are_open_on_the_day(case: str, changes: dict[str, Any], counts: bool) -> None:
    listed = [coverage(1, **changes)]
    (due,) = dues(terms_of(row(), arrears_grace_days=10), listed, DAY)
    assert due.heads == int(counts)
    assert open_on(listed[0], DAY, grace=10) is counts


def test_days_of_grace_that_the_contract_leaves_open_are_none() -> None:
    late = coverage(1, paid_until=date(2026, 2, 28))
    (due,) = dues(terms_of(row()), [late], DAY)
    assert due.heads == 0


def test_who_is_counted_without_a_known_last_paid_day_is_named() -> None:
    (due,) = dues(terms_of(row()), [coverage(1), coverage(2, paid_until=None)], DAY)
    assert due.heads == 2
    assert due.unverified == ("KDG-000002-01",)


def test_an_unknown_rate_leaves_the_count_and_no_amount() -> None:
    (due,) = dues(terms_of(row(amount="unknown")), [coverage(1), coverage(2)], DAY)
    assert (due.heads, due.rate, due.amount) == (2, None, None)
    assert due.unchecked
    assert due.missing == "amount"


def test_a_rate_of_nothing_is_known_and_owes_nothing() -> None:
    (due,) = dues(terms_of(row(amount=0)), [coverage(1)], DAY)
    assert (due.amount, due.unchecked) == (0, False)


def test_a_person_who_stands_twice_in_the_register_counts_once() -> None:
    (due,) = dues(terms_of(row()), [coverage(1), coverage(1, since=date(2026, 1, 1), paid_until=None)], DAY)
    assert (due.persons, due.unverified) == (("KDG-000001-01",), ())


def test_every_payer_owes_for_its_own_members_and_the_schemes_payer_for_all() -> None:
    listed = [coverage(1), coverage(2, payer="MUT-BBO"), coverage(3, scheme="free", payer="somebody")]
    found = dues(terms_of(row(), row("free", amount=20, per="year")), listed, DAY)
    assert [(due.payer, due.scheme, due.amount) for due in found] == [
        ("MUT-BBO", "classic", 150),
        (MUTUAL, "classic", 150),
        (STATE, "free", 20),
    ]


def test_a_row_of_another_level_owes_nothing_here() -> None:
    assert dues(terms_of(row(level="hospital")), [coverage(1)], DAY) == ()


PERIODS = [
    ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
    ("quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
    ("quarter", date(2026, 4, 1), date(2026, 4, 1), date(2026, 6, 30)),
    ("year", date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
]


@pytest.mark.parametrize(("per", "on", "start", "until"), PERIODS)
def test_a_period_is_the_one_of_the_calendar_in_which_the_day_lies(
    per: str, on: date, start: date, until: date
) -> None:
    period = period_of(per, on)
    assert (period.start, period.until) == (start, until)


def test_two_counts_of_one_register_are_the_same() -> None:
    listed = [coverage(1), coverage(2)]
    (ours,), (theirs,) = (dues(terms_of(row()), people, DAY) for people in (listed, listed[::-1]))
    assert ours == theirs
    found = difference(ours, theirs)
    assert (found.only_ours, found.only_theirs, found.amount) == ((), (), 0)


def test_where_two_registers_differ_the_persons_are_named_and_priced() -> None:
    (ours,) = dues(terms_of(row()), [coverage(1), coverage(2), coverage(3)], DAY)
    (theirs,) = dues(terms_of(row()), [coverage(2), coverage(4)], DAY)
    found = difference(ours, theirs)
    assert found.only_ours == ("KDG-000001-01", "KDG-000003-01")
    assert found.only_theirs == ("KDG-000004-01",)
    assert found.amount == 150


def test_a_difference_under_an_open_rate_names_the_persons_and_no_amount() -> None:
    (ours,) = dues(terms_of(row(amount="unknown")), [coverage(1)], DAY)
    (theirs,) = dues(terms_of(row()), [coverage(2)], DAY)
    assert difference(ours, theirs).only_ours == ("KDG-000001-01",)
    assert difference(ours, theirs).amount is None


people = st.lists(st.integers(1, 12), max_size=12)


@given(people, people, st.integers(0, 10_000))
def test_the_difference_of_two_counts_explains_their_amounts(mine: list[int], other: list[int], rate: int) -> None:
    terms = terms_of(row("free", amount=rate))

    def count(numbers: list[int]) -> Due:
        (due,) = dues(terms, [coverage(number, scheme="free") for number in numbers], DAY)
        return due

    ours, theirs = count(mine), count(other)
    found = difference(ours, theirs)
    assert ours.heads == len(set(mine))
    assert found.amount == rate * (len(found.only_ours) - len(found.only_theirs))
    assert ours.amount is not None
    assert theirs.amount is not None
    assert ours.amount - theirs.amount == found.amount
