"""Who was looked up at the desk, what the clerk saw, who still waits for care, and emergencies without their papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import GuaranteeFile
from facility_agent.vocabulary.records import Guarantee, Visit
from facility_agent.vocabulary.verdicts import Letter

_said = itemgetter("said")
#: Visits that are asked for the letters of one person.
_LATEST = 30
#: All that the desk asks by a person's number alone; the first part says what kind of values the columns hold.
_KNOWN = (
    "SELECT 'visit' AS kind, day AS said, document FROM (SELECT day, document FROM visit WHERE number = $1 "
    f"AND state IN ('recorded', 'claimed') ORDER BY day DESC LIMIT {_LATEST}) latest "
    "UNION ALL SELECT 'guarantee', id, document FROM guarantee WHERE member = $1 AND state = 'granted' "
    "UNION ALL SELECT 'portrait', hash, NULL FROM "
    "(SELECT hash FROM portrait WHERE number = $1 ORDER BY payer LIMIT 1) kept "
    "UNION ALL SELECT 'seen', CAST(COUNT(*) AS TEXT), NULL FROM desk_lookup WHERE number = $1 AND day = $2"
)


class Emergency(msgspec.Struct, frozen=True):
    """Care that opened at once: for whom, what is missing (codes of findings), and until when it can be put right."""

    lookup: str
    day: date
    number: str
    name: str
    missing: tuple[str, ...]
    until: date | None = None


class Known(msgspec.Struct, frozen=True):
    """What stands here about a person: look-ups of the day, the portrait's hash, letters shown, guarantees granted."""

    seen_today: int = 0
    portrait: str = ""
    letters: tuple[Letter, ...] = ()
    guarantees: tuple[GuaranteeFile, ...] = ()


#: A look-up as its table keeps it: id, instant, day, account, member number, colour, how, draft.
LookupRow = tuple[str | bytes | None, ...]


@lru_cache(maxsize=64)
def lookups_written(count: int) -> str:
    """The statement that writes so many look-ups: all of them or none; one that is known already changes nothing."""
    values = ", ".join(f"({marks(8, after=8 * place)})" for place in range(count))
    columns = "id, at, day, account, number, colour, how, draft"
    return f"INSERT INTO desk_lookup ({columns}) VALUES {values} ON CONFLICT (id) DO NOTHING"


class Reception(Shelf):
    """What happens at the desk before care."""

    async def note_lookup(
        self,
        id: str,
        *,
        at: datetime,
        account: str,
        member_number: str,
        colour: str,
        how: str,
        day: date,
        draft: bytes | None = None,
    ) -> None:
        """Somebody was looked up; on return it is on the disk. The same look-up twice counts once."""
        await self._write_lookup((id, instant(at), day.isoformat(), account, member_number, colour, how, draft))

    async def _write_lookup(self, row: LookupRow) -> None:
        await self.database.rows(lookups_written(1), *row)

    async def known_of(self, number: str, day: date) -> Known:
        """What is known of a person beside rights and claims, in one question."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await self.database.rows(_KNOWN, number, day.isoformat()):
            found.setdefault(row["kind"], []).append(row)
        visits = sorted(found.get("visit", ()), key=_said, reverse=True)
        granted = sorted(found.get("guarantee", ()), key=_said)
        return Known(
            seen_today=int(found["seen"][0]["said"]),
            portrait=found["portrait"][0]["said"] if "portrait" in found else "",
            letters=_letters(bytes(row["document"]) for row in visits),
            guarantees=tuple(decoded(row["document"], GuaranteeFile) for row in granted),
        )

    async def colours(self) -> dict[str, int]:
        """How many verdicts of each colour were given."""
        rows = await self.database.rows("SELECT colour, COUNT(*) AS n FROM desk_lookup GROUP BY colour")
        return {row["colour"]: int(row["n"]) for row in rows}

    async def latest_day(self) -> date | None:
        """The latest day that the desk has seen."""
        row = await self._one("SELECT MAX(day) AS day FROM desk_lookup")
        return date.fromisoformat(row["day"]) if row and row["day"] else None

    async def latest_id(self) -> str:
        """The latest identifier of a look-up, a visit or a claim; they sort by the instant that they were made."""
        found = [await self._one(f"SELECT MAX(id) AS id FROM {table}") for table in ("desk_lookup", "visit", "claim")]
        return max((row["id"] for row in found if row and row["id"]), default="")

    async def draft(self, id: str) -> bytes | None:
        """The answer of a look-up whose care is not recorded yet."""
        row = await self._one("SELECT draft FROM desk_lookup WHERE id = $1 AND draft IS NOT NULL", id)
        return bytes(row["draft"]) if row else None

    async def drafts(self, since: date, most: int) -> list[bytes]:
        """The latest answers since a day whose care is not recorded yet, the oldest first."""
        rows = await self.database.rows(
            "SELECT draft FROM desk_lookup WHERE draft IS NOT NULL AND day >= $1 "
            f"ORDER BY day DESC, at DESC, id DESC LIMIT {int(most)}",
            since.isoformat(),
        )
        return [bytes(row["draft"]) for row in reversed(rows)]

    async def put_draft(self, id: str, draft: bytes) -> None:
        """The clerk added something to an answer that waits."""
        await self.database.rows("UPDATE desk_lookup SET draft = $2 WHERE id = $1 AND draft IS NOT NULL", id, draft)

    async def drop_drafts(self, ids: list[str]) -> None:
        """These people's care is recorded: their answers are not needed any more."""
        for id in ids:
            await self.database.rows("UPDATE desk_lookup SET draft = NULL WHERE id = $1", id)

    async def forget_drafts(self, before: date) -> None:
        """Whoever came and went without care is not kept: the look-up stays, the answer goes."""
        await self.database.rows(
            "UPDATE desk_lookup SET draft = NULL WHERE draft IS NOT NULL AND day < $1", before.isoformat()
        )

    async def note_seen(self, lookup: str, kind: str, value: str, at: datetime, who: str) -> None:
        """What the clerk saw: `photo` yes, no or none; `papers`, their codes."""
        async with self.transaction():
            row = await self._one("SELECT COUNT(*) AS n FROM desk_event WHERE lookup = $1", lookup)
            await self.database.rows(
                f"INSERT INTO desk_event (lookup, place, at, who, kind, value) VALUES ({marks(6)})",
                lookup, int(row["n"]) + 1 if row else 1, instant(at), who, kind, value,
            )  # fmt: skip

    async def seen(self, lookup: str) -> list[tuple[str, str, str]]:
        """Kind, value and who, in the order in which they were written down."""
        rows = await self.database.rows(
            "SELECT kind, value, who FROM desk_event WHERE lookup = $1 ORDER BY place", lookup
        )
        return [(row["kind"], row["value"], row["who"]) for row in rows]

    async def put_emergency(self, entry: Emergency) -> None:
        """Care opened at once; it stays on the list until somebody settles it. One person waits once a day."""
        async with self.transaction():
            known = await self._one(
                "SELECT lookup FROM emergency WHERE settled = '' AND day = $1 AND number = $2 AND name = $3",
                entry.day.isoformat(), entry.number, entry.name,
            )  # fmt: skip
            if known is not None and (entry.number or entry.name):
                return
            await self.database.rows(
                f"INSERT INTO emergency (lookup, day, number, name, missing, until) VALUES ({marks(6)}) "
                "ON CONFLICT (lookup) DO NOTHING",
                entry.lookup, entry.day.isoformat(), entry.number, entry.name, " ".join(entry.missing),
                entry.until.isoformat() if entry.until else "",
            )  # fmt: skip

    async def emergencies(self) -> tuple[Emergency, ...]:
        """Those that are not settled, the oldest first."""
        rows = await self.database.rows("SELECT * FROM emergency WHERE settled = '' ORDER BY day, lookup")
        return tuple(
            Emergency(
                row["lookup"], date.fromisoformat(row["day"]), row["number"], row["name"],
                tuple(row["missing"].split()), date.fromisoformat(row["until"]) if row["until"] else None,
            )
            for row in rows
        )  # fmt: skip

    async def settle_emergency(self, lookup: str, remark: str, at: datetime, who: str) -> None:
        """The papers came, or it is said why they never will; InputError `emergency-settled` when that was said."""
        async with self.transaction():
            row = await self._one("SELECT settled FROM emergency WHERE lookup = $1", lookup)
            if row is None or row["settled"]:
                raise InputError("emergency-settled")
            await self.database.rows(
                "UPDATE emergency SET settled = $2, settled_by = $3, remark = $4 WHERE lookup = $1",
                lookup, instant(at), who, remark,
            )  # fmt: skip


def _letters(documents: Iterable[bytes]) -> tuple[Letter, ...]:
    """The letters that visits were shown, and how many visits used each."""
    used: dict[str, tuple[Guarantee, int]] = {}
    for document in documents:
        # A visit without any leaves the field out: most are not even read.
        for guarantee in decoded(document, Visit).guarantees if b'"guarantees"' in document else ():
            used[guarantee.number] = (guarantee, used.get(guarantee.number, (guarantee, 0))[1] + 1)
    return tuple(Letter(found.number, found.start, found.until, uses) for found, uses in used.values())
