"""Documents that are asked for again and again, decoded once."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from facility_agent.storage.store.base import decoded

T = TypeVar("T")


class Kept(Generic[T]):
    """Documents decoded once: as long as their bytes stay the same, the records stay the same objects."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._rows: list[dict[str, Any]] = []
        self._documents: list[bytes] = []
        self._records: tuple[T, ...] = ()

    def of(self, rows: list[dict[str, Any]]) -> tuple[T, ...]:
        """The records of the rows' documents."""
        if rows is self._rows:
            return self._records
        self._rows = rows
        documents = [bytes(row["document"]) for row in rows]
        if documents != self._documents:
            self._documents, self._records = documents, tuple(decoded(entry, self._kind) for entry in documents)
        return self._records
