"""What the people of a batch suffer from, apart from its statement: a list for the payer's medical adviser alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from facility_agent.vocabulary.records import Claim, Record
from facility_agent.vocabulary.settlement import Batch


class ConditionRow(Record, frozen=True):
    """One claim with a condition: its place in the batch (from 1), and no name beside what it says."""

    position: int
    number: str
    day: date
    member: str
    code: str
    text: str


def conditions_of(batch: Batch, claims: Iterable[Claim]) -> tuple[ConditionRow, ...]:
    """The claims that state a condition, in the order of the batch."""
    held = {claim.id: claim.visit for claim in claims}
    return tuple(
        ConditionRow(position, item.number, item.day, item.member, visit.condition, visit.condition_text)
        for position, item in enumerate(batch.items, 1)
        if (visit := held.get(item.claim)) is not None and (visit.condition or visit.condition_text)
    )
