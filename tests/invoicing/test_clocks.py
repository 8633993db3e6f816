"""By when each side does its part, and what an open clause leaves unchecked."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import clocks, submit_clock, submitted_late
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, FACILITY


def terms_of(local: dict[str, Any] | None = None, **clauses: Any) -> Terms:
    """Terms whose arrangement has just these clauses, and whose annex has `local` ones."""
    kind = type(ARRANGEMENT.clauses)
    arrangement = msgspec.structs.replace(ARRANGEMENT, clauses=kind(**clauses), digest=repr(clauses))
    annex = msgspec.structs.replace(AGREEMENT.annex, clauses=kind(**(local or {})))
    return Terms(arrangement, msgspec.structs.replace(AGREEMENT, annex=annex), FACILITY)


FULL = {"invoice_day": 10, "receipt_days": 2, "decision_days": 15, "payment_days": 30, "contest_days": 60}


def test_every_clock_runs_from_its_own_day() -> None:
    days = {"sent": date(2026, 4, 8), "received": date(2026, 4, 9), "decided": date(2026, 4, 20)}
    found = clocks(terms_of(**FULL), "2026-03", **days, payable_from=date(2026, 4, 9))
    assert [(clock.step, clock.start, clock.due) for clock in found] == [
        ("submit", date(2026, 4, 1), date(2026, 4, 10)),
        ("receipt", date(2026, 4, 8), date(2026, 4, 10)),
        ("decision", date(2026, 4, 9), date(2026, 4, 24)),
        ("payment", date(2026, 4, 9), date(2026, 5, 9)),
        ("contest", date(2026, 4, 20), date(2026, 6, 19)),
    ]
    assert not any(clock.unchecked for clock in found)


def test_a_clock_that_has_not_started_has_no_due_day() -> None:
    found = clocks(terms_of(**FULL), "2026-03")
    assert [clock.due for clock in found[1:]] == [None] * 4
    assert not any(clock.unchecked for clock in found)


def test_an_open_clause_is_unchecked_and_named() -> None:
    day = date(2026, 4, 8)
    found = clocks(terms_of(), "2026-03", sent=day, received=day, decided=day, payable_from=day)
    assert [clock.missing for clock in found] == list(FULL)
    assert all(clock.unchecked and clock.due is None for clock in found)


def test_the_annex_closes_what_the_arrangement_leaves_open() -> None:
    found = clocks(
        terms_of({"payment_days": 45, "invoice_day": 5}, invoice_day=10), "2026-03", payable_from=date(2026, 4, 9)
    )
    assert (found[0].due, found[3].due) == (date(2026, 4, 10), date(2026, 5, 24))


@pytest.mark.parametrize(
    ("month", "day", "due"),
    [
        ("2026-03", 1, "2026-04-01"),
        ("2026-12", 10, "2027-01-10"),
        ("2026-01", 31, "2026-02-28"),
        ("2024-01", 30, "2024-02-29"),
    ],
)
def test_the_invoice_day_lies_in_the_next_month(month: str, day: int, due: str) -> None:
    assert submit_clock(terms_of(invoice_day=day), month).due == date.fromisoformat(due)


LATE: list[tuple[dict[str, Any], str, str | None, str]] = [
    ({"invoice_day": 10}, "2026-04-10", None, ""),
    ({"invoice_day": 10}, "2026-04-11", "note", "2026-04-10"),
    ({"invoice_day": 10, "late_refused_after_days": 60}, "2026-05-30", "note", "2026-04-10"),
    ({"invoice_day": 10, "late_refused_after_days": 60}, "2026-05-31", "refuse", "2026-05-30"),
    ({"late_refused_after_days": 60}, "2026-05-31", "refuse", "2026-05-30"),
    ({"late_refused_after_days": 60}, "2026-05-30", "unchecked", ""),
    ({}, "2026-04-11", "unchecked", ""),
]


@pytest.mark.parametrize(("clauses", "sent", "weight", "deadline"), LATE)
def test_a_late_batch_is_noted_and_refused_only_where_the_contract_says_so(
    clauses: dict[str, Any], sent: str, weight: str | None, deadline: str
) -> None:
    finding = submitted_late(terms_of(**clauses), "2026-03", date.fromisoformat(sent))
    assert (finding.weight if finding else None) == weight
    if finding is not None:
        assert (finding.code, finding.evidence) == ("submitted-late", {"day": sent, "deadline": deadline})
        assert finding.borne_by == ("facility" if weight == "refuse" else "")
        assert finding.missing == ("invoice_day" if weight == "unchecked" else "")
