"""Every franc of a batch is somewhere, whatever was decided, paid, paid twice or never decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.audit.reconcile import reconcile, remittance_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import (
    Batch,
    BatchItem,
    ClaimDecision,
    Decision,
    LineDecision,
    Remittance,
)
from facility_agent.words import Words
from tests.builders import DAY, batch

PAID_ON = date(2026, 5, 15)


def item(number: int, due: int) -> BatchItem:
    return BatchItem(f"c{number}", f"F-{number:04d}", "", DAY, "", "", "", due, due, 0, 0, 0)


def sent(*dues: int) -> Batch:
    return msgspec.structs.replace(batch([]), items=tuple(item(number, due) for number, due in enumerate(dues)))


def line(number: int, outcome: Any, claimed: int, amount: int) -> LineDecision:
    return LineDecision(f"l{number}", outcome, claimed, amount)


def answer(*claims: tuple[str, LineDecision]) -> Decision:
    return Decision("D", "B", DAY, "issa", tuple(ClaimDecision(claim, (entry,)) for claim, entry in claims))


MONTH = sent(1000, 600, 400, 300)
DECIDED = answer(
    ("c0", line(1, "accepted", 1000, 1000)),
    ("c1", line(1, "reduced", 600, 450)),
    ("c2", line(1, "refused", 400, 0)),
    ("c3", line(1, "pending", 300, 0)),
)


def pay(amount: int | None = None, *earlier: Remittance, id: str = "R1") -> Remittance:
    return remittance_of(DECIDED, MONTH, id=id, reference="VIR 12", paid_on=PAID_ON, amount=amount, earlier=earlier)


def test_a_batch_without_a_decision_is_undecided() -> None:
    state = reconcile(MONTH, None)
    assert (state.claimed, state.undecided, state.open, state.closed) == (2300, 2300, 0, False)


def test_a_decision_splits_what_was_claimed() -> None:
    state = reconcile(MONTH, DECIDED)
    assert (state.accepted, state.reduced, state.refused, state.pending) == (1450, 150, 400, 300)
    assert (state.open, state.paid) == (1450, 0)


def test_a_payment_of_all_leaves_nothing_open() -> None:
    payment = pay()
    assert payment.items == (("c0", 1000), ("c1", 450))
    state = reconcile(MONTH, DECIDED, [payment])
    assert (state.paid, state.open, state.closed) == (1450, 0, False)


def test_a_month_is_closed_when_nothing_is_pending_either() -> None:
    settled = msgspec.structs.replace(
        DECIDED, claims=(*DECIDED.claims[:3], ClaimDecision("c3", (line(1, "refused", 300, 0),)))
    )
    assert reconcile(MONTH, settled, [pay()]).closed


def test_payments_in_parts_follow_the_order_of_the_batch() -> None:
    first = pay(1200)
    second = pay(None, first, id="R2")
    assert first.items == (("c0", 1000), ("c1", 200))
    assert second.items == (("c1", 250),)
    assert reconcile(MONTH, DECIDED, [first, second]).open == 0


def test_a_payment_that_came_twice_counts_once() -> None:
    assert reconcile(MONTH, DECIDED, [pay(), pay()]).paid == 1450


def test_what_was_paid_too_much_stands_apart() -> None:
    more = Remittance("R9", MONTH.id, "D", "VIR 13", PAID_ON, "XOF", 500, (("c2", 100), ("c0", 250), ("c9", 50)))
    state = reconcile(MONTH, DECIDED, [pay(), more])
    assert (state.overpaid, state.paid, state.unallocated) == (350, 1800, 150)


MISTAKES: list[tuple[str, Any]] = [
    ("payment-above-open", lambda: pay(1451)),
    ("payment-above-open", lambda: pay(0)),
    ("payment-nothing-open", lambda: pay(None, pay())),
    ("remittance-of-another-batch",
     lambda: reconcile(MONTH, DECIDED, [msgspec.structs.replace(pay(), batch="other")])),
    ("remittance-of-another-batch",
     lambda: reconcile(MONTH, DECIDED, [msgspec.structs.replace(pay(), currency="RWF")])),
    ("remittance-differs", lambda: reconcile(MONTH, DECIDED, [pay(), msgspec.structs.replace(pay(), amount=1)])),
]  # fmt: skip


@pytest.mark.parametrize(("code", "act"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_payment_that_cannot_stand_is_refused_with_a_sentence(code: str, act: Any) -> None:
    with pytest.raises(InputError) as caught:
        act()
    assert caught.value.code == code
    for language in ("fr", "en"):
        sentence = Words(language)(f"error.{code}", **caught.value.fields)
        assert "{" not in sentence and len(sentence) > 60


amounts = st.integers(0, 5000)
outcomes = st.sampled_from(["accepted", "reduced", "refused", "pending"])


@st.composite
def settlements(draw: st.DrawFn) -> tuple[Batch, Decision | None, list[Remittance]]:
    """Any batch, decision and payments: honest ones and those that disagree with each other."""
    month = sent(*draw(st.lists(amounts, max_size=6)))
    claims = []
    for entry in month.items:
        if draw(st.booleans()):
            rows = []
            for number in range(draw(st.integers(0, 3))):
                claimed = draw(amounts)
                rows.append(line(number, draw(outcomes), claimed, draw(st.integers(0, claimed))))
            claims.append(ClaimDecision(entry.claim, tuple(rows)))
    decision = draw(st.sampled_from([None, Decision("D", month.id, DAY, "issa", tuple(claims))]))
    payments = []
    for number in range(draw(st.integers(0, 3))):
        items = draw(st.lists(st.tuples(st.sampled_from(["c0", "c1", "c2", "c9"]), amounts), max_size=4))
        payments.append(
            Remittance(f"R{number}", month.id, "D", "VIR", PAID_ON, "XOF", draw(st.integers(0, 9000)), tuple(items))
        )
    return month, decision, payments


@given(settlements())
def test_every_franc_is_somewhere(case: tuple[Batch, Decision | None, list[Remittance]]) -> None:
    month, decision, payments = case
    state = reconcile(month, decision, payments)
    for balance in (*state.claims, state):
        parts = (balance.open, balance.reduced, balance.refused, balance.pending, balance.undecided)
        assert all(part >= 0 for part in parts)
        assert balance.claimed + balance.overpaid == balance.paid + sum(parts)
        assert balance.claimed == balance.accepted + sum(parts[1:])
    assert state.claimed == month.due
    assert state.paid + state.unallocated == sum(payment.amount for payment in payments)


@given(st.lists(amounts, min_size=1, max_size=6), st.data())
def test_payments_in_any_parts_close_what_is_open_to_the_franc(dues: list[int], data: st.DataObject) -> None:
    month = sent(*dues)
    decision = answer(*((entry.claim, line(1, "accepted", entry.due, entry.due)) for entry in month.items))
    payments: list[Remittance] = []
    while (left := reconcile(month, decision, payments).open) > 0:
        part = data.draw(st.integers(max(1, left // 3), left))
        number = len(payments)
        payments.append(
            remittance_of(
                decision, month, id=f"R{number}", reference="VIR", paid_on=PAID_ON, amount=part, earlier=payments
            )
        )
    state = reconcile(month, decision, payments)
    assert state.closed and state.paid == month.due and state.unallocated == 0
