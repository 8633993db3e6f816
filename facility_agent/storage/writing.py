"""A connection of its own for what a busy desk writes: many small rows, one statement, one wait for the disk.

The statement runs in a thread of its own, which waits for other writers as long as it must; the server goes on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

#: Milliseconds to wait for another writer: a register of 200,000 people takes a minute.
BUSY_TIMEOUT = 180_000
#: Seconds after which a thread that has something to say is heard: what a server sets for itself.
SWITCH = 0.0005


class Writing:
    """One statement at a time on a SQLite file; what it wrote is on the disk when it is done."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    async def write(self, statement: str, values: Sequence[Any]) -> None:
        """Run a statement that commits by itself: all of it or nothing."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.execute, statement, values)


@asynccontextmanager
async def open_writing(path: Path) -> AsyncIterator[Writing]:
    """Write to the file at `path`, which others write to as well."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-writes") as thread:
        try:
            for pragma in (f"busy_timeout={BUSY_TIMEOUT}", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            yield Writing(connection, thread)
        finally:
            thread.shutdown(wait=True)
            connection.close()
