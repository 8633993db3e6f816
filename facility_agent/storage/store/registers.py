"""The membership register of each payer, and its revoked cards.

A row of a register is *said* from one sequence on until another one, when it is *unsaid*. What is held is one number
per payer: whoever reads sees the rows of that version, while the next one is being written beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import msgspec

from facility_agent.exchange.registers import ROWS, Entry, Gone
from facility_agent.exchange.revocations import is_set
from facility_agent.storage.store.base import Shelf, decoded, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage

#: A row of the version that is held of its payer.
HELD = "JOIN register_held h ON h.payer = b.payer AND b.said <= h.sequence AND h.sequence < b.unsaid"


class RegisterState(msgspec.Struct, frozen=True):
    """Which version of a payer's register we hold, and what its rows add up to."""

    payer: str
    sequence: int
    as_of: date
    members: int
    content: str = ""


class RevocationState(msgspec.Struct, frozen=True):
    """Which list of revoked cards we hold."""

    sequence: int
    as_of: date
    bitmap: bytes


class Registers(Shelf):
    """Who is covered, as the payers say."""

    async def register_state(self, payer: str | None) -> RegisterState | None:
        """The version held of a payer's register (or of any payer's, the newest), or None."""
        row = await self._one(
            "SELECT s.payer, s.sequence, s.as_of, s.members, s.content FROM register_snapshot s "
            "JOIN register_held h ON h.payer = s.payer AND h.sequence = s.sequence WHERE $1 = '' OR s.payer = $1 "
            "ORDER BY s.as_of DESC, s.sequence DESC LIMIT 1",
            payer or "",
        )
        return _state(row) if row else None

    async def register_states(self, payer: str) -> tuple[RegisterState, ...]:
        """The versions of a payer's register that can be read, the oldest first."""
        rows = await self.database.rows(
            "SELECT s.payer, s.sequence, s.as_of, s.members, s.content FROM register_snapshot s "
            "JOIN register_held h ON h.payer = s.payer AND s.sequence >= h.floor WHERE s.payer = $1 "
            "ORDER BY s.sequence",
            payer,
        )
        return tuple(_state(row) for row in rows)

    async def use_register(self, payer: str, sequence: int) -> None:
        """Go back to an earlier version that is kept, or forward again; InputError `register-not-kept`."""
        async with self.transaction():
            kept = [state.sequence for state in await self.register_states(payer)]
            if sequence not in kept:
                raise InputError(
                    "register-not-kept", payer=payer, sequence=sequence, kept=", ".join(map(str, kept)) or "—"
                )
            await self.database.rows("UPDATE register_held SET sequence = $2 WHERE payer = $1", payer, sequence)

    async def registers_held(self) -> tuple[str, ...]:
        """The payers whose registers we hold."""
        return tuple(row["payer"] for row in await self.database.rows("SELECT payer FROM register_held ORDER BY payer"))

    async def coverage_of(self, number: str) -> tuple[Coverage, ...]:
        """All entitlements of one person."""
        return await self._coverages("WHERE b.number = $1 ORDER BY b.payer, b.scheme", number)

    async def coverage_then(self, number: str, payer: str, sequence: int) -> tuple[Coverage, ...] | None:
        """What a version of one payer's register said of a person; None when it is no longer kept."""
        kept = await self._one(
            "SELECT h.floor FROM register_held h JOIN register_snapshot s ON s.payer = h.payer AND s.sequence = $2 "
            "WHERE h.payer = $1 AND h.floor <= $2",
            payer, sequence,
        )  # fmt: skip
        if kept is None:
            return None
        rows = await self.database.rows(
            "SELECT document FROM beneficiary WHERE number = $1 AND payer = $2 AND said <= $3 AND $3 < unsaid "
            "ORDER BY scheme",
            number, payer, sequence,
        )  # fmt: skip
        return tuple(decoded(row["document"], Coverage) for row in rows)

    async def household(self, household: str) -> tuple[Coverage, ...]:
        """The people of a household."""
        return await self._coverages("WHERE b.household = $1 ORDER BY b.number", household)

    async def all_coverages(self, payer: str) -> tuple[Coverage, ...]:
        """A payer's whole register."""
        return await self._coverages("WHERE b.payer = $1 ORDER BY b.number, b.scheme", payer)

    async def entries(self, payer: str, sequence: int, after: int = -1) -> AsyncIterator[list[Entry]]:
        """The rows of a version in order of their numbers, some hundreds at a time, nobody's split in two.

        With `after`, only those that were not said yet in that earlier version.
        """
        last = ""
        while True:
            rows = await self.database.rows(
                "SELECT number, document, counters, photo FROM beneficiary WHERE payer = $1 AND number > $2 "
                # Numbers lead: with a sum in its way, no index of versions is taken, which would sort every time.
                "AND said + 0 <= $3 AND $3 < unsaid + 0 AND said + 0 > $4 "
                f"ORDER BY number, scheme LIMIT {ROWS}",
                payer, last, sequence, after,
            )  # fmt: skip
            if len(rows) == ROWS and rows[0]["number"] != rows[-1]["number"]:
                # The last person's other rows may stand behind the limit.
                rows = [row for row in rows if row["number"] != rows[-1]["number"]]
            if not rows:
                return
            last = rows[-1]["number"]
            yield [Entry(bytes(row["document"]), bytes(row["counters"]), row["photo"]) for row in rows]

    async def gone(self, payer: str, base: int, sequence: int) -> tuple[Gone, ...]:
        """Number and scheme of the rows of one version that are in no way in a later one."""
        rows = await self.database.rows(
            "SELECT b.number, b.scheme FROM beneficiary b WHERE b.payer = $1 AND b.said <= $2 AND $2 < b.unsaid "
            "AND b.unsaid <= $3 AND NOT EXISTS (SELECT 1 FROM beneficiary n WHERE n.payer = b.payer "
            "AND n.number = b.number AND n.scheme = b.scheme AND n.said <= $3 AND $3 < n.unsaid) "
            "ORDER BY b.number, b.scheme",
            payer, base, sequence,
        )  # fmt: skip
        return tuple((row["number"], row["scheme"]) for row in rows)

    async def pictures(self, payer: str, numbers: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """The pictures of some people of a register: name and bytes, by number."""
        found: dict[str, tuple[str, bytes]] = {}
        for some in portions(numbers):
            for row in await self.database.rows(
                f"SELECT number, hash, picture FROM portrait WHERE payer = $1 AND number IN ({marks(len(some), 1)})",
                payer, *some,
            ):  # fmt: skip
                found[row["number"]] = (row["hash"], bytes(row["picture"]))
        return found

    async def picture_names(self, payer: str, numbers: Sequence[str]) -> dict[str, str]:
        """How the pictures of some people are named, by number."""
        found: dict[str, str] = {}
        for some in portions(numbers):
            for row in await self.database.rows(
                f"SELECT number, hash FROM portrait WHERE payer = $1 AND number IN ({marks(len(some), 1)})",
                payer, *some,
            ):  # fmt: skip
                found[row["number"]] = row["hash"]
        return found

    async def pictures_then(self, payer: str, sequence: int, numbers: Sequence[str]) -> dict[str, str]:
        """How a version of a register names the pictures of some people, by number."""
        found: dict[str, str] = {}
        for some in portions(numbers):
            for row in await self.database.rows(
                "SELECT number, photo FROM beneficiary WHERE payer = $1 AND said <= $2 AND $2 < unsaid "
                f"AND number IN ({marks(len(some), 2)})",
                payer, sequence, *some,
            ):  # fmt: skip
                found[row["number"]] = row["photo"]
        return found

    async def last_sent(self, facility: str) -> int | None:
        """The version of our own register that a facility was sent last."""
        row = await self._one("SELECT sequence FROM register_sent WHERE facility = $1", facility)
        return int(row["sequence"]) if row else None

    async def note_register_sent(self, facility: str, sequence: int) -> None:
        await self.database.rows(
            "INSERT INTO register_sent (facility, sequence) VALUES ($1, $2) "
            "ON CONFLICT (facility) DO UPDATE SET sequence = excluded.sequence",
            facility, sequence,
        )  # fmt: skip

    async def _coverages(self, rest: str, *values: str) -> tuple[Coverage, ...]:
        rows = await self.database.rows(f"SELECT b.document FROM beneficiary b {HELD} {rest}", *values)
        return tuple(decoded(row["document"], Coverage) for row in rows)

    async def put_revocations(self, payer: str, sequence: int, as_of: date, bitmap: bytes) -> None:
        """Keep a payer's list of revoked cards; the same twice counts once, an older one is an InputError."""
        async with self.transaction():
            held = await self.revocations(payer)
            if held is not None and held.sequence == sequence and held.bitmap == bitmap:
                return
            if held is not None and sequence <= held.sequence:
                raise InputError("register-older", payer=payer, sequence=sequence, held=held.sequence)
            await self.database.rows(
                "INSERT INTO revocation_list (payer, sequence, as_of, bitmap) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (payer) DO UPDATE SET sequence = excluded.sequence, as_of = excluded.as_of, "
                "bitmap = excluded.bitmap",
                payer, sequence, as_of.isoformat(), bitmap,
            )  # fmt: skip

    async def revocations(self, payer: str) -> RevocationState | None:
        row = await self._one("SELECT sequence, as_of, bitmap FROM revocation_list WHERE payer = $1", payer)
        return RevocationState(row["sequence"], date.fromisoformat(row["as_of"]), bytes(row["bitmap"])) if row else None

    async def is_revoked(self, payer: str, serial: int) -> bool | None:
        """Whether a card is on the list that we hold; None without a list."""
        held = await self.revocations(payer)
        return None if held is None else is_set(held.bitmap, serial)


def _state(row: dict[str, Any]) -> RegisterState:
    return RegisterState(
        row["payer"], row["sequence"], date.fromisoformat(row["as_of"]), row["members"], row["content"]
    )
