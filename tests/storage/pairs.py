"""Rows that come in pairs: one transaction writes two, so that half a transaction is seen at once."""

from __future__ import annotations

import asyncio

from facility_agent.storage.engine import Database

#: Generous: a test that meets it has met a lock that nobody gives back.
HANG = 60


async def write_pair(database: Database, name: str) -> None:
    """Two rows in one transaction."""
    async with database.transaction():
        await database.rows("INSERT INTO pair VALUES ($1, $2)", f"{name}-1", name)
        await database.rows("INSERT INTO pair VALUES ($1, $2)", f"{name}-2", name)


async def count(database: Database, name: str) -> int:
    """How many rows of that name others see."""
    return len(await database.rows("SELECT id FROM pair WHERE name = $1", name))


async def steps(number: int) -> None:
    """Let the event loop turn a few times."""
    for _ in range(number):
        await asyncio.sleep(0)


async def still_works(database: Database, name: str) -> None:
    """A transaction and a statement of its own go through, so no lock was kept and no transaction left open."""
    async with asyncio.timeout(HANG):
        await write_pair(database, name)
        assert await count(database, name) == 2


async def cancelled(task: asyncio.Task[None], times: int) -> bool:
    """Cancel a task as often as asked, a step apart; whether it ended cancelled."""
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    try:
        async with asyncio.timeout(HANG):
            await task
    except asyncio.CancelledError:
        return True
    return False
