"""The desk's store answers as the plain one does, as freshly and as durably, by shorter ways."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from facility_agent.arrangements.agreement import Agreement, with_digest
from facility_agent.storage.engine import Database
from facility_agent.storage.reading import open_reading
from facility_agent.storage.store import Store, open_store
from facility_agent.storage.store.desk import DeskStore, at_desk
from facility_agent.storage.store.server import one_look
from facility_agent.storage.writing import Writing
from facility_agent.vocabulary.records import Beneficiary, Coverage

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
AWA = Coverage(Beneficiary("BEN-000001-01", "Awa"), "M", "mutual", date(2025, 1, 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "site 100%.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_store(path) as plain, at_desk(plain) as opened:
        assert isinstance(opened, DeskStore)
        yield opened


def recorded(path: Path) -> list[tuple[str, str]]:
    """What another process sees of the look-ups."""
    with closing(sqlite3.connect(path)) as other:
        return other.execute("SELECT id, colour FROM desk_lookup ORDER BY id").fetchall()


async def look_up(store: Store, id: str, colour: str = "green", number: str = "BEN-000001-01") -> None:
    await store.note_lookup(id, at=NOW, account="clerk", member_number=number, colour=colour, how="card", day=DAY)


def agreement(id: str) -> Agreement:
    return with_digest(Agreement(id=id, country="XX", arrangement=date(2025, 1, 1), start=date(2025, 1, 1)))


async def test_a_look_up_is_on_the_disk_when_it_is_answered_and_counts_at_once(store: Store, path: Path) -> None:
    assert ((await store.known_of("BEN-000001-01", DAY)).seen_today, await store.latest_day()) == (0, None)
    await look_up(store, "1")
    assert recorded(path) == [("1", "green")]
    assert ((await store.known_of("BEN-000001-01", DAY)).seen_today, await store.latest_day()) == (1, DAY)


async def test_look_ups_that_come_together_are_all_written_in_fewer_statements(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements, write = [], Writing.write

    async def counted(self: Writing, statement: str, values: list[object]) -> None:
        statements.append(statement)
        await write(self, statement, values)

    monkeypatch.setattr(Writing, "write", counted)
    ids = [f"{number:04d}" for number in range(1_200)]
    await asyncio.gather(*(look_up(store, id) for id in ids))
    assert [id for id, _ in recorded(path)] == ids
    assert len(statements) <= 4


async def test_the_same_look_up_twice_counts_once(store: Store, path: Path) -> None:
    await asyncio.gather(look_up(store, "1"), look_up(store, "1"), look_up(store, "2"))
    assert recorded(path) == [("1", "green"), ("2", "green")]


async def test_one_look_up_that_cannot_be_written_takes_no_other_with_it(store: Store, path: Path) -> None:
    answers = await asyncio.gather(
        look_up(store, "1"), look_up(store, "2", colour="blue"), look_up(store, "3"), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers] == ["NoneType", "IntegrityError", "NoneType"]
    assert [id for id, _ in recorded(path)] == ["1", "3"]
    await look_up(store, "4")
    assert [id for id, _ in recorded(path)] == ["1", "3", "4"]


async def test_somebody_who_does_not_wait_for_the_answer_holds_nobody_up(store: Store, path: Path) -> None:
    gone, stays = asyncio.create_task(look_up(store, "1")), asyncio.create_task(look_up(store, "2"))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert ("2", "green") in recorded(path)


async def test_a_look_up_comes_to_its_turn_between_two_transactions(store: Store, path: Path) -> None:
    """However fast a register takes the next portion in hand, whoever came before it is written before it."""
    begun, over = asyncio.Event(), asyncio.Event()
    found: list[list[tuple[str, str]]] = []

    async def portion() -> None:
        async with store.transaction():
            found.append(recorded(path))
            begun.set()
            await over.wait()

    first = asyncio.create_task(portion())
    await begun.wait()
    looking = asyncio.create_task(look_up(store, "1"))
    for _ in range(5):
        await asyncio.sleep(0)
    second = asyncio.create_task(portion())
    over.set()
    await asyncio.gather(first, looking, second)
    assert found == [[], [("1", "green")]]


async def test_closing_waits_for_the_look_ups_that_are_under_way(path: Path) -> None:
    async with open_store(path) as plain, at_desk(plain) as opened:
        task = asyncio.create_task(look_up(opened, "1"))
        await asyncio.sleep(0)
    await task
    assert recorded(path) == [("1", "green")]


async def test_inside_a_transaction_it_sees_what_was_just_written_and_nobody_else_does(store: Store) -> None:
    with pytest.raises(RuntimeError, match="taken back"):
        async with store.transaction():
            await store.replace_register("M", 1, DAY, "d", [AWA])
            await look_up(store, "1")
            assert await store.coverage_of(AWA.beneficiary.number) == (AWA,)
            assert (await store.known_of(AWA.beneficiary.number, DAY)).seen_today == 1
            raise RuntimeError("taken back")
    assert await store.coverage_of(AWA.beneficiary.number) == ()
    assert (await store.known_of(AWA.beneficiary.number, DAY)).seen_today == 0


async def test_agreements_and_keys_are_the_same_objects_until_somebody_else_writes_others(
    store: Store, path: Path
) -> None:
    await store.put_agreement(agreement("a"), NOW, "clerk")
    first = await store.agreements()
    assert first == (agreement("a"),)
    assert await store.agreements() is first
    # Another process, such as `receive` on the command line.
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DELETE FROM agreement_event")
        other.execute("DELETE FROM agreement")
    await asyncio.sleep(0)
    assert await store.agreements() == ()
    assert await store.public_keys() == ()


async def test_a_sign_in_and_an_account_end_at_once(store: Store, path: Path) -> None:
    await store.add_account("clerk", "Clerk", ("reception", "care"), "hash")
    await store.add_signin("token", "clerk", "csrf", NOW, NOW.replace(hour=20))
    held, account = await store.signed_in("token", NOW), await store.account("clerk")
    assert held is not None and account is not None and held[1] == account
    assert (held[0].csrf, account.roles, account.active) == ("csrf", ("reception", "care"), True)
    assert await store.account("nobody") is None
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE account SET active = 0")
    await asyncio.sleep(0)
    assert await store.signed_in("token", NOW) is None
    await store.drop_signin("token")
    assert await store.signed_in("token", NOW) is None
    account = await store.account("clerk")
    assert account is not None and not account.active


async def test_the_second_connection_only_reads(store: Store, path: Path) -> None:
    with open_reading(path) as reading, pytest.raises(sqlite3.OperationalError, match="readonly"):
        await reading.rows("DELETE FROM beneficiary WHERE number = $1", "x")


async def test_a_file_that_is_closed_in_the_turn_of_a_question_leaves_nothing_behind(store: Store, path: Path) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    with open_reading(path) as reading:
        assert reading.ask("SELECT 1 AS one") == [{"one": 1}]
    await asyncio.sleep(0)
    assert not complaints


@pytest.mark.postgres
async def test_a_server_is_asked_once_in_one_look_and_anew_in_the_next(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, rows = [], Database.rows

    async def counted(self: Database, statement: str, *values: object) -> list[dict[str, object]]:
        asked.append(statement)
        return await rows(self, statement, *values)

    async with open_store(postgres_database) as plain, at_desk(plain) as store:
        monkeypatch.setattr(Database, "rows", counted)
        with one_look():
            assert [await store.agreements() for _ in range(3)] == [(), (), ()]
            assert [await store.register_state("M") for _ in range(3)] == [None, None, None]
            assert len(asked) == 2
            # What this one look is about to change is read as it is now.
            async with store.transaction():
                await store.put_agreement(agreement("1"), NOW, "clerk")
                assert [entry.id for entry in await store.agreements()] == ["1"]
        with one_look():
            (kept,) = await store.agreements()
        assert kept.id == "1" and (await store.agreements())[0] is kept
