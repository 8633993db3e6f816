"""Money in is kept in one order, once, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from facility_agent.storage.store import Store
from facility_agent.storage.store.base import instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import Allocation, Banked, Contested, GivenBack, Known, MoneyIn, WriteOff
from facility_agent.vocabulary.settlement import ClaimDecision, Decision, LineDecision
from tests import builders
from tests.builders import MUTUAL, batch, claim

AT = datetime(2026, 4, 2, 8, 30, tzinfo=UTC)
DAY = date(2026, 4, 2)
FAMILIES = {act.code: act.family for act in builders.arrangement().acts}
MONEY = MoneyIn("m-1", "bank", "", DAY, 1000, "XOF", "VIR N’DOROLA " + "Ü" * 60)
FACTS = (
    MONEY,
    Known("k-1", "m-1", MUTUAL, DAY, "comptable"),
    Banked("b-1", "m-1", DAY, 1000, "bank", "VIR"),
    Allocation("a-1", "m-1", builders.new_id(800_000), builders.new_id(1), 10, DAY),
    WriteOff("w-1", builders.new_id(800_000), builders.new_id(1), 5, "prescrit", DAY),
    GivenBack("g-1", "m-1", 7, DAY, "RET"),
    Contested(builders.new_id(800_000), (builders.new_id(1),), DAY),
)


async def test_every_record_comes_back_as_it_was_written_and_once(store: Store) -> None:
    assert await store.put_payments(FACTS, AT) == len(FACTS)
    assert await store.put_payments(FACTS, AT + timedelta(days=1)) == 0
    assert await store.payment("money", "m-1") == MONEY and await store.payment("known", "m-1") is None
    with pytest.raises(InputError, match="ledger-id-reused"):
        await store.put_payments([msgspec.structs.replace(MONEY, amount=999)], AT)


async def test_one_record_that_cannot_be_kept_leaves_none_of_its_company(store: Store) -> None:
    await store.put_payments([MONEY], AT)
    with pytest.raises(InputError):
        await store.put_payments([FACTS[1], msgspec.structs.replace(MONEY, amount=999)], AT)
    assert await store.payment("known", "k-1") is None


async def test_what_happened_comes_in_order_also_when_the_clock_ran_backwards(store: Store) -> None:
    entry = claim(1)
    made = batch([entry])
    await store.mint(entry, FAMILIES, AT, "nurse")
    await store.put_batch(made, "closed", AT - timedelta(hours=3), "comptable")
    await store.put_payments(FACTS, AT - timedelta(days=900))
    noted = [each.fact for each in await store.noted()]
    assert noted[0] == MONEY and len(noted) == 2 + len(FACTS)
    assert noted.index(entry) < noted.index(made) < noted.index(FACTS[3])
    assert [each.fact for each in await store.noted_since(instant(AT - timedelta(hours=3)))] == [made, entry]
    assert await store.noted_since(instant(AT + timedelta(seconds=1))) == ()


async def test_a_list_is_noted_once(store: Store) -> None:
    assert await store.put_bank_file("0" * 64, "relevé.csv", AT, "comptable")
    assert not await store.put_bank_file("0" * 64, "autre nom.csv", AT, "comptable")


async def test_a_contest_that_was_only_marked_stands_behind_the_answer_that_it_contests(store: Store) -> None:
    entry = claim(1)
    made = batch([entry])
    await store.mint(entry, FAMILIES, AT, "nurse")
    await store.put_batch(made, "closed", AT, "comptable")
    line = LineDecision("consultation", "refused", made.due, 0)
    decision = Decision("d-1", made.id, DAY, "officer", (ClaimDecision(entry.id, (line,)),))
    await store.put_decision(decision, AT)
    before = await store.payment_counts()
    await store.contest(made.id, [entry.id])
    assert [each.fact for each in await store.noted()] == [
        entry, made, decision, Contested(made.id, (entry.id,), DAY)
    ]  # fmt: skip
    assert [each.fact for each in await store.noted_since("")] == [entry, made, decision]
    assert await store.contested_batches() == {made.id}
    assert await store.payment_counts() != before
