"""The store of a busy desk: point reads at once, decoded documents kept, and look-ups written several at a time.

What is answered is the same as the plain store's, and as fresh: documents are compared with those kept, byte by byte,
at every question, so that what another process has written counts at once. A look-up is on the disk before anybody
is told of it; those that arrive while the disk is busy are written together, in one statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange.parties import PublicKeys
from facility_agent.storage.engine import Database
from facility_agent.storage.reading import Reading, open_reading
from facility_agent.storage.store import Store
from facility_agent.storage.store.kept import Kept
from facility_agent.storage.store.newborns import KeptNewborn
from facility_agent.storage.store.people import Account, Signin, account_of
from facility_agent.storage.store.reception import Known, LookupRow, lookups_written
from facility_agent.storage.store.registers import RegisterState, RevocationState
from facility_agent.storage.store.searching import Found, Sought
from facility_agent.storage.store.server import ServerStore
from facility_agent.storage.writing import Writing, open_writing
from facility_agent.vocabulary.guarantees import GuaranteeFile
from facility_agent.vocabulary.records import Counted, Coverage, PastLine


class DeskStore(Store):
    """The whole store on one SQLite file, with its shortest ways."""

    def __init__(self, database: Database, reading: Reading, writing: Writing) -> None:
        super().__init__(database)
        self._reading = reading
        self._plain, self._quick, self._common = Store(database), Store(reading), Store(Common(reading))
        self._agreements: Kept[Agreement] = Kept(Agreement)
        self._parties: Kept[PublicKeys] = Kept(PublicKeys)
        self._lookups = Lookups(database, writing)

    def _read(self) -> Store:
        """The quick way, unless this task is inside a transaction and must see what it has just written."""
        return self._plain if self.database.in_transaction else self._quick

    def _read_common(self) -> Store:
        """The same for what is asked for everybody: it is read again only when the file has changed."""
        return self._plain if self.database.in_transaction else self._common

    def version(self) -> int | None:
        return None if self.database.in_transaction else self._reading.version

    async def account(self, login: str) -> Account | None:
        row = await self._read()._one(
            "SELECT login, name, roles, password_hash, active, office FROM account WHERE login = $1", login
        )
        return account_of(row) if row is not None else None

    async def signed_in(self, token: str, at: datetime) -> tuple[Signin, Account] | None:
        return await self._read().signed_in(token, at)

    async def public_keys(self) -> tuple[PublicKeys, ...]:
        """The same tuple as before as long as nothing has changed."""
        return self._parties.of(await self._read_common().database.rows("SELECT document FROM party ORDER BY code"))

    async def agreements(self) -> tuple[Agreement, ...]:
        """All agreements, the oldest start first; the same tuple as before as long as nothing has changed."""
        return self._agreements.of(
            await self._read_common().database.rows("SELECT document FROM agreement ORDER BY start, id")
        )

    async def coverage_of(self, number: str) -> tuple[Coverage, ...]:
        return await self._read().coverage_of(number)

    async def household(self, household: str) -> tuple[Coverage, ...]:
        return await self._read().household(household)

    async def seek(self, sought: Sought, limit: int = 20) -> Found:
        return await self._read().seek(sought, limit)

    async def newborn(self, number: str) -> KeptNewborn | None:
        return await self._read().newborn(number)

    async def portrait_hashes(self, numbers: Sequence[str]) -> dict[str, str]:
        return await self._read().portrait_hashes(numbers)

    async def register_state(self, payer: str | None) -> RegisterState | None:
        return await self._read_common().register_state(payer)

    async def revocations(self, payer: str) -> RevocationState | None:
        return await self._read_common().revocations(payer)

    async def known_of(self, number: str, day: date) -> Known:
        return await self._read().known_of(number, day)

    async def latest_day(self) -> date | None:
        return await self._read_common().latest_day()

    async def history(self, members: Sequence[str], households: Sequence[str] = ()) -> tuple[PastLine, ...]:
        return await self._read().history(members, households)

    async def counted(self, number: str, household: str = "") -> tuple[Counted, ...]:
        return await self._read().counted(number, household)

    async def guarantees(self, *, member: str = "", state: str = "") -> tuple[GuaranteeFile, ...]:
        return await self._read().guarantees(member=member, state=state)

    async def entry_draft(self, visit: str) -> bytes | None:
        return await self._read().entry_draft(visit)

    async def _write_lookup(self, row: LookupRow) -> None:
        if self.database.in_transaction:
            await super()._write_lookup(row)
        else:
            await self._lookups.note(row)

    async def settle(self) -> None:
        """Wait until every look-up is written."""
        await self._lookups.settle()


class Common(Reading):
    """The face of a reading connection that remembers its answers until the file changes."""

    def __init__(self, reading: Reading) -> None:
        self.dialect, self.path, self._transactions = reading.dialect, reading.path, 0
        self._reading = reading

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return self._reading.common(statement, *values)


class Lookups:
    """Look-ups on their way to the disk. While one write is under way, the next ones gather."""

    def __init__(self, database: Database, writing: Writing) -> None:
        self._database, self._writing = database, writing
        self._waiting: list[tuple[LookupRow, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def note(self, row: LookupRow) -> None:
        """Write a look-up together with those that arrive at the same time."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_waiting())
        await written

    async def write(self, rows: Sequence[LookupRow]) -> None:
        """Write look-ups in one statement, outside any transaction."""
        values = [value for row in rows for value in row]
        # SQLite knows no line: whoever waits looks again, ever less often, and may always come too late.
        async with self._database.turn:
            await self._writing.write(lookups_written(len(rows)).replace("$", "?"), values)

    async def settle(self) -> None:
        """Wait for the write that is under way."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._write_together(together)
        finally:
            self._writer = None

    async def _write_together(self, together: list[tuple[LookupRow, asyncio.Future[None]]]) -> None:
        try:
            await self.write([row for row, _ in together])
        except Exception as trouble:
            if len(together) == 1:
                _tell(together[0][1], trouble)
                return
            # One that cannot be written is no reason to lose the others.
            for one in together:
                await self._write_together([one])
            return
        for _, written in together:
            _tell(written, None)


#: So many look-ups in one statement: far fewer values than any SQLite takes.
_MOST = 500


def _tell(written: asyncio.Future[None], trouble: Exception | None) -> None:
    """Let whoever still waits go on."""
    if written.done():
        return
    if trouble is None:
        written.set_result(None)
    else:
        written.set_exception(trouble)


@asynccontextmanager
async def at_desk(store: Store) -> AsyncIterator[Store]:
    """The desk's shortest ways to an open store."""
    if store.database.path is None:
        yield ServerStore(store.database)
        return
    async with open_writing(store.database.path) as writing:
        with open_reading(store.database.path) as reading:
            desk = DeskStore(store.database, reading, writing)
            try:
                yield desk
            finally:
                await desk.settle()
