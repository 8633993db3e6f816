"""Which states a batch takes: what the payer announced and what is booked, side by side."""

from __future__ import annotations

import pytest

from facility_agent.invoicing.standing import Announced, Standing, steps
from tests.invoicing.months import batch

NOTHING = Announced(0, 0, 0, False)


def booked(paid: int = 0, owed: int = 0, **more: int) -> Standing:
    parts = {"billed": 0, "pending": 0, "contested": 0, "refused_member": 0, "refused_facility": 0, "written_off": 0}
    return Standing(batch=batch(1), paid=paid, owed=owed, **{**parts, **more})


@pytest.mark.parametrize(
    ("state", "decided", "said", "held", "expected"),
    [
        # Letters alone.
        ("decided", True, Announced(0, 100, 0, False), None, ()),
        ("decided", True, Announced(40, 60, 0, False), None, ("paid in part",)),
        ("decided", True, Announced(100, 0, 0, True), None, ("paid", "reconciled")),
        ("paid in part", True, Announced(100, 0, 0, True), None, ("paid", "reconciled")),
        ("decided", True, Announced(0, 0, 0, True), None, ("paid", "reconciled")),
        ("decided", True, Announced(0, 0, 30, False), None, ()),
        ("decided", True, Announced(70, 0, 30, False), None, ("paid",)),
        ("sent", False, Announced(0, 100, 0, False), None, ()),
        # Money that is booked, before or without any letter.
        ("sent", False, NOTHING, booked(billed=100), ()),
        ("sent", False, NOTHING, booked(40, billed=60), ("paid in part",)),
        ("closed", False, NOTHING, booked(100), ("paid", "reconciled")),
        ("received", False, NOTHING, booked(60, written_off=40), ("paid", "reconciled")),
        # Both: whichever is more, and a letter behind its money moves nothing back.
        ("decided", True, Announced(0, 100, 0, False), booked(100), ("paid", "reconciled")),
        ("decided", True, Announced(100, 0, 0, True), booked(0, 100), ("paid", "reconciled")),
        ("decided", True, Announced(30, 70, 0, False), booked(50, 50), ("paid in part",)),
        ("decided", True, Announced(0, 100, 0, False), booked(0, 100), ()),
        ("paid", True, Announced(100, 0, 0, True), booked(100), ("reconciled",)),
        ("paid", True, Announced(70, 0, 30, False), booked(70, contested=30), ()),
        ("paid", True, Announced(70, 0, 30, False), booked(70, written_off=30), ("reconciled",)),
        # Not the money's turn.
        ("sealed", False, NOTHING, booked(100), ()),
        ("endorsed", True, Announced(100, 0, 0, True), booked(100), ()),
        ("reconciled", True, Announced(100, 0, 0, True), booked(100), ()),
    ],
)
def test_a_batch_moves_as_far_as_its_money(
    state: str, decided: bool, said: Announced, held: Standing | None, expected: tuple[str, ...]
) -> None:
    assert steps(state, decided, said, held) == expected
