"""The engine under bad luck: cancelled anywhere, once and again, and refused at COMMIT."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from tortoise.exceptions import IntegrityError

from facility_agent.storage.engine import Database
from tests.storage.pairs import HANG, cancelled, count, steps, still_works, write_pair


@pytest.mark.parametrize("times", [1, 2, 3, 6])
async def test_a_transaction_cancelled_after_any_number_of_steps_is_whole_or_absent(
    scratch: Database, times: int
) -> None:
    for number in range(41):
        name = f"n{number}"
        task = asyncio.create_task(write_pair(scratch, name))
        await steps(number)
        stopped = await cancelled(task, times)
        written = await count(scratch, name)
        assert written in (0, 2), "half a transaction was written"
        assert stopped or written == 2, "the task ended well and nothing was written"
        await still_works(scratch, f"after-{number}")


@pytest.mark.parametrize("times", [1, 3])
async def test_a_transaction_cancelled_at_any_moment_is_whole_or_absent(scratch: Database, times: int) -> None:
    for number in range(41):
        name = f"n{number}"
        task = asyncio.create_task(write_pair(scratch, name))
        await asyncio.sleep(number / 10_000)
        await cancelled(task, times)
        assert await count(scratch, name) in (0, 2)
        await still_works(scratch, f"after-{number}")


async def test_several_waiting_transactions_cancelled_at_once_leave_the_lock_free(scratch: Database) -> None:
    for number in range(12):
        tasks = [asyncio.create_task(write_pair(scratch, f"{number}-{each}")) for each in range(4)]
        await steps(number * 3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in range(4):
            assert await count(scratch, f"{number}-{each}") in (0, 2)
        await still_works(scratch, f"after-{number}")


@pytest.fixture
async def committing(scratch: Database, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a COMMIT is about to be said."""
    announced = asyncio.Event()
    async with scratch.transaction() as transaction:
        wrapper = type(transaction)
    say = wrapper._say

    async def announcing(self: object, statement: str) -> str:
        if statement == "COMMIT":
            announced.set()
            await asyncio.sleep(0)
        return await say(self, statement)

    monkeypatch.setattr(wrapper, "_say", announcing)
    return announced


@pytest.mark.parametrize("times", [1, 2, 6])
async def test_cancelled_while_committing_means_written_and_says_cancelled(
    scratch: Database, committing: asyncio.Event, times: int
) -> None:
    for number in range(10):
        committing.clear()
        task = asyncio.create_task(write_pair(scratch, f"n{number}"))
        await committing.wait()
        assert await cancelled(task, times)
        assert await count(scratch, f"n{number}") == 2
        await still_works(scratch, f"after-{number}")


async def test_a_loop_that_cancels_all_its_tasks_does_not_reach_a_commit(
    scratch: Database, committing: asyncio.Event
) -> None:
    for number in range(10):
        committing.clear()
        known = asyncio.all_tasks()
        task = asyncio.create_task(write_pair(scratch, f"n{number}"))
        await committing.wait()
        for each in asyncio.all_tasks() - known:
            each.cancel()
        assert await cancelled(task, 0)
        assert await count(scratch, f"n{number}") == 2
        await still_works(scratch, f"after-{number}")


async def test_a_statement_cancelled_outside_a_transaction_leaves_nothing_open(scratch: Database) -> None:
    for number in range(41):
        values = [[f"{number}-{each}", f"n{number}"] for each in range(50)]
        task = asyncio.create_task(scratch.many("INSERT INTO pair VALUES ($1, $2)", values))
        await steps(number)
        await cancelled(task, 2)
        assert await count(scratch, f"n{number}") in (0, 50)
        await still_works(scratch, f"after-{number}")


async def test_a_savepoint_cancelled_anywhere_ends_the_whole_transaction_cleanly(scratch: Database) -> None:
    async def nested(name: str) -> None:
        async with scratch.transaction():
            await scratch.rows("INSERT INTO pair VALUES ($1, $2)", f"{name}-1", name)
            await write_pair(scratch, f"{name}-inner")

    for number in range(41):
        task = asyncio.create_task(nested(f"n{number}"))
        await steps(number)
        await cancelled(task, 2)
        outer, inner = await count(scratch, f"n{number}"), await count(scratch, f"n{number}-inner")
        assert (outer, inner) in ((0, 0), (1, 2))
        await still_works(scratch, f"after-{number}")


async def test_a_cancellation_caught_inside_a_transaction_undoes_only_its_savepoint(scratch: Database) -> None:
    for number in range(0, 30, 3):
        async with scratch.transaction():
            await scratch.rows("INSERT INTO pair VALUES ($1, $2)", f"{number}-kept", "kept")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(number / 10_000), scratch.transaction():
                    await scratch.rows("INSERT INTO pair VALUES ($1, $2)", f"{number}-a", f"lost-{number}")
                    await asyncio.sleep(HANG)
        assert await count(scratch, f"lost-{number}") == 0
    assert await count(scratch, "kept") == 10


async def test_a_commit_that_fails_is_an_integrity_error_and_leaves_nothing_open(scratch: Database) -> None:
    with pytest.raises(IntegrityError):
        async with scratch.transaction():
            await scratch.rows("INSERT INTO child VALUES ($1, $2)", "orphan", "nobody")
    if scratch.dialect == "sqlite":
        assert not scratch.connection()._connection.in_transaction
    assert await scratch.rows("SELECT id FROM child") == []
    await still_works(scratch, "after")


async def test_an_error_in_the_block_undoes_all_of_it_and_is_raised_as_it_is(scratch: Database) -> None:
    with pytest.raises(LookupError, match="said so"):
        async with scratch.transaction():
            await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "a", "a")
            raise LookupError("said so")
    assert await count(scratch, "a") == 0
    await still_works(scratch, "after")
