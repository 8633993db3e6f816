"""What is noted around the batches of a month: left out, justified, contested, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.month import Contest, FirstReview, MonthNote, NoteKind


class BatchEvent(msgspec.Struct, frozen=True):
    """One step of a batch: to which state, when, by whom."""

    state: str
    at: datetime
    who: str
    detail: str


class Months(Shelf):
    """Notes and contests of the month end."""

    async def put_month_notes(self, notes: Iterable[MonthNote], at: datetime, who: str) -> None:
        """Keep notes; a later one of the same kind about the same visit and payer takes the earlier one's place."""
        await self.database.many(
            "INSERT INTO month_note (visit, payer, scheme, kind, month, reason, at, who) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (visit, payer, scheme, kind) DO UPDATE "
            "SET reason = excluded.reason, at = excluded.at, who = excluded.who",
            [(n.visit, n.payer, n.scheme, n.kind, n.month, n.reason, instant(at), who) for n in notes],
        )

    async def drop_month_note(self, visit: str, payer: str, scheme: str, kind: NoteKind) -> bool:
        """Take a note back; False when there is none."""
        values = (visit, payer, scheme, kind)
        where = "WHERE visit = $1 AND payer = $2 AND scheme = $3 AND kind = $4"
        held = await self._one(f"SELECT visit FROM month_note {where}", *values)
        await self.database.rows(f"DELETE FROM month_note {where}", *values)
        return held is not None

    async def month_notes(self, month: str) -> tuple[MonthNote, ...]:
        """All notes about a month, in the order of visits."""
        rows = await self.database.rows(
            "SELECT * FROM month_note WHERE month = $1 ORDER BY visit, payer, scheme", month
        )
        return tuple(
            MonthNote(
                row["visit"], row["payer"], row["scheme"], row["kind"], row["month"], row["reason"], row["who"],
                datetime.fromisoformat(row["at"]),
            )
            for row in rows
        )  # fmt: skip

    async def put_first_reviews(self, reviews: Iterable[FirstReview], at: datetime, who: str) -> None:
        """Write down where claims stand in the review before invoicing; earlier steps stay."""
        async with self.together():
            await self.database.many(
                "INSERT INTO first_review (claim, place, at, who, step, reason) "
                "SELECT $1, count(*), $2, $3, $4, $5 FROM first_review WHERE claim = $1",
                [(review.claim, instant(at), who, review.step, review.reason) for review in reviews],
            )

    async def first_reviews(self, claims: Sequence[str]) -> dict[str, FirstReview]:
        """The latest step of each claim that has one."""
        found: dict[str, FirstReview] = {}
        for some in portions(claims):
            rows = await self.database.rows(
                "SELECT claim, step, reason, who, at FROM first_review "
                f"WHERE claim IN ({marks(len(some))}) ORDER BY place",
                *some,
            )
            found |= {row["claim"]: msgspec.convert(row, FirstReview) for row in rows}
        return found

    async def to_send(self, facility: str, since: str) -> tuple[tuple[str, str, str, int], ...]:
        """Month, payer, scheme and number of claims that are in no batch of that payer yet, from a month on.

        Replaced claims and those that were left out are not counted.
        """
        rows = await self.database.rows(
            "SELECT c.month, s.payer, s.scheme, COUNT(DISTINCT c.id) AS claims "
            "FROM claim c JOIN claim_share s ON s.claim = c.id AND s.amount > 0 "
            "WHERE c.facility = $1 AND c.month >= $2 "
            "AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id) "
            "AND NOT EXISTS (SELECT 1 FROM batch_claim b WHERE b.claim = c.id AND b.payer = s.payer "
            "AND b.scheme = s.scheme) "
            "AND NOT EXISTS (SELECT 1 FROM month_note n WHERE n.visit = c.id AND n.kind = 'left-out' "
            "AND n.payer IN ('', s.payer) AND n.scheme IN ('', s.scheme)) "
            "GROUP BY c.month, s.payer, s.scheme ORDER BY c.month, s.payer, s.scheme",
            facility, since,
        )  # fmt: skip
        return tuple((row["month"], row["payer"], row["scheme"], int(row["claims"])) for row in rows)

    async def batch_events(self, batch: str) -> tuple[BatchEvent, ...]:
        """The steps of a batch, in order."""
        rows = await self.database.rows("SELECT * FROM batch_event WHERE batch = $1 ORDER BY place", batch)
        return tuple(
            BatchEvent(row["state"], datetime.fromisoformat(row["at"]), row["who"], row["detail"]) for row in rows
        )

    async def put_contest(self, contest: Contest, at: datetime) -> bool:
        """Keep a contestation; the same twice counts once and gives False. InputError `contest-id-reused`."""
        document = canonical(contest)
        async with self.transaction():
            row = await self._one("SELECT document FROM contest WHERE id = $1", contest.id)
            if row is not None:
                if bytes(row["document"]) != document:
                    raise InputError("contest-id-reused", batch=contest.batch)
                return False
            await self.database.rows(
                "INSERT INTO contest (id, batch, at, document) VALUES ($1, $2, $3, $4)",
                contest.id, contest.batch, instant(at), document,
            )  # fmt: skip
        return True

    async def contests(self, batch: str) -> tuple[Contest, ...]:
        """The contestations of a batch, in order."""
        rows = await self.database.rows("SELECT document FROM contest WHERE batch = $1 ORDER BY at, id", batch)
        return tuple(decoded(row["document"], Contest) for row in rows)
