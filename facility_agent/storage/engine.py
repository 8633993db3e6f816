"""One way to open the database, for server, commands and tests alike: a file (SQLite) or a URL (PostgreSQL).

The location alone decides. Every query names its connection, so that two databases of one dialect can be open side by
side (a facility's and a mutual's); a query that names none meets a connection that is closed for good.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext, set_global_context
from tortoise.exceptions import DBConnectionError

from facility_agent.storage.settle import Shield
from facility_agent.vocabulary.errors import InputError

Dialect = Literal["sqlite", "postgres"]

SERVER = ("postgres://", "postgresql://")


class Spoken:
    """The dialect that this process speaks now, and how many of its databases are open.

    Tortoise keeps prepared queries on the model classes: one process speaks one dialect at a time.
    """

    dialect: Dialect | None = None
    open = 0
    models: TortoiseContext | None = None


class Database:
    """An open database: its connection for this task, and its transactions."""

    def __init__(self, dialect: Dialect, path: Path | None, handler: ConnectionHandler) -> None:
        self.dialect = dialect
        self.path = path
        self._handler = handler
        self._transactions = 0

    def connection(self) -> BaseDBAsyncClient:
        """The transaction of this task, or the connection that commits each statement by itself."""
        return self._handler.get(self.dialect)

    @property
    def in_transaction(self) -> bool:
        """Whether this task is inside a transaction."""
        return self._transactions > 0 and isinstance(self.connection(), TransactionalDBClient)

    @property
    def turn(self) -> asyncio.Lock:
        """Where the transactions of this process stand in line, and whoever else writes: each comes to its turn."""
        client: Any = self._handler.get(self.dialect)
        return client._lock  # type: ignore[no-any-return]

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A transaction, or a savepoint inside this task's own. Await nothing but the database inside it."""
        self._transactions += 1
        try:
            async with self.connection()._in_transaction() as opened:  # type: ignore[attr-defined]
                yield opened
        finally:
            self._transactions -= 1

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows that a statement gives; values are `$1`, `$2`, … in both dialects."""
        if self.dialect == "sqlite":
            statement = statement.replace("$", "?")
        return await self.connection().execute_query_dict(statement, list(values))

    async def many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        """One statement for many rows of values, in one transaction."""
        if self.dialect == "sqlite":
            statement = statement.replace("$", "?")
        if values:
            await self.connection().execute_many(statement, [list(row) for row in values])  # type: ignore[arg-type]


def dialect_of(location: str | Path) -> Dialect:
    """Which dialect a location speaks; a URL of another database is refused.

    >>> dialect_of("postgres://mutual@db.example/mutual"), dialect_of("/srv/facility/facility.sqlite3")
    ('postgres', 'sqlite')
    """
    text = str(location)
    if text.startswith(SERVER):
        return "postgres"
    if not text or "://" in text or text.startswith((":memory:", "sqlite:", "file:")):
        raise InputError("database-location", location=text.split("@")[-1])
    return "sqlite"


def engine_of(location: str | Path, **options: Any) -> dict[str, Any]:
    """Tortoise's description of the connection; `options` are the engine's own (`busy_timeout`, `lock_timeout`)."""
    if dialect_of(location) == "postgres":
        described = expand_db_url(str(location))
        return {"engine": "facility_agent.storage.postgres", "credentials": described["credentials"] | options}
    return {"engine": "facility_agent.storage.sqlite", "credentials": {"file_path": str(location), **options}}


@asynccontextmanager
async def open_database(location: str | Path, **options: Any) -> AsyncIterator[Database]:
    """Open the database at `location` and close it for good at the end."""
    dialect = dialect_of(location)
    async with _speaking(dialect):
        handler = ConnectionHandler()
        handler._init_config({dialect: engine_of(location, **options)})
        client: Any = handler.get(dialect)
        client.handler = handler
        shield = Shield()
        try:
            failure = await shield.run(partial(client.create_connection, with_db=True))
            if isinstance(failure, (sqlite3.Error, asyncpg.PostgresError, DBConnectionError, OSError)):
                reason, failure = failure, InputError("database-unreachable", location=str(location).split("@")[-1])
                failure.__cause__ = reason
            trouble = shield.trouble(failure)
            if trouble is not None:
                raise trouble
            yield Database(dialect, Path(location) if dialect == "sqlite" else None, handler)
        finally:
            shield = Shield()
            trouble = shield.trouble(await shield.run(client.close))
            if trouble is not None:
                raise trouble


@asynccontextmanager
async def _speaking(dialect: Dialect) -> AsyncIterator[None]:
    """Prepare the models for `dialect` while at least one of its databases is open."""
    if Spoken.open and Spoken.dialect != dialect:
        raise RuntimeError(f"a {Spoken.dialect} database is open: one process speaks one dialect at a time")
    if not Spoken.open:
        Spoken.dialect, Spoken.models = dialect, await _models(dialect)
    Spoken.open += 1
    try:
        yield
    finally:
        Spoken.open -= 1
        if not Spoken.open and Spoken.models is not None:
            await Spoken.models.close_connections()


async def _models(dialect: Dialect) -> TortoiseContext:
    """Tortoise's models made ready for `dialect`, on a connection that leads nowhere."""
    nowhere = "postgres://nowhere/nowhere" if dialect == "postgres" else "nowhere"
    models = TortoiseContext()
    with models:
        await models.init(
            config={
                "connections": {dialect: engine_of(nowhere)},
                "apps": {"storage": {"models": ["facility_agent.storage.tables"], "default_connection": dialect}},
            },
            use_tz=True,
            timezone="UTC",
        )
    dead: Any = models.connections.get(dialect)
    dead.closed = True
    set_global_context(models)
    return models
