"""The member's share at the till: every franc of it is due, paid, owed, waived, or the difference of a cash step.

The share comes from the adjudication and from nowhere else: what the facility bears is not in it, so it can never be
asked of the member. Entries are movements from one account to another; the balance is computed from all of them, so
that a share that shrinks later turns into money to give back and is never lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from facility_agent.vocabulary.bedside import TillEntry, TillKind
from facility_agent.vocabulary.records import Record

#: Each movement takes from one account and puts into another: nothing appears and nothing is lost.
MOVES: Final[dict[TillKind, tuple[str, str]]] = {
    "paid": ("due", "cash"),
    "owed": ("due", "debt"),
    "waived": ("due", "given up"),
    "refunded": ("cash", "due"),
    "rounded": ("due", "difference"),
    "raised": ("difference", "due"),
}


class Balance(Record, frozen=True):
    """Where the member's share stands. `share` = `due` + `paid` + `owed` + `waived` + `rounded`.

    Only `rounded` may be below zero: what a cash step added for the member, where the clause says that they bear it.
    `cash` is what the drawer really holds for this visit; `to_refund` is the part of it that is above the share.
    """

    share: int
    due: int
    paid: int
    owed: int
    waived: int
    rounded: int
    cash: int
    refunded: int

    @property
    def to_refund(self) -> int:
        return self.cash - self.paid

    @property
    def open(self) -> int:
        """What the member may still be asked for: what is due and what is owed."""
        return self.due + self.owed

    @property
    def state(self) -> str:
        """In one word: nothing, due, part-paid, owed, waived, paid, refund, refunded."""
        if self.to_refund:
            return "refund"
        if self.due:
            return "part-paid" if self.paid or self.owed else "due"
        if self.owed:
            return "owed"
        if self.paid:
            return "paid"
        if self.waived or self.rounded:
            return "waived"
        return "refunded" if self.refunded else "nothing"


def balance(share: int, entries: Iterable[TillEntry]) -> Balance:
    """The state of every franc of a share. Cash counts first, then what was given up, then what is owed.

    >>> from datetime import date
    >>> e = lambda kind, amount: TillEntry("", "", kind, amount, date(2026, 3, 2), "")
    >>> b = balance(300, [e("paid", 200), e("owed", 100)])
    >>> b.due, b.paid, b.owed, b.state
    (0, 200, 100, 'owed')
    >>> b = balance(150, [e("paid", 200), e("owed", 100)])
    >>> b.paid, b.owed, b.to_refund, b.state
    (150, 0, 50, 'refund')
    """
    sums: dict[str, int] = dict.fromkeys(MOVES, 0)
    for entry in entries:
        sums[entry.kind] += entry.amount
    cash = sums["paid"] - sums["refunded"]
    raised = sums["raised"] if share else 0
    left = share + raised
    kept: dict[str, int] = {}
    for name in ("paid", "rounded", "waived", "owed"):
        kept[name] = min(cash if name == "paid" else sums[name], left)
        left -= kept[name]
    kept["rounded"] -= raised
    return Balance(share, left, **kept, cash=cash, refunded=sums["refunded"])


def expected(entries: Iterable[TillEntry]) -> int:
    """What a drawer should hold for these entries: money in less money given back."""
    signs = {"paid": 1, "refunded": -1}
    return sum(signs.get(entry.kind, 0) * entry.amount for entry in entries)
