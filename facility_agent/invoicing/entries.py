"""What a ledger holds: accounts and places, entries with their legs, money, and where each claim stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from facility_agent.vocabulary.bedside import TillEntry
from facility_agent.vocabulary.payments import Allocation, Banked, Contested, GivenBack, Known, MoneyIn, WriteOff
from facility_agent.vocabulary.records import Claim, Record
from facility_agent.vocabulary.settlement import Batch, Decision

#: An account and the party it stands for; the party is empty where there is only one.
Place = tuple[str, str]
Fact = Claim | Batch | Decision | Contested | MoneyIn | Known | Banked | Allocation | WriteOff | GivenBack | TillEntry

#: Where a payer's money for a claim comes from: what it paid, and what it gave before.
PAID: Final = ("payer-credit", "advance")
#: The places of a claim that a payer still owes, in the order in which money fills them.
OPEN: Final = ("owed", "billed", "pending", "contested")
#: Every account of the ledger. `care` stands against all the others.
ACCOUNTS: Final = (
    "care", "facility-bears", "unbilled", *OPEN, "refused-facility", "refused-member", "written-off",
    "member-due", "member-owed", "till", "member-credit", "waived", "rounded",
    "bank", "mobile", "cheque", "cash", *PAID,
)  # fmt: skip


class Leg(Record, frozen=True):
    """One line of an entry: above zero a debit, below zero a credit."""

    account: str
    party: str
    amount: int
    claim: str = ""


class Entry(Record, frozen=True):
    """What one record did; its legs add up to nothing."""

    day: date
    what: str
    reference: str
    legs: tuple[Leg, ...]


class Money(Record, frozen=True):
    """Some money and what of it is still free."""

    money: MoneyIn
    payer: str
    free: int


@dataclass(frozen=True)
class Ledger:
    """All entries in order, where each claim stands, what of the money is free, and the records that say so.

    `state` is what `ledger.extended` goes on from: nobody else reads it.
    """

    entries: tuple[Entry, ...]
    claims: dict[str, dict[Place, int]]
    money: dict[str, Money]
    facts: tuple[Fact, ...] = ()
    state: object = field(default=None, compare=False, repr=False)

    @property
    def balances(self) -> dict[Place, int]:
        """The balance of every account by party; together they are nothing."""
        sums: dict[Place, int] = defaultdict(int)
        for entry in self.entries:
            for leg in entry.legs:
                sums[leg.account, leg.party] += leg.amount
        return dict(sums)

    def open_of(self, claim: str, payer: str) -> int:
        """What that payer still owes of a claim, decided or not."""
        row = self.claims.get(claim, {})
        return sum(row.get((account, payer), 0) for account in OPEN)
