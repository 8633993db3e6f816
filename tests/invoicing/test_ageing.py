"""Ages by class, penalties as the arrangement says them, and nothing where it is silent."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.model import Clauses
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.ageing import Owed, ageing, penalty, silence
from tests.invoicing.months import ARRANGEMENT

TODAY = date(2026, 7, 31)


def terms(**clauses: object) -> Terms:
    return Terms(msgspec.structs.replace(ARRANGEMENT, clauses=Clauses(**clauses)), None, "F")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "code"),
    [(-5, "0-30"), (0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "90+")],
)
def test_a_debt_stands_in_one_class(days: int, code: str) -> None:
    owed = Owed("b", "M", 100, "XOF", TODAY - timedelta(days=days))
    assert [age.code for age in ageing([owed], TODAY) if age.amount] == [code]


@given(st.lists(st.tuples(st.integers(-40, 400), st.integers(0, 10**9), st.booleans()), max_size=20))
def test_every_franc_has_one_age(debts: list[tuple[int, int, bool]]) -> None:
    owed = [
        Owed(str(n), "M", amount, "XOF", TODAY - timedelta(days=days), agreed)
        for n, (days, amount, agreed) in enumerate(debts)
    ]
    ages = ageing(owed, TODAY)
    assert sum(age.amount for age in ages) == sum(entry.amount for entry in owed)
    assert sorted(batch for age in ages for batch in age.batches) == sorted(entry.batch for entry in owed)
    assert sum(age.unchecked for age in ages) == sum(entry.amount for entry in owed if not entry.agreed)


@pytest.mark.parametrize(
    ("per", "due", "today", "times"),
    [
        ("once", date(2026, 1, 31), date(2026, 1, 31), 0),
        ("once", date(2026, 1, 31), date(2026, 12, 31), 1),
        ("month", date(2026, 1, 31), date(2026, 2, 1), 1),
        ("month", date(2026, 1, 31), date(2026, 2, 28), 1),
        ("month", date(2026, 1, 31), date(2026, 3, 1), 2),
        ("month", date(2024, 1, 31), date(2024, 2, 29), 1),
        ("month", date(2026, 1, 31), date(2027, 1, 31), 12),
    ],
)
def test_a_penalty_counts_months_that_have_begun(per: str, due: date, today: date, times: int) -> None:
    found = penalty(terms(late_penalty_percent=2, late_penalty_per=per), 10_050, due, today)
    assert (found.times, found.amount, found.missing) == (times, 10_050 * 2 * times // 100, "")


def test_where_the_arrangement_is_silent_nothing_is_invented() -> None:
    late = date(2025, 1, 1)
    assert penalty(terms(), 10_000, late, TODAY).missing == "late_penalty_percent"
    assert penalty(terms(late_penalty_percent=2), 10_000, late, TODAY).missing == "late_penalty_per"
    assert penalty(terms(), 10_000, late, TODAY).amount == 0
    assert silence(terms(), late, False, TODAY).missing == "silence"
    assert not silence(terms(), late, True, TODAY).passed and not silence(terms(), None, False, TODAY).passed
