"""The till: movements of members' shares in one order, and the counts that close a cashier's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, portions
from facility_agent.vocabulary.bedside import TillCount, TillEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical


class Placed(msgspec.Struct, frozen=True):
    """An entry with its place in the order of the till."""

    place: int
    entry: TillEntry


class Tills(Shelf):
    """Money of members."""

    async def put_till_entry(self, entry: TillEntry, at: datetime) -> bool:
        """Keep a movement; the same id twice counts once and gives False.

        InputError `till-entry-reused` for another movement under an id that was used.
        """
        async with self.transaction():
            held = await self._one("SELECT document FROM till_entry WHERE id = $1", entry.id)
            if held is not None:
                before = decoded(held["document"], TillEntry)
                alike = (before.visit, before.kind, before.amount) == (entry.visit, entry.kind, entry.amount)
                if not alike:
                    raise InputError("till-entry-reused", receipt=before.receipt)
                return False
            row = await self._one("SELECT COALESCE(MAX(place), 0) AS last FROM till_entry")
            await self.database.rows(
                "INSERT INTO till_entry (place, id, visit, kind, amount, day, cashier, at, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                int(row["last"]) + 1 if row else 1, entry.id, entry.visit, entry.kind, entry.amount,
                entry.day.isoformat(), entry.cashier, instant(at), canonical(entry),
            )  # fmt: skip
        return True

    async def till_entry(self, id: str) -> TillEntry | None:
        row = await self._one("SELECT document FROM till_entry WHERE id = $1", id)
        return decoded(row["document"], TillEntry) if row else None

    async def till_entries(
        self, *, visits: Sequence[str] = (), cashier: str = "", after: int = 0
    ) -> tuple[Placed, ...]:
        """The movements of some visits, or those of a cashier after a place, in order."""
        if cashier:
            rows = await self.database.rows(
                "SELECT place, document FROM till_entry WHERE cashier = $1 AND place > $2 ORDER BY place",
                cashier,
                after,
            )
            return tuple(Placed(int(row["place"]), decoded(row["document"], TillEntry)) for row in rows)
        found: list[Placed] = []
        for some in portions(tuple(visits)):
            places = ", ".join(f"${place}" for place in range(1, len(some) + 1))
            rows = await self.database.rows(
                f"SELECT place, document FROM till_entry WHERE visit IN ({places}) ORDER BY place", *some
            )
            found += [Placed(int(row["place"]), decoded(row["document"], TillEntry)) for row in rows]
        return tuple(found)

    async def till_visits(self) -> tuple[str, ...]:
        """The visits for which the till has moved anything."""
        return tuple(row["visit"] for row in await self.database.rows("SELECT DISTINCT visit FROM till_entry"))

    async def put_till_count(self, count: TillCount, at: datetime) -> bool:
        """Keep a count; the same id twice counts once. InputError `till-counted` when these entries were counted."""
        async with self.transaction():
            if await self._one("SELECT id FROM till_count WHERE id = $1", count.id):
                return False
            last = await self.last_till_count(count.cashier)
            if last is not None and last.through >= count.through:
                raise InputError("till-counted", day=last.day.isoformat())
            await self.database.rows(
                "INSERT INTO till_count (id, cashier, day, through, at, document) VALUES ($1, $2, $3, $4, $5, $6)",
                count.id, count.cashier, count.day.isoformat(), count.through, instant(at), canonical(count),
            )  # fmt: skip
        return True

    async def last_till_count(self, cashier: str) -> TillCount | None:
        """The latest close of a cashier."""
        row = await self._one(
            "SELECT document FROM till_count WHERE cashier = $1 ORDER BY through DESC LIMIT 1", cashier
        )
        return decoded(row["document"], TillCount) if row else None

    async def till_count(self, id: str) -> TillCount | None:
        row = await self._one("SELECT document FROM till_count WHERE id = $1", id)
        return decoded(row["document"], TillCount) if row else None

    async def till_counts(self, day: date) -> tuple[TillCount, ...]:
        """The closes of a day."""
        rows = await self.database.rows(
            "SELECT document FROM till_count WHERE day = $1 ORDER BY at, id", day.isoformat()
        )
        return tuple(decoded(row["document"], TillCount) for row in rows)

    async def till_count_before(self, count: TillCount) -> int:
        """The place up to which the cashier's close before this one counted; 0 for the first."""
        row = await self._one(
            "SELECT MAX(through) AS through FROM till_count WHERE cashier = $1 AND through < $2",
            count.cashier, count.through,
        )  # fmt: skip
        return int(row["through"] or 0) if row else 0
