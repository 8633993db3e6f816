"""The till: receipts, parts, debts, what is waived and given back, and the close of a drawer."""

from __future__ import annotations

import asyncio
from datetime import date

import msgspec
import pytest

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import till, visits
from tests.workflows.march import FEVER
from tests.workflows.nothing import refused
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA = "MLT-000001-01", "MLT-000001-02"


async def kept(places: Places, member: str = AWA, **more: object) -> Visit:
    visit = places.visit(member, DAY, *FEVER, **more)
    return (await visits.record(places.facility, visit, "soins")).visit


async def test_a_share_is_paid_in_parts_each_with_its_receipt(ready: Places) -> None:
    visit = await kept(ready)
    share = (await till.account_of(ready.facility, visit.id)).balance.share
    assert share > 20
    first = await till.move(ready.facility, "a", visit.id, "paid", 20, "caisse")
    second = await till.move(ready.facility, "b", visit.id, "owed", share - 20, "caisse", reason="demain")
    third = await till.move(ready.facility, "c", visit.id, "paid", share - 20, "caisse", booklet=" 0412 ")
    assert (first.receipt, second.receipt, third.receipt) == ("CSPS-EX1-R2026-000001", "", "0412")
    account = await till.account_of(ready.facility, visit.id)
    assert (account.balance.state, account.balance.paid) == ("paid", share)


async def test_the_same_form_sent_twice_takes_money_once(ready: Places) -> None:
    visit = await kept(ready)
    both = await asyncio.gather(*(till.move(ready.facility, "a", visit.id, "paid", 10, "caisse") for _ in range(3)))
    assert len({entry.receipt for entry in both}) == 1
    assert (await till.account_of(ready.facility, visit.id)).balance.paid == 10
    async with refused("till-entry-reused", ready.facility):
        await till.move(ready.facility, "a", visit.id, "paid", 11, "caisse")


WRONG = {
    "till-nothing": ("paid", 0),
    "till-above-share": ("paid", 10_000),
    "till-refund-above": ("refunded", 1),
    "reason-missing": ("waived", 5),
}


@pytest.mark.parametrize("code", WRONG)
async def test_a_movement_that_cannot_be_is_not_made(code: str, ready: Places) -> None:
    visit, (kind, amount) = await kept(ready), WRONG[code]
    async with refused(code, ready.facility):
        await till.move(ready.facility, "a", visit.id, kind, amount, "caisse")  # type: ignore[arg-type]


async def test_what_was_paid_for_a_visit_taken_back_is_given_back(ready: Places) -> None:
    visit = await kept(ready)
    await till.move(ready.facility, "a", visit.id, "paid", 15, "caisse")
    await visits.undo(ready.facility, visit.id, "soins", "mauvaise personne")
    account = await till.account_of(ready.facility, visit.id)
    assert (account.balance.state, account.balance.to_refund) == ("refund", 15)
    assert [each.visit.id for each in await till.still_open(ready.facility)] == [visit.id]
    await till.move(ready.facility, "b", visit.id, "refunded", 15, "caisse")
    assert (await till.account_of(ready.facility, visit.id)).balance.state == "refunded"
    assert await till.still_open(ready.facility) == ()


async def test_an_unpaid_share_blocks_neither_the_close_nor_further_care(ready: Places) -> None:
    visit = await kept(ready)
    await till.move(ready.facility, "a", visit.id, "owed", 5, "caisse")
    (claim,) = await visits.close_day(ready.facility, DAY, "caisse")
    account = await till.account_of(ready.facility, visit.id)
    assert (account.claim, account.balance.share) == (claim.number, claim.adjudication.member_pays)
    await kept(ready, at="15:00", register_number="99")


async def test_what_the_facility_bears_is_never_at_the_till(ready: Places) -> None:
    visit = await kept(ready, prices={"consultation-nurse": 1_000})
    account = await till.account_of(ready.facility, visit.id)
    assert account.answer is not None and account.answer.facility_bears >= 900
    assert account.balance.share == account.answer.member_pays < 900


async def test_the_share_of_a_claim_that_was_replaced_is_given_back(ready: Places) -> None:
    visit = await kept(ready)
    await till.move(ready.facility, "a", visit.id, "paid", 10, "caisse")
    await visits.close_day(ready.facility, DAY, "caisse")
    await visits.record(ready.facility, ready.visit(ISSA, DAY, *FEVER, replaces=visit.id), "soins")
    assert (await till.account_of(ready.facility, visit.id)).balance.to_refund == 10


async def test_a_drawer_is_counted_and_handed_over(ready: Places) -> None:
    one, two = await kept(ready), await kept(ready, ISSA)
    await till.move(ready.facility, "a", one.id, "paid", 20, "caisse")
    await till.move(ready.facility, "b", two.id, "paid", 10, "caisse")
    await till.move(ready.facility, "z", two.id, "paid", 5, "autre")
    drawer = await till.drawer(ready.facility, "caisse")
    assert (drawer.expected, len(drawer.entries)) == (30, 2)
    made = await till.count(ready.facility, "n1", "caisse", drawer.through, 30, "La comptable")
    assert (made.difference, made.handed_to) == (0, "La comptable")
    assert await till.count(ready.facility, "n1", "caisse", drawer.through, 30, "La comptable") == made
    assert (await till.drawer(ready.facility, "caisse")).entries == ()
    await till.move(ready.facility, "c", one.id, "paid", 1, "caisse")
    again = await till.drawer(ready.facility, "caisse")
    second = await till.count(ready.facility, "n2", "caisse", again.through, 1, "La comptable")
    assert [entry.id for entry in (await till.counted(ready.facility, second.id))[1]] == ["c"]
    assert [entry.id for entry in (await till.counted(ready.facility, made.id))[1]] == ["a", "b"]
    assert await ready.facility.store.till_counts(DAY) == (made, second)


async def test_a_till_that_does_not_balance_is_closed_with_its_explanation(ready: Places) -> None:
    visit = await kept(ready)
    async with refused("till-empty", ready.facility):
        await till.count(ready.facility, "n", "caisse", 0, 0, "La comptable")
    await till.move(ready.facility, "a", visit.id, "paid", 20, "caisse")
    drawer = await till.drawer(ready.facility, "caisse")
    for code, values in {
        "till-difference-unexplained": (drawer.through, 15, "La comptable", " "),
        "till-nobody": (drawer.through, 20, " ", ""),
        "till-moved": (drawer.through + 1, 20, "La comptable", ""),
    }.items():
        async with refused(code, ready.facility):
            await till.count(ready.facility, "n", "caisse", *values)
    made = await till.count(ready.facility, "n", "caisse", drawer.through, 15, "La comptable", "pièce tombée")
    assert (made.expected, made.counted, made.difference, made.reason) == (20, 15, -5, "pièce tombée")


@pytest.mark.parametrize("bearer", ["facility", "member"])
async def test_money_counts_in_the_coins_that_there_are(
    bearer: str, ready: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = await kept(ready)
    share = (await till.account_of(ready.facility, visit.id)).balance.share
    plain = await till.terms_of(ready.facility, visit)
    clauses = msgspec.structs.replace(plain.arrangement.clauses, cash_step=25, cash_difference=bearer)
    arrangement = msgspec.structs.replace(plain.arrangement, clauses=clauses, digest=f"with coins for the {bearer}")

    async def coins(*_: object) -> Terms:
        return terms(arrangement, None, ready.facility.config.code)

    monkeypatch.setattr(till, "terms_of", coins)
    account = await till.account_of(ready.facility, visit.id)
    asked = account.coins.asked
    assert share % 25 and asked % 25 == 0 and abs(asked - share) < 25 and (asked > share) == (bearer == "member")
    for _ in range(2):
        await till.move(ready.facility, "a", visit.id, "paid", asked, "caisse")
    balance = (await till.account_of(ready.facility, visit.id)).balance
    assert (balance.state, balance.rounded, balance.open, balance.cash) == ("paid", share - asked, 0, asked)
    (rest,) = [e for e in (await till.account_of(ready.facility, visit.id)).entries if e.kind != "paid"]
    assert (rest.kind, rest.borne_by) == ("raised" if bearer == "member" else "rounded", bearer)


async def test_a_corrected_visit_moves_the_share_and_keeps_what_was_paid(ready: Places) -> None:
    visit = await kept(ready)
    await till.move(ready.facility, "a", visit.id, "paid", 10, "caisse")
    smaller = msgspec.structs.replace(visit, lines=())
    line = msgspec.structs.replace(visit.lines[0], quantity=1, price=1)
    await visits.record(ready.facility, msgspec.structs.replace(smaller, lines=(line,)), "soins", 1)
    balance = (await till.account_of(ready.facility, visit.id)).balance
    assert balance.paid == balance.share and balance.to_refund == 10 - balance.share > 0
