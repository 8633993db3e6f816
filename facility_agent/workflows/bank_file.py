"""A list of the bank or of mobile money is brought: new money, money that was entered before, and what it pays."""

from __future__ import annotations

import msgspec

from facility_agent.exchange.bank_lines import BankLine, read_bank_file
from facility_agent.invoicing.matching import names
from facility_agent.storage.store.payments import PaymentFact
from facility_agent.vocabulary.payments import Banked, MoneyIn, MoneyKind
from facility_agent.workflows.books import book_of, currency_of, keep
from facility_agent.workflows.money_in import book_matches
from facility_agent.workflows.site import Site


class Brought(msgspec.Struct, frozen=True):
    """What a list brought: new lines, lines that were known, lines that show money entered before, and the rest."""

    name: str
    new: int
    again: int
    banked: int
    out: int
    failed: int
    matched: int


async def bring(site: Site, data: bytes, name: str, kind: MoneyKind, by: str) -> Brought:
    """Take in a list of a bank or operator, and book what its references say. The same list twice counts once."""
    read = read_bank_file(data, name, currency_of(site))
    async with site.store.transaction():
        if not await site.store.put_bank_file(read.digest, name, site.now(), by):
            return Brought(name, 0, len(read.lines), 0, read.out, read.failed, 0)
        book = await book_of(site)
        payers = await payers_of(site)
        shown = {fact.money for fact in book.facts if isinstance(fact, Banked)}
        waiting = [entry.money for entry in book.money.values() if not entry.money.file]
        facts: list[PaymentFact] = []
        again = banked = 0
        for line in read.lines:
            if await site.store.payment("money", line.id) or await site.store.payment("banked", line.id):
                again += 1
                continue
            held = next((money for money in waiting if money.id not in shown and _shows(line, money)), None)
            if held is not None:
                banked += 1
                shown.add(held.id)
                facts.append(Banked(line.id, held.id, line.day, line.amount, kind, line.reference, read.digest))
                continue
            payer = _recognised(line, payers)
            facts.append(MoneyIn(line.id, kind, payer, line.day, line.amount, currency_of(site), line.reference,
                                 line.label, file=read.digest, entered_by=by))  # fmt: skip
        matched = await book_matches(site, by, await keep(site, facts, book))
    return Brought(name, len(facts) - banked, again, banked, read.out, read.failed, matched)


def _shows(line: BankLine, money: MoneyIn) -> bool:
    """Whether a line of the bank shows money that somebody entered before."""
    text = f"{line.reference} {line.label}"
    return line.amount == money.amount and any(names(text, own) for own in (money.reference, money.receipt))


async def payers_of(site: Site) -> dict[str, str]:
    """The payers whose batches we hold, by code, with the names under which a bank may show them."""
    codes = {entry.batch.payer for entry in await site.store.batches()}
    every = await site.names()
    return {code: every.get(code, code) for code in codes}


def _recognised(line: BankLine, payers: dict[str, str]) -> str:
    """The one payer whose code or whole name stands in the line."""
    text = f"{line.reference} {line.label}"
    found = [code for code, name in payers.items() if names(text, code) or names(text, name)]
    return found[0] if len(found) == 1 else ""
