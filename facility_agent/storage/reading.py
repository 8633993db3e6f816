"""A second, read-only connection to a SQLite file, for what a desk asks about every person.

Such a question is answered from memory in some microseconds, far less than it takes to hand it to another thread and
back; so it is asked in the server's own thread. Questions of one turn of the event loop see one state of the file:
everything that was committed when the first of them was asked. Only short reads belong here, by key or of a bounded
number of rows: a long one would keep everybody waiting.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from facility_agent.storage.engine import Database

#: Statements whose columns are remembered; the desk asks about ten.
_MOST_STATEMENTS = 200
#: Milliseconds to wait for a file that another process holds; in WAL mode, readers hardly ever wait.
BUSY_TIMEOUT = 2_000
#: Bytes of the file that are read where they lie. SQLite forgets the pages of its own at every commit of another
#: connection; the rest of a large register is left out, because what is mapped counts as memory.
MAPPED = 32 * 1024 * 1024


class Reading(Database):
    """The read-only face of an open SQLite database; `rows` is all that it can do."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.dialect = "sqlite"
        self.path = path
        self._transactions = 0
        self._reader = connection
        self._statements: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._version = -1
        self._away: asyncio.Handle | None = None
        self._common: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows that a statement gives; values are `$1`, `$2`, … as everywhere."""
        return self.ask(statement, values)

    def ask(self, statement: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """The same, without waiting for anything."""
        self._look()
        known = self._statements.get(statement)
        if known is not None:
            text, names = known
            return [dict(zip(names, row, strict=False)) for row in self._reader.execute(text, values)]
        text = statement.replace("$", "?")
        cursor = self._reader.execute(text, values)
        names = tuple(column[0] for column in cursor.description)
        if len(self._statements) < _MOST_STATEMENTS:
            self._statements[statement] = (text, names)
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def common(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a statement that is asked for everybody, read again only when the file has changed."""
        self._look()
        key = (statement, *values)
        if key not in self._common:
            self._common[key] = self.ask(statement, values)
        return self._common[key]

    @property
    def version(self) -> int:
        """A number that changes whenever another connection, this program's own included, has written to the file."""
        self._look()
        return self._version

    def _look(self) -> None:
        """Begin to look at the file as it is now; this turn of the event loop sees it so to its end."""
        if self._reader.in_transaction:
            return
        self._reader.execute("BEGIN")
        (version,) = self._reader.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._common.clear()
        self._away = asyncio.get_running_loop().call_soon(self._look_away)

    def _look_away(self) -> None:
        if self._reader.in_transaction:
            self._reader.execute("COMMIT")

    def close(self) -> None:
        """Close for good, in the middle of a turn too."""
        if self._away is not None:
            self._away.cancel()
        self._reader.close()


@contextmanager
def open_reading(path: Path) -> Iterator[Reading]:
    """Read the file at `path`, which is open for writing elsewhere in this process."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    with closing(Reading(path, connection)) as reading:
        for pragma in (f"busy_timeout={BUSY_TIMEOUT}", f"mmap_size={MAPPED}", "query_only=ON"):
            connection.execute(f"PRAGMA {pragma}")
        yield reading
