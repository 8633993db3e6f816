"""The store on PostgreSQL for a busy desk: what is asked for everybody is asked once for one answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange.parties import PublicKeys
from facility_agent.storage.engine import Database
from facility_agent.storage.store import Store
from facility_agent.storage.store.kept import Kept
from facility_agent.storage.store.registers import RegisterState, RevocationState

_LOOK: ContextVar[dict[tuple[Any, ...], list[dict[str, Any]]] | None] = ContextVar("look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """What is asked for everybody is asked of a server once inside the block, and stands as it was then.

    A question to PostgreSQL is a way there and back; one answer asks for agreements and registers ten times.
    """
    token = _LOOK.set({})
    try:
        yield
    finally:
        _LOOK.reset(token)


class Look(Database):
    """The face of a server's database that remembers its answers for one look; inside a transaction it asks anew."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.dialect, database.path, database._handler)
        self._database = database

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        seen, key = _LOOK.get(), (id(self), statement, *values)
        if seen is None or self._database.in_transaction:
            return await self._database.rows(statement, *values)
        if key not in seen:
            seen[key] = await self._database.rows(statement, *values)
        return seen[key]


class ServerStore(Store):
    """The whole store on PostgreSQL, with fewer ways to the server for one answer of the desk."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._look = Store(Look(database))
        self._agreements: Kept[Agreement] = Kept(Agreement)
        self._parties: Kept[PublicKeys] = Kept(PublicKeys)

    async def public_keys(self) -> tuple[PublicKeys, ...]:
        """The same tuple as before as long as nothing has changed."""
        return self._parties.of(await self._look.database.rows("SELECT document FROM party ORDER BY code"))

    async def agreements(self) -> tuple[Agreement, ...]:
        """All agreements, the oldest start first; the same tuple as before as long as nothing has changed."""
        return self._agreements.of(await self._look.database.rows("SELECT document FROM agreement ORDER BY start, id"))

    async def register_state(self, payer: str | None) -> RegisterState | None:
        return await self._look.register_state(payer)

    async def revocations(self, payer: str) -> RevocationState | None:
        return await self._look.revocations(payer)

    async def latest_day(self) -> date | None:
        return await self._look.latest_day()
