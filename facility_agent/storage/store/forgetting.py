"""Versions of a register that nobody needs any more are forgotten, some hundred rows at a time."""

from __future__ import annotations

from datetime import date

from facility_agent.exchange.registers import ROWS
from facility_agent.storage.store.base import marks, portions
from facility_agent.storage.store.naming import Names, Naming

#: A row that nothing has taken back.
STANDS = 9_223_372_036_854_775_807


class Forgetting(Names):
    """What a register no longer says."""

    async def purge_register(self, payer: str, kept: int, lists_since: date) -> None:
        """Forget the rows that none of the latest `kept` versions says, nor one of a list printed since that day."""
        async with self.transaction():
            floor = await self._floor(payer, kept, lists_since)
            await self.database.rows("UPDATE register_held SET floor = $2 WHERE payer = $1", payer, floor)
        while await self._purge_some(payer, floor):
            pass

    async def _floor(self, payer: str, kept: int, lists_since: date) -> int:
        rows = await self.database.rows(
            "SELECT s.sequence FROM register_snapshot s JOIN register_held h ON h.payer = s.payer "
            "AND s.sequence <= h.sequence AND s.sequence >= h.floor WHERE s.payer = $1 "
            f"ORDER BY s.sequence DESC LIMIT {int(kept)}",
            payer,
        )
        lists = await self._one(
            "SELECT MIN(l.sequence) AS oldest FROM register_list l JOIN register_held h ON h.payer = l.payer "
            "AND l.sequence >= h.floor WHERE l.payer = $1 AND l.day >= $2",
            payer, lists_since.isoformat(),
        )  # fmt: skip
        found = [int(row["sequence"]) for row in rows]
        oldest = lists["oldest"] if lists else None
        return min([*found, *([] if oldest is None else [int(oldest)])], default=0)

    async def _purge_some(self, payer: str, floor: int) -> int:
        """Forget some hundred rows, and under which names those people were kept."""
        async with self.transaction():
            rows = await self.database.rows(
                "SELECT number, scheme, said, name, year, village FROM beneficiary WHERE payer = $1 AND unsaid <= $2 "
                f"AND unsaid < {STANDS} ORDER BY unsaid LIMIT {ROWS}",
                payer, floor,
            )  # fmt: skip
            await self.database.many(
                "DELETE FROM beneficiary WHERE number = $1 AND payer = $2 AND scheme = $3 AND said = $4",
                [(row["number"], payer, row["scheme"], row["said"]) for row in rows],
            )
            left: dict[str, set[Naming]] = {row["number"]: set() for row in rows}
            for some in portions(sorted(left)):
                for row in await self.database.rows(
                    "SELECT number, name, year, village FROM beneficiary WHERE payer = $1 "
                    f"AND number IN ({marks(len(some), 1)})",
                    payer, *some,
                ):  # fmt: skip
                    left[row["number"]].add((row["name"], row["year"], row["village"]))
            forgotten = [(row["number"], row["name"], row["year"], row["village"]) for row in rows]
            await self.forget_names(payer, [row for row in forgotten if row[1:] not in left[row[0]]], left)
            nobody = [(payer, number) for number, known in left.items() if not known]
            await self.database.many("DELETE FROM portrait WHERE payer = $1 AND number = $2", nobody)
        return len(rows)
