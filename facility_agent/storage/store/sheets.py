"""Sheets that people carry from one facility to another: those written here, and those that were brought."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.bedside import Sheet
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical

Direction = Literal["out", "in"]


class Sheets(Shelf):
    """Referrals, evacuations, counter-referrals, prescriptions for elsewhere."""

    async def put_sheet(self, sheet: Sheet, direction: Direction, at: datetime, who: str) -> bool:
        """Keep a sheet; the same one twice counts once and gives False.

        InputError `sheet-taken` for another sheet under a number that its sender has used.
        """
        async with self.together():
            held = await self._one(
                "SELECT id FROM sheet WHERE direction = $1 AND sender = $2 AND number = $3",
                direction, sheet.sender, sheet.number,
            )  # fmt: skip
            if held is not None and held["id"] != sheet.id:
                raise InputError("sheet-taken", number=sheet.number)
            if held is not None:
                return False
            await self.database.rows(
                "INSERT INTO sheet (id, kind, direction, number, sender, visit, day, at, who, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                sheet.id, sheet.kind, direction, sheet.number, sheet.sender, sheet.visit, sheet.day.isoformat(),
                instant(at), who, canonical(sheet),
            )  # fmt: skip
        return True

    async def sheet(self, id: str) -> Sheet | None:
        row = await self._one("SELECT document FROM sheet WHERE id = $1", id)
        return decoded(row["document"], Sheet) if row else None

    async def sheets(self, direction: Direction, *, visit: str = "", since: str = "") -> tuple[Sheet, ...]:
        """The sheets of a visit, or those since a day, the latest first."""
        column, value = ("visit =", visit) if visit else ("day >=", since)
        rows = await self.database.rows(
            f"SELECT document FROM sheet WHERE direction = $1 AND {column} $2 ORDER BY day DESC, at DESC, id",
            direction, value,
        )  # fmt: skip
        return tuple(decoded(row["document"], Sheet) for row in rows)
