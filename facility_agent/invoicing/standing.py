"""Where the money of a batch stands in the books, and how far that moves the batch."""

from __future__ import annotations

from typing import Final

from facility_agent.invoicing.entries import PAID, Ledger
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch

#: Where a payer's part of a claim may be, beside what is paid.
PLACES: Final = ("billed", "owed", "pending", "contested", "refused-member", "refused-facility", "written-off")
#: Behind these states the money of a batch may move it.
PAYABLE: Final = ("closed", "sent", "received", "decided", "paid in part", "paid")


class Standing(Record, frozen=True, kw_only=True):
    """Where the money of one batch is; the parts add up to what was invoiced, less claims that were replaced."""

    batch: Batch
    billed: int
    owed: int
    pending: int
    contested: int
    refused_member: int
    refused_facility: int
    written_off: int
    paid: int

    @property
    def open(self) -> int:
        return self.billed + self.owed + self.pending + self.contested


class Announced(Record, frozen=True):
    """What the payer's letters say: `paid`, `open` of what it accepted, held for a paper, and whether that is all."""

    paid: int
    open: int
    pending: int
    closed: bool


def standing(book: Ledger, batch: Batch) -> Standing:
    """Where the claims of a batch stand with its payer."""
    sums: dict[str, int] = {}
    for item in batch.items:
        for (account, party), amount in book.claims.get(item.claim, {}).items():
            if party == batch.payer:
                sums[account] = sums.get(account, 0) + amount
    paid = sum(sums.get(name, 0) for name in PAID)
    parts = {name.replace("-", "_"): sums.get(name, 0) for name in PLACES}
    return Standing(batch=batch, paid=paid, **parts)


def steps(state: str, decided: bool, said: Announced, booked: Standing | None) -> tuple[str, ...]:
    """The states that a batch takes now, in order: what was announced or what is booked counts, whichever is more.

    `booked` None: no money was ever booked. A batch of which nothing is accepted is paid and reconciled at once; one
    with lines that wait for a paper is not, and one that nobody answered moves by booked money alone.
    """
    if state not in PAYABLE or (booked is None and not decided):
        return ()
    paid, left, pending, closed = said.paid, said.open, said.pending, said.closed
    if booked is not None:
        paid = max(paid, booked.paid + booked.written_off)
        left = min(left, booked.owed) if decided else booked.open
        pending = min(pending, booked.pending)
        closed = closed or booked.open == 0
    if left or (pending and not paid):
        return ("paid in part",) if paid else ()
    return (*(() if state == "paid" else ("paid",)), *(("reconciled",) if closed else ()))
