"""The letters between the parties: numbered for each pair, counted once however often they arrive."""

from __future__ import annotations

from datetime import datetime

import msgspec

from facility_agent.exchange.envelope import Header
from facility_agent.storage.store.base import Shelf, instant
from facility_agent.vocabulary.errors import InputError


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


class Letters(Shelf):
    """What was sent and what arrived."""

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
        """Keep a letter that we sealed, bytes and all, so that its file can be written again.

        The same letter twice counts once; another one under its identifier or number is InputError `letter-second`.
        """
        async with self.transaction():
            row = await self._one(
                "SELECT id, digest, name FROM envelope WHERE direction = 'out' AND sender = $1 "
                "AND (id = $2 OR (recipient = $3 AND sequence = $4))",
                header.sender, header.id, header.recipient, header.sequence,
            )  # fmt: skip
            if row is None:
                await self._letter("out", header, digest, name, at, sealed)
            elif (row["id"], row["digest"], row["name"]) != (header.id, digest, name):
                raise InputError("letter-second", recipient=header.recipient, sequence=header.sequence)

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

    async def knows_letter(self, sender: str, id: str) -> bool:
        """Whether a letter with this identifier has arrived."""
        row = await self._one(
            "SELECT 1 AS n FROM envelope WHERE sender = $1 AND id = $2 AND direction = 'in'", sender, id
        )
        return row is not None

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
