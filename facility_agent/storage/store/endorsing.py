"""Batches in the hands of whoever stands between facility and payer, with the seals of all hands."""

from __future__ import annotations

from datetime import datetime

import msgspec

from facility_agent.storage.store.base import Shelf, instant
from facility_agent.vocabulary.errors import InputError


class Passing(msgspec.Struct, frozen=True):
    """A batch on its way: its core part and seals as they came, and what was said of it."""

    batch: str
    number: str
    facility: str
    payer: str
    month: str
    state: str
    reason: str
    core: bytes
    seals: bytes


class Endorsing(Shelf):
    """The shelf of the intermediate validator."""

    async def put_passing(self, passing: Passing, at: datetime, who: str) -> None:
        """Keep a batch that came, or what was said of it; one that was endorsed changes no more, unless it is returned.

        InputError `batch-id-reused` for another body after the endorsement.
        """
        async with self.transaction():
            held = await self.passing(passing.batch)
            if held is not None and held.state == "endorsed" and passing.state != "returned":
                if held.core != passing.core:
                    raise InputError("batch-id-reused", number=held.number)
                return
            await self.database.rows("DELETE FROM endorsement WHERE batch = $1", passing.batch)
            await self.database.rows(
                "INSERT INTO endorsement (batch, number, facility, payer, month, state, reason, at, who, core, seals) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                passing.batch, passing.number, passing.facility, passing.payer, passing.month, passing.state,
                passing.reason, instant(at), who, passing.core, passing.seals,
            )  # fmt: skip

    async def passing(self, batch: str) -> Passing | None:
        """One batch on its way."""
        found = await self._passing("WHERE batch = $1", batch)
        return found[0] if found else None

    async def every_passing(self) -> tuple[Passing, ...]:
        """All of them, those that wait first."""
        return await self._passing("ORDER BY state DESC, month DESC, number")

    async def _passing(self, rest: str, *values: str) -> tuple[Passing, ...]:
        rows = await self.database.rows(
            f"SELECT batch, number, facility, payer, month, state, reason, core, seals FROM endorsement {rest}", *values
        )
        return tuple(Passing(**{**row, "core": bytes(row["core"]), "seals": bytes(row["seals"])}) for row in rows)
