"""What stands beside a visit, on both databases: prescriptions and their use, notes, money, sheets, guarantees."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from facility_agent.storage.store import Store
from facility_agent.vocabulary.bedside import CareNote, Prescription, Sheet, TillCount, TillEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteeFile, Pregnancy
from facility_agent.vocabulary.records import Guarantee
from tests.builders import DAY, care, new_id, visit

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
RX = Prescription("v:2", "F-1", new_id(1), "M", "tablet", 20, DAY)


def giving(number: int, quantity: int, **changes: Any) -> Any:
    given = care("tablet", quantity, prescription=RX.id)
    return visit(given, id=new_id(number), register_number="", **changes)


async def test_what_visits_give_of_a_prescription_is_counted_and_given_back(store: Store) -> None:
    await store.put_prescriptions(new_id(1), [RX])
    await store.save_visit(giving(1, 8), "recorded", None, AT, "nurse")
    await store.save_visit(giving(2, 5), "recorded", None, AT, "nurse")
    (rest,) = await store.rests(ids=(RX.id,))
    assert (rest.given, rest.left) == (13, 7)
    await store.save_visit(giving(2, 7), "recorded", 1, AT, "nurse")
    assert [each.given for each in await store.rests(member="M")] == [15]
    with pytest.raises(InputError, match="prescription-used-up"):
        await store.save_visit(giving(3, 6), "recorded", None, AT, "nurse")
    assert await store.visit(new_id(3)) is None
    await store.save_visit(giving(2, 7), "abandoned", 2, AT, "nurse")
    assert [each.given for each in await store.rests(visit=new_id(1))] == [8]
    with pytest.raises(InputError, match="prescription-filled"):
        await store.put_prescriptions(new_id(1), [])
    with pytest.raises(InputError, match="prescription-unknown"):
        unknown = care("tablet", prescription="nobody")
        await store.save_visit(visit(unknown, id=new_id(9), register_number=""), "open", None, AT, "nurse")


async def test_a_prescription_that_is_brought_twice_counts_once(store: Store) -> None:
    await store.take_prescription(RX)
    await store.take_prescription(RX)
    assert len(await store.rests(member="M")) == 1
    with pytest.raises(InputError, match="prescription-differs"):
        await store.take_prescription(msgspec.structs.replace(RX, quantity=40))


async def test_notes_of_a_visit_take_the_place_of_its_earlier_ones(store: Store) -> None:
    note = CareNote("a", "out-of-stock", DAY, new_id(1), "tablet", 12)
    refused = CareNote("b", "card-refused", DAY, member="M", reason="photo")
    await store.put_notes([note], AT, "nurse", new_id(1))
    await store.put_notes([refused], AT, "nurse")
    await store.put_notes([refused], AT, "nurse")
    other = msgspec.structs.replace(note, id="c", kind="not-given")
    await store.put_notes([other], AT, "nurse", new_id(1))
    assert {each.id for each in await store.notes(month="2026-03")} == {"b", "c"}
    assert await store.notes(visit=new_id(1)) == (other,)


async def test_an_entry_under_way_is_kept_until_it_is_dropped(store: Store) -> None:
    await store.put_entry_draft("v", b"{}", AT, "nurse")
    await store.put_entry_draft("v", b'{"a":"1"}', AT, "nurse")
    assert await store.entry_draft("v") == b'{"a":"1"}'
    await store.drop_entry_draft("v")
    assert await store.entry_draft("v") is None


async def test_money_is_in_one_order_and_every_id_counts_once(store: Store) -> None:
    await store.save_visit(visit(), "recorded", None, AT, "nurse")
    entry = TillEntry("a", visit().id, "paid", 50, DAY, "till", "R1")
    assert await store.put_till_entry(entry, AT)
    assert not await store.put_till_entry(entry, AT)
    with pytest.raises(InputError, match="till-entry-reused"):
        await store.put_till_entry(msgspec.structs.replace(entry, amount=51), AT)
    await store.put_till_entry(msgspec.structs.replace(entry, id="b", cashier="other"), AT)
    await store.put_till_entry(msgspec.structs.replace(entry, id="c", amount=5), AT)
    assert [each.place for each in await store.till_entries(visits=(visit().id,))] == [1, 2, 3]
    assert [each.entry.id for each in await store.till_entries(cashier="till", after=1)] == ["c"]
    assert await store.till_visits() == (visit().id,)
    count = TillCount("n", "till", DAY, 3, 55, 55, "accountant")
    assert await store.put_till_count(count, AT) and not await store.put_till_count(count, AT)
    with pytest.raises(InputError, match="till-counted"):
        await store.put_till_count(msgspec.structs.replace(count, id="m"), AT)
    assert await store.till_counts(DAY) == (count,) and await store.till_count_before(count) == 0


async def test_a_sheet_counts_once_and_a_number_names_one(store: Store) -> None:
    sheet = Sheet("s", "referral", "41", "F-2", "F-1", DAY, "", "M")
    assert await store.put_sheet(sheet, "in", AT, "desk") and not await store.put_sheet(sheet, "in", AT, "desk")
    with pytest.raises(InputError, match="sheet-taken"):
        await store.put_sheet(msgspec.structs.replace(sheet, id="t"), "in", AT, "desk")
    assert await store.sheets("in", since="2026-03-01") == (sheet,) and await store.sheet("nobody") is None


async def test_a_guarantee_moves_by_its_table_and_its_use_is_counted(store: Store) -> None:
    asked = GuaranteeFile("g", "MUT", "F-1", visit().beneficiary.number, "long-term", ("tablet",), "why", DAY, "nurse")
    assert await store.put_guarantee(asked, AT, "nurse") and not await store.put_guarantee(asked, AT, "nurse")
    granted = msgspec.structs.replace(asked, state="granted", number="MUT-1", start=DAY, per_month=30)
    await store.put_guarantee(granted, AT, "mutual")
    with pytest.raises(InputError, match="guarantee-state"):
        await store.put_guarantee(asked, AT, "nurse")
    with pytest.raises(InputError, match="guarantee-number-taken"):
        await store.put_guarantee(msgspec.structs.replace(granted, id="h"), AT, "mutual")
    given = care("tablet", 12)
    used = visit(given, guarantees=(Guarantee("MUT-1", ("tablet",), DAY, DAY),))
    await store.save_visit(used, "recorded", None, AT, "nurse")
    (found,) = await store.used([granted], "2026-03")
    assert (found.total, found.month, found.left) == (12, 12, 18)
    (found,) = await store.used([granted], "2026-04", used.id)
    assert (found.total, found.left) == (0, 30)


async def test_a_death_is_told_once_and_a_pregnancy_is_followed(store: Store) -> None:
    notice = DeathNotice("v", "F-1", "MUT", "M", DAY)
    assert await store.put_notice(notice, AT) and not await store.put_notice(notice, AT)
    assert await store.notices() == (notice,)
    pregnancy = Pregnancy("p", "M", date(2025, 9, 1))
    await store.put_pregnancy(pregnancy)
    ended = msgspec.structs.replace(pregnancy, ended=DAY, outcome="delivery", children=("M-NN",))
    await store.put_pregnancy(ended)
    assert await store.pregnancies("M") == (ended,)


async def test_every_change_of_a_visit_can_be_read_again(store: Store) -> None:
    await store.save_visit(visit(), "open", None, AT, "nurse")
    await store.save_visit(visit(weight_grams=9_000), "recorded", 1, AT, "pharmacy")
    events = await store.visit_events(visit().id)
    assert [(each.version, each.who, each.state) for each in events] == [
        (1, "nurse", "open"),
        (2, "pharmacy", "recorded"),
    ]
    assert events[1].visit.weight_grams == 9_000 and events[0].at == AT


async def test_the_next_register_number_follows_the_highest_of_the_year_that_is_one(store: Store) -> None:
    for number, written in enumerate(("7", "12 bis", "²", "", "0041")):
        await store.save_visit(visit(id=new_id(number), register_number=written), "recorded", None, AT, "nurse")
    assert await store.last_register_number(2026) == 41
    assert await store.last_register_number(2027) == 0
