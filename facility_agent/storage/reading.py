"""A second, read-only connection to a SQLite file, for what a desk asks about every person.

Such a question is answered from memory in some microseconds, far less than it takes to hand it to another thread and
back; so it is asked in the server's own thread. Each statement sees everything that is committed. Only point reads
belong here: a long one would keep everybody waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from facility_agent.storage.engine import Database

#: Milliseconds to wait for a file that another process holds; in WAL mode, readers hardly ever wait.
BUSY_TIMEOUT = 2_000


class Reading(Database):
    """The read-only face of an open SQLite database; `rows` is all that it can do."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.dialect = "sqlite"
        self.path = path
        self._reader = connection

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows that a statement gives; values are `$1`, `$2`, … as everywhere."""
        cursor = self._reader.execute(statement.replace("$", "?"), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@contextmanager
def open_reading(path: Path) -> Iterator[Reading]:
    """Read the file at `path`, which is open for writing elsewhere in this process."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)) as connection:
        for pragma in (f"busy_timeout={BUSY_TIMEOUT}", "query_only=ON"):
            connection.execute(f"PRAGMA {pragma}")
        yield Reading(path, connection)
