"""By when each side does its part, and what an open clause leaves unchecked."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.calendar import later
from facility_agent.arrangements.duties import Holiday
from facility_agent.arrangements.model import Text
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import (
    clocks,
    endorsed,
    kind_allowed,
    regularised_late,
    submit_clock,
    submitted_late,
)
from facility_agent.invoicing.hands import hands
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


HOLIDAY = Holiday(code="h", day=date(2026, 4, 10), name=Text("fête", "feast"))


def working(**clauses: Any) -> Terms:
    """Terms whose payment is counted in working days: Sundays and one declared holiday rest."""
    terms = terms_of(**{**FULL, "delay_units": {"payment_days": "working", "*": "calendar"}, **clauses})
    terms.holidays = frozenset({HOLIDAY.day})
    return terms


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 4, 9), 1, date(2026, 4, 11)),  # Friday the 10th is a holiday, Saturday works
        (date(2026, 4, 9), 2, date(2026, 4, 13)),  # Sunday rests
        (date(2026, 4, 11), 1, date(2026, 4, 13)),
        (date(2026, 4, 13), 0, date(2026, 4, 13)),
        (date(2026, 4, 30), 3, date(2026, 5, 4)),  # the month's end is no rest
    ],
)
def test_working_days_leave_out_rest_days_and_declared_holidays(start: date, days: int, due: date) -> None:
    assert later(working(rest_days=("sunday",)), start, days, "working") == due


def test_each_clock_counts_in_the_days_that_its_clause_names() -> None:
    found = clocks(working(rest_days=("sunday",), payment_days=2), "2026-03", sent=date(2026, 4, 9),
                   payable_from=date(2026, 4, 9))  # fmt: skip
    by = {clock.step: clock for clock in found}
    assert (by["payment"].due, by["payment"].unit) == (date(2026, 4, 13), "working")
    assert (by["receipt"].due, by["receipt"].unit) == (date(2026, 4, 11), "calendar")


def test_a_delay_whose_days_nobody_agreed_on_is_counted_by_the_calendar_and_says_so() -> None:
    clock = clocks(terms_of(**FULL), "2026-03", payable_from=date(2026, 4, 9))[3]
    assert (clock.due, clock.unit) == (date(2026, 5, 9), "unknown")


def test_with_open_rest_days_only_declared_holidays_rest() -> None:
    assert later(working(), date(2026, 4, 9), 2, "working") == date(2026, 4, 12)


def test_the_annex_says_the_days_that_the_arrangement_leaves_open() -> None:
    terms = terms_of({"delay_units": {"*": "working"}, "rest_days": ("saturday", "sunday")}, **FULL)
    assert clocks(terms, "2026-03", decided=date(2026, 4, 10))[4].unit == "working"
    assert clocks(terms, "2026-03", sent=date(2026, 4, 10))[1].due == date(2026, 4, 14)


def test_a_reminder_has_a_clock_of_its_own() -> None:
    assert len(clocks(terms_of(**FULL), "2026-03")) == 5
    reminder = clocks(terms_of(**FULL, reminder_days=5), "2026-03", reminded=date(2026, 5, 10))[5]
    assert (reminder.step, reminder.due) == ("reminder", date(2026, 5, 15))


@pytest.mark.parametrize(
    ("clauses", "sent", "weight", "clause"),
    [
        ({"outright_rejection_months": 6}, date(2026, 9, 30), "note", "invoice_day"),
        ({"outright_rejection_months": 6}, date(2026, 10, 1), "refuse", "outright_rejection_months"),
        ({"outright_rejection_months": 6, "late_refused_after_days": 60}, date(2026, 6, 1), "refuse",
         "late_refused_after_days"),
        ({"outright_rejection_months": 1, "late_refused_after_days": 60}, date(2026, 5, 1), "refuse",
         "outright_rejection_months"),
    ],
)  # fmt: skip
def test_a_batch_is_taken_until_the_earlier_of_both_ends(
    clauses: dict[str, int], sent: date, weight: str, clause: str
) -> None:
    found = submitted_late(terms_of(invoice_day=10, **clauses), "2026-03", sent)
    assert found is not None
    assert (found.weight, found.clause) == (weight, clause)


@pytest.mark.parametrize(
    ("allowed", "kind", "weight"),
    [(True, "supplementary", ""), (False, "supplementary", "refuse"), ("unknown", "regularisation", "unchecked"),
     (False, "main", "")],
)  # fmt: skip
def test_a_batch_beside_the_main_one_is_allowed_or_not(allowed: Any, kind: str, weight: str) -> None:
    found = kind_allowed(terms_of(supplementary=allowed), kind)
    assert (found.weight if found else "") == weight


@pytest.mark.parametrize(
    ("months", "sent", "weight"),
    [(2, date(2026, 2, 28), ""), (2, date(2026, 3, 1), "refuse"), ("unknown", date(2026, 3, 1), "unchecked")],
)
def test_what_was_refused_for_its_form_comes_back_in_time(months: Any, sent: date, weight: str) -> None:
    found = regularised_late(terms_of(regularisation_months=months), date(2025, 12, 31), sent)
    assert (found.weight if found else "") == weight


@pytest.mark.parametrize(
    ("validator", "by", "missing"),
    [("district", "district", None), ("district", "", "endorsement"), ("", "", None), ("unknown", "", "validator")],
)
def test_an_endorsement_is_asked_of_whom_the_arrangement_names(validator: str, by: str, missing: str | None) -> None:
    known = terms_of(validator=validator)
    found = endorsed(known, hands(known, AGREEMENT, FACILITY), (by,))
    assert (found.missing if found else None) == missing


@pytest.mark.parametrize(
    ("through", "parent", "validator", "expected"),
    [
        ("", "CS-1", "unknown", ()),
        ("parent", "CS-1", "unknown", ("CS-1",)),
        ("parent", "CS-1", "REGION", ("CS-1", "REGION")),
        ("parent", "CS-1", "CS-1", ("CS-1",)),
        ("parent", "", "REGION", ("", "REGION")),
        ("", "", FACILITY, ()),
    ],
)
def test_a_level_bills_through_the_parent_that_the_agreement_names(
    through: Any, parent: str, validator: str, expected: tuple[str, ...]
) -> None:
    level = msgspec.structs.replace(ARRANGEMENT.levels[0], through=through)
    known = terms_of(validator=validator)
    known.arrangement = msgspec.structs.replace(known.arrangement, levels=(level,))
    own = msgspec.structs.replace(AGREEMENT.parties[0], parent=parent)
    agreement = msgspec.structs.replace(AGREEMENT, parties=(own, *AGREEMENT.parties[1:]))
    found = hands(known, agreement, FACILITY)
    assert found == expected
    lacking = endorsed(known, found, expected[:-1]) if expected else None
    assert (lacking.evidence["validator"] if lacking else None) == (expected[-1] if expected else None)
