"""Visits as they are entered: the latest version, and an event for each earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Visit

#: States of a visit and where it may go from each (design of states).
VISIT_MOVES: dict[str, tuple[str, ...]] = {
    "": ("open", "recorded"),
    "open": ("open", "recorded", "abandoned"),
    "recorded": ("open", "recorded", "claimed", "abandoned"),
    "claimed": (),
    "abandoned": (),
}


class VisitEntry(msgspec.Struct, frozen=True):
    """A visit with its state and version."""

    visit: Visit
    state: str
    version: int


class Care(Shelf):
    """What was done."""

    async def save_visit(self, visit: Visit, state: str, version: int | None, at: datetime, who: str) -> int:
        """Keep a visit under the next version; the same bytes in the same state again change nothing.

        `version` None is a visit that is new to the caller. InputError `visit-changed` when somebody else was
        faster, `visit-state` for a move that the states do not allow, `register-number-taken` for a second visit under
        a register number of the year.
        """
        document = canonical(visit)
        async with self.transaction():
            row = await tables.VisitRow.get_or_none(id=visit.id, using_db=self._connection)
            if row is not None and row.state == state and bytes(row.document) == document:
                return int(row.version)
            if row is not None and version != row.version:
                raise InputError("visit-changed", register_number=visit.register_number)
            before = row.state if row is not None else ""
            if state not in VISIT_MOVES[before]:
                raise InputError("visit-state", before=before, after=state)
            if state in ("open", "recorded"):
                await self._check_register_number(visit)
            number = (row.version if row is not None else 0) + 1
            await self.database.rows(
                "INSERT INTO visit (id, state, day, month, register_number, number, version, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                "day = excluded.day, month = excluded.month, register_number = excluded.register_number, "
                "number = excluded.number, version = excluded.version, document = excluded.document",
                visit.id, state, visit.day.isoformat(), month_of(visit.day), visit.register_number,
                visit.beneficiary.number, number, document,
            )  # fmt: skip
            await self.database.rows(
                "INSERT INTO visit_event (visit, version, at, who, state, document) VALUES ($1, $2, $3, $4, $5, $6)",
                visit.id, number, instant(at), who, state, document,
            )  # fmt: skip
        return number

    async def _check_register_number(self, visit: Visit) -> None:
        """A register number names one visit of the year; a correction may keep the number of what it replaces."""
        taken = await self._one(
            "SELECT v.day FROM visit v WHERE v.register_number = $1 AND v.register_number <> '' AND v.month LIKE $2 "
            "AND v.id <> $3 AND v.id <> $4 AND v.state <> 'abandoned' "
            "AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.replaces = v.id)",
            visit.register_number, f"{visit.day.year}-%", visit.id, visit.replaces,
        )  # fmt: skip
        if taken is not None:
            raise InputError("register-number-taken", register_number=visit.register_number, day=taken["day"])

    async def visit(self, id: str) -> VisitEntry | None:
        row = await tables.VisitRow.get_or_none(id=id, using_db=self._connection)
        return VisitEntry(decoded(row.document, Visit), row.state, row.version) if row else None

    async def visits(
        self, *, day: date | None = None, month: str | None = None, states: Sequence[str] = ()
    ) -> tuple[VisitEntry, ...]:
        """Visits of a day, a month or in some states, in order of day and register number."""
        wanted: dict[str, Any] = {}
        if day is not None:
            wanted["day"] = day.isoformat()
        if month is not None:
            wanted["month"] = month
        if states:
            wanted["state__in"] = list(states)
        rows = (
            await tables.VisitRow.filter(**wanted).using_db(self._connection).order_by("day", "register_number", "id")
        )
        return tuple(VisitEntry(decoded(row.document, Visit), row.state, row.version) for row in rows)
