"""The till: what the member of a visit owes, what was paid, and the close of a cashier's day.

The share is that of the claim, or of the visit as it would be judged now. An unpaid share blocks nothing: neither
care nor the close of the day nor the batch asks the till.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.invoicing.dues import Cash, cash
from facility_agent.invoicing.till import Balance, balance, expected
from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.bedside import TillCount, TillEntry, TillKind
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import FACILITY
from facility_agent.vocabulary.records import Adjudication, Visit
from facility_agent.workflows import visits
from facility_agent.workflows.site import Site
from facility_agent.workflows.visit_life import entry_of


class Account(msgspec.Struct, frozen=True):
    """A visit at the till: its share, every movement, and what is asked in the coins that there are."""

    visit: Visit
    state: str
    claim: str
    answer: Adjudication | None
    balance: Balance
    entries: tuple[TillEntry, ...]
    coins: Cash
    currency: str


class Drawer(msgspec.Struct, frozen=True):
    """What a cashier should hold since the last close: the movements, their last place, and the sum."""

    cashier: str
    entries: tuple[TillEntry, ...]
    through: int
    expected: int
    since: TillCount | None


async def account_of(site: Site, id: str) -> Account:
    """A visit at the till; a visit that was replaced or taken back owes nothing, and what was paid goes back."""
    entry = await entry_of(site, id)
    return await _account(site, entry, _replaced(await site.store.visits(day=entry.visit.day)))


async def of_day(site: Site, day: date) -> tuple[Account, ...]:
    """The visits of a day at the till, in the order of the register."""
    entries = await site.store.visits(day=day)
    gone = _replaced(entries)
    return tuple([await _account(site, entry, gone) for entry in entries])


async def still_open(site: Site) -> tuple[Account, ...]:
    """Every visit of which something is owed or to be given back, the oldest first."""
    found = [await account_of(site, id) for id in await site.store.till_visits()]
    left = [account for account in found if account.balance.owed or account.balance.to_refund]
    return tuple(sorted(left, key=lambda account: (account.visit.day, account.visit.id)))


async def _account(site: Site, entry: VisitEntry, gone: frozenset[str]) -> Account:
    visit = entry.visit
    claim = await site.store.claim(visit.id) if entry.state == "claimed" else None
    answer = claim.adjudication if claim else None
    if entry.state in ("open", "recorded"):
        answer = (await visits.judge(site, visit)).adjudication
    counts = entry.state != "abandoned" and visit.id not in gone
    share = answer.member_pays if answer is not None and counts else 0
    entries = tuple(placed.entry for placed in await site.store.till_entries(visits=(visit.id,)))
    now = balance(share, entries)
    coins = cash(await terms_of(site, visit), now.due)
    # A visit that was taken back has no answer, and may say no currency of its own.
    currency = answer.currency if answer else visit.currency or site.arrangement(visit.day).currency
    return Account(visit, entry.state, claim.number if claim else "", answer, now, entries, coins, currency)


def _replaced(entries: Iterable[VisitEntry]) -> frozenset[str]:
    """The visits whose place another one takes, kept or waiting."""
    return frozenset(row.visit.replaces for row in entries if row.visit.replaces and row.state != "abandoned")


async def terms_of(site: Site, visit: Visit) -> Terms:
    """The clauses under which a visit stands, its cash steps among them."""
    coverage = await site.store.coverage_of(visit.beneficiary.number) if visit.beneficiary.number else ()
    agreement = await visits.agreement_of(site, coverage, visit.day)
    return terms(site.arrangement(visit.day), agreement, site.config.code)


async def move(
    site: Site, id: str, visit: str, kind: TillKind, amount: int, by: str, *, booklet: str = "", reason: str = ""
) -> TillEntry:
    """One movement at the till. The same `id`, made by the form, counts once however often it is sent.

    Money taken or given back has a receipt: the number of the paper booklet, or the till's own. When all that is asked
    in cash is paid, the difference to the share is written down with who bears it: the facility gives it up, or the
    member pays it, as the clause says. InputError `till-nothing`,
    `till-above-share`, `till-refund-above`, `reason-missing`, `till-entry-reused`.
    """
    account = await account_of(site, visit)
    today = site.today()
    entry = TillEntry(id, visit, kind, amount, today, by, booklet.strip(), reason.strip())
    if kind == "waived":
        entry = msgspec.structs.replace(entry, borne_by=FACILITY)
    async with site.store.transaction():
        held = await site.store.till_entry(id)
        if held is not None:
            alike = msgspec.structs.replace(held, visit=visit, kind=kind, amount=amount)
            await site.store.put_till_entry(alike, site.now())
            return held
        made = [placed.entry for placed in await site.store.till_entries(visits=(visit,))]
        now, coins = balance(account.balance.share, made), account.coins
        rest = TillEntry(f"{id}-r", visit, "rounded", -coins.difference, today, by, borne_by=coins.borne_by)
        whole = kind == "paid" and amount == coins.asked and now.due == account.balance.due
        if whole and coins.difference > 0:
            rest = msgspec.structs.replace(rest, kind="raised", amount=coins.difference)
            now = balance(account.balance.share, [*made, rest])
        check_entry(entry, now)
        if kind in ("paid", "refunded") and not entry.receipt:
            number = await site.store.next_number(f"receipt:{today.year}")
            entry = msgspec.structs.replace(entry, receipt=f"{site.config.code}-R{today.year}-{number:06d}")
        await site.store.put_till_entry(entry, site.now())
        if whole and coins.difference:
            await site.store.put_till_entry(rest, site.now())
    return entry


def check_entry(entry: TillEntry, now: Balance) -> None:
    """InputError for a movement that cannot be: nothing, more than is open, more than is to be given back."""
    if entry.amount <= 0:
        raise InputError("till-nothing")
    if entry.kind == "refunded":
        if entry.amount > now.to_refund:
            raise InputError("till-refund-above", amount=entry.amount, refundable=now.to_refund)
        return
    most = now.open if entry.kind in ("paid", "waived") else now.due
    if entry.amount > most:
        raise InputError("till-above-share", amount=entry.amount, open=most)
    if entry.kind == "waived" and not entry.reason:
        raise InputError("reason-missing")


async def drawer(site: Site, cashier: str) -> Drawer:
    """What a cashier should hold now."""
    last = await site.store.last_till_count(cashier)
    placed = await site.store.till_entries(cashier=cashier, after=last.through if last else 0)
    entries = tuple(each.entry for each in placed)
    through = placed[-1].place if placed else last.through if last else 0
    return Drawer(cashier, entries, through, expected(entries), last)


async def count(
    site: Site, id: str, by: str, through: int, counted: int, handed_to: str, reason: str = ""
) -> TillCount:
    """Close a cashier's drawer: expected, counted, the difference, and to whom it is handed; the same id counts once.

    Nothing is corrected: a difference stands, and needs a reason. InputError `till-empty`, `till-moved` when money
    moved after the page was opened, `till-difference-unexplained`, `till-nobody`, `till-counted`.
    """
    held = await site.store.till_count(id)
    if held is not None:
        return held
    now = await drawer(site, by)
    if not now.entries:
        raise InputError("till-empty")
    if now.through != through:
        raise InputError("till-moved", expected=now.expected)
    if not handed_to.strip():
        raise InputError("till-nobody")
    if counted != now.expected and not reason.strip():
        raise InputError("till-difference-unexplained", expected=now.expected, counted=counted)
    made = TillCount(id, by, site.today(), through, now.expected, counted, handed_to.strip(), reason.strip())
    await site.store.put_till_count(made, site.now())
    return made


async def counted(site: Site, id: str) -> tuple[TillCount, tuple[TillEntry, ...]]:
    """A close and the movements that it counted; InputError `till-count-unknown`."""
    made = await site.store.till_count(id)
    if made is None:
        raise InputError("till-count-unknown")
    before = await site.store.till_count_before(made)
    placed = await site.store.till_entries(cashier=made.cashier, after=before)
    return made, tuple(each.entry for each in placed if each.place <= made.through)
