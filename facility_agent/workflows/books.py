"""The books: the ledger of everything that happened, where each batch stands, and the accountant's journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from facility_agent.documents.journal import Chart, journal_csv, read_chart
from facility_agent.invoicing.entries import PAID, Ledger, Money
from facility_agent.invoicing.ledger import extended, ledger
from facility_agent.invoicing.matching import Match, match
from facility_agent.invoicing.standing import Standing, standing
from facility_agent.storage.store.payments import PaymentFact, rests_on
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import Contested
from facility_agent.workflows.site import Site

#: The file in which a facility writes the accounts of its own accountant.
CHART: Final = "accounts.toml"
#: So many of the counts are of records; the last one is of claims that are contested.
RECORDS: Final = 5


class Overview(msgspec.Struct, frozen=True):
    """The page of money in: what is free and where it may belong, and where every batch stands."""

    money: tuple[Money, ...]
    matches: dict[str, Match]
    standings: tuple[Standing, ...]
    book: Ledger
    currency: str


class _Kept(msgspec.Struct, frozen=True):
    """The ledger of so many records, the key of the last one, and the ids of all.

    Not `plain`: the order was not that of the keys, or a contest was no record; then all is read anew.
    """

    counts: tuple[int, ...]
    book: Ledger
    last: tuple[str, int, int, str]
    ids: frozenset[str]
    plain: bool


#: The ledger of each open site.
_KEPT: WeakKeyDictionary[Site, _Kept] = WeakKeyDictionary()


async def book_of(site: Site) -> Ledger:
    """The ledger as it stands: what is new is written behind what is kept, unless it belongs before."""
    counts, held = await site.store.payment_counts(), _KEPT.get(site)
    if held is not None and held.counts == counts:
        return held.book
    kept = await _continued(site, counts, held) if held is not None and held.plain else None
    kept = kept or await _read(site, counts)
    if not site.store.database.in_transaction:
        # What is rolled back was never added, so only what is read outside a transaction may be kept.
        _KEPT[site] = kept
    return kept.book


async def made_ready(site: Site) -> None:
    """Read the ledger before somebody waits for it, where money was ever booked."""
    if (await site.store.payment_counts())[RECORDS - 1]:
        await book_of(site)


async def _read(site: Site, counts: tuple[int, ...]) -> _Kept:
    """The ledger of all records, read anew."""
    noted = await site.store.noted()
    keys = [each.key for each in noted]
    ids = frozenset(key[3] for key in keys)
    plain = len(noted) == sum(counts[:RECORDS]) and keys == sorted(keys)
    facts = [each.fact for each in noted]
    # A year of claims takes seconds, in which others are served; inside a transaction nothing else may be awaited.
    book = ledger(facts) if site.store.database.in_transaction else await asyncio.to_thread(ledger, facts)
    return _Kept(counts, book, max(keys, default=("", 0, 0, "")), ids, plain)


async def _continued(site: Site, counts: tuple[int, ...], held: _Kept) -> _Kept | None:
    """The ledger with what was written down since; None when that does not all stand behind what is held."""
    new = [each for each in await site.store.noted_since(held.last[0]) if each.key > held.last]
    if len(new) != sum(counts[:RECORDS]) - sum(held.counts[:RECORDS]):
        return None
    ids = set(held.ids)
    for each in new:
        if not ids.issuperset(rests_on(each.fact)):
            return None
        ids.add(each.key[3])
    contested = await site.store.contested_batches() if counts[RECORDS] else frozenset()
    if contested:
        facts = (*held.book.facts, *(each.fact for each in new))
        if contested - {fact.batch for fact in facts if isinstance(fact, Contested)}:
            return None
    book = extended(held.book, [each.fact for each in new], strict=False)
    return _Kept(counts, book, new[-1].key if new else held.last, frozenset(ids), True)


async def overview(site: Site) -> Overview:
    """Everything that the page shows."""
    batches = tuple(entry.batch for entry in await site.store.batches())
    book, announced = await book_of(site), await site.store.announced()
    money = tuple(sorted(book.money.values(), key=lambda each: (each.money.day, each.money.id), reverse=True))
    matches = {each.money.id: found for each in money if (found := match(book, each, batches, announced))}
    return Overview(money, matches, tuple(standing(book, batch) for batch in batches), book, currency_of(site))


async def journal(site: Site, start: date, until: date) -> bytes:
    """The accountant's journal of these days as CSV, in the facility's own accounts or the proposed ones."""
    if until < start:
        raise InputError("journal-period", start=start.isoformat(), until=until.isoformat())
    entries = [entry for entry in (await book_of(site)).entries if start <= entry.day <= until]
    chart, names = chart_of(site), await site.names()
    return await asyncio.to_thread(journal_csv, entries, chart, currency_of(site), names)


def chart_of(site: Site) -> Chart:
    """The accounts: those of `accounts.toml` in the installation's folder, else those that ship as a proposal."""
    own = site.folder / CHART
    return read_chart(own.read_text(encoding="utf-8"), CHART) if own.is_file() else read_chart()


async def keep(site: Site, facts: Sequence[PaymentFact], book: Ledger | None = None) -> Ledger:
    """Book records that the ledger can hold, `book` as it stands if it is at hand; returns the ledger with them.

    InputError `ledger-*` when it cannot hold them.
    """
    with_them = extended(book if book is not None else await book_of(site), facts)
    await site.store.put_payments(facts, site.now())
    return with_them


def sums(book: Ledger) -> dict[str, int]:
    """What the accounts of all claims come to, whoever they stand for; all that was paid is one."""
    found: dict[str, int] = {}
    for row in book.claims.values():
        for (account, _), amount in row.items():
            name = "paid" if account in PAID else account
            found[name] = found.get(name, 0) + amount
    return found


def currency_of(site: Site) -> str:
    """The currency of the arrangement in force today."""
    return site.arrangement(site.today()).currency
