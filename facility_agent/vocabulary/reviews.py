"""What persons do with an audited claim at the payer: a ruling, a second pair of eyes, a question to the member.

Amounts are whole minor units of the batch's currency, and those of this payer.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.records import Record


class RuledLine(Record, frozen=True):
    """One line as a person decided it; `pending` holds it until a paper comes, and pays nothing yet."""

    line: str
    amount: int
    pending: bool = False


class Ruling(Record, frozen=True):
    """A person's word on one claim of a batch; `reason` may be empty only where it follows the proposal."""

    batch: str
    claim: str
    lines: tuple[RuledLine, ...]
    reason: str = ""

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


class Ruled(Record, frozen=True):
    """A ruling that stands, who gave it, and who looked at it after them."""

    ruling: Ruling
    by: str
    seconded_by: str = ""


class CounterCheck(Record, frozen=True):
    """A question to the member about one claim, at home or on the telephone, and what was answered.

    `came` says whether the care took place, `paid` what the member says to have paid, in minor units.
    """

    id: str
    claim: str
    number: str
    member: str
    name: str
    facility: str
    day: date
    how: Literal["visit", "call"]
    asked_on: date
    expected: int
    came: bool | None = None
    paid: int | None = None
    said: str = ""
    answered_on: date | None = None

    @property
    def differs(self) -> bool:
        """Whether the answer is not what the claim says."""
        return self.came is False or (self.paid is not None and self.paid != self.expected)
