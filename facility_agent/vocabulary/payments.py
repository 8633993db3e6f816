"""What the facility receives and what it does with it: money in, where it is put, what is given up or given back.

Amounts are whole minor units above zero, days are local. Nothing is edited: each is kept as it was written, under an id
of its own, and the same id counts once.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.records import Record

#: How money comes: a transfer, mobile money, a cheque, notes against a receipt.
MoneyKind = Literal["bank", "mobile", "cheque", "cash"]


class MoneyIn(Record, frozen=True):
    """One amount of a payer. An `advance` (provision) is drawn down by invoices that come later.

    `reference` is the payer's or the bank's; `label` the rest of the line; `receipt` our own number for notes;
    `file` the SHA-256 of the list that brought it, empty when somebody entered it. `payer` is empty while nobody knows.
    """

    id: str
    kind: MoneyKind
    payer: str
    day: date
    amount: int
    currency: str
    reference: str
    label: str = ""
    advance: bool = False
    receipt: str = ""
    file: str = ""
    entered_by: str = ""


class Known(Record, frozen=True):
    """Whose money it is, once somebody knows, and whether it is an advance."""

    id: str
    money: str
    payer: str
    day: date
    by: str = ""
    advance: bool = False


class Banked(Record, frozen=True):
    """A line of a bank's list that shows money which was entered before: a cheque that was cashed, notes paid in."""

    id: str
    money: str
    day: date
    amount: int
    kind: MoneyKind
    reference: str
    file: str = ""


class Allocation(Record, frozen=True):
    """A part of some money that pays one claim of a batch."""

    id: str
    money: str
    batch: str
    claim: str
    amount: int
    day: date
    by: str = ""


class WriteOff(Record, frozen=True):
    """A part of a claim that is given up, and why."""

    id: str
    batch: str
    claim: str
    amount: int
    reason: str
    day: date
    by: str = ""


class GivenBack(Record, frozen=True):
    """Money that was too much and went back to its payer."""

    id: str
    money: str
    amount: int
    day: date
    reference: str
    by: str = ""


class Contested(Record, frozen=True):
    """What a decision refused of these claims is contested, from that day until it is decided again."""

    batch: str
    claims: tuple[str, ...]
    day: date
