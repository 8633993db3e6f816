"""Batches and what answers them: states move as events, in allowed steps only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, Outcome, Receipt, Remittance

#: Where a batch may go from each state (design of states); `received` starts it at the payer.
BATCH_MOVES: dict[str, tuple[str, ...]] = {
    "": ("closed", "received"),
    # A payer on paper may pay without any letter.
    "closed": ("sealed", "paid in part", "paid"),
    # Whoever stands between may return it with a reason: it stays sealed, and is sent again.
    "sealed": ("sealed", "endorsed", "sent"),
    "endorsed": ("sealed", "sent"),
    "sent": ("sent", "received", "decided", "paid in part", "paid"),
    "received": ("received", "decided", "paid in part", "paid"),
    "decided": ("decided", "paid in part", "paid"),
    "paid in part": ("paid in part", "paid", "decided"),
    # A line that is contested within its delay is decided again, although everything else was paid.
    "paid": ("reconciled", "decided"),
    "reconciled": ("decided",),
}


class BatchEntry(msgspec.Struct, frozen=True):
    """A batch with its state."""

    batch: Batch
    state: str


class Settlement(Shelf):
    """The month's money."""

    async def put_batch(self, batch: Batch, state: str, at: datetime, who: str) -> bool:
        """Keep a batch with its claims; the same twice counts once and gives False.

        InputError `batch-second-main`, `batch-id-reused` or `batch-number-taken`; for a claim that is not here, stands
        twice, is not the one that is kept, is replaced, or stands in another batch: `claim-not-kept`,
        `claim-twice-in-batch`, `claim-differs`, `claim-replaced`, `claim-in-another-batch`.
        """
        document = canonical(batch)
        async with self.transaction():
            row = await tables.BatchRow.get_or_none(id=batch.id, using_db=self._connection)
            if row is not None:
                if bytes(row.document) != document:
                    raise InputError("batch-id-reused", number=batch.number)
                return False
            main = await self._one(
                "SELECT number FROM batch WHERE facility = $1 AND payer = $2 AND scheme = $3 AND month = $4 "
                "AND kind = 'main'",
                batch.facility, batch.payer, batch.scheme, batch.month,
            )  # fmt: skip
            if batch.kind == "main" and main is not None:
                raise InputError("batch-second-main", month=batch.month, payer=batch.payer, number=main["number"])
            if await tables.BatchRow.exists(number=batch.number, using_db=self._connection):
                raise InputError("batch-number-taken", number=batch.number)
            await tables.BatchRow.create(
                id=batch.id, number=batch.number, facility=batch.facility, payer=batch.payer, scheme=batch.scheme,
                month=batch.month, kind=batch.kind, state="", closed_on=batch.closed_on.isoformat(), document=document,
                using_db=self._connection,
            )  # fmt: skip
            await self._check_items(batch)
            await self.database.many(
                "INSERT INTO batch_claim (batch, claim, payer, scheme, due) VALUES ($1, $2, $3, $4, $5)",
                [(batch.id, item.claim, batch.payer, batch.scheme, item.due) for item in batch.items],
            )
            await self.move_batch(batch.id, state, at, who)
        return True

    async def _check_items(self, batch: Batch) -> None:
        """Each claim of the batch is here as the batch names it, counts, and is invoiced once to this payer."""
        items = {item.claim: item for item in batch.items}
        if len(items) != len(batch.items):
            twice = next(item for place, item in enumerate(batch.items) if item in batch.items[:place])
            raise InputError("claim-twice-in-batch", claim=twice.number, batch=batch.number)
        kept: dict[str, dict[str, Any]] = {}
        for some in portions(tuple(items)):
            rows = await self.database.rows(
                "SELECT c.id, c.digest, (SELECT r.number FROM claim r WHERE r.replaces = c.id) AS successor, "
                "(SELECT b.number FROM batch_claim x JOIN batch b ON b.id = x.batch "
                "WHERE x.claim = c.id AND x.payer = $1 AND x.scheme = $2) AS other "
                f"FROM claim c WHERE c.id IN ({marks(len(some), after=2)})",
                batch.payer, batch.scheme, *some,
            )  # fmt: skip
            kept |= {row["id"]: row for row in rows}
        for item in batch.items:
            if item.claim not in kept:
                raise InputError("claim-not-kept", claim=item.number)
            row = kept[item.claim]
            if row["digest"] != item.digest:
                raise InputError("claim-differs", claim=item.number, batch=batch.number)
            if row["successor"] is not None:
                raise InputError("claim-replaced", claim=item.number, successor=row["successor"])
            if row["other"] is not None:
                raise InputError("claim-in-another-batch", claim=item.number, batch=row["other"])

    async def batch(self, id: str) -> BatchEntry | None:
        row = await tables.BatchRow.get_or_none(id=id, using_db=self._connection)
        return BatchEntry(decoded(row.document, Batch), row.state) if row else None

    async def batches(self, month: str | None = None) -> tuple[BatchEntry, ...]:
        """All batches, or those of a month, in order of month and number."""
        query = tables.BatchRow.filter(month=month) if month else tables.BatchRow.all()
        rows = await query.using_db(self._connection).order_by("month", "number")
        return tuple(BatchEntry(decoded(row.document, Batch), row.state) for row in rows)

    async def move_batch(self, id: str, state: str, at: datetime, who: str, detail: str = "") -> None:
        """Move a batch; InputError `batch-state` for a move that the states do not allow."""
        async with self.transaction():
            row = await self._known(id)
            if state not in BATCH_MOVES[row["state"]]:
                raise InputError("batch-state", number=row["number"], before=row["state"], after=state)
            await self.database.rows("UPDATE batch SET state = $1 WHERE id = $2", state, id)
            await self.database.rows(
                "INSERT INTO batch_event (batch, place, at, who, state, detail) "
                "SELECT $1, COALESCE(MAX(place), 0) + 1, $2, $3, $4, $5 FROM batch_event WHERE batch = $1",
                id, instant(at), who, state, detail,
            )  # fmt: skip

    async def batched_claims(self, payer: str, scheme: str) -> dict[str, str]:
        """The batch id of every claim that stands in a batch of this payer and scheme."""
        rows = await self.database.rows(
            "SELECT claim, batch FROM batch_claim WHERE payer = $1 AND scheme = $2", payer, scheme
        )
        return {row["claim"]: row["batch"] for row in rows}

    async def _known(self, batch: str) -> dict[str, Any]:
        """The state and number of a batch; InputError `batch-unknown`."""
        row = await self._one("SELECT state, number FROM batch WHERE id = $1", batch)
        if row is None:
            raise InputError("batch-unknown", batch=batch)
        return row

    async def put_receipt(self, receipt: Receipt, at: datetime) -> None:
        """Keep the first receipt of a batch; one that counts otherwise is an InputError."""
        async with self.transaction():
            await self._known(receipt.batch)
            held = await self.receipt(receipt.batch)
            if held is None:
                await self.database.rows(
                    "INSERT INTO receipt (batch, at, document) VALUES ($1, $2, $3)",
                    receipt.batch, instant(at), canonical(receipt),
                )  # fmt: skip
            # A batch that is sent again is acknowledged again, on another day and for another envelope.
            elif (held.number, held.claims, held.due) != (receipt.number, receipt.claims, receipt.due):
                raise InputError("receipt-second", number=held.number)

    async def receipt(self, batch: str) -> Receipt | None:
        row = await self._one("SELECT document FROM receipt WHERE batch = $1", batch)
        return decoded(row["document"], Receipt) if row else None

    async def put_decision(self, decision: Decision, at: datetime) -> None:
        """Keep a payer's answer and the outcome of each claim; the same twice counts once.

        A later answer may change claims that wait for a paper or are contested; any other is an InputError.
        """
        document = canonical(decision)
        async with self.transaction():
            await self._known(decision.batch)
            row = await self._one("SELECT document FROM decision WHERE id = $1", decision.id)
            if row is not None and bytes(row["document"]) == document:
                return
            held = await self.decision(decision.batch)
            if row is not None or (held is not None and not await self._may_follow(held, decision)):
                raise InputError("decision-second", batch=decision.batch)
            await self.database.rows(
                "INSERT INTO decision (id, batch, place, at, document) "
                "SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3, $4 FROM decision WHERE batch = $2",
                decision.id, decision.batch, instant(at), document,
            )  # fmt: skip
            await self.database.many(
                "UPDATE batch_claim SET outcome = $1 WHERE batch = $2 AND claim = $3",
                [(outcome_of(answer), decision.batch, answer.claim) for answer in decision.claims],
            )

    async def _may_follow(self, held: Decision, later: Decision) -> bool:
        """Whether a later answer changes nothing but claims that are still open."""
        outcomes = await self.outcomes(held.batch)
        waiting = {claim for claim, outcome in outcomes.items() if outcome in ("pending", "contested")}
        before = {(answer.claim, canonical(answer)) for answer in held.claims}
        changed = before ^ {(answer.claim, canonical(answer)) for answer in later.claims}
        return bool(waiting) and {claim for claim, _ in changed} <= waiting

    async def decision(self, batch: str) -> Decision | None:
        """The latest answer to a batch; earlier ones stay in the table."""
        row = await self._one("SELECT document FROM decision WHERE batch = $1 ORDER BY place DESC LIMIT 1", batch)
        return decoded(row["document"], Decision) if row else None

    async def contest(self, batch: str, claims: Sequence[str]) -> None:
        """The answer to some claims is contested: the payer may decide them again. InputError `claim-undecided`."""
        async with self.transaction():
            row, outcomes = await self._known(batch), await self.outcomes(batch)
            for claim in claims:
                if not outcomes.get(claim):
                    raise InputError("claim-undecided", claim=claim, batch=row["number"])
            await self.database.many(
                "UPDATE batch_claim SET outcome = 'contested' WHERE batch = $1 AND claim = $2",
                [(batch, claim) for claim in claims],
            )

    async def outcomes(self, batch: str) -> dict[str, str]:
        """What became of each claim of a batch: accepted, reduced, refused, pending, contested, or nothing yet."""
        rows = await self.database.rows("SELECT claim, outcome FROM batch_claim WHERE batch = $1", batch)
        return {row["claim"]: row["outcome"] for row in rows}

    async def put_remittance(self, remittance: Remittance, at: datetime) -> None:
        """Keep a payment; the same twice counts once."""
        async with self.transaction():
            await self._known(remittance.batch)
            row = await self._one("SELECT document FROM remittance WHERE id = $1", remittance.id)
            if row is not None:
                if bytes(row["document"]) != canonical(remittance):
                    raise InputError("remittance-id-reused", reference=remittance.reference)
                return
            await self.database.rows(
                "INSERT INTO remittance (id, batch, reference, at, document) VALUES ($1, $2, $3, $4, $5)",
                remittance.id, remittance.batch, remittance.reference, instant(at), canonical(remittance),
            )  # fmt: skip

    async def remittances(self, batch: str) -> tuple[Remittance, ...]:
        rows = await self.database.rows("SELECT document FROM remittance WHERE batch = $1 ORDER BY at, id", batch)
        return tuple(decoded(row["document"], Remittance) for row in rows)

    async def put_audit(self, batch: str, document: bytes, at: datetime) -> None:
        """Keep the latest audit of a batch."""
        async with self.transaction():
            await self._known(batch)
            await self.database.rows(
                "INSERT INTO audit_run (batch, at, document) VALUES ($1, $2, $3) "
                "ON CONFLICT (batch) DO UPDATE SET at = excluded.at, document = excluded.document",
                batch, instant(at), document,
            )  # fmt: skip

    async def audit(self, batch: str) -> bytes | None:
        row = await self._one("SELECT document FROM audit_run WHERE batch = $1", batch)
        return bytes(row["document"]) if row else None


def outcome_of(answer: ClaimDecision) -> Outcome:
    """The outcome of a claim by those of its lines: what waits, waits; a mixture is reduced."""
    found = {line.outcome for line in answer.lines}
    if "pending" in found:
        return "pending"
    return found.pop() if len(found) == 1 else "reduced"
