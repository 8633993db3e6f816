"""The ledger: records in, balanced entries out. Every minor unit of every claim is in exactly one place.

A claim is a row of places whose sum is nothing: what was billed stands against where it is now. Whatever happens to it
gives the row anew, and the entry is the difference to the row before. So no entry can lose or double anything, and an
entry that does not add up cannot be written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

import msgspec

from facility_agent.invoicing.claimed import Paper, where
from facility_agent.invoicing.entries import OPEN, Entry, Fact, Ledger, Leg, Money, Place
from facility_agent.invoicing.till import balance
from facility_agent.vocabulary.bedside import TillEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import Allocation, Banked, Contested, GivenBack, Known, MoneyIn, WriteOff
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, Decision

T = TypeVar("T")


def ledger(facts: Iterable[Fact], new: Iterable[Fact] = ()) -> Ledger:
    """The ledger of what happened, in the order in which it was written down; the same record twice counts once.

    InputError `ledger-*` for a `new` record that this history cannot hold: money spent twice, a claim paid above what
    is open, something that names what was never here. Of what was accepted before, a part that no longer fits, because
    a clock that ran backwards put a later answer in front of it, stays with its money.
    """
    book = _Book()
    for fact in facts:
        book.write(fact)
    book.strict = True
    for fact in new:
        book.write(fact)
    return book.ledger()


def extended(book: Ledger, new: Iterable[Fact], *, strict: bool = True) -> Ledger:
    """A ledger with further records behind those that it holds; the one that is given stays as it is.

    The same as reading all records anew, in the time that the new ones take. Errors as in `ledger`, unless not
    `strict`: then the records were accepted before.
    """
    assert isinstance(book.state, _Book)
    state = book.state.branch()
    state.strict = strict
    for fact in new:
        state.write(fact)
    return state.ledger()


class _Book:
    """The state while the records are read. Once a ledger is made of it, only branches of it are written to."""

    def __init__(self) -> None:
        self.strict = False
        #: The claims whose papers are this book's own; those of the book that it was branched from are copied first.
        self.own: set[str] = set()
        self.facts: list[Fact] = []
        self.entries: list[Entry] = []
        self.rows: dict[str, dict[Place, int]] = {}
        self.papers: dict[str, Paper] = {}
        self.of_visit: dict[str, str] = {}
        self.till: dict[str, tuple[TillEntry, ...]] = {}
        self.batches: dict[str, Batch] = {}
        self.money: dict[str, MoneyIn] = {}
        self.payers: dict[str, str] = {}
        self.spent: dict[str, int] = defaultdict(int)
        self.banked: set[str] = set()
        self.seen: dict[tuple[type, str], Fact] = {}

    def branch(self) -> _Book:
        """A book that goes on from here; only what it changes is copied."""
        made = _Book()
        for name in ("facts", "entries", "rows", "papers", "of_visit", "till", "batches", "money", "payers", "spent",
                     "banked", "seen"):  # fmt: skip
            setattr(made, name, getattr(self, name).copy())
        return made

    def ledger(self) -> Ledger:
        return Ledger(tuple(self.entries), self.rows, self.monies(), tuple(self.facts), self)

    def paper(self, id: str) -> Paper:
        """The paper of a claim, to be changed."""
        held = _of(self.papers, id)
        if id not in self.own:
            held = self.papers[id] = held.copy()
            self.own.add(id)
        return held

    def monies(self) -> dict[str, Money]:
        return {id: Money(money, self.payers[id], money.amount - self.spent[id]) for id, money in self.money.items()}

    def write(self, fact: Fact) -> None:
        """One record; the same again changes nothing, another under the same id is an error."""
        if not isinstance(fact, Contested):
            before = self.seen.get((type(fact), fact.id))
            if before is not None and before != fact:
                raise InputError("ledger-id-reused", id=fact.id)
            if before is not None:
                return
            self.seen[type(fact), fact.id] = fact
        self.facts.append(fact)
        match fact:
            case Claim():
                self._claim(fact)
            case Batch():
                self._batch(fact)
            case Decision() | Contested():
                self._answer(fact)
            case TillEntry():
                self.till[fact.visit] = (*self.till.get(fact.visit, ()), fact)
                if fact.visit in self.of_visit:
                    self._row(self.of_visit[fact.visit], fact.day, f"till-{fact.kind}", fact.receipt)
            case MoneyIn():
                self._money(fact)
            case Known():
                self._known(fact)
            case Banked():
                self._banked(fact)
            case Allocation():
                self._allocate(fact)
            case WriteOff():
                self._write_off(fact)
            case GivenBack():
                self._give_back(fact)

    def _claim(self, claim: Claim) -> None:
        self.papers[claim.id], self.of_visit[claim.visit.id] = Paper(claim), claim.id
        self.own.add(claim.id)
        self._row(claim.id, claim.minted_on, "heads" if claim.counted else "care", claim.number)
        if claim.replaces in self.papers:
            self.paper(claim.replaces).replaced = True
            self._row(claim.replaces, claim.minted_on, "replaced", claim.number)

    def _batch(self, batch: Batch) -> None:
        self.batches[batch.id] = batch
        for item in batch.items:
            self.paper(item.claim).due(batch.payer, batch.scheme).batch = batch.id
            self._row(item.claim, batch.closed_on, "billed", batch.number)

    def _answer(self, answer: Decision | Contested) -> None:
        batch = _of(self.batches, answer.batch)
        contested = isinstance(answer, Contested)
        day = answer.day if isinstance(answer, Contested) else answer.decided_on
        for each in answer.claims:
            id = each if isinstance(each, str) else each.claim
            due = self.paper(id).due(batch.payer, batch.scheme)
            due.contested = contested
            due.answer = due.answer if isinstance(each, str) else each
            self._row(id, day, "contested" if contested else "decided", batch.number)

    def _money(self, money: MoneyIn) -> None:
        if money.amount <= 0:
            raise InputError("ledger-amount", id=money.id)
        self.money[money.id], self.payers[money.id] = money, money.payer
        free = (_credit(money), money.payer)
        self._post(money.day, "received", money.reference, {(money.kind, ""): money.amount, free: -money.amount})

    def _known(self, known: Known) -> None:
        """The money that is still free moves to the payer that somebody recognised, or becomes an advance."""
        money, before = _of(self.money, known.money), self.payers[known.money]
        after = msgspec.structs.replace(money, advance=money.advance or known.advance)
        old, new = (_credit(money), before), (_credit(after), known.payer)
        if old != new:
            self._loosen(money, money.amount, known.day)
        if old != new and self.spent[money.id]:
            raise InputError("ledger-money-of-another", reference=money.reference, payer=before)
        free = money.amount - self.spent[money.id]
        self.payers[money.id], self.money[money.id] = known.payer, after
        if old != new:
            self._post(known.day, "known", money.reference, {old: free, new: -free})

    def _banked(self, line: Banked) -> None:
        """A cheque or notes are at the bank now; what was a transfer already is there."""
        money = _of(self.money, line.money)
        if line.amount != money.amount or money.id in self.banked:
            raise InputError("ledger-banked", reference=money.reference)
        self.banked.add(money.id)
        if money.kind != line.kind:
            legs: dict[Place, int] = {(line.kind, ""): line.amount, (money.kind, ""): -line.amount}
            self._post(line.day, "banked", line.reference, legs)

    def _allocate(self, part: Allocation) -> None:
        money, batch = _of(self.money, part.money), _of(self.batches, part.batch)
        if self.payers[money.id] != batch.payer:
            raise InputError("ledger-money-of-another", reference=money.reference, payer=self.payers[money.id])
        free = money.amount - self.spent[money.id]
        if not 0 < part.amount <= free and self.strict:
            raise InputError("ledger-money-spent", reference=money.reference, amount=part.amount, free=free)
        due = self.paper(part.claim).due(batch.payer, batch.scheme)
        amount = self._fitting(part.claim, batch, min(part.amount, free))
        if amount <= 0:
            return
        due.paid.append((money.id, _credit(money), amount))
        self.spent[money.id] += amount
        self._row(part.claim, part.day, "paid", money.reference)

    def _write_off(self, given_up: WriteOff) -> None:
        batch = _of(self.batches, given_up.batch)
        due = self.paper(given_up.claim).due(batch.payer, batch.scheme)
        due.written += max(0, self._fitting(given_up.claim, batch, given_up.amount))
        self._row(given_up.claim, given_up.day, "written-off", batch.number)

    def _give_back(self, back: GivenBack) -> None:
        money = _of(self.money, back.money)
        self._loosen(money, back.amount, back.day)
        free = money.amount - self.spent[money.id]
        if not 0 < back.amount <= free:  # notes that went out are gone: this is never bent
            raise InputError("ledger-money-spent", reference=money.reference, amount=back.amount, free=free)
        self.spent[money.id] += back.amount
        legs = {(_credit(money), self.payers[money.id]): back.amount, ("bank", ""): -back.amount}
        self._post(back.day, "given-back", back.reference, legs)

    def _loosen(self, money: MoneyIn, needed: int, day: date) -> None:
        """In what was accepted before, what went out or was recognised stands: the latest parts of that money yield."""
        if self.strict:
            return
        for id in reversed([*self.papers]):
            over = needed - (money.amount - self.spent[money.id])
            if over > 0 and (freed := self.paper(id).take_back(money.id, over)):
                self.spent[money.id] -= freed
                self._row(id, day, "paid", money.reference)

    def _fitting(self, claim: str, batch: Batch, amount: int) -> int:
        """The amount, as far as this batch still asks it of the claim: nothing is paid or given up beyond that."""
        row = self.rows[claim]
        due = self.paper(claim).due(batch.payer, batch.scheme)
        left = sum(row.get((account, batch.payer), 0) for account in OPEN)
        left = min(left, due.amount - due.settled) if due.batch == batch.id else 0
        if not 0 < amount <= left and self.strict:
            raise InputError("ledger-above-open", claim=self.papers[claim].claim.number, amount=amount, open=left)
        return min(amount, left)

    def _row(self, id: str, day: date, what: str, reference: str) -> None:
        """The claim's row as it is now; the entry is what changed."""
        paper = self.paper(id)
        for money, amount in paper.release():
            self.spent[money] -= amount
        share = 0 if paper.replaced else paper.claim.adjudication.member_pays
        now = where(paper, balance(share, self.till.get(paper.claim.visit.id, ())), self.payers)
        before = self.rows.get(id, {})
        self.rows[id] = now
        changed = {place: now.get(place, 0) - before.get(place, 0) for place in {**before, **now}}
        self._post(day, what, reference, changed, id)

    def _post(self, day: date, what: str, reference: str, legs: Mapping[Place, int], claim: str = "") -> None:
        kept = tuple(
            Leg(account, party, amount, claim)
            for (account, party), amount in sorted(legs.items(), key=lambda leg: (-leg[1], leg[0]))
            if amount
        )
        if sum(leg.amount for leg in kept):
            raise ValueError(f"an entry that does not add up: {what} {reference}")
        if kept:
            self.entries.append(Entry(day, what, reference, kept))


def _credit(money: MoneyIn) -> str:
    """Where money waits until it pays something."""
    return "advance" if money.advance else "payer-credit"


def _of(kept: Mapping[str, T], id: str) -> T:
    """What is kept under that id; InputError `ledger-unknown`."""
    if id not in kept:
        raise InputError("ledger-unknown", id=id)
    return kept[id]
