"""What members bring themselves: receipts to be refunded, and complaints. Amounts are whole minor units."""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Record

Channel = Literal["voice", "paper", "telephone"]
State = Literal["received", "decided", "paid", "refused"]


class ReceiptLine(Record, frozen=True):
    """One line of a receipt: the act, how often, and the unit price that the member paid."""

    act: str
    quantity: int
    price: int


class MemberClaim(Record, frozen=True):
    """A receipt that a member has paid and asks to be refunded (*demande de remboursement*).

    `provider` is the code of a facility with an agreement, or any other name; `proposed` is what the rules say that we
    owe, `proposed_lines` and `granted_lines` the same line by line. `confirmed_by` is the second person, where the
    amount takes two: until then a decision is a word that waits. `signed_by` and `sign` say who signed, and how.
    """

    id: str
    number: str
    member: str
    name: str
    provider: str
    receipt: str
    day: date
    currency: str
    lines: tuple[ReceiptLine, ...]
    received_on: date
    entered_by: str
    proposed: int
    findings: tuple[Finding, ...] = ()
    state: State = "received"
    granted: int = 0
    reason: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    paid_by: str = ""
    paid_on: date | None = None
    signed_by: str = ""
    sign: Literal["", "signature", "fingerprint"] = ""
    proposed_lines: tuple[int, ...] = ()
    granted_lines: tuple[int, ...] = ()
    confirmed_by: str = ""

    @property
    def waits_for_second(self) -> bool:
        """Whether somebody has decided, and somebody else must confirm."""
        return self.state == "received" and bool(self.decided_by)

    @property
    def asked(self) -> int:
        """What the receipt comes to."""
        return sum(line.quantity * line.price for line in self.lines)


class Complaint(Record, frozen=True):
    """What a member complains of, by voice, on paper or on the telephone, and the answer."""

    id: str
    number: str
    member: str
    facility: str
    channel: Channel
    said: str
    received_on: date
    written_by: str
    claim: str = ""
    answer: str = ""
    answered_by: str = ""
    answered_on: date | None = None
