"""What every shelf of the store shares: the open database and how documents are read and written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from facility_agent.storage.engine import Database

T = TypeVar("T")

#: How many values one statement asks for; SQLite and PostgreSQL both limit them.
_SOME = 400


class Shelf:
    """A part of the store that speaks to one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """All or nothing. Await nothing but the store inside it; inside another one it is a savepoint."""
        return self.database.transaction()

    def together(self) -> AbstractAsyncContextManager[Any]:
        """All or nothing together with the transaction that this task is in, or else in one of its own.

        For writes whose failure ends the whole transaction: nothing of it is kept then, and no savepoint is needed.
        """
        return nullcontext() if self.database.in_transaction else self.transaction()

    async def _keep_page(self, table: str, digest: str, scan: bytes, at: datetime, who: str, **of: str) -> None:
        """Keep a scanned page in its table, with what it belongs `of`; the same one twice counts once."""
        await self.database.rows(
            f"INSERT INTO {table} (digest, scan, at, who, {', '.join(of)}) VALUES ({marks(4 + len(of))}) "
            "ON CONFLICT DO NOTHING",
            digest, scan, instant(at), who, *of.values(),
        )  # fmt: skip

    def version(self) -> int | None:
        """A number that changes whenever the database does; None where nobody can tell."""
        return None

    @property
    def _connection(self) -> Any:
        return self.database.connection()

    async def _one(self, statement: str, *values: Any) -> dict[str, Any] | None:
        rows = await self.database.rows(statement, *values)
        return rows[0] if rows else None


def decoded(document: bytes | memoryview, kind: type[T]) -> T:
    """The record of a document."""
    return msgspec.json.decode(bytes(document), type=kind)


def instant(at: datetime) -> str:
    """An instant as the tables keep it: ISO, UTC, to the microsecond, so that text order is time order.

    >>> from datetime import timedelta, timezone
    >>> instant(datetime(2026, 3, 10, 15, 30, tzinfo=timezone(timedelta(hours=3))))
    '2026-03-10T12:30:00.000000Z'
    """
    if at.tzinfo is None:
        raise ValueError("an instant names its zone")
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Values in portions that one statement can ask for.

    >>> [len(some) for some in portions(["x"] * 900)]
    [400, 400, 100]
    """
    for start in range(0, len(values), _SOME):
        yield values[start : start + _SOME]


def marks(count: int, after: int = 0) -> str:
    """The places of values in a statement.

    >>> marks(2), marks(3, after=2)
    ('$1, $2', '$3, $4, $5')
    """
    return ", ".join(f"${place}" for place in range(after + 1, after + count + 1))


def folded(text: str) -> str:
    """A name as it is searched: small letters without accents or signs.

    >>> folded("N'Do  Élise-Zoë")
    'n do elise zoe'
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())
