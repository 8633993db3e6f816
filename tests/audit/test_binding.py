"""Whether the desk's answer binds: young register, known cap; an open clause is never a no."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest

from facility_agent.arrangements.terms import Terms
from facility_agent.audit.binding import Binding, binding
from facility_agent.audit.recompute import LineAnswer, Recomputed
from facility_agent.vocabulary.findings import note
from tests.builders import claim


class Known:
    """Terms of which only the two clauses are asked."""

    def __init__(self, days: Any, cap: Any) -> None:
        self._values = {"register_days": days, "offline_cap": cap}

    def clause(self, name: str) -> Any:
        return self._values[name]


def answer(computed: int, fact: str) -> Recomputed:
    one = claim(1)
    differs = (note("facts-differ", fact=fact, ours="2026-03-01", theirs=""),)
    return Recomputed(one.id, "P", "s", one.adjudication, (LineAnswer("1", "a", 100, computed),), differs)


def said(days: Any, cap: Any, age: int | None, *, computed: int = 0, fact: str = "suspended_on") -> Binding | None:
    one = claim(1)
    as_of: date | None = None if age is None else one.visit.day - timedelta(days=age)
    return binding(cast(Terms, Known(days, cap)), one, answer(computed, fact), as_of)


@pytest.mark.parametrize(
    ("days", "cap", "age", "expected"),
    [
        (7, 60, 7, Binding(True, upto=60, age=7, allowed=7)),
        (7, 500, 0, Binding(True, upto=100, age=0, allowed=7)),
        (7, 60, 8, Binding(False, reason="register-old", age=8, allowed=7)),
        (7, "unknown", 8, Binding(False, reason="register-old", age=8, allowed=7)),
        (7, "unknown", 1, Binding(None, clause="offline_cap")),
        ("unknown", 60, 1, Binding(None, clause="register_days")),
        (7, 60, None, Binding(False, reason="no-register")),
    ],
)
def test_the_desk_binds_with_a_young_register_and_up_to_the_cap(
    days: Any, cap: Any, age: int | None, expected: Binding
) -> None:
    assert said(days, cap, age) == expected


def test_where_nothing_is_cut_or_no_fact_of_the_desk_differs_nothing_is_said() -> None:
    assert said(7, 60, 1, computed=100) is None
    assert said(7, 60, 1, fact="count") is None
