"""Visits: each change a version and an event, the moves of the states only, one register number each."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from facility_agent.storage.store import Store
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from tests.builders import DAY, claim, new_id, visit

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


async def test_a_visit_moves_through_its_states_with_a_version_and_an_event_each(store: Store) -> None:
    first, second = visit(register_number="12"), visit(register_number="12", weight_grams=61_000)
    assert await store.save_visit(first, "open", None, AT, "nurse") == 1
    assert await store.save_visit(second, "recorded", 1, AT, "nurse") == 2
    kept = await store.visit(first.id)
    assert kept is not None and (kept.visit, kept.state, kept.version) == (second, "recorded", 2)
    rows = await store.database.rows("SELECT version, state, document FROM visit_event ORDER BY version")
    assert [(row["version"], row["state"]) for row in rows] == [(1, "open"), (2, "recorded")]
    assert [bytes(row["document"]) for row in rows] == [canonical(first), canonical(second)]


async def test_a_visit_saved_twice_counts_once(store: Store) -> None:
    assert await store.save_visit(visit(), "recorded", None, AT, "nurse") == 1
    assert await store.save_visit(visit(), "recorded", None, AT, "nurse") == 1
    assert len(await store.visits(day=DAY)) == 1


async def test_the_second_of_two_people_who_change_one_visit_is_told(store: Store) -> None:
    await store.save_visit(visit(), "open", None, AT, "nurse")
    await store.save_visit(visit(weight_grams=60_000), "open", 1, AT, "nurse")
    with pytest.raises(InputError, match="visit-changed"):
        await store.save_visit(visit(weight_grams=70_000), "open", 1, AT, "midwife")
    kept = await store.visit(visit().id)
    assert kept is not None and kept.visit.weight_grams == 60_000


async def test_of_many_who_save_at_once_one_wins(store: Store) -> None:
    await store.save_visit(visit(), "open", None, AT, "nurse")
    answers = await asyncio.gather(
        *(store.save_visit(visit(weight_grams=weight), "open", 1, AT, "nurse") for weight in range(8)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["InputError"] * 7 + ["int"]


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        (("claimed",), True),
        (("abandoned",), True),
        (("open", "claimed"), True),
        (("recorded", "claimed", "open"), True),
        (("recorded", "abandoned", "recorded"), True),
        (("open", "recorded", "open", "recorded", "claimed"), False),
        (("open", "abandoned"), False),
    ],
)
async def test_only_the_moves_of_the_states_are_made(store: Store, steps: tuple[str, ...], refused: bool) -> None:
    version: int | None = None
    for number, state in enumerate(steps):
        entry = visit(weight_grams=number)
        if refused and number == len(steps) - 1:
            with pytest.raises(InputError, match="visit-state"):
                await store.save_visit(entry, state, version, AT, "nurse")
        else:
            version = await store.save_visit(entry, state, version, AT, "nurse")


async def test_a_register_number_names_one_visit_of_the_year(store: Store) -> None:
    async def save(number: int, state: str = "recorded", **changes: Any) -> None:
        entry = visit(**{"id": new_id(number), "register_number": "7", **changes})
        await store.save_visit(entry, state, None, AT, "nurse")

    await save(1)
    for state in ("open", "recorded"):
        with pytest.raises(InputError, match="register-number-taken") as caught:
            await save(2, state)
        assert caught.value.fields == {"register_number": "7", "day": "2026-03-10"}
    await save(3, day=date(2025, 3, 10))
    await save(4, register_number="")
    await save(5, register_number="")
    await store.save_visit(visit(id=new_id(1), register_number="7"), "abandoned", 1, AT, "nurse")
    await save(2)
    assert len(await store.visits()) == 5


async def test_a_correction_may_keep_the_register_number_of_what_it_replaces(store: Store) -> None:
    for number, replaced in ((1, ""), (2, new_id(1)), (3, new_id(2))):
        entry = visit(id=new_id(number), register_number="7", replaces=replaced)
        await store.save_visit(entry, "recorded", None, AT, "nurse")
        made = msgspec.structs.replace(claim(number, replaces=replaced), visit=entry)
        await store.mint(made, {}, AT, "nurse")
        await store.save_visit(entry, "claimed", 1, AT, "nurse")
    with pytest.raises(InputError, match="register-number-taken"):
        await store.save_visit(visit(id=new_id(4), register_number="7"), "recorded", None, AT, "nurse")


async def test_visits_are_listed_by_day_month_and_state(store: Store) -> None:
    for number, (day, state) in enumerate(
        [(DAY, "recorded"), (DAY, "open"), (date(2026, 3, 9), "open"), (date(2026, 4, 1), "recorded")]
    ):
        await store.save_visit(
            visit(id=new_id(number), day=day, register_number=str(9 - number)), state, None, AT, "nurse"
        )
    assert [row.visit.register_number for row in await store.visits(day=DAY)] == ["8", "9"]
    assert [row.visit.register_number for row in await store.visits(month="2026-03")] == ["7", "8", "9"]
    assert [row.visit.register_number for row in await store.visits(states=("recorded",))] == ["9", "6"]
    assert await store.visit("nobody") is None
