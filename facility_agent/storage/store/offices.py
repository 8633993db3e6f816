"""What was changed about people and about sharing: who changed it, when, and what it was before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from facility_agent.storage.store.base import Shelf, instant

What = Literal["account", "roles", "password", "sharing"]


class Change(msgspec.Struct, frozen=True):
    """One change. `about` is a login, or the codes of two mutuals with a space between.

    `old` and `new` are codes (`open`, `closed`, `shared`, `apart`, roles); of a password neither says anything.
    """

    at: datetime
    who: str
    about: str
    what: What
    old: str
    new: str


class Offices(Shelf):
    """The changes, in the order in which they were made; none is ever taken back."""

    async def note_change(self, at: datetime, who: str, about: str, what: What, old: str, new: str) -> None:
        async with self.together():
            await self.database.rows(
                "INSERT INTO office_event (place, at, who, about, what, old, new) "
                "SELECT coalesce(max(place), 0) + 1, $1, $2, $3, $4, $5, $6 FROM office_event",
                instant(at), who, about, what, old, new,
            )  # fmt: skip

    async def changes(self, about: str = "", what: What | None = None) -> tuple[Change, ...]:
        """The changes about somebody (or all), of one kind (or of every kind), the newest first."""
        rows = await self.database.rows(
            "SELECT at, who, about, what, old, new FROM office_event "
            "WHERE (about = $1 OR $1 = '') AND (what = $2 OR $2 = '') ORDER BY place DESC",
            about, what or "",
        )  # fmt: skip
        return tuple(msgspec.convert(row, Change) for row in rows)
