"""Money in: what somebody enters, which claims it pays, what is drawn from an advance, given up or given back.

Nothing is booked that the ledger cannot hold, and whatever is sent twice counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from facility_agent.invoicing.entries import Ledger, Money
from facility_agent.invoicing.matching import Match, key, match, plan
from facility_agent.storage.store.payments import PaymentFact
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import Allocation, GivenBack, Known, MoneyIn, MoneyKind, WriteOff
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.books import book_of, currency_of, keep
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import Site

#: Whose money it is when it is no payer's: till money that was brought to the bank, a gift.
OTHER: Final = "other"


async def enter(
    site: Site, id: str, kind: MoneyKind, payer: str, day: date, amount: int, reference: str, by: str,
    *, advance: bool = False,
) -> MoneyIn:  # fmt: skip
    """Money entered by hand: from whom, when, how much, under which reference. Notes get a receipt of ours.

    InputError `money-nothing`, `money-in-future`, `reference-missing`, `money-known` when a list already shows it.
    """
    held = await site.store.payment("money", id)
    if isinstance(held, MoneyIn):
        return held
    if amount <= 0:
        raise InputError("money-nothing")
    if day > site.today():
        raise InputError("money-in-future", day=day.isoformat())
    if not reference.strip() and kind != "cash":
        raise InputError("reference-missing")
    async with site.store.transaction():
        book = await book_of(site)
        for entry in book.money.values():
            known = entry.money
            if key(reference) and key(known.reference) == key(reference) and known.amount == amount:
                raise InputError("money-known", reference=known.reference, amount=amount, day=known.day.isoformat())
        receipt = ""
        if kind == "cash":
            number = await site.store.next_number(f"payer-receipt:{day.year}")
            receipt = f"{site.config.code}-E{day.year}-{number:06d}"
        made = MoneyIn(id, kind, payer, day, amount, currency_of(site), reference.strip() or receipt,
                       advance=advance, receipt=receipt, entered_by=by)  # fmt: skip
        await book_matches(site, by, await keep(site, [made], book))
    return made


async def recognise(site: Site, id: str, money: str, payer: str, by: str, *, advance: bool = False) -> None:
    """Say whose money it is, `other` for what is no payer's, and whether it is an advance."""
    async with site.store.transaction():
        if await site.store.payment("known", id):
            return
        await book_matches(site, by, await keep(site, [Known(id, money, payer, site.today(), by, advance)]))


async def put(site: Site, id: str, money: str, batch: str, amount: int | None, by: str) -> int:
    """Put some money on a batch, all that is free unless an amount is named; returns what was put.

    InputError `money-nothing-open` when the batch asks for nothing more.
    """
    async with site.store.transaction():
        if await site.store.payment("allocation", f"{id}-1"):
            return 0
        book, entry = await book_of(site), await site.store.batch(batch)
        if entry is None:
            raise InputError("batch-unknown", batch=batch)
        held = book.money.get(money)
        if held is None:
            raise InputError("ledger-unknown", id=money)
        wanted = held.free if amount is None else amount
        parts = plan(book, entry.batch, wanted)
        if amount is not None and sum(part.amount for part in parts) < amount:
            left = sum(part.amount for part in parts)
            raise InputError("ledger-above-open", claim=entry.batch.number, amount=amount, open=left)
        if not parts:
            raise InputError("money-nothing-open", batch=entry.batch.number)
        facts: list[PaymentFact] = []
        if not held.payer:
            facts.append(Known(f"{id}-0", money, entry.batch.payer, site.today(), by))
        facts += [
            Allocation(f"{id}-{place}", money, part.batch, part.claim, part.amount, site.today(), by)
            for place, part in enumerate(parts, 1)
        ]
        await book_parts(site, facts, by, book)
    return sum(part.amount for part in parts)


async def draw(site: Site, id: str, batch: str, by: str) -> int:
    """Pay a batch out of the payer's advances, the oldest first; returns what was drawn."""
    async with site.store.transaction():
        entry = await site.store.batch(batch)
        if entry is None:
            raise InputError("batch-unknown", batch=batch)
        book = await book_of(site)
        advances = [each for each in book.money.values() if each.money.advance and each.payer == entry.batch.payer]
        drawn = 0
        for place, each in enumerate(sorted(advances, key=lambda each: (each.money.day, each.money.id))):
            if each.free and plan(await book_of(site), entry.batch, each.free):
                drawn += await put(site, f"{id}-{place}", each.money.id, batch, None, by)
        if not drawn:
            raise InputError("advance-nothing", batch=entry.batch.number)
    return drawn


async def write_off(site: Site, id: str, batch: str, claim: str, amount: int | None, reason: str, by: str) -> int:
    """Give up what a batch still asks, of one claim or of all, and say why; returns what was given up."""
    if not reason.strip():
        raise InputError("reason-missing")
    async with site.store.transaction():
        if await site.store.payment("write-off", f"{id}-1"):
            return 0
        entry = await site.store.batch(batch)
        if entry is None:
            raise InputError("batch-unknown", batch=batch)
        book = await book_of(site)
        asked = [item.claim for item in entry.batch.items if claim in ("", item.claim)]
        every = {each: book.open_of(each, entry.batch.payer) for each in asked}
        if amount is not None and (len(asked) != 1 or not 0 < amount <= every[asked[0]]):
            raise InputError("ledger-above-open", claim=claim or entry.batch.number, amount=amount,
                             open=sum(every.values()))  # fmt: skip
        parts = {each: open_now if amount is None else amount for each, open_now in every.items() if open_now}
        if not parts:
            raise InputError("money-nothing-open", batch=entry.batch.number)
        facts: list[PaymentFact] = [
            WriteOff(f"{id}-{place}", batch, each, part, reason.strip(), site.today(), by)
            for place, (each, part) in enumerate(parts.items(), 1)
        ]
        await book_parts(site, facts, by, book)
    return sum(parts.values())


async def give_back(site: Site, id: str, money: str, amount: int, reference: str, by: str) -> None:
    """Send back what a payer paid too much."""
    if not reference.strip():
        raise InputError("reference-missing")
    async with site.store.transaction():
        await keep(site, [GivenBack(id, money, amount, site.today(), reference.strip(), by)])


async def book_matches(site: Site, by: str, book: Ledger) -> int:
    """Book all free money whose reference names what it pays; returns how many amounts found their place."""
    batches = tuple(entry.batch for entry in await site.store.batches())
    announced, placed = await site.store.announced(), 0
    for id in list(book.money):
        found = match(book, book.money[id], batches, announced)
        if found is None or found.by == "amount":
            continue
        book = await book_parts(site, _facts(site, found, book.money[id], batches, by), by, book)
        placed += 1
    return placed


async def book_parts(site: Site, facts: Sequence[PaymentFact], by: str, book: Ledger) -> Ledger:
    """Book what pays or gives up parts of batches, and move these as far as their money has come."""
    book = await keep(site, facts, book)
    for id in dict.fromkeys(fact.batch for fact in facts if isinstance(fact, Allocation | WriteOff)):
        entry = await site.store.batch(id)
        if entry is not None:
            await settle(site, entry.batch, by, book)
    return book


def _facts(site: Site, found: Match, money: Money, batches: Sequence[Batch], by: str) -> list[PaymentFact]:
    payer = next(batch.payer for batch in batches if batch.id == found.parts[0].batch)
    facts: list[PaymentFact] = []
    if not money.payer:
        facts.append(Known(site.new_id(), money.money.id, payer, site.today(), by))
    for part in found.parts:
        facts.append(Allocation(site.new_id(), found.money, part.batch, part.claim, part.amount, site.today(), by))
    return facts
