"""The register: replaced whole or not at all, found by number, household, telephone or a piece of a name."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from facility_agent.exchange.revocations import with_set
from facility_agent.storage.store import Store, open_store
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage
from tests.builders import MUTUAL, PROGRAMME, STATE, beneficiary, coverage

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
FIRST, SECOND = date(2026, 3, 1), date(2026, 4, 1)

ELISE = coverage(beneficiary("KDG-000001-01", name="Élise N'Do Ouédraogo", phone="70112233"))
PAUL = coverage(beneficiary("KDG-000001-02", name="Paul Ouédraogo", household="KDG-000001"))
ZOE = coverage(beneficiary("KDG-000002-01", name="Zoé Kaboré", phone="70445566"))
EVERYBODY = (ELISE, PAUL, ZOE)


@pytest.fixture
async def filled(store: Store) -> Store:
    await store.replace_register(MUTUAL, 1, FIRST, "digest-1", EVERYBODY)
    return store


async def test_what_the_payer_sent_comes_back_byte_for_byte(filled: Store) -> None:
    assert await filled.all_coverages(MUTUAL) == EVERYBODY
    assert await filled.coverage_of("KDG-000001-02") == (PAUL,)
    assert await filled.coverage_of("KDG-999999-01") == ()
    assert await filled.household("KDG-000001") == (ELISE, PAUL)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KDG-000001-02", (PAUL,)),
        ("  KDG-000001-02 ", (PAUL,)),
        ("KDG-000001", (ELISE, PAUL)),
        ("70445566", (ZOE,)),
        ("ouedraogo", (PAUL, ELISE)),
        ("OUÉDRAOGO", (PAUL, ELISE)),
        ("ouedraogo elise", (ELISE,)),
        ("n'do", (ELISE,)),
        ("zoe", (ZOE,)),
        ("kab zo", (ZOE,)),
        ("nobody", ()),
        ("zoe nobody", ()),
        ("zoe\x00", (ZOE,)),
        *((nothing, ()) for nothing in ("", " ", "--", "''", "%", "_", "\x00", "70%")),
    ],
)
async def test_people_are_found_by_what_they_say_at_the_desk(
    filled: Store, text: str, found: tuple[Coverage, ...]
) -> None:
    assert set(await filled.search(text)) == set(found)
    assert len(await filled.search(text)) == len(found)


async def test_a_search_stops_at_its_limit(filled: Store) -> None:
    assert len(await filled.search("ouedraogo", limit=1)) == 1


async def test_a_search_by_name_reads_an_index_and_not_the_documents(tmp_path: Path) -> None:
    async with open_store(tmp_path / "site.sqlite3") as store:
        asked, rows = [], store.database.rows

        async def listening(statement: str, *values: Any) -> list[dict[str, Any]]:
            asked.append(f"EXPLAIN QUERY PLAN {statement}")
            return await rows(statement, *values)

        store.database.rows = listening  # type: ignore[method-assign]
        assert await store.search("ouedraogo elise") == ()
        plans = [await rows(each, *sorted(set(re.findall(r"\$\d+", each)))) for each in asked]
    steps = [step["detail"] for plan in plans for step in plan]
    assert any("name_pair" in step or " p " in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and step[5:] not in ("h",)] == []


async def test_a_register_is_replaced_whole(filled: Store) -> None:
    await filled.replace_register(MUTUAL, 2, SECOND, "digest-2", (ZOE,))
    assert await filled.all_coverages(MUTUAL) == (ZOE,)
    assert await filled.search("elise") == ()
    state = await filled.register_state(MUTUAL)
    assert state is not None and (state.sequence, state.as_of, state.members) == (2, SECOND, 1)


async def test_the_same_register_twice_counts_once(filled: Store) -> None:
    await filled.replace_register(MUTUAL, 1, FIRST, "digest-1", EVERYBODY)
    rows = await filled.database.rows("SELECT sequence FROM register_snapshot")
    assert [row["sequence"] for row in rows] == [1]


@pytest.mark.parametrize(("sequence", "digest"), [(1, "digest-0"), (2, "other"), (0, "digest-0")])
async def test_an_older_or_other_register_under_a_known_number_is_refused_and_changes_nothing(
    filled: Store, sequence: int, digest: str
) -> None:
    await filled.replace_register(MUTUAL, 2, SECOND, "digest-2", (ZOE,))
    with pytest.raises(InputError, match="register-older"):
        await filled.replace_register(MUTUAL, sequence, FIRST, digest, EVERYBODY)
    assert await filled.all_coverages(MUTUAL) == (ZOE,)


async def test_the_registers_of_two_payers_stand_side_by_side(filled: Store) -> None:
    state = coverage(ELISE.beneficiary, payer=STATE, scheme=PROGRAMME)
    await filled.replace_register(STATE, 1, SECOND, "digest-s", (state,))
    assert await filled.coverage_of("KDG-000001-01") == (ELISE, state)
    assert await filled.all_coverages(MUTUAL) == EVERYBODY
    newest = await filled.register_state(None)
    assert newest is not None and newest.payer == STATE
    assert await filled.register_state("OTHER") is None


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ((ZOE, coverage(ELISE.beneficiary, payer=STATE)), "register-of-another"),
        ((ZOE, ELISE, coverage(ZOE.beneficiary, paid_until=FIRST)), "register-number-twice"),
    ],
)
async def test_a_register_speaks_for_its_payer_and_of_each_person_once(
    filled: Store, people: tuple[Coverage, ...], code: str
) -> None:
    with pytest.raises(InputError, match=code):
        await filled.replace_register(MUTUAL, 2, SECOND, "digest-2", people)
    assert await filled.all_coverages(MUTUAL) == EVERYBODY


async def test_a_register_that_fails_in_the_middle_leaves_the_old_one(filled: Store) -> None:
    def broken() -> object:
        yield ZOE
        raise OSError("the stick was pulled out")

    with pytest.raises(OSError, match="stick"):
        await filled.replace_register(MUTUAL, 2, SECOND, "digest-2", broken())  # type: ignore[arg-type]
    assert await filled.all_coverages(MUTUAL) == EVERYBODY


async def test_a_register_replaced_and_cancelled_at_any_step_is_the_old_or_the_new_one(store: Store) -> None:
    people = tuple(coverage(beneficiary(f"KDG-{number:06d}-01")) for number in range(40))
    for number in range(1, 30):
        await store.replace_register(MUTUAL, 2 * number, FIRST, f"digest-{2 * number}", people[:20])
        task = asyncio.create_task(
            store.replace_register(MUTUAL, 2 * number + 1, FIRST, f"digest-{2 * number + 1}", people[20:])
        )
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        held = await store.register_state(MUTUAL)
        assert held is not None
        assert await store.all_coverages(MUTUAL) == (people[:20] if held.sequence == 2 * number else people[20:])


async def test_the_desk_reads_the_old_register_while_the_new_one_is_written(filled: Store) -> None:
    written, read = asyncio.Event(), asyncio.Event()

    async def desk() -> tuple[Coverage, ...]:
        await written.wait()
        try:
            return await filled.coverage_of("KDG-000001-01")
        finally:
            read.set()

    task = asyncio.create_task(desk())
    async with asyncio.timeout(60), filled.transaction():
        await filled.replace_register(MUTUAL, 2, SECOND, "digest-2", (ZOE,))
        written.set()
        await read.wait()
    assert await task == (ELISE,)
    assert await filled.coverage_of("KDG-000001-01") == ()


async def test_revocations_are_asked_by_serial_and_nobody_guesses_without_a_list(store: Store) -> None:
    assert await store.is_revoked(MUTUAL, 7) is None
    await store.put_revocations(MUTUAL, 1, FIRST, with_set(b"", [7]))
    assert await store.is_revoked(MUTUAL, 7) is True
    assert await store.is_revoked(MUTUAL, 8) is False
    assert await store.is_revoked(STATE, 7) is None


async def test_an_older_list_of_revoked_cards_is_refused(store: Store) -> None:
    await store.put_revocations(MUTUAL, 2, SECOND, with_set(b"", [7]))
    await store.put_revocations(MUTUAL, 2, SECOND, with_set(b"", [7]))
    with pytest.raises(InputError, match="register-older"):
        await store.put_revocations(MUTUAL, 1, FIRST, b"")
    held = await store.revocations(MUTUAL)
    assert held is not None and (held.sequence, held.as_of, held.bitmap) == (2, SECOND, with_set(b"", [7]))


async def test_lookups_are_counted_per_person_and_day(store: Store) -> None:
    for number, (day, colour) in enumerate([(FIRST, "green"), (FIRST, "red"), (SECOND, "green")]):
        await store.note_lookup(
            f"l{number}", at=AT, account="awa", member_number="KDG-000001-01", colour=colour, how="card", day=day
        )
    await store.note_lookup("l0", at=AT, account="awa", member_number="x", colour="red", how="card", day=SECOND)
    assert (await store.known_of("KDG-000001-01", FIRST)).seen_today == 2
    assert (await store.known_of("KDG-000001-02", FIRST)).seen_today == 0
    assert await store.colours() == {"green": 2, "red": 1}
    assert await store.latest_day() == SECOND
