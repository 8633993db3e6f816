"""Finish what was begun, however often the caller is cancelled, and give back what was taken on every path.

Both engines (SQLite and PostgreSQL) open and close their transactions through `SafeContext`. A transaction
belongs to the task that opened it: another task that uses it, during or after, is refused instead of losing rows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionHandler, ConnectionToken, get_connections
from tortoise.exceptions import TransactionManagementError

log = logging.getLogger(__name__)


class Shield:
    """Runs steps to their end whatever happens to the caller, and remembers the cancellations that arrived.

    Waiting once is not enough: a second cancellation would end the wait and leave a lock held for ever. Who uses a
    shield raises its `trouble` at the end, so that no cancellation is swallowed. Cancelled while committing
    therefore means: unknown, usually committed.
    """

    def __init__(self) -> None:
        self.cancelled: asyncio.CancelledError | None = None

    async def run(self, step: Callable[[], Coroutine[Any, Any, Any]]) -> BaseException | None:
        """Run `step` in a task of its own, wait until that task is really finished, and return its failure."""
        task = asyncio.ensure_future(step())
        # A loop that shuts down cancels all the tasks that it knows; it need not know this one, its caller waits.
        asyncio.tasks._unregister_task(task)
        while not task.done():
            try:
                await asyncio.wait((task,))
            except asyncio.CancelledError as stop:
                self.cancelled = stop
        return task.exception()

    def trouble(self, failure: BaseException | None) -> BaseException | None:
        """What the caller must raise: a cancellation comes first, its cause is the failure."""
        if self.cancelled is not None and failure is not None:
            self.cancelled.__cause__ = failure
        return self.cancelled or failure


class SafeTransaction:
    """What the transactions of both dialects share: one owner, one end, savepoints inside.

    The steps that `SafeContext` takes may run in another task than the owner's. An engine defines `take` and
    `give_back` (the lock or the connection), `begin`, `undo` (which leaves the connection outside any transaction, and
    does nothing when it already is), and `_say`, which runs one statement.
    """

    take: Callable[[], Coroutine[Any, Any, None]]
    give_back: Callable[[], Coroutine[Any, Any, None]]
    begin: Callable[[], Coroutine[Any, Any, None]]
    undo: Callable[[], Coroutine[Any, Any, None]]
    _say: Callable[[str], Coroutine[Any, Any, str]]
    connection_name: str
    _parent: Any
    _finalized: bool
    _owner: asyncio.Task[Any] | None = None
    _depth: int = 0

    def adopt(self, parent: Any) -> None:
        """Belong to whoever owns `parent`, when that is a transaction and this a savepoint inside it."""
        self._owner = getattr(parent, "_owner", None)
        self._depth = getattr(parent, "_depth", 0) + 1

    def handler(self) -> ConnectionHandler:
        """The connection handler that the database was opened with, or Tortoise's current one."""
        handler: ConnectionHandler | None = getattr(self._parent, "handler", None)
        return handler if handler is not None else get_connections()

    def refuse_misuse(self) -> None:
        """Raise when the transaction is used after its end, or by a task that did not open it."""
        if self._finalized:
            raise TransactionManagementError("this transaction has ended: start background work after it")
        if asyncio.current_task() is not self._owner:
            raise TransactionManagementError("this transaction is another task's: no gather or new task inside one")

    async def commit(self) -> None:
        await self._end("COMMIT")

    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    async def savepoint(self) -> None:
        await self._say(f"SAVEPOINT inner_{self._depth}")

    async def release_savepoint(self) -> None:
        await self._end(f"RELEASE inner_{self._depth}")

    async def savepoint_rollback(self) -> None:
        await self._end(f"ROLLBACK TO inner_{self._depth}", f"RELEASE inner_{self._depth}")

    async def _end(self, *statements: str) -> str:
        if self._finalized:
            raise TransactionManagementError("this transaction has ended")
        # Said before it is done: nobody slips a statement in behind the COMMIT.
        self._finalized = True
        answer = ""
        for statement in statements:
            answer = await self._say(statement)
        return answer


class SafeContext(TransactionContext):
    """A transaction whose begin, commit and rollback are always completed, and whose connection is always returned."""

    def __init__(self, wrapper: SafeTransaction) -> None:
        self.wrapper = wrapper
        self.connection_name = wrapper.connection_name
        self.token: ConnectionToken | None = None

    async def __aenter__(self) -> TransactionalDBClient:
        wrapper, shield = self.wrapper, Shield()
        await wrapper.take()
        trouble = shield.trouble(await shield.run(wrapper.begin))
        if trouble is not None:
            wrapper._finalized = True
            await self._undo(shield)
            await shield.run(wrapper.give_back)
            raise shield.cancelled or trouble
        wrapper._owner = asyncio.current_task()
        self.token = wrapper.handler().set(wrapper.connection_name, wrapper)  # type: ignore[arg-type]
        return wrapper  # type: ignore[return-value]

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        wrapper, shield = self.wrapper, Shield()
        failure: BaseException | None = None
        if not wrapper._finalized and exc_type is None:
            failure = await shield.run(wrapper.commit)
            if failure is not None:
                await self._undo(shield)
        elif not wrapper._finalized:
            wrapper._finalized = True
            await self._undo(shield)
        await shield.run(wrapper.give_back)
        wrapper.handler().reset(self.token)
        trouble = shield.trouble(failure)
        if trouble is not None:
            raise trouble

    async def _undo(self, shield: Shield) -> None:
        failure = await shield.run(self.wrapper.undo)
        if failure is not None:
            # The first error is the one to raise; the next transaction rolls back once more before it begins.
            log.error("a transaction could not be rolled back: %r", failure)


class SafeNestedContext(TransactionContext):
    """A savepoint inside a transaction: released on success, rolled back to and released on failure."""

    def __init__(self, wrapper: SafeTransaction) -> None:
        self.wrapper = wrapper
        self.connection_name = wrapper.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        shield = Shield()
        # An empty savepoint that is left behind by a cancellation ends with the one around it.
        trouble = shield.trouble(await shield.run(self.wrapper.savepoint))
        if trouble is not None:
            raise trouble
        return self.wrapper  # type: ignore[return-value]

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if self.wrapper._finalized:
            return
        shield = Shield()
        if exc_type is None:
            failure = await shield.run(self.wrapper.release_savepoint)
        else:
            failure = await shield.run(self.wrapper.savepoint_rollback)
            if failure is not None:
                # The whole transaction is gone, and every later use of it says so.
                log.error("a savepoint could not be rolled back: %r", failure)
                failure = None
        trouble = shield.trouble(failure)
        if trouble is not None:
            raise trouble
