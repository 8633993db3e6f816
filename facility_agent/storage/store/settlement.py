"""Batches, what answers them, and the letters that carry them: states move as events, in allowed steps only."""

from __future__ import annotations

from datetime import datetime

import msgspec

from facility_agent.exchange.envelope import Header
from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.settlement import Batch, Decision, Receipt, Remittance

#: Where a batch may go from each state (design of states); `received` starts it at the payer.
BATCH_MOVES: dict[str, tuple[str, ...]] = {
    "": ("closed", "received"),
    "closed": ("sealed",),
    "sealed": ("endorsed", "sent"),
    "endorsed": ("sent",),
    "sent": ("sent", "received", "decided"),
    "received": ("received", "decided"),
    "decided": ("decided", "paid in part", "paid"),
    "paid in part": ("paid in part", "paid"),
    "paid": ("reconciled",),
    "reconciled": (),
}


class BatchEntry(msgspec.Struct, frozen=True):
    """A batch with its state."""

    batch: Batch
    state: str


class Letter(msgspec.Struct, frozen=True):
    """An envelope that was sent or received."""

    id: str
    direction: str
    kind: str
    sender: str
    recipient: str
    sequence: int
    name: str
    at: str
    times: int


class Settlement(Shelf):
    """The month's money and its letters."""

    async def put_batch(self, batch: Batch, state: str, at: datetime, who: str) -> bool:
        """Keep a batch with its claims; the same twice counts once and gives False.

        InputError `batch-second-main`, `batch-id-reused`, or `claim-in-another-batch` (nothing is kept then).
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
            await tables.BatchRow.create(
                id=batch.id, number=batch.number, facility=batch.facility, payer=batch.payer, scheme=batch.scheme,
                month=batch.month, kind=batch.kind, state="", closed_on=batch.closed_on.isoformat(), document=document,
                using_db=self._connection,
            )  # fmt: skip
            for item in batch.items:
                other = await self._one(
                    "SELECT b.number FROM batch_claim x JOIN batch b ON b.id = x.batch "
                    "WHERE x.claim = $1 AND x.payer = $2 AND x.scheme = $3",
                    item.claim, batch.payer, batch.scheme,
                )  # fmt: skip
                if other is not None:
                    raise InputError("claim-in-another-batch", claim=item.number, batch=other["number"])
            await self.database.many(
                "INSERT INTO batch_claim (batch, claim, payer, scheme, due) VALUES ($1, $2, $3, $4, $5)",
                [(batch.id, item.claim, batch.payer, batch.scheme, item.due) for item in batch.items],
            )
            await self.move_batch(batch.id, state, at, who)
        return True

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
            row = await self._one("SELECT state, number FROM batch WHERE id = $1", id)
            if row is None:
                raise InputError("batch-unknown", batch=id)
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

    async def put_receipt(self, receipt: Receipt, at: datetime) -> None:
        await self._put_once("receipt", receipt.batch, canonical(receipt), at)

    async def receipt(self, batch: str) -> Receipt | None:
        row = await self._one("SELECT document FROM receipt WHERE batch = $1", batch)
        return decoded(row["document"], Receipt) if row else None

    async def put_decision(self, decision: Decision, at: datetime) -> None:
        """Keep a payer's answer; another answer to the same batch is an InputError."""
        async with self.transaction():
            held = await self.decision(decision.batch)
            if held is not None:
                if held != decision:
                    raise InputError("decision-second", batch=decision.batch)
                return
            await self.database.rows(
                "INSERT INTO decision (batch, id, at, document) VALUES ($1, $2, $3, $4)",
                decision.batch, decision.id, instant(at), canonical(decision),
            )  # fmt: skip

    async def decision(self, batch: str) -> Decision | None:
        row = await self._one("SELECT document FROM decision WHERE batch = $1", batch)
        return decoded(row["document"], Decision) if row else None

    async def put_remittance(self, remittance: Remittance, at: datetime) -> None:
        """Keep a payment; the same twice counts once."""
        async with self.transaction():
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
        await self.database.rows(
            "INSERT INTO audit_run (batch, at, document) VALUES ($1, $2, $3) "
            "ON CONFLICT (batch) DO UPDATE SET at = excluded.at, document = excluded.document",
            batch, instant(at), document,
        )  # fmt: skip

    async def audit(self, batch: str) -> bytes | None:
        row = await self._one("SELECT document FROM audit_run WHERE batch = $1", batch)
        return bytes(row["document"]) if row else None

    async def next_sequence(self, sender: str, recipient: str) -> int:
        """The number of the next letter from one party to another, from 1 on."""
        row = await self._one(
            "SELECT COALESCE(MAX(sequence), 0) + 1 AS next FROM envelope "
            "WHERE direction = 'out' AND sender = $1 AND recipient = $2",
            sender,
            recipient,
        )
        return int(row["next"]) if row else 1

    async def note_sent(self, header: Header, digest: str, name: str, sealed: bytes, at: datetime) -> None:
        """Keep a letter that we sealed, bytes and all, so that its file can be written again."""
        await self._letter("out", header, digest, name, at, sealed)

    async def receive_once(self, header: Header, digest: str, name: str, at: datetime) -> bool:
        """Whether a letter is new. The same one again is counted and gives False; another body is an InputError."""
        async with self.transaction():
            row = await self._one(
                "SELECT digest FROM envelope WHERE sender = $1 AND id = $2 AND direction = 'in'",
                header.sender,
                header.id,
            )
            if row is not None:
                if row["digest"] != digest:
                    raise InputError("envelope-id-reused", sender=header.sender, name=name)
                await self.database.rows(
                    "UPDATE envelope SET times = times + 1 WHERE sender = $1 AND id = $2 AND direction = 'in'",
                    header.sender,
                    header.id,
                )
                return False
            taken = await self._one(
                "SELECT id FROM envelope WHERE direction = 'in' AND sender = $1 AND recipient = $2 AND sequence = $3",
                header.sender, header.recipient, header.sequence,
            )  # fmt: skip
            if taken is not None:
                raise InputError("envelope-sequence-reused", sender=header.sender, sequence=header.sequence)
            await self._letter("in", header, digest, name, at, None)
        return True

    async def _letter(
        self, direction: str, header: Header, digest: str, name: str, at: datetime, sealed: bytes | None
    ) -> None:
        await self.database.rows(
            "INSERT INTO envelope (id, direction, kind, sender, recipient, sequence, digest, name, at, sealed) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            header.id, direction, header.kind, header.sender, header.recipient, header.sequence, digest, name,
            instant(at), sealed,
        )  # fmt: skip

    async def gaps(self, sender: str) -> tuple[int, ...]:
        """The numbers of letters of a sender that have not arrived although later ones have."""
        rows = await self.database.rows(
            "SELECT sequence FROM envelope WHERE direction = 'in' AND sender = $1 ORDER BY sequence", sender
        )
        seen = {int(row["sequence"]) for row in rows}
        return tuple(number for number in range(1, max(seen, default=0)) if number not in seen)

    async def letters(self, direction: str) -> tuple[Letter, ...]:
        """The letters sent (`out`) or received (`in`), the oldest first."""
        rows = await self.database.rows(
            "SELECT id, direction, kind, sender, recipient, sequence, name, at, times FROM envelope "
            "WHERE direction = $1 ORDER BY at, sender, recipient, sequence",
            direction,
        )
        return tuple(msgspec.convert(row, Letter) for row in rows)

    async def sealed(self, name: str) -> bytes | None:
        """The bytes of a letter that we sealed, by its file name."""
        row = await self._one("SELECT sealed FROM envelope WHERE direction = 'out' AND name = $1", name)
        return bytes(row["sealed"]) if row and row["sealed"] is not None else None

    async def _put_once(self, table: str, batch: str, document: bytes, at: datetime) -> None:
        await self.database.rows(
            f"INSERT INTO {table} (batch, at, document) VALUES ($1, $2, $3) ON CONFLICT (batch) DO NOTHING",
            batch,
            instant(at),
            document,
        )
