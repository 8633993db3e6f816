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
from facility_agent.vocabulary.records import Guarantee, Visit

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


class VisitEvent(msgspec.Struct, frozen=True):
    """One change of a visit: when, by whom, to which state, and the visit as it stood afterwards."""

    version: int
    at: datetime
    who: str
    state: str
    visit: Visit


class Care(Shelf):
    """What was done."""

    async def save_visit(self, visit: Visit, state: str, version: int | None, at: datetime, who: str) -> int:
        """Keep a visit under the next version; the same bytes in the same state again change nothing.

        `version` None is a visit that is new to the caller. InputError `visit-changed` when somebody else was
        faster, `visit-state` for a move that the states do not allow, `register-number-taken` for a second visit under
        a register number of the year, `prescription-used-up` when somebody else gave the rest meanwhile.
        """
        document = canonical(visit)
        async with self.together():
            row = await self._one("SELECT state, version, document FROM visit WHERE id = $1", visit.id)
            if row is not None and row["state"] == state and bytes(row["document"]) == document:
                return int(row["version"])
            if row is not None and version != row["version"]:
                raise InputError("visit-changed", register_number=visit.register_number)
            before = row["state"] if row is not None else ""
            if state not in VISIT_MOVES[before]:
                raise InputError("visit-state", before=before, after=state)
            if state in ("open", "recorded"):
                await self._check_register_number(visit)
            number = (row["version"] if row is not None else 0) + 1
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
            if state != "claimed":
                await self._note_uses(visit, state != "abandoned", known=number > 1)
        return number

    async def _note_uses(self, visit: Visit, counts: bool, known: bool) -> None:
        """What the visit gives of prescriptions and uses of guarantees, in place of what it said before."""
        if known:
            await self.database.rows("DELETE FROM prescription_use WHERE visit = $1", visit.id)
            await self.database.rows("DELETE FROM guarantee_use WHERE visit = $1", visit.id)
        if not counts:
            return
        for line in visit.lines:
            if line.prescription:
                await self._check_rest(line.prescription, visit.id, line.quantity)
                await self.database.rows(
                    "INSERT INTO prescription_use (prescription, visit, line, quantity) VALUES ($1, $2, $3, $4)",
                    line.prescription, visit.id, line.id, line.quantity,
                )  # fmt: skip
        for guarantee in visit.guarantees:
            for act, quantity in used(guarantee, visit).items():
                await self.database.rows(
                    "INSERT INTO guarantee_use (number, member, visit, act, quantity, month) "
                    "VALUES ($1, $2, $3, $4, $5, $6)",
                    guarantee.number, visit.beneficiary.number, visit.id, act, quantity, month_of(visit.day),
                )  # fmt: skip

    async def _check_rest(self, prescription: str, visit: str, more: int) -> None:
        """Another visit gives no more of a prescription than is left; the one that wrote it is judged by the rules."""
        row = await self._one(
            "SELECT p.visit, p.document, (SELECT SUM(u.quantity) FROM prescription_use u WHERE u.prescription = p.id) "
            "AS given FROM prescription p WHERE p.id = $1",
            prescription,
        )
        if row is None:
            raise InputError("prescription-unknown", prescription=prescription)
        written = msgspec.json.decode(bytes(row["document"]))
        if row["visit"] != visit and int(row["given"] or 0) + more > written["quantity"]:
            raise InputError("prescription-used-up", act=written["act"], quantity=written["quantity"])

    async def _check_register_number(self, visit: Visit) -> None:
        """A register number names one visit of the year; a correction may keep the number of what it replaces."""
        if not visit.register_number:
            return
        taken = await self._one(
            "SELECT v.day FROM visit v WHERE v.register_number = $1 AND v.month LIKE $2 "
            "AND v.id <> $3 AND v.id <> $4 AND v.state <> 'abandoned' "
            "AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.replaces = v.id)",
            visit.register_number, f"{visit.day.year}-%", visit.id, visit.replaces,
        )  # fmt: skip
        if taken is not None:
            raise InputError("register-number-taken", register_number=visit.register_number, day=taken["day"])

    async def visit(self, id: str) -> VisitEntry | None:
        row = await tables.VisitRow.get_or_none(id=id, using_db=self._connection)
        return VisitEntry(decoded(row.document, Visit), row.state, row.version) if row else None

    async def visit_events(self, id: str) -> tuple[VisitEvent, ...]:
        """Every change of a visit, the first one first."""
        rows = await self.database.rows(
            "SELECT version, at, who, state, document FROM visit_event WHERE visit = $1 ORDER BY version", id
        )
        return tuple(
            VisitEvent(
                int(row["version"]), datetime.fromisoformat(row["at"].replace("Z", "+00:00")), row["who"],
                row["state"], decoded(row["document"], Visit),
            )
            for row in rows
        )  # fmt: skip

    async def visits(
        self, *, day: date | None = None, month: str | None = None, states: Sequence[str] = (), member: str = ""
    ) -> tuple[VisitEntry, ...]:
        """Visits of a day, a month, a person or in some states, in order of day and register number."""
        wanted: dict[str, Any] = {}
        if day is not None:
            wanted["day"] = day.isoformat()
        if month is not None:
            wanted["month"] = month
        if states:
            wanted["state__in"] = list(states)
        if member:
            wanted["number"] = member
        rows = (
            await tables.VisitRow.filter(**wanted).using_db(self._connection).order_by("day", "register_number", "id")
        )
        return tuple(VisitEntry(decoded(row.document, Visit), row.state, row.version) for row in rows)

    async def last_register_number(self, year: int) -> int:
        """The highest register number of a year that is a number, 0 when there is none."""
        row = await self._one(
            "SELECT MAX(CAST(register_number AS BIGINT)) AS last FROM visit WHERE month LIKE $1 "
            "AND state <> 'abandoned' "
            f"AND {self._whole('register_number')}",
            f"{year}-%",
        )
        return int(row["last"] or 0) if row else 0

    def _whole(self, column: str) -> str:
        """The condition that a text is digits only, in the dialect that is spoken."""
        if self.database.dialect == "postgres":
            return f"{column} ~ '^[0-9]{{1,15}}$'"
        return f"{column} <> '' AND {column} NOT GLOB '*[^0-9]*' AND LENGTH({column}) < 16"


def used(guarantee: Guarantee, visit: Visit) -> dict[str, int]:
    """The acts of a visit that a guarantee covers, with their quantities."""
    found: dict[str, int] = {}
    for line in visit.lines:
        if not guarantee.acts or line.act in guarantee.acts:
            found[line.act] = found.get(line.act, 0) + line.quantity
    return found
