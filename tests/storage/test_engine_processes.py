"""The engine among others: a second writer, another process, kill -9, a loop that is shut down."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError

import facility_agent
from facility_agent.storage.engine import Database, open_database
from tests.storage.pairs import HANG, cancelled, count, still_works, write_pair

ROOT = Path(facility_agent.__file__).parent.parent


async def test_a_second_writer_waits_and_sees_what_the_first_wrote(scratch: Database, location: str) -> None:
    async def read_then_write(database: Database, name: str) -> None:
        async with database.transaction():
            rows = await database.rows("SELECT id FROM pair")
            await asyncio.sleep(0)
            await database.rows("INSERT INTO pair VALUES ($1, $2)", str(len(rows)), name)

    async with open_database(location) as other:
        async with asyncio.timeout(HANG):
            await asyncio.gather(*(read_then_write(each, "n") for each in [scratch, other] * 20))
    rows = await scratch.rows("SELECT id FROM pair")
    assert sorted(int(row["id"]) for row in rows) == list(range(40))


async def test_reads_outside_go_on_while_another_process_writes(sqlite_scratch: Database) -> None:
    with blocker(sqlite_scratch) as held:
        assert await count(sqlite_scratch, "n") == 0
        held.commit()
    assert await count(sqlite_scratch, "held") == 1


async def test_reads_outside_go_on_beside_a_transaction_and_see_what_was_committed(scratch: Database) -> None:
    await write_pair(scratch, "before")
    written, seen = asyncio.Event(), asyncio.Event()

    async def writer() -> None:
        async with scratch.transaction():
            await scratch.rows("INSERT INTO pair VALUES ($1, $2)", "a", "during")
            assert await count(scratch, "during") == 1, "a transaction does not see its own row"
            written.set()
            await seen.wait()

    async with asyncio.timeout(HANG):
        task = asyncio.create_task(writer())
        await written.wait()
        assert (await count(scratch, "before"), await count(scratch, "during")) == (2, 0)
        seen.set()
        await task
    assert await count(scratch, "during") == 1


async def test_a_statement_that_only_looks_like_reading_cannot_write(sqlite_scratch: Database) -> None:
    reader = sqlite_scratch.connection().reader  # type: ignore[attr-defined]
    with pytest.raises(OperationalError, match="readonly"):
        await reader.execute_query("INSERT INTO pair VALUES ('a', 'a')")
    await still_works(sqlite_scratch, "after")


@contextlib.contextmanager
def blocker(database: Database) -> Iterator[sqlite3.Connection]:
    """Another connection to the file, inside a transaction that has written."""
    other = sqlite3.connect(str(database.path), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO pair VALUES ('held', 'held')")
        yield other
    finally:
        other.close()


async def test_a_begin_that_waits_for_the_file_survives_many_cancellations(sqlite_scratch: Database) -> None:
    for times in (1, 2, 3, 6):
        with blocker(sqlite_scratch):
            task = asyncio.create_task(write_pair(sqlite_scratch, f"n{times}"))
            await asyncio.sleep(0.01)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0.002)
            assert not task.done(), "the caller was let go while its BEGIN was still waiting"
        assert await cancelled(task, 1)
        assert await count(sqlite_scratch, f"n{times}") == 0
        await still_works(sqlite_scratch, f"after-{times}")


async def test_a_writer_gives_up_after_the_busy_timeout_and_leaves_nothing_open(tmp_path: Path) -> None:
    async with open_database(tmp_path / "site.sqlite3", busy_timeout=50) as database:
        await database.connection().execute_script("CREATE TABLE pair (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
        with blocker(database), pytest.raises(OperationalError, match="locked"):
            await write_pair(database, "n")
        await still_works(database, "after")


OTHER_PROCESS = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN IMMEDIATE")
file.execute("INSERT INTO pair VALUES ('other', 'other')")
print("holding", flush=True)
sys.stdin.readline()
file.execute("COMMIT")
"""


async def test_a_read_then_write_waits_for_another_process_instead_of_failing(sqlite_scratch: Database) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(sqlite_scratch.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "holding\n"

        async def read_then_write() -> int:
            async with sqlite_scratch.transaction():
                seen = await count(sqlite_scratch, "other")
                await sqlite_scratch.rows("INSERT INTO pair VALUES ($1, $2)", "ours", "ours")
            return seen

        task = asyncio.create_task(read_then_write())
        await asyncio.sleep(0.2)
        assert not task.done()
        other.stdin.write("\n")
        other.stdin.flush()
        assert await task == 1
    finally:
        other.kill()
        other.communicate()
    assert await count(sqlite_scratch, "ours") == 1


KILLED_PROCESS = """
import asyncio, sys
from facility_agent.storage.engine import open_database
from tests.storage.pairs import write_pair

async def main():
    async with open_database(sys.argv[1]) as database:
        number = 0
        while True:
            await write_pair(database, str(number))
            print(number, flush=True)
            number += 1

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [3, 60, 151])
async def test_every_acknowledged_write_is_there_after_kill_9(sqlite_scratch: Database, after: int) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED_PROCESS, str(sqlite_scratch.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout is not None
    acknowledged = [killed.stdout.readline().strip() for _ in range(after)]
    killed.kill()
    acknowledged += killed.communicate()[0].split()
    assert len(acknowledged) >= after
    rows = await sqlite_scratch.rows("SELECT name, count(*) AS number FROM pair GROUP BY name")
    written = {row["name"]: row["number"] for row in rows}
    assert set(acknowledged) <= set(written)
    assert set(written.values()) == {2}
    assert len(written) <= len(acknowledged) + 1
    assert (await sqlite_scratch.rows("PRAGMA integrity_check"))[0]["integrity_check"] == "ok"
    await still_works(sqlite_scratch, "after")


def test_a_loop_that_is_shut_down_in_the_middle_leaves_whole_transactions(tmp_path: Path) -> None:
    """`asyncio.run` cancels every task when it ends, the shielded ones too."""
    file = tmp_path / "site.sqlite3"
    setup = sqlite3.connect(file)
    setup.execute("CREATE TABLE pair (id TEXT PRIMARY KEY, name TEXT NOT NULL)")

    async def writer(run: int, begun: asyncio.Event) -> None:
        async with open_database(file) as database:
            for number in range(1000):
                await write_pair(database, f"{run}-{number}")
                begun.set()

    async def main(run: int) -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(writer(run, begun))
        await begun.wait()
        await asyncio.sleep(run / 2_000)
        assert not task.done()

    for run in range(20):
        asyncio.run(main(run))
    rows = setup.execute("SELECT name, count(*) FROM pair GROUP BY name").fetchall()
    setup.close()
    assert rows and {number for _, number in rows} == {2}
