"""Printed lists of the register and care sheets on paper: what was printed, and which sheet became which visit."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.storage.store.base import Shelf
from facility_agent.vocabulary.errors import InputError


class PrintedList(msgspec.Struct, frozen=True):
    """A printed list: its number, whose register in which version, the day, who printed it, how many people."""

    number: int
    payer: str
    sequence: int
    as_of: date
    day: date
    who: str
    people: int


class CareSheet(msgspec.Struct, frozen=True):
    """A numbered sheet: the list that lies beside it, the day of printing, and the visit that was entered from it."""

    number: int
    list: int
    day: date
    visit: str = ""


class Paper(Shelf):
    """What is printed for hours without power."""

    async def put_list(self, printed: PrintedList) -> None:
        await self.database.rows(
            "INSERT INTO register_list (number, payer, sequence, as_of, day, who, people) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            printed.number, printed.payer, printed.sequence, printed.as_of.isoformat(), printed.day.isoformat(),
            printed.who, printed.people,
        )  # fmt: skip

    async def printed_list(self, number: int) -> PrintedList | None:
        row = await self._one("SELECT * FROM register_list WHERE number = $1", number)
        return msgspec.convert(row, PrintedList) if row else None

    async def printed_lists(self) -> tuple[PrintedList, ...]:
        """The printed lists, the newest first."""
        rows = await self.database.rows("SELECT * FROM register_list ORDER BY number DESC")
        return tuple(msgspec.convert(row, PrintedList) for row in rows)

    async def put_sheets(self, numbers: range, list: int, day: date, who: str) -> None:
        await self.database.many(
            "INSERT INTO care_sheet (number, list, day, who) VALUES ($1, $2, $3, $4)",
            [(number, list, day.isoformat(), who) for number in numbers],
        )

    async def care_sheet(self, number: int) -> CareSheet | None:
        row = await self._one("SELECT number, list, day, visit FROM care_sheet WHERE number = $1", number)
        return msgspec.convert({**row, "visit": row["visit"] or ""}, CareSheet) if row else None

    async def use_sheet(self, number: int, visit: str, replaces: str = "") -> None:
        """A visit was entered from a sheet. Each sheet counts once; InputError `sheet-unknown` or `sheet-used`.

        A visit that was taken back gives its sheet free, and a correction keeps the sheet of what it replaces.
        """
        async with self.transaction():
            row = await self._one(
                "SELECT s.visit, v.state, v.register_number, v.day FROM care_sheet s LEFT JOIN visit v "
                "ON v.id = s.visit WHERE s.number = $1",
                number,
            )
            if row is None:
                raise InputError("sheet-unknown", sheet=number)
            if row["visit"] and row["visit"] not in (visit, replaces) and row["state"] != "abandoned":
                raise InputError(
                    "sheet-used", sheet=number, register_number=row["register_number"] or "", day=row["day"] or ""
                )
            # A visit that names another sheet now gives back the one that it named before.
            await self.database.rows(
                "UPDATE care_sheet SET visit = NULL WHERE visit = $1 AND number <> $2", visit, number
            )
            await self.database.rows("UPDATE care_sheet SET visit = $1 WHERE number = $2", visit, number)
