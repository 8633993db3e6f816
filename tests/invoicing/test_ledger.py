"""Every franc of every claim is in exactly one place, whatever happens and in whatever order."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from facility_agent.invoicing.capitation import Due, HeadCount
from facility_agent.invoicing.entries import ACCOUNTS, OPEN, Fact, Ledger
from facility_agent.invoicing.ledger import extended, ledger
from facility_agent.invoicing.per_head import Identity, batch_of, claim_of
from facility_agent.vocabulary.bedside import TillEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import FACILITY, MEMBER, reduce, refuse
from facility_agent.vocabulary.payments import Allocation, Banked, Contested, GivenBack, Known, MoneyIn, WriteOff
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Claim,
    LineAdjudication,
    Share,
)
from facility_agent.vocabulary.settlement import Batch, BatchItem, ClaimDecision, Decision, LineDecision, Outcome
from tests import builders
from tests.builders import FACILITY as HERE
from tests.builders import MUTUAL, STATE

DAY = date(2026, 4, 10)
PAYERS = ((STATE, "free-care"), (MUTUAL, "classic"))


def claim(number: int, state: int = 0, mutual: int = 80, member: int = 20, bears: int = 0, replaces: str = "") -> Claim:
    """A claim of one line whose parts are these."""
    shares = tuple(
        Share(payer, scheme, amount) for (payer, scheme), amount in zip(PAYERS, (state, mutual), strict=True) if amount
    )
    total = state + mutual + member + bears
    line = LineAdjudication("a", "consultation", total, total, total, member, member, bears, shares)
    visited = builders.visit(id=f"visit-{number}")
    answer = Adjudication(visited.id, "XOF", "rules", (line,))
    return Claim(f"claim-{number}", f"N’{number:04d}", visited, (), Basis("rules"), answer, DAY, replaces)


def batch(claims: list[Claim], payer: str = MUTUAL, scheme: str = "classic", id: str = "") -> Batch:
    items = tuple(
        BatchItem(each.id, each.number, "", DAY, "", "", "", each.adjudication.submitted, _due(each, payer), 0, 0, 0)
        for each in claims
    )
    name = id or f"batch-{payer}-{len(claims)}"
    return Batch(name, f"F-{name}", HERE, payer, scheme, "2026-03", "main", "XOF", DAY, items)


def listed(persons: int, rate: int = 7) -> tuple[Claim, Batch]:
    """The invoice of a count of so many persons at the mutual."""
    numbers = tuple(f"P-{number}" for number in range(persons))
    due = Due("listed", MUTUAL, "classic", "17", DAY, DAY, DAY, numbers, rate=rate)
    named = Identity("heads", "claim-heads", "N-H", DAY)
    made = claim_of(HeadCount(HERE, MUTUAL, DAY, 1, DAY, "", (due,)), named, Basis("rules"), "XOF")
    return made, batch_of(made, named, due, False)


def _due(entry: Claim, payer: str) -> int:
    return sum(share.amount for share in entry.adjudication.shares if share.payer == payer)


def decided(made: Batch, *answers: tuple[str, int, str], id: str = "d-1") -> Decision:
    """A decision: per claim its outcome, what is paid, and who bears the cut."""
    found = []
    for item, (outcome, amount, bearer) in zip(made.items, answers, strict=True):
        reasons = () if outcome in ("accepted", "pending") else (refuse("tariff-missing", "", bearer),)  # type: ignore[arg-type]
        line = LineDecision("a", outcome, item.due, amount, reasons)  # type: ignore[arg-type]
        found.append(ClaimDecision(item.claim, (line,)))
    return Decision(id, made.id, DAY, "officer", tuple(found))


def money(id: str, amount: int, payer: str = MUTUAL, **changes: Any) -> MoneyIn:
    return MoneyIn(**{"id": id, "kind": "bank", "payer": payer, "day": DAY, "amount": amount, "currency": "XOF",
                      "reference": f"VIR-{id}", **changes})  # fmt: skip


def put(id: str, source: str, made: Batch, entry: Claim, amount: int) -> Allocation:
    return Allocation(id, source, made.id, entry.id, amount, DAY, "comptable")


def places(book: Ledger, entry: Claim) -> dict[str, int]:
    """Where a claim's money is, by account."""
    sums: dict[str, int] = defaultdict(int)
    for (account, _), amount in book.claims[entry.id].items():
        sums[account] += amount
    return {account: amount for account, amount in sums.items() if amount}


def check(book: Ledger, facts: list[Fact]) -> None:
    """Nothing is lost and nothing doubled."""
    for entry in book.entries:
        assert sum(leg.amount for leg in entry.legs) == 0 and entry.legs
        assert all(leg.account in ACCOUNTS for leg in entry.legs)
    replaced = {fact.replaces for fact in facts if isinstance(fact, Claim)}
    paid: dict[str, int] = defaultdict(int)
    for fact in {fact.id: fact for fact in facts if isinstance(fact, Claim)}.values():
        row = places(book, fact)
        assert sum(row.values()) == 0
        assert all(amount > 0 for account, amount in row.items() if account not in ("care", "member-credit"))
        whole = 0 if fact.id in replaced else fact.adjudication.submitted
        assert -row.get("care", 0) == whole
        assert sum(amount for account, amount in row.items() if account != "care") == whole
        for (account, party), amount in book.claims[fact.id].items():
            if account in ("payer-credit", "advance"):
                paid[account] += amount
                assert party in (MUTUAL, STATE)
    arrived = {fact.id: fact.amount for fact in facts if isinstance(fact, MoneyIn)}
    back = {fact.id: fact.amount for fact in facts if isinstance(fact, GivenBack)}
    balances = book.balances
    assert sum(balances.values()) == 0
    held = sum(balances.get((kind, ""), 0) for kind in ("bank", "mobile", "cheque", "cash"))
    assert held == sum(arrived.values()) - sum(back.values())
    free = sum(each.free for each in book.money.values())
    assert all(0 <= each.free <= each.money.amount for each in book.money.values())
    assert free + sum(paid.values()) == held
    waiting = sum(-amount for (account, _), amount in balances.items() if account in ("payer-credit", "advance"))
    assert waiting == free
    for account in ("payer-credit", "advance"):
        kept = sum(each.free for each in book.money.values() if each.money.advance == (account == "advance"))
        assert kept == sum(-amount for (name, _), amount in balances.items() if name == account)
    till: dict[str, int] = {}
    for fact in facts:
        if isinstance(fact, TillEntry):
            till[fact.id] = {"paid": fact.amount, "refunded": -fact.amount}.get(fact.kind, 0)
    assert balances.get(("till", ""), 0) == sum(till.values())


# --- the ordinary month, place by place ---------------------------------------------------------------------------

ONE = claim(1, state=10, mutual=70, member=20)
INVOICED = batch([ONE])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], {"billed": 70}),
        ([decided(INVOICED, ("accepted", 70, ""))], {"owed": 70}),
        ([decided(INVOICED, ("reduced", 50, FACILITY))], {"owed": 50, "refused-facility": 20}),
        ([decided(INVOICED, ("refused", 0, MEMBER))], {"refused-member": 70}),
        ([decided(INVOICED, ("refused", 0, ""))], {"refused-facility": 70}),
        ([decided(INVOICED, ("pending", 0, ""))], {"pending": 70}),
        (
            [decided(INVOICED, ("reduced", 50, FACILITY)), Contested(INVOICED.id, (ONE.id,), DAY)],
            {"owed": 50, "contested": 20},
        ),
        (
            [decided(INVOICED, ("reduced", 50, FACILITY)), Contested(INVOICED.id, (ONE.id,), DAY),
             decided(INVOICED, ("accepted", 70, ""), id="d-2")],
            {"owed": 70},
        ),
        ([money("m", 100), put("p", "m", INVOICED, ONE, 30)], {"billed": 40, "payer-credit": 30}),
        (
            [money("m", 100, advance=True), decided(INVOICED, ("accepted", 70, "")), put("p", "m", INVOICED, ONE, 70)],
            {"advance": 70},
        ),
        (
            [money("m", 100), put("p", "m", INVOICED, ONE, 70), decided(INVOICED, ("reduced", 50, MEMBER))],
            {"payer-credit": 50, "refused-member": 20},
        ),
        (
            [decided(INVOICED, ("accepted", 70, "")), WriteOff("w", INVOICED.id, ONE.id, 15, "prescrit", DAY)],
            {"owed": 55, "written-off": 15},
        ),
    ],
)  # fmt: skip
def test_the_payers_part_is_where_the_last_word_put_it(more: list[Fact], expected: dict[str, int]) -> None:
    facts: list[Fact] = [ONE, INVOICED, *more]
    book = ledger(facts)
    check(book, facts)
    assert places(book, ONE) == {"care": -100, "unbilled": 10, "member-due": 20, **expected}


def test_a_head_count_is_booked_as_what_it_is_and_then_like_any_claim() -> None:
    heads, made = listed(5)
    facts: list[Fact] = [heads, made, decided(made, ("reduced", 28, FACILITY)), Contested(made.id, (heads.id,), DAY)]
    book = ledger(
        [*facts, money("m", 20), put("p", "m", made, heads, 20), WriteOff("w", made.id, heads.id, 3, "x", DAY)]
    )
    check(book, [*facts[:1], money("m", 20)])
    assert [entry.what for entry in book.entries][:2] == ["heads", "billed"]
    assert places(book, heads) == {"care": -35, "payer-credit": 20, "written-off": 3, "owed": 5, "contested": 7}


def test_what_a_decision_takes_back_is_free_again_and_pays_the_next_claim() -> None:
    two = claim(2, mutual=40, member=0)
    made = batch([ONE, two])
    facts: list[Fact] = [ONE, two, made, money("m", 70), put("p", "m", made, ONE, 70)]
    facts += [decided(made, ("reduced", 30, FACILITY), ("accepted", 40, ""))]
    assert ledger(facts).money["m"].free == 40
    facts += [put("q", "m", made, two, 40)]
    book = ledger(facts)
    check(book, facts)
    assert (book.money["m"].free, book.open_of(two.id, MUTUAL)) == (0, 0)


def test_a_replaced_claim_stops_counting_and_its_money_is_free() -> None:
    after = claim(3, state=10, mutual=60, member=10, replaces=ONE.id)
    facts: list[Fact] = [ONE, INVOICED, money("m", 70), put("p", "m", INVOICED, ONE, 70)]
    facts += [TillEntry("t", "visit-1", "paid", 20, DAY, "caisse"), after]
    book = ledger(facts)
    check(book, facts)
    assert places(book, ONE) == {"till": 20, "member-credit": -20}
    assert book.money["m"].free == 70
    assert places(book, after) == {"care": -80, "unbilled": 70, "member-due": 10}


def test_the_members_share_moves_with_the_till_also_when_it_was_paid_before_the_claim_was_made() -> None:
    paid = TillEntry("t", "visit-1", "paid", 15, DAY, "caisse", receipt="R-1")
    facts: list[Fact] = [paid, ONE, TillEntry("o", "visit-1", "owed", 5, DAY, "caisse")]
    book = ledger(facts)
    check(book, facts)
    assert places(book, ONE) == {"care": -100, "unbilled": 80, "till": 15, "member-owed": 5}


def test_a_line_of_the_bank_becomes_an_advance_when_somebody_says_so() -> None:
    facts: list[Fact] = [ONE, INVOICED, money("m", 90, ""), Known("k", "m", MUTUAL, DAY, advance=True)]
    facts += [put("p", "m", INVOICED, ONE, 70)]
    book = ledger(facts)
    check(book, facts)
    assert book.balances["advance", MUTUAL] == -20 and book.money["m"].money.advance


def test_a_cheque_that_the_bank_shows_later_is_counted_once() -> None:
    cheque = money("c", 70, kind="cheque")
    facts: list[Fact] = [ONE, INVOICED, cheque, Banked("b", "c", DAY, 70, "bank", "REMISE 12")]
    book = ledger([*facts, *facts])
    check(book, facts)
    assert {place: amount for place, amount in book.balances.items() if place[0] in ("bank", "cheque")} == {
        ("bank", ""): 70,
        ("cheque", ""): 0,
    }


REFUSED = decided(INVOICED, ("refused", 0, FACILITY))
CONTEST = Contested(INVOICED.id, (ONE.id,), DAY)


@pytest.mark.parametrize(
    ("last", "paid"),
    [
        (GivenBack("g", "m", 70, DAY, "RET-1"), 0),
        (GivenBack("g", "m", 30, DAY, "RET-1"), 40),
        (Known("k", "m", STATE, DAY), 0),
        (Known("k", "m", MUTUAL, DAY, advance=True), 0),
    ],
)
def test_what_went_out_stands_when_a_clock_ran_backwards(last: Fact, paid: int) -> None:
    """The refusal freed the money, which went out; with the contest in front of it, the part yields instead."""
    held: list[Fact] = [ONE, INVOICED, money("m", 70), put("p", "m", INVOICED, ONE, 70), REFUSED]
    as_it_was: list[Fact] = [*held, last, CONTEST]
    check(ledger(as_it_was), as_it_was)
    shuffled: list[Fact] = [ONE, INVOICED, REFUSED, CONTEST, *held[2:4], last]
    book = ledger(shuffled)
    check(book, shuffled)
    assert places(book, ONE).get("payer-credit", 0) == paid
    assert places(book, ONE)["contested"] == 70 - paid


MISTAKES = [
    ([money("m", 10), put("p", "m", INVOICED, ONE, 11)], "ledger-money-spent"),
    ([money("m", 100), put("p", "m", INVOICED, ONE, 71)], "ledger-above-open"),
    ([money("m", 100), put("p", "m", INVOICED, ONE, 0)], "ledger-money-spent"),
    ([money("m", 100, STATE), put("p", "m", INVOICED, ONE, 1)], "ledger-money-of-another"),
    ([put("p", "m", INVOICED, ONE, 1)], "ledger-unknown"),
    ([money("m", 100), money("m", 99)], "ledger-id-reused"),
    ([money("m", 0)], "ledger-amount"),
    ([WriteOff("w", INVOICED.id, ONE.id, 71, "trop", DAY)], "ledger-above-open"),
    ([WriteOff("w", "nowhere", ONE.id, 7, "ailleurs", DAY)], "ledger-unknown"),
    ([money("m", 10), GivenBack("g", "m", 11, DAY, "RET-1")], "ledger-money-spent"),
    ([money("m", 10), Banked("b", "m", DAY, 9, "bank", "X")], "ledger-banked"),
    (
        [money("m", 90), put("p", "m", INVOICED, ONE, 10), Known("k", "m", STATE, DAY)],
        "ledger-money-of-another",
    ),
    ([decided(batch([claim(9)], id="elsewhere"), ("accepted", 80, ""))], "ledger-unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "code"), MISTAKES)
def test_a_record_that_no_history_can_hold_is_refused(more: list[Fact], code: str) -> None:
    with pytest.raises(InputError) as caught:
        ledger([ONE, INVOICED], more)
    assert caught.value.code == code


# --- random histories ---------------------------------------------------------------------------------------------

amounts = some.integers(0, 40)


@some.composite
def histories(draw: some.DrawFn) -> list[Fact]:
    """Claims, batches, answers, contests, money and the till in any order that can be, and attempts that cannot."""
    claims = [
        claim(n, draw(amounts), draw(amounts), draw(amounts), draw(amounts)) for n in range(draw(some.integers(1, 4)))
    ]
    batches = [batch(claims, payer, scheme) for payer, scheme in PAYERS]
    heads, per_head = listed(draw(some.integers(1, 9)))
    claims, batches = [*claims, heads], [*batches, per_head]
    facts: list[Fact] = [*claims, *batches]
    steps = ("money", "part", "decision", "contest", "write", "back", "till", "bank", "replace", "known", "again")
    for n in range(draw(some.integers(0, 25))):
        step = draw(some.sampled_from(steps))
        made = draw(some.sampled_from(batches))
        inside = {item.claim for item in made.items}
        who = draw(some.sampled_from([each for each in claims if each.id in inside]))
        incoming = [fact for fact in facts if isinstance(fact, MoneyIn)]
        amount = draw(some.integers(1, 60))
        if step == "money":
            kind: Any = draw(some.sampled_from(("bank", "mobile", "cheque", "cash")))
            payer = draw(some.sampled_from((MUTUAL, STATE, "")))
            more: Fact = money(f"m{n}", amount, payer, kind=kind, advance=draw(some.booleans()))
        elif step == "decision":
            more = draw(answers(made, f"d{n}"))
        elif step == "contest":
            more = Contested(made.id, (who.id,), DAY)
        elif step == "write":
            more = WriteOff(f"w{n}", made.id, who.id, amount, "accord", DAY)
        elif step in ("till", "replace") and who.counted:
            continue
        elif step == "till":
            verb: Any = draw(some.sampled_from(("paid", "owed", "waived", "rounded")))
            more = TillEntry(f"t{n}", who.visit.id, verb, amount, DAY, "caisse")
        elif step == "replace":
            more = claim(100 + n, draw(amounts), draw(amounts), draw(amounts), draw(amounts), replaces=who.id)
        elif step == "again":
            more = draw(some.sampled_from(facts))
        elif not incoming:
            continue
        else:
            source = draw(some.sampled_from(incoming))
            more = {
                "part": put(f"p{n}", source.id, made, who, amount),
                "back": GivenBack(f"g{n}", source.id, amount, DAY, "RET"),
                "bank": Banked(f"b{n}", source.id, DAY, source.amount, "bank", "REM"),
                "known": Known(
                    f"k{n}", source.id, draw(some.sampled_from((MUTUAL, STATE))), DAY, advance=draw(some.booleans())
                ),
            }[step]
        facts.append(more)
    return facts


@some.composite
def answers(draw: some.DrawFn, made: Batch, id: str) -> Decision:
    found = []
    for item in made.items:
        outcome: Outcome = draw(some.sampled_from(("accepted", "reduced", "refused", "pending")))
        amount = item.due if outcome == "accepted" else 0
        if outcome == "reduced":
            amount = draw(some.integers(0, item.due))
        bearer: Any = draw(some.sampled_from((MEMBER, FACILITY, "")))
        cut = item.due - amount
        reasons = {
            "reduced": (reduce("price-above-tariff", "", bearer, cut), reduce("deductible", "", FACILITY, cut // 3)),
            "refused": (refuse("tariff-missing", "", bearer),),
        }.get(outcome, ())
        found.append(ClaimDecision(item.claim, (LineDecision("a", outcome, item.due, amount, reasons),)))
    return Decision(id, made.id, DAY, "officer", tuple(found))


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_franc_is_lost_or_doubled_in_any_history(facts: list[Fact]) -> None:
    kept: list[Fact] = []
    replaced: set[str] = set()
    grown = ledger([])
    for fact in facts:
        if isinstance(fact, Claim) and fact.replaces:
            # A claim has one successor: the store holds to that.
            if fact.replaces in replaced:
                continue
            replaced.add(fact.replaces)
        before = ledger(kept)
        try:
            after = ledger(kept, [fact])
        except InputError as error:
            with pytest.raises(InputError, match=error.code):
                extended(grown, [fact])
            assert ledger(kept) == before == grown, "what is refused changes nothing"
            continue
        assert extended(grown, [fact]) == after and grown == before, "what is kept is gone on from, and stays"
        grown = extended(grown, [fact], strict=False)
        kept.append(fact)
        check(after, kept)
        assert after.entries[: len(before.entries)] == before.entries, "what was written stays as it was"
    whole = ledger(kept)
    assert grown == whole, "record by record it is the same as all at once"
    twice = [each for fact in kept for each in ((fact, fact) if not isinstance(fact, Contested) else (fact,))]
    assert ledger(twice) == whole, "the same record twice counts once"
    late = [fact for fact in kept if isinstance(fact, Decision | Contested)]
    early = [*(fact for fact in kept if isinstance(fact, Claim | Batch)), *late]
    check(ledger([*early, *(fact for fact in kept if fact not in early)]), kept)
    owed = sum(amount for row in whole.claims.values() for (account, _), amount in row.items() if account in OPEN)
    assert owed == sum(amount for (account, _), amount in whole.balances.items() if account in OPEN)


def test_an_entry_names_what_happened_and_its_reference() -> None:
    facts: list[Fact] = [ONE, INVOICED, decided(INVOICED, ("accepted", 70, "")), money("m", 70)]
    facts += [put("p", "m", INVOICED, ONE, 70)]
    entries = ledger(facts).entries
    assert [(entry.what, entry.reference) for entry in entries] == [
        ("care", ONE.number),
        ("billed", INVOICED.number),
        ("decided", INVOICED.number),
        ("received", "VIR-m"),
        ("paid", "VIR-m"),
    ]
    assert [(leg.account, leg.amount) for leg in entries[-1].legs] == [("payer-credit", 70), ("owed", -70)]
    assert msgspec.json.decode(msgspec.json.encode(entries[-1]))["reference"] == "VIR-m"
