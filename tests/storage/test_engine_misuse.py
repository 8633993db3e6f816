"""The engine used wrongly: by the wrong task, after the end, over an error, on a full disk."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from facility_agent.storage.engine import Database, open_database
from tests.storage.pairs import HANG, count, steps, still_works, write_pair


async def test_a_failed_statement_that_is_swallowed_never_passes_for_a_commit(scratch: Database) -> None:
    """PostgreSQL answers ROLLBACK to such a COMMIT; on SQLite the rest of the transaction stands."""
    await write_pair(scratch, "before")
    try:
        async with scratch.transaction():
            await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "kept", "kept")
            with contextlib.suppress(IntegrityError):
                await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "before-1", "again")
    except TransactionManagementError:
        assert scratch.dialect == "postgres"
        assert await count(scratch, "kept") == 0
    else:
        assert await count(scratch, "kept") == 1
    await still_works(scratch, "after")


async def test_a_task_that_outlives_its_transaction_is_refused(scratch: Database) -> None:
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "late", "late")

    async with scratch.transaction():
        task = asyncio.create_task(late())
        await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "a", "a")
    async with scratch.transaction():
        await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "b", "b")
        ended.set()
        await steps(5)
    with pytest.raises(TransactionManagementError, match="has ended"):
        await task
    assert await scratch.rows("SELECT id FROM pair ORDER BY id") == [{"id": "a"}, {"id": "b"}]
    await still_works(scratch, "after")


async def test_another_task_may_not_use_a_transaction_while_it_runs(scratch: Database) -> None:
    async with scratch.transaction():
        answers = await asyncio.gather(
            scratch.rows("SELECT id FROM pair"), write_pair(scratch, "inner"), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [TransactionManagementError] * 2
    await still_works(scratch, "after")


async def test_savepoints_one_after_the_other_keep_what_succeeded(scratch: Database) -> None:
    async with scratch.transaction():
        await write_pair(scratch, "first")
        with contextlib.suppress(LookupError):
            async with scratch.transaction():
                await write_pair(scratch, "second")
                raise LookupError
        await write_pair(scratch, "third")
        async with scratch.transaction(), scratch.transaction():
            await write_pair(scratch, "deep")
    counts = [await count(scratch, name) for name in ("first", "second", "third", "deep")]
    assert counts == [2, 0, 2, 2]


async def test_a_closed_database_stays_closed(location: str) -> None:
    async with open_database(location) as database:
        pass
    with pytest.raises(OperationalError, match="closed"):
        await database.rows("SELECT 1")
    with pytest.raises(OperationalError, match="closed"):
        async with database.transaction():
            pass


async def test_a_database_closed_under_a_transaction_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    entered, closed = asyncio.Event(), asyncio.Event()

    async def late(database: Database) -> None:
        async with database.transaction():
            await database.rows("INSERT INTO pair VALUES ($1, $2)", "a", "a")
            entered.set()
            await closed.wait()
            await database.rows("INSERT INTO pair VALUES ($1, $2)", "b", "b")

    async with asyncio.timeout(HANG):
        async with open_database(tmp_path / "site.sqlite3") as database:
            await database.connection().execute_script("CREATE TABLE pair (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
            task = asyncio.create_task(late(database))
            await entered.wait()
        closed.set()
        with pytest.raises((OperationalError, TransactionManagementError)):
            await task
    async with open_database(tmp_path / "site.sqlite3") as database:
        assert await count(database, "a") == 0
        await still_works(database, "after")


async def test_a_transaction_that_sqlite_rolled_back_by_itself_refuses_the_next_statement(
    sqlite_scratch: Database,
) -> None:
    with pytest.raises(TransactionManagementError, match="rolled this transaction back"):
        async with sqlite_scratch.transaction() as transaction:
            await sqlite_scratch.rows("INSERT INTO pair VALUES ($1, $2)", "a", "a")
            await transaction._connection.execute("ROLLBACK")
            await sqlite_scratch.rows("INSERT INTO pair VALUES ($1, $2)", "b", "b")
    assert await sqlite_scratch.rows("SELECT id FROM pair") == []
    await still_works(sqlite_scratch, "after")


async def test_a_transaction_that_sqlite_rolled_back_by_itself_cannot_be_committed(sqlite_scratch: Database) -> None:
    with pytest.raises(OperationalError):
        async with sqlite_scratch.transaction() as transaction:
            await sqlite_scratch.rows("INSERT INTO pair VALUES ($1, $2)", "a", "a")
            await transaction._connection.execute("ROLLBACK")
    await still_works(sqlite_scratch, "after")


async def test_a_full_disk_is_an_error_and_nothing_is_half_written(sqlite_scratch: Database) -> None:
    pages = (await sqlite_scratch.rows("PRAGMA page_count"))[0]["page_count"]
    await sqlite_scratch.rows(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises((OperationalError, TransactionManagementError)):
        async with sqlite_scratch.transaction():
            for number in range(1000):
                await sqlite_scratch.rows("INSERT INTO pair VALUES ($1, $2)", f"{number}", "x" * 1000)
    assert await sqlite_scratch.rows("SELECT id FROM pair") == []
    await sqlite_scratch.rows("PRAGMA max_page_count=1000000")
    await still_works(sqlite_scratch, "after")


async def test_a_script_inside_a_transaction_is_refused_because_it_would_commit(sqlite_scratch: Database) -> None:
    with pytest.raises(TransactionManagementError, match="one by one"):
        async with sqlite_scratch.transaction():
            await sqlite_scratch.connection().execute_script("SELECT 1; SELECT 2")
