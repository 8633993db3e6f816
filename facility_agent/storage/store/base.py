"""What every shelf of the store shares: the open database and how documents are read and written."""

from __future__ import annotations

import unicodedata
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from facility_agent.storage.engine import Database

T = TypeVar("T")


class Shelf:
    """A part of the store that speaks to one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """All or nothing. Await nothing but the store inside it; inside another one it is a savepoint."""
        return self.database.transaction()

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
    """An instant as the tables keep it: ISO, UTC, to the microsecond, so that text order is time order."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def folded(text: str) -> str:
    """A name as it is searched: small letters without accents or signs.

    >>> folded("N'Do  Élise-Zoë")
    'n do elise zoe'
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())
