"""The project's Tortoise engine for SQLite: one writer, reads beside it, nothing lost and nothing left hanging.

Tortoise's own engine keeps its lock for ever when a task is cancelled while a transaction begins, stays inside a
transaction whose COMMIT failed, and lets a task that outlived its transaction write into another one's. Here every
transaction is BEGIN IMMEDIATE (so that waiting is governed by `busy_timeout`), is begun and ended under a shield,
and refuses to be used after its end. What is read outside a transaction has a connection of its own, so that the desk
goes on looking people up while a register of 200,000 members is being replaced.

Plugged in by `{"engine": "facility_agent.storage.sqlite", ...}`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from time import monotonic
from typing import Any

import aiosqlite
from tortoise.backends.base.client import ConnectionWrapper, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from facility_agent.storage.settle import SafeContext, SafeNestedContext, SafeTransaction, Shield

#: Milliseconds that a writer waits for another process before it gives up.
BUSY_TIMEOUT = 30_000


def translated(error: sqlite3.Error | ValueError) -> Exception:
    """Tortoise's exception for one of sqlite3 (ValueError is aiosqlite's word for a closed connection)."""
    return IntegrityError(error) if isinstance(error, sqlite3.IntegrityError) else OperationalError(error)


class GuardedConnection(ConnectionWrapper[aiosqlite.Connection]):
    """The connection for one statement; the lock is given back on every path."""

    __slots__ = ()

    async def __aenter__(self) -> aiosqlite.Connection:
        await self._lock.acquire()
        if self.client._connection is None or self.client._connection.in_transaction:
            shield = Shield()
            trouble = shield.trouble(await shield.run(self.client.prepare))  # type: ignore[attr-defined]
            if trouble is not None:
                self._lock.release()
                raise trouble
        self.connection = self.client._connection
        return self.connection


class SafeSqliteClient(SqliteClient):
    """One SQLite file. Statements outside a transaction commit by themselves, one after the other."""

    def __init__(
        self, file_path: str, busy_timeout: int = BUSY_TIMEOUT, *, only_reads: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(file_path, **kwargs)
        self.pragmas = {"busy_timeout": busy_timeout}
        self.reader: SafeSqliteClient | None = None
        if only_reads:
            self.pragmas["query_only"] = "ON"
        else:
            self.pragmas |= {"foreign_keys": "ON", "journal_mode": "WAL", "synchronous": "FULL"}
            self.pragmas["journal_size_limit"] = 1 << 24
            self.reader = SafeSqliteClient(file_path, busy_timeout, only_reads=True, **kwargs)
        self.handler: ConnectionHandler | None = None
        self.closed = False

    async def create_connection(self, with_db: bool) -> None:
        """Connect once; a closed client stays closed, so that no late task brings it back to life."""
        if self.closed:
            raise OperationalError("the database is closed")
        if self._connection is None:
            connection = await aiosqlite.connect(self.filename, isolation_level=None)
            try:
                connection.row_factory = sqlite3.Row
                for pragma, value in self.pragmas.items():
                    await _set(connection, pragma, value, self.pragmas["busy_timeout"])
                await self._post_connect()
            except BaseException:
                await connection.close()
                raise
            self._connection = connection
        if self.reader is not None:
            await self.reader.create_connection(with_db)

    async def prepare(self) -> None:
        """Connect if need be, and roll back what an earlier failure left open."""
        if self._connection is None:
            await self.create_connection(with_db=True)
        elif self._connection.in_transaction:
            await self._connection.rollback()

    async def close(self) -> None:
        """Close for good."""
        self.closed = True
        if self.reader is not None:
            await self.reader.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def acquire_connection(self) -> GuardedConnection:
        return GuardedConnection(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return SafeContext(SafeSqliteWrapper(self))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        if self.reader is not None and reads(query):
            return await self.reader.execute_query(query, values)
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if self.reader is not None and reads(query):
            return await self.reader.execute_query_dict(query, values)
        return await super().execute_query_dict(query, values)


async def _set(connection: aiosqlite.Connection, pragma: str, value: int | str, patience: int) -> None:
    """Set a pragma. SQLite changes a new file to WAL without its own waiting, so this waits, `patience` ms at most."""
    deadline = monotonic() + patience / 1000
    while True:
        try:
            await connection.execute_fetchall(f"PRAGMA {pragma}={value}")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= deadline:
                raise
        await asyncio.sleep(0.01)


def reads(query: str) -> bool:
    """Whether a statement only reads; one that is taken for reading and writes is refused by SQLite."""
    return query.lstrip()[:7].upper() == "SELECT "


class SafeSqliteWrapper(SafeTransaction, SqliteTransactionWrapper):
    """One transaction, or one savepoint inside it, of the task that opened it."""

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.adopt(connection)

    async def take(self) -> None:
        await self._parent._lock.acquire()

    async def give_back(self) -> None:
        self._parent._lock.release()

    async def begin(self) -> None:
        await self._parent.prepare()
        self._connection = self._parent._connection
        await self._say("BEGIN IMMEDIATE")

    async def undo(self) -> None:
        if self._connection is not None:
            await self._connection.rollback()

    async def _say(self, statement: str) -> str:
        try:
            await self._connection.execute_fetchall(statement)
        except (sqlite3.Error, ValueError) as error:
            raise translated(error) from error
        return statement

    def _inside(self) -> bool:
        try:
            return self._connection.in_transaction
        except (sqlite3.Error, ValueError):
            return False

    def acquire_connection(self) -> ConnectionWrapper[aiosqlite.Connection]:
        self.refuse_misuse()
        # SQLite rolls back by itself when the disk is full: what follows must not be written outside.
        if not self._inside():
            raise TransactionManagementError("the database has rolled this transaction back")
        return ConnectionWrapper(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        self.refuse_misuse()
        return SafeNestedContext(SafeSqliteWrapper(self))

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self.acquire_connection() as connection:
            await connection.executemany(query, values)

    async def execute_script(self, query: str) -> None:
        raise TransactionManagementError("sqlite3 commits before a script: give its statements one by one")


client_class = SafeSqliteClient
