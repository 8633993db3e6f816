"""Cards, what happened to them, portraits, newborns and new numbers come back as they went in, on both dialects."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from facility_agent.storage.store import Store
from facility_agent.storage.store import cards as shelf
from facility_agent.storage.store.newborns import KeptNewborn
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Admission, Beneficiary, Card, CardKind
from tests.builders import MUTUAL, beneficiary, coverage

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
DAY, ENDS = date(2026, 3, 1), date(2026, 12, 31)
AWA, ISSA = "KDG-000001-01", "KDG-000001-02"


def card(serial: int, member: str = AWA, kind: CardKind = "member", expires: date = ENDS) -> Card:
    household = kind == "household"
    return Card(
        "k", serial, "" if household else member, "Awa", None if household else 1996, "" if household else "F", DAY,
        expires, "KDG-000001", kind=kind, replaces=1 if kind == "certificate" else 0,
    )  # fmt: skip


async def put(store: Store, *cards: Card) -> None:
    made = [(one, f"token {one.serial}".encode()) for one in cards]
    await store.add_cards(MUTUAL, made, [f"text {one.serial}" for one in cards])


async def test_cards_come_back_with_their_tokens_by_kind_and_serial(store: Store) -> None:
    await put(store, card(9), card(4), card(5, kind="household"), card(6, kind="certificate"), card(7, ISSA))
    held = await store.cards_held(MUTUAL, (AWA, "KDG-999999-01"))
    assert [(one.card, one.token, one.printed) for one in held] == [
        (card(4), b"token 4", None), (card(9), b"token 9", None)
    ]  # fmt: skip
    assert [one.card.serial for one in await store.cards_held(MUTUAL, ("KDG-000001",), "household")] == [5]
    assert [one.card.serial for one in await store.cards_held(MUTUAL, (AWA,), "certificate")] == [6]
    kept = await store.card_with(MUTUAL, 7)
    assert kept is not None and kept.card == card(7, ISSA)
    assert await store.card_with("OTHER", 7) is None
    assert await store.cards_held("OTHER", (AWA,)) == ()


async def test_a_serial_is_given_once_and_all_cards_of_a_run_or_none_are_kept(store: Store) -> None:
    await put(store, card(1))
    with pytest.raises(InputError, match="card-serial-taken"):
        await put(store, card(2), card(1, ISSA))
    assert await store.card_with(MUTUAL, 2) is None
    await store.add_cards("OTHER", [(card(1), b"")], ["t"])


async def test_numbers_are_taken_in_rows_without_a_gap(store: Store) -> None:
    assert list(await store.next_numbers("card", 3)) == [1, 2, 3]
    assert await store.next_number("card") == 4
    assert list(await store.next_numbers("card", 2)) == [5, 6]


async def test_the_printer_gets_the_newest_valid_card_of_each_that_was_not_printed(store: Store) -> None:
    await put(store, card(1), card(2, ISSA), card(3), card(4, "KDG-000001-03", expires=DAY), card(5, kind="household"))
    today = date(2026, 3, 2)

    async def waiting(after: int = 0, limit: int = 9, again: bool = False) -> list[int]:
        found = await store.cards_to_print(MUTUAL, "member", today, after, limit, again=again)
        return [one.card.serial for one in found]

    assert await waiting() == [2, 3]
    assert await waiting(limit=1) == [2] and await waiting(after=2) == [3]
    await store.note_printed(MUTUAL, [2], today)
    assert await waiting() == [3] and await waiting(again=True) == [2, 3]
    kept = await store.card_with(MUTUAL, 2)
    assert kept is not None and kept.printed == today
    assert await store.count_cards(MUTUAL, "member", today) == 3


async def test_what_happened_to_a_card_is_told_in_order(store: Store) -> None:
    await store.add_card_event(MUTUAL, 3, AT, "secrétaire", "lost", "tombée", 8)
    await store.add_card_event(MUTUAL, 3, AT, "président", "replaced", "", 9)
    await store.add_card_event(MUTUAL, 4, AT, "président", "revoked", "fraude d’un tiers")
    events = await store.card_events(MUTUAL, [3, 4, 5])
    assert [(one.serial, one.kind, one.who, one.reason, one.successor) for one in events] == [
        (3, "lost", "secrétaire", "tombée", 8),
        (3, "replaced", "président", "", 9),
        (4, "revoked", "président", "fraude d’un tiers", None),
    ]
    assert events[0].at == "2026-03-10T08:30:00.000000Z"


async def test_the_register_is_read_in_portions_and_nobody_stands_in_two(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PORTION", 5)
    people = [beneficiary(f"KDG-{home:06d}-{place:02d}") for home in range(1, 8) for place in range(1, 4)]
    entries = [coverage(person) for person in people]
    entries += [coverage(person, scheme="insurer") for person in people[::2]]
    await store.replace_register(MUTUAL, 1, DAY, "d", entries)
    seen: list[str] = []
    async for portion in store.people_in_portions(MUTUAL):
        numbers = [entry.beneficiary.number for entry in portion]
        assert not set(numbers) & set(seen) and len(set(numbers)) <= 5
        seen += numbers
    assert sorted(seen) == sorted(entry.beneficiary.number for entry in entries)
    homes: list[str] = []
    async for portion in store.households_in_portions(MUTUAL):
        found = {entry.beneficiary.household for entry in portion}
        assert len(found) == 1
        homes += found
    assert homes == sorted({person.household for person in people})
    assert [portion async for portion in store.people_in_portions("OTHER")] == []


async def test_a_portrait_is_kept_by_number_and_the_later_one_counts(store: Store) -> None:
    await store.put_portraits(MUTUAL, [(AWA, "aa" * 8, b"one"), (ISSA, "bb" * 8, b"two")])
    await store.put_portraits(MUTUAL, [(AWA, "cc" * 8, b"three")])
    assert (await store.portrait(AWA), await store.portrait("nobody")) == (b"three", None)
    assert await store.portrait_hashes([AWA, ISSA, "nobody"]) == {AWA: "cc" * 8, ISSA: "bb" * 8}


async def test_a_newborn_is_written_down_once_with_its_proof(store: Store) -> None:
    child = Beneficiary(f"{AWA}-N260303-1", "NN Awa", "M", date(2026, 3, 3))
    kept = KeptNewborn(child, Admission("newborn", "birth-certificate", "N° 12"))
    for _ in range(2):
        await store.put_newborn(kept, AWA, AT, "accueil")
    assert await store.newborn(child.number) == kept
    assert await store.newborns_of(AWA) == (kept,)
    assert (await store.newborn(AWA), await store.newborns_of(ISSA)) == (None, ())


async def test_a_number_takes_the_place_of_one_and_of_no_other(store: Store) -> None:
    former, number = f"{AWA}-N260303-1", "KDG-000001-04"
    assert await store.renumber(former, number, AT, "secrétaire") is True
    assert await store.renumber(former, number, AT, "secrétaire") is False
    for one, other in ((former, ISSA), (f"{AWA}-N260303-2", number), (number, ISSA), (ISSA, former)):
        with pytest.raises(InputError, match="number-taken-over"):
            await store.renumber(one, other, AT, "secrétaire")
    assert await store.renumberings() == {number: former}
