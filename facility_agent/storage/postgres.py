"""The project's Tortoise engine for PostgreSQL: the same promises as on SQLite, through a small pool of asyncpg.

Tortoise's own engine never returns a connection whose BEGIN was cancelled, and takes the ROLLBACK that PostgreSQL
answers to the COMMIT of a failed transaction for a success. Here transactions also write one at a time (an advisory
lock, across processes too), so that a check followed by a write means the same on both dialects. Reads outside a
transaction go on beside it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import ConnectionWrapper, TransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from facility_agent.storage.settle import SafeContext, SafeNestedContext, SafeTransaction

#: Seconds that a writer waits for another one before it gives up.
LOCK_TIMEOUT = 30

#: The advisory lock of writers ("fawr"), one per database.
WRITERS = 0x66617772


def translated(error: Exception) -> Exception:
    """Tortoise's exception for one of asyncpg."""
    known = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    return IntegrityError(error) if known else OperationalError(error)


class PlainConnection(asyncpg.Connection):
    """A connection that is given back without being asked to forget settings, locks and cursors: nothing here leaves
    any behind a transaction, and an open transaction is still rolled back. It halves the ways to the server."""

    def get_reset_query(self) -> str:
        return ""


class SafePostgresClient(AsyncpgDBClient):
    """One PostgreSQL database and its pool of connections."""

    connection_class = PlainConnection

    def __init__(self, lock_timeout: int = LOCK_TIMEOUT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.server_settings.setdefault("lock_timeout", f"{lock_timeout}s")
        self.server_settings.setdefault("idle_in_transaction_session_timeout", "120s")
        self.handler: ConnectionHandler | None = None
        self.closed = False
        self._writers = asyncio.Lock()

    async def create_connection(self, with_db: bool) -> None:
        """Open the pool; a closed client stays closed, so that no late task brings it back to life."""
        if self.closed:
            raise OperationalError("the database is closed")
        await super().create_connection(with_db)

    async def close(self) -> None:
        """Close for good."""
        self.closed = True
        await super().close()

    def _in_transaction(self) -> TransactionContext:
        return SafeContext(SafePostgresWrapper(self))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class SafePostgresWrapper(SafeTransaction, TransactionWrapper):
    """One transaction, or one savepoint inside it, of the task that opened it."""

    def __init__(self, connection: AsyncpgDBClient) -> None:
        super().__init__(connection)
        self.adopt(connection)

    async def take(self) -> None:
        await self._parent._writers.acquire()
        try:
            if self._parent._pool is None:
                async with self._parent._pool_init_lock:
                    if self._parent._pool is None:
                        await self._parent.create_connection(with_db=True)
            self._connection = await self._parent._pool.acquire()
        except BaseException:
            self._parent._writers.release()
            raise

    async def give_back(self) -> None:
        try:
            if self._parent._pool is not None:
                await self._parent._pool.release(self._connection)
        finally:
            self._parent._writers.release()

    async def begin(self) -> None:
        await self._say("BEGIN")
        await self._say(f"SELECT pg_advisory_xact_lock({WRITERS})")

    async def commit(self) -> None:
        answer = await self._end("COMMIT")
        if answer != "COMMIT":
            raise TransactionManagementError(f"the database answered {answer} to COMMIT: nothing was written")

    async def undo(self) -> None:
        if self._connection is not None and self._connection.is_in_transaction():
            await self._connection.execute("ROLLBACK")

    async def _say(self, statement: str) -> str:
        try:
            answer: str = await self._connection.execute(statement)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise translated(error) from error
        return answer

    def acquire_connection(self) -> ConnectionWrapper[asyncpg.Connection]:
        self.refuse_misuse()
        return ConnectionWrapper(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        self.refuse_misuse()
        return SafeNestedContext(SafePostgresWrapper(self))

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self.acquire_connection() as connection:
            await connection.executemany(query, values)


client_class = SafePostgresClient
