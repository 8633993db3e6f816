"""Counts of heads that the other side made, the latest of each day."""

from __future__ import annotations

from datetime import datetime

from facility_agent.invoicing.capitation import HeadCount
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.identifiers import canonical


class HeadCounts(Shelf):
    """The shelf of counted heads."""

    async def put_head_count(self, count: HeadCount, at: datetime) -> None:
        """Keep a count; a later one of the same day takes its place."""
        async with self.transaction():
            key = (count.facility, count.payer, count.counted_on.isoformat())
            await self.database.rows(
                "DELETE FROM head_count WHERE facility = $1 AND payer = $2 AND counted_on = $3", *key
            )
            await self.database.rows(
                "INSERT INTO head_count (facility, payer, counted_on, at, document) VALUES ($1, $2, $3, $4, $5)",
                *key, instant(at), canonical(count),
            )  # fmt: skip

    async def head_counts(self) -> tuple[HeadCount, ...]:
        """Every count that came, the latest day first."""
        rows = await self.database.rows("SELECT document FROM head_count ORDER BY counted_on DESC, facility, payer")
        return tuple(decoded(row["document"], HeadCount) for row in rows)
