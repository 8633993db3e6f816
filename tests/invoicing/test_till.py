"""Every franc of the member's share is in exactly one state, and nothing else is ever asked of the member."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.invoicing.till import MOVES, balance, expected
from facility_agent.vocabulary.bedside import TillEntry, TillKind
from facility_agent.vocabulary.records import Beneficiary, History
from tests.adjudication import strategies as made_up

DAY = date(2026, 3, 2)


def entry(kind: TillKind, amount: int) -> TillEntry:
    return TillEntry("", "", kind, amount, DAY, "caisse")


@some.composite
def moves(draw: some.DrawFn, share: int) -> list[TillEntry]:
    """Movements that the till would take, one after the other."""
    made: list[TillEntry] = []
    for _ in range(draw(some.integers(0, 8))):
        now = balance(share, made)
        kind: TillKind = draw(some.sampled_from(tuple(MOVES)))
        most = now.to_refund if kind == "refunded" else now.open if kind in ("paid", "waived") else now.due
        if most:
            made.append(entry(kind, draw(some.integers(1, most))))
    return made


@given(some.data(), some.integers(0, 10**9), some.integers(0, 10**9))
def test_every_franc_of_the_share_is_in_exactly_one_state(data: some.DataObject, share: int, later: int) -> None:
    made = data.draw(moves(share))
    for of in (share, later):
        now = balance(of, made)
        parts = (now.due, now.paid, now.owed, now.waived)
        raised = sum(each.amount for each in made if each.kind == "raised")
        assert sum(parts) + now.rounded == of and min(parts) >= 0 and now.rounded >= -raised
        assert now.to_refund >= 0 and now.paid + now.to_refund == now.cash == expected(made)


@given(made_up.arrangements(), made_up.agreements(), made_up.people(), made_up.histories(), some.data())
def test_nothing_that_the_facility_or_a_payer_bears_is_asked_of_the_member(
    arrangement: Arrangement, agreement: Agreement | None, person: Beneficiary, history: History, data: some.DataObject
) -> None:
    coverage, visit = data.draw(made_up.coverages(person)), data.draw(made_up.visits(person))
    answer = adjudicate(arrangement, agreement, coverage, history, visit)
    made = data.draw(moves(answer.member_pays))
    now = balance(answer.member_pays, made)
    raised = sum(each.amount for each in made if each.kind == "raised")
    assert now.cash + now.open <= answer.member_pays + raised
    rest = answer.facility_bears + sum(share.amount for share in answer.shares)
    assert answer.submitted - rest == answer.member_pays


def test_a_difference_that_the_member_bears_is_paid_above_the_share_and_goes_back_with_it() -> None:
    made = [entry("raised", 20), entry("paid", 150)]
    now = balance(130, made)
    assert (now.state, now.paid, now.rounded, now.open, now.to_refund) == ("paid", 150, -20, 0, 0)
    assert balance(0, made).to_refund == 150


STATES = {
    "nothing": (0, ()),
    "due": (100, ()),
    "part-paid": (100, (("paid", 40),)),
    "owed": (100, (("paid", 40), ("owed", 60))),
    "paid": (100, (("owed", 100), ("paid", 100))),
    "waived": (100, (("waived", 100),)),
    "refund": (60, (("paid", 100),)),
    "refunded": (0, (("paid", 100), ("refunded", 100))),
}


@pytest.mark.parametrize("state", STATES)
def test_the_state_in_one_word(state: str) -> None:
    share, made = STATES[state]
    assert balance(share, [entry(kind, amount) for kind, amount in made]).state == state  # type: ignore[arg-type]


def test_a_drawer_expects_what_was_taken_less_what_was_given_back() -> None:
    made = [entry("paid", 200), entry("owed", 50), entry("waived", 30), entry("refunded", 20), entry("rounded", 5)]
    assert expected(made) == 180
