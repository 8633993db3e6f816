"""Which claims a payment pays: those that the payer's own list names, those of a batch in its order, or a proposal.

Reference first. An amount alone proposes and never books: two batches may well be alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from facility_agent.invoicing.entries import OPEN, Ledger, Money
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch, Remittance

#: A shorter reference stands by chance in too many lines.
SHORTEST: Final = 4


class Part(Record, frozen=True):
    """What some money would pay of one claim."""

    batch: str
    claim: str
    amount: int


class Match(Record, frozen=True):
    """Where some money belongs. `by` reference it may be booked; by amount a person says yes."""

    money: str
    by: Literal["reference", "number", "amount"]
    parts: tuple[Part, ...]


def key(text: str) -> str:
    """A reference as it is compared: letters and digits alone.

    >>> key("VIR-0001 / é"), key("vir 0001é")
    ('vir0001e', 'vir0001e')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def names(text: str, reference: str) -> bool:
    """Whether a line names a reference, and not a longer one that begins alike.

    >>> names("VIR MUTUELLE CSPS-MUT-0001 AVRIL", "CSPS-MUT-0001"), names("REF 120012", "1200"), names("x", "")
    (True, False, False)
    """
    wanted, found = key(reference), key(text)
    if len(wanted) < SHORTEST:
        return wanted != "" and wanted in (key(word) for word in text.split())
    at = found.find(wanted)
    while at >= 0:
        before, after = found[at - 1 : at], found[at + len(wanted) : at + len(wanted) + 1]
        if not (before.isdigit() and wanted[0].isdigit()) and not (after.isdigit() and wanted[-1].isdigit()):
            return True
        at = found.find(wanted, at + 1)
    return False


def plan(book: Ledger, batch: Batch, amount: int) -> tuple[Part, ...]:
    """How an amount pays a batch: accepted money first, in the order of the batch, then what is not refused."""
    left, taken = amount, dict.fromkeys((item.claim for item in batch.items), 0)
    for accounts in (OPEN[:1], OPEN[1:]):
        for claim in taken:
            row = book.claims.get(claim, {})
            part = min(left, sum(row.get((account, batch.payer), 0) for account in accounts))
            taken[claim] += part
            left -= part
    return tuple(Part(batch.id, claim, part) for claim, part in taken.items() if part)


def match(book: Ledger, money: Money, batches: Sequence[Batch], announced: Iterable[Remittance] = ()) -> Match | None:
    """Where free money belongs, if its own words or its amount say so. An advance waits for somebody to draw on it."""
    if not money.free or money.money.advance:
        return None
    ours = {batch.id: batch for batch in batches if money.payer in ("", batch.payer)}
    text = f"{money.money.reference} {money.money.label}"
    lists = [each for each in announced if each.batch in ours and names(text, each.reference)]
    parts = _listed(book, ours, lists, money.free)
    if parts:
        return Match(money.money.id, "reference", parts)
    named = [batch for batch in ours.values() if names(text, batch.number)]
    if named and len({batch.payer for batch in named}) == 1:
        parts = _grouped(book, named, money.free)
        if parts:
            return Match(money.money.id, "number", parts)
    alike = [batch for batch in ours.values() if _owed(book, batch) == money.free]
    return Match(money.money.id, "amount", plan(book, alike[0], money.free)) if len(alike) == 1 else None


def _listed(book: Ledger, batches: dict[str, Batch], lists: Sequence[Remittance], free: int) -> tuple[Part, ...]:
    """The claims of the payer's own lists, each up to what is still open, as far as the money goes."""
    if len({batches[each.batch].payer for each in lists}) > 1:
        return ()
    found: list[Part] = []
    taken: dict[str, int] = {}
    for each in lists:
        for claim, amount in each.items:
            still = book.open_of(claim, batches[each.batch].payer) - taken.get(claim, 0)
            part = min(free, amount, still)
            if part > 0:
                found.append(Part(each.batch, claim, part))
                taken[claim] = taken.get(claim, 0) + part
                free -= part
    return tuple(found)


def _grouped(book: Ledger, batches: Sequence[Batch], free: int) -> tuple[Part, ...]:
    """Several invoices in one payment, in the order of their numbers."""
    found: list[Part] = []
    for batch in sorted(batches, key=lambda batch: batch.number):
        parts = plan(book, batch, free)
        found += parts
        free -= sum(part.amount for part in parts)
    return tuple(found)


def _owed(book: Ledger, batch: Batch) -> int:
    """What this payer owes of a batch by its decision; of one that is not decided, all that is open."""
    rows = [book.claims.get(item.claim, {}) for item in batch.items]
    owed = sum(row.get(("owed", batch.payer), 0) for row in rows)
    return owed or sum(row.get((account, batch.payer), 0) for row in rows for account in OPEN)
