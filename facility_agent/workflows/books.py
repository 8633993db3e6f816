"""The books: the ledger of everything that happened, where each batch stands, and the accountant's journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from facility_agent.documents.journal import Chart, journal_csv, read_chart
from facility_agent.invoicing.entries import PAID, Ledger, Money
from facility_agent.invoicing.ledger import ledger
from facility_agent.invoicing.matching import Match, match
from facility_agent.invoicing.standing import Standing, standing
from facility_agent.storage.store.payments import PaymentFact
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.site import Site

#: The file in which a facility writes the accounts of its own accountant.
CHART: Final = "accounts.toml"
#: The ledger of each open site, and of how many records it was made.
_KEPT: WeakKeyDictionary[Site, tuple[tuple[int, ...], Ledger]] = WeakKeyDictionary()


class Overview(msgspec.Struct, frozen=True):
    """The page of money in: what is free and where it may belong, and where every batch stands."""

    money: tuple[Money, ...]
    matches: dict[str, Match]
    standings: tuple[Standing, ...]
    book: Ledger
    currency: str


async def book_of(site: Site) -> Ledger:
    """The ledger as it stands."""
    counts, held = await site.store.payment_counts(), _KEPT.get(site)
    if held is not None and held[0] == counts:
        return held[1]
    book = ledger([each.fact for each in await site.store.noted()])
    if not site.store.database.in_transaction:
        # What is rolled back was never added, so only what is read outside a transaction may be kept.
        _KEPT[site] = (counts, book)
    return book


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
    return journal_csv(entries, chart_of(site), currency_of(site), await site.names())


def chart_of(site: Site) -> Chart:
    """The accounts: those of `accounts.toml` in the installation's folder, else those that ship as a proposal."""
    own = site.folder / CHART
    return read_chart(own.read_text(encoding="utf-8"), CHART) if own.is_file() else read_chart()


async def keep(site: Site, facts: Sequence[PaymentFact], book: Ledger | None = None) -> Ledger:
    """Book records that the ledger can hold, `book` as it stands if it is at hand; returns the ledger with them.

    InputError `ledger-*` when it cannot hold them.
    """
    held = book if book is not None else await book_of(site)
    with_them = ledger(held.facts, facts)
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
