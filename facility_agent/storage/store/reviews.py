"""The audited claims of a payer, the persons' rulings on them, and the questions to members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.reviews import CounterCheck, Ruled, Ruling


class Audited(msgspec.Struct, frozen=True):
    """One claim as the audit left it; `document` is what the workflow wants to find again."""

    batch: str
    claim: str
    number: str
    claimed: int
    proposed: int
    at_risk: int
    needs_person: bool
    document: bytes


_COLUMNS = "batch, claim, number, claimed, proposed, at_risk, needs_person, document"


class Reviews(Shelf):
    """What waits for a person, and what persons said."""

    async def put_audited(self, batch: str, rows: Iterable[Audited]) -> None:
        """The claims of a batch as they were audited last; those of an earlier audit go."""
        async with self.together():
            await self.database.rows("DELETE FROM audit_claim WHERE batch = $1", batch)
            await self.database.many(
                f"INSERT INTO audit_claim ({_COLUMNS}) VALUES ({marks(8)})",
                [
                    (batch, row.claim, row.number, row.claimed, row.proposed, row.at_risk, int(row.needs_person),
                     row.document)
                    for row in rows
                ],
            )  # fmt: skip

    async def audited(self, batch: str, claim: str) -> Audited | None:
        """One claim as it was audited last."""
        row = await self._one(f"SELECT {_COLUMNS} FROM audit_claim WHERE batch = $1 AND claim = $2", batch, claim)
        return _audited(row) if row else None

    async def waiting(self, most: int, batch: str = "") -> tuple[Audited, ...]:
        """The claims of undecided batches that need a person, the most money at risk first."""
        rows = await self.database.rows(
            f"SELECT {', '.join(f'a.{name}' for name in _COLUMNS.split(', '))} FROM audit_claim a "
            "JOIN batch b ON b.id = a.batch WHERE a.needs_person = 1 AND b.state = 'received' "
            f"AND ($1 = '' OR a.batch = $1) ORDER BY a.at_risk DESC, a.number, a.claim LIMIT {int(most)}",
            batch,
        )
        return tuple(map(_audited, rows))

    async def waiting_sums(self) -> tuple[int, int]:
        """How many claims need a person, and the money at risk in all of them."""
        row = await self._one(
            "SELECT COUNT(*) AS claims, COALESCE(SUM(a.at_risk), 0) AS money FROM audit_claim a "
            "JOIN batch b ON b.id = a.batch WHERE a.needs_person = 1 AND b.state = 'received'"
        )
        return (int(row["claims"]), int(row["money"])) if row else (0, 0)

    async def undecided(self) -> int:
        """How many batches wait for a decision."""
        row = await self._one("SELECT COUNT(*) AS batches FROM batch WHERE state = 'received'")
        return int(row["batches"]) if row else 0

    async def unaudited(self) -> tuple[str, ...]:
        """The ids of received batches that no audit has read yet, the earliest month first."""
        rows = await self.database.rows(
            "SELECT b.id FROM batch b WHERE b.state = 'received' "
            "AND NOT EXISTS (SELECT 1 FROM audit_run r WHERE r.batch = b.id) ORDER BY b.month, b.number"
        )
        return tuple(row["id"] for row in rows)

    async def put_ruling(self, ruling: Ruling, kind: str, at: datetime, who: str) -> None:
        """One more event about a claim: ruled, seconded, or withdrawn. InputError `batch-decided` when it is late."""
        async with self.together():
            row = await self._one("SELECT state, number FROM batch WHERE id = $1", ruling.batch)
            if row is None or row["state"] != "received":
                raise InputError("batch-decided", batch=row["number"] if row else ruling.batch)
            await self.database.rows(
                "INSERT INTO ruling (batch, claim, place, at, who, kind, document) "
                "SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3, $4, $5, $6 FROM ruling "
                "WHERE batch = $1 AND claim = $2",
                ruling.batch, ruling.claim, instant(at), who, kind, canonical(ruling),
            )  # fmt: skip

    async def rulings(self, batch: str) -> dict[str, Ruled]:
        """The rulings of a batch that stand, by claim."""
        rows = await self.database.rows(
            "SELECT claim, who, kind, document FROM ruling WHERE batch = $1 ORDER BY claim, place", batch
        )
        found: dict[str, Ruled] = {}
        for row in rows:
            if row["kind"] == "withdrawn":
                found.pop(row["claim"], None)
            elif row["kind"] == "ruled":
                found[row["claim"]] = Ruled(decoded(row["document"], Ruling), row["who"])
            elif row["claim"] in found:
                found[row["claim"]] = msgspec.structs.replace(found[row["claim"]], seconded_by=row["who"])
        return found

    async def put_counter_checks(self, checks: Sequence[CounterCheck], at: datetime, who: str) -> int:
        """Ask, or write the answer down; asking twice counts once. Returns how many rows are new or changed."""
        changed = 0
        async with self.together():
            for check in checks:
                state = "answered" if check.answered_on else "asked"
                row = await self._one(
                    "SELECT id, state FROM counter_check WHERE claim = $1 AND how = $2", check.claim, check.how
                )
                if row is not None and (row["id"] != check.id or row["state"] == state):
                    continue
                changed += 1
                await self.database.rows(
                    "INSERT INTO counter_check (id, claim, how, state, at, who, document) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                    "at = excluded.at, who = excluded.who, document = excluded.document",
                    check.id, check.claim, check.how, state, instant(at), who, canonical(check),
                )  # fmt: skip
        return changed

    async def counter_checks(self, state: str = "", claims: Sequence[str] = ()) -> tuple[CounterCheck, ...]:
        """The questions in a state, or about some claims, in order of their day."""
        found: list[CounterCheck] = []
        if claims:
            for some in portions(claims):
                rows = await self.database.rows(
                    f"SELECT document FROM counter_check WHERE claim IN ({marks(len(some))})", *some
                )
                found += [decoded(row["document"], CounterCheck) for row in rows]
        else:
            rows = await self.database.rows("SELECT document FROM counter_check WHERE state = $1", state)
            found = [decoded(row["document"], CounterCheck) for row in rows]
        return tuple(sorted(found, key=lambda check: (check.asked_on, check.number, check.how)))

    async def put_paper_batch(self, batch: str, origin: str, digest: str, at: datetime, who: str) -> None:
        """A batch came on paper: who entered it, and the digest of what was entered."""
        async with self.together():
            row = await self._one(
                "SELECT b.number FROM paper_batch p JOIN batch b ON b.id = p.batch WHERE p.digest = $1", digest
            )
            if row is not None:
                raise InputError("paper-batch-twice", number=row["number"])
            await self.database.rows(
                "INSERT INTO paper_batch (batch, who, at, origin, digest) VALUES ($1, $2, $3, $4, $5)",
                batch, who, instant(at), origin, digest,
            )  # fmt: skip

    async def paper_batches(self) -> dict[str, str]:
        """Who entered each batch that came on paper, by the batch's id."""
        rows = await self.database.rows("SELECT batch, who FROM paper_batch")
        return {row["batch"]: row["who"] for row in rows}

    async def put_paper_scan(self, batch: str, digest: str, name: str, scan: bytes, at: datetime, who: str) -> None:
        """Keep a scanned page of a batch on paper; the same one twice counts once."""
        await self._keep_page("paper_scan", digest, scan, at, who, batch=batch, name=name)

    async def paper_scans(self, batch: str) -> tuple[tuple[str, str], ...]:
        """The pages of a batch on paper, in order of their arrival: digest and name."""
        rows = await self.database.rows(
            "SELECT digest, name FROM paper_scan WHERE batch = $1 ORDER BY at, digest", batch
        )
        return tuple((row["digest"], row["name"]) for row in rows)

    async def paper_scan(self, batch: str, digest: str) -> tuple[str, bytes] | None:
        """A page by the SHA-256 of its bytes: its name, and the bytes."""
        row = await self._one("SELECT name, scan FROM paper_scan WHERE batch = $1 AND digest = $2", batch, digest)
        return (row["name"], bytes(row["scan"])) if row else None


def _audited(row: dict[str, Any]) -> Audited:
    return Audited(
        row["batch"], row["claim"], row["number"], int(row["claimed"]), int(row["proposed"]), int(row["at_risk"]),
        bool(row["needs_person"]), bytes(row["document"]),
    )  # fmt: skip
