"""Counts of heads that the other side made, the latest of each day, and those that a batch bills."""

from __future__ import annotations

from datetime import datetime

import msgspec

from facility_agent.invoicing.capitation import HeadCount
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
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

    async def put_batch_count(self, batch: str, count: HeadCount) -> None:
        """Keep what a batch bills; InputError `count-invoiced` when another one bills a row for a day of its period."""
        async with self.transaction():
            for due in count.dues:
                other = await self._one(
                    "SELECT b.number FROM batch_count k JOIN batch b ON b.id = k.batch WHERE k.facility = $1 "
                    "AND k.payer = $2 AND k.scheme = $3 AND k.code = $4 AND k.start <= $5 AND k.until >= $6",
                    count.facility, due.payer, due.scheme, due.code, due.until.isoformat(), due.start.isoformat(),
                )  # fmt: skip
                if other is not None:
                    raise InputError("count-invoiced", number=other["number"])
                await self.database.rows(
                    "INSERT INTO batch_count (batch, code, facility, payer, scheme, start, until, document) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    batch, due.code, count.facility, due.payer, due.scheme, due.start.isoformat(),
                    due.until.isoformat(), canonical(msgspec.structs.replace(count, dues=(due,))),
                )  # fmt: skip

    async def batch_count(self, batch: str) -> HeadCount | None:
        """What a batch bills, or None where it bills visits."""
        rows = await self.database.rows("SELECT document FROM batch_count WHERE batch = $1 ORDER BY code", batch)
        parts = [decoded(row["document"], HeadCount) for row in rows]
        return msgspec.structs.replace(parts[0], dues=tuple(part.dues[0] for part in parts)) if parts else None

    async def counts_invoiced(self, facility: str, payer: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Id and number of the batch by the scheme and first day of each period that was invoiced."""
        rows = await self.database.rows(
            "SELECT k.scheme, k.start, b.id, b.number FROM batch_count k JOIN batch b ON b.id = k.batch "
            "WHERE k.facility = $1 AND k.payer = $2",
            facility, payer,
        )  # fmt: skip
        return {(row["scheme"], row["start"]): (row["id"], row["number"]) for row in rows}
