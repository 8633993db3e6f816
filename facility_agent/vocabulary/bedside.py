"""What a visit leaves beside its care: what was prescribed, what could not be given, money at the till, sheets.

Amounts are whole minor units, days are local. Records are kept as they were written; a correction is another record.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.records import Record

#: What is counted for the scoreboard of the contract: nothing on the shelf, care not given, a card not accepted.
NoteKind = Literal["out-of-stock", "not-given", "card-refused"]
#: What can happen to the member's share (see `invoicing.till`).
TillKind = Literal["paid", "owed", "waived", "refunded", "rounded", "raised"]
SheetKind = Literal["referral", "evacuation", "counter-referral", "prescription"]


class Prescription(Record, frozen=True):
    """An act or medicine that was prescribed: what was given of it stands in the care lines that name it.

    `until` is the last day on which it may be filled, None while the clause is open. `elsewhere`: another facility
    dispenses it. `facility` is the one where it was written.
    """

    id: str
    facility: str
    visit: str
    member: str
    act: str
    quantity: int
    written_on: date
    until: date | None = None
    elsewhere: bool = False


class Rest(Record, frozen=True):
    """A prescription with what was given of it so far."""

    prescription: Prescription
    given: int

    @property
    def left(self) -> int:
        """What may still be given; never below zero."""
        return max(0, self.prescription.quantity - self.given)

    def open_on(self, day: date) -> bool:
        """Whether something is left and the prescription still holds on that day."""
        until = self.prescription.until
        return self.left > 0 and (until is None or day <= until)


class CareNote(Record, frozen=True):
    """Something that did not happen and is counted; `visit` and `act` are empty for a card refused at the desk."""

    id: str
    kind: NoteKind
    day: date
    visit: str = ""
    act: str = ""
    quantity: int = 0
    member: str = ""
    reason: str = ""


class TillEntry(Record, frozen=True):
    """One movement of a member's share, in minor units. `id` is made by the client: the same one twice counts once.

    `receipt` is the number that the till gave, or that of the paper booklet. `borne_by` names who bears a waived
    amount or the difference of a cash step.
    """

    id: str
    visit: str
    kind: TillKind
    amount: int
    day: date
    cashier: str
    receipt: str = ""
    reason: str = ""
    borne_by: str = ""


class TillCount(Record, frozen=True):
    """A cashier's close: what the entries up to `through` expect, what was counted, and to whom it was handed."""

    id: str
    cashier: str
    day: date
    through: int
    expected: int
    counted: int
    handed_to: str
    reason: str = ""

    @property
    def difference(self) -> int:
        """What is too much in the drawer; below zero, what is missing."""
        return self.counted - self.expected


class Item(Record, frozen=True):
    """One line of a prescription that is carried elsewhere."""

    act: str
    quantity: int


class Sheet(Record, frozen=True):
    """A sheet that a person carries from one facility to another, or that was brought from one.

    `sender` wrote it, `to` receives it. `token` is the text of its signed code, empty when it was filled in by hand.
    `reason` and `treatment` may name health: they stand on the paper and are in no code.
    """

    id: str
    kind: SheetKind
    number: str
    sender: str
    to: str
    day: date
    visit: str
    member: str = ""
    name: str = ""
    reason: str = ""
    treatment: str = ""
    kilometres: int | None = None
    companion: str = ""
    items: tuple[Item, ...] = ()
    until: date | None = None
    by_hand: bool = False
    token: str = ""
