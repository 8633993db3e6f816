"""What visits leave beside their care: entry under way, prescriptions and their rests, what could not be given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from facility_agent.storage.store.base import Shelf, decoded, instant, marks
from facility_agent.vocabulary.bedside import CareNote, Prescription, Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.periods import month_of


class Bedside(Shelf):
    """Beside the care."""

    async def put_entry_draft(self, visit: str, document: bytes, at: datetime, who: str) -> None:
        """Keep what is typed so far; what is kept is the latest."""
        await self.database.rows(
            "INSERT INTO entry_draft (visit, at, who, document) VALUES ($1, $2, $3, $4) ON CONFLICT (visit) DO UPDATE "
            "SET at = excluded.at, who = excluded.who, document = excluded.document",
            visit, instant(at), who, document,
        )  # fmt: skip

    async def entry_draft(self, visit: str) -> bytes | None:
        """What was typed for a visit and not saved, or None."""
        row = await self._one("SELECT document FROM entry_draft WHERE visit = $1", visit)
        return bytes(row["document"]) if row else None

    async def drop_entry_draft(self, visit: str) -> None:
        await self.database.rows("DELETE FROM entry_draft WHERE visit = $1", visit)

    async def put_prescriptions(self, visit: str, written: Sequence[Prescription]) -> None:
        """The prescriptions of a visit, in place of those that it had.

        InputError `prescription-filled` when one that disappears was already filled by another visit.
        """
        async with self.together():
            held = await self.database.rows("SELECT id, document FROM prescription WHERE visit = $1", visit)
            kept = {each.id for each in written}
            for row in held:
                if row["id"] not in kept:
                    if await self._one("SELECT 1 AS one FROM prescription_use WHERE prescription = $1", row["id"]):
                        raise InputError("prescription-filled", act=decoded(row["document"], Prescription).act)
                    await self.database.rows("DELETE FROM prescription WHERE id = $1", row["id"])
            for each in written:
                await self._put(each)

    async def take_prescription(self, brought: Prescription) -> None:
        """A prescription that was brought from another facility; the same one twice counts once."""
        async with self.together():
            row = await self._one("SELECT document FROM prescription WHERE id = $1", brought.id)
            if row is not None and bytes(row["document"]) != canonical(brought):
                raise InputError("prescription-differs", act=brought.act)
            await self._put(brought)

    async def _put(self, each: Prescription) -> None:
        await self.database.rows(
            "INSERT INTO prescription (id, visit, facility, number, day, document) VALUES ($1, $2, $3, $4, $5, $6) "
            "ON CONFLICT (id) DO UPDATE SET number = excluded.number, day = excluded.day, document = excluded.document",
            each.id, each.visit, each.facility, each.member, each.written_on.isoformat(), canonical(each),
        )  # fmt: skip

    async def rests(self, *, member: str = "", visit: str = "", ids: Sequence[str] = ()) -> tuple[Rest, ...]:
        """Prescriptions of a person or visit, or with these ids, and what was given of each, the oldest first."""
        tests: list[tuple[str, Sequence[str]]] = []
        if member:
            tests.append(("p.number = $1", (member,)))
        elif visit:
            tests.append(("p.visit = $1", (visit,)))
        elif ids:
            tests.append((f"p.id IN ({marks(len(ids))})", ids))
        if not tests:
            return ()
        where, values = tests[0]
        rows = await self.database.rows(
            "SELECT p.document, (SELECT SUM(u.quantity) FROM prescription_use u WHERE u.prescription = p.id) AS given "
            f"FROM prescription p WHERE {where} ORDER BY p.day, p.id",
            *values,
        )
        return tuple(Rest(decoded(row["document"], Prescription), int(row["given"] or 0)) for row in rows)

    async def put_notes(self, notes: Iterable[CareNote], at: datetime, who: str, visit: str = "") -> None:
        """Write down what did not happen; with `visit`, in place of what stood for it. The same id counts once."""
        async with self.together():
            if visit:
                await self.database.rows("DELETE FROM care_note WHERE visit = $1", visit)
            for note in notes:
                await self.database.rows(
                    "INSERT INTO care_note (id, kind, visit, act, day, month, at, who, document) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
                    note.id, note.kind, note.visit, note.act, note.day.isoformat(), month_of(note.day), instant(at),
                    who, canonical(note),
                )  # fmt: skip

    async def notes(self, *, visit: str = "", month: str = "", id: str = "") -> tuple[CareNote, ...]:
        """What did not happen in a visit or a month, in order."""
        column, value = ("visit", visit) if visit else ("month", month) if month else ("id", id)
        rows = await self.database.rows(
            f"SELECT document FROM care_note WHERE {column} = $1 ORDER BY day, at, id", value
        )
        return tuple(decoded(row["document"], CareNote) for row in rows)

    async def frequent_acts(self, since: str, most: int) -> tuple[str, ...]:
        """The acts that are claimed most since a month, the most frequent first."""
        rows = await self.database.rows(
            "SELECT l.act, COUNT(*) AS times FROM claim_line l JOIN claim c ON c.id = l.claim WHERE c.month >= $1 "
            "GROUP BY l.act ORDER BY times DESC, l.act LIMIT $2",
            since, most,
        )  # fmt: skip
        return tuple(row["act"] for row in rows)
