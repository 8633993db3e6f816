"""Guarantees in their latest version with an event for each earlier one, their use, deaths, pregnancies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteeFile, Pregnancy, Used
from facility_agent.vocabulary.identifiers import canonical

#: States of a guarantee and where it may go from each (design of states).
GUARANTEE_MOVES: dict[str, tuple[str, ...]] = {
    "": ("asked", "granted", "refused"),
    "asked": ("asked", "granted", "refused"),
    "granted": ("granted", "revoked"),
    "refused": ("granted",),
    "revoked": (),
}


class Guarantees(Shelf):
    """What payers promise beforehand."""

    async def put_guarantee(self, guarantee: GuaranteeFile, at: datetime, who: str) -> bool:
        """Keep a guarantee; the same bytes twice count once and give False.

        InputError `guarantee-state` for a move that the states do not allow, `guarantee-number-taken` for another
        guarantee under a number.
        """
        document = canonical(guarantee)
        async with self.together():
            row = await self._one("SELECT state, version, document FROM guarantee WHERE id = $1", guarantee.id)
            if row is not None and bytes(row["document"]) == document:
                return False
            before = row["state"] if row else ""
            if guarantee.state not in GUARANTEE_MOVES[before]:
                raise InputError("guarantee-state", before=before, after=guarantee.state)
            if guarantee.number and await self._one(
                "SELECT id FROM guarantee WHERE payer = $1 AND number = $2 AND id <> $3",
                guarantee.payer, guarantee.number, guarantee.id,
            ):  # fmt: skip
                raise InputError("guarantee-number-taken", number=guarantee.number)
            version = (row["version"] if row else 0) + 1
            await self.database.rows(
                "INSERT INTO guarantee (id, number, payer, facility, member, kind, state, version, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET number = excluded.number, "
                "state = excluded.state, version = excluded.version, document = excluded.document",
                guarantee.id, guarantee.number, guarantee.payer, guarantee.facility, guarantee.member, guarantee.kind,
                guarantee.state, version, document,
            )  # fmt: skip
            await self.database.rows(
                "INSERT INTO guarantee_event (guarantee, version, at, who, state, document) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                guarantee.id, version, instant(at), who, guarantee.state, document,
            )  # fmt: skip
        return True

    async def guarantee(self, id: str = "", *, number: str = "") -> GuaranteeFile | None:
        """A guarantee by its id, or by its number."""
        column, value = ("number", number) if number else ("id", id)
        row = await self._one(f"SELECT document FROM guarantee WHERE {column} = $1", value)
        return decoded(row["document"], GuaranteeFile) if row else None

    async def guarantees(self, *, member: str = "", state: str = "") -> tuple[GuaranteeFile, ...]:
        """The guarantees of a person, or all in a state."""
        column, value = ("member", member) if member else ("state", state)
        rows = await self.database.rows(f"SELECT document FROM guarantee WHERE {column} = $1 ORDER BY id", value)
        return tuple(decoded(row["document"], GuaranteeFile) for row in rows)

    async def note_print(self, id: str, at: datetime, who: str) -> int:
        """Write down that a letter is printed; how often it was printed before."""
        rows = await self.database.rows(
            "INSERT INTO guarantee_print (guarantee, place, at, who) "
            "SELECT $1, count(*), $2, $3 FROM guarantee_print WHERE guarantee = $1 RETURNING place",
            id, instant(at), who,
        )  # fmt: skip
        return int(rows[0]["place"])

    async def used(self, guarantees: Sequence[GuaranteeFile], month: str, besides: str = "") -> tuple[Used, ...]:
        """What visits used of guarantees, in all and in a month; the visit `besides` is not counted."""
        found = []
        for guarantee in guarantees:
            row = await self._one(
                "SELECT COALESCE(SUM(quantity), 0) AS total, "
                "COALESCE(SUM(CASE WHEN month = $3 THEN quantity ELSE 0 END), 0) AS month "
                "FROM guarantee_use WHERE number = $1 AND member = $2 AND visit <> $4",
                guarantee.number, guarantee.member, month, besides,
            )  # fmt: skip
            total, of_month = (int(row["total"]), int(row["month"])) if row else (0, 0)
            found.append(Used(guarantee, total, of_month))
        return tuple(found)

    async def guarantees_claimed(self, numbers: Sequence[str]) -> dict[str, int]:
        """What the claims that count have used of guarantees, by number."""
        found: dict[str, int] = {}
        for some in portions([number for number in numbers if number]):
            rows = await self.database.rows(
                "SELECT l.guarantee, SUM(l.quantity) AS used FROM claim_line l "
                f"WHERE l.guarantee IN ({marks(len(some))}) "
                "AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = l.claim) GROUP BY l.guarantee",
                *some,
            )
            found |= {row["guarantee"]: int(row["used"]) for row in rows}
        return found

    async def put_notice(self, notice: DeathNotice, at: datetime) -> bool:
        """Keep a death; the same one twice counts once and gives False."""
        async with self.together():
            if await self._one("SELECT id FROM notice WHERE id = $1", notice.id):
                return False
            await self.database.rows(
                "INSERT INTO notice (id, kind, facility, member, day, at, document) "
                "VALUES ($1, 'death', $2, $3, $4, $5, $6)",
                notice.id, notice.facility, notice.member, notice.day.isoformat(), instant(at), canonical(notice),
            )  # fmt: skip
        return True

    async def notices(self) -> tuple[DeathNotice, ...]:
        """Every death that was told, the latest first."""
        rows = await self.database.rows("SELECT document FROM notice ORDER BY day DESC, at DESC, id")
        return tuple(decoded(row["document"], DeathNotice) for row in rows)

    async def put_pregnancy(self, pregnancy: Pregnancy) -> None:
        await self.database.rows(
            "INSERT INTO pregnancy (id, member, began, ended, document) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, document = excluded.document",
            pregnancy.id, pregnancy.member, pregnancy.began.isoformat(),
            pregnancy.ended.isoformat() if pregnancy.ended else "", canonical(pregnancy),
        )  # fmt: skip

    async def pregnancies(self, member: str) -> tuple[Pregnancy, ...]:
        """The pregnancies of a woman, the latest first."""
        rows = await self.database.rows(
            "SELECT document FROM pregnancy WHERE member = $1 ORDER BY began DESC, id DESC", member
        )
        return tuple(decoded(row["document"], Pregnancy) for row in rows)
