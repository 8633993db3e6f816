"""The membership register of each payer, and its revoked cards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from facility_agent.exchange.revocations import is_set
from facility_agent.storage.store.base import Shelf, decoded, folded
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage


class RegisterState(msgspec.Struct, frozen=True):
    """Which snapshot of a payer's register we hold."""

    payer: str
    sequence: int
    as_of: date
    members: int


class RevocationState(msgspec.Struct, frozen=True):
    """Which list of revoked cards we hold."""

    sequence: int
    as_of: date
    bitmap: bytes


class Registers(Shelf):
    """Who is covered, as the payers say."""

    async def replace_register(
        self, payer: str, sequence: int, as_of: date, digest: str, coverages: Iterable[Coverage]
    ) -> None:
        """Replace a payer's register whole. The same snapshot twice counts once.

        InputError for an older one, for entitlements of another payer, and for a number that stands twice in a scheme.
        """
        entries = list(coverages)
        _check_register(payer, entries)
        rows = [
            (
                payer, entry.scheme, entry.beneficiary.number, entry.beneficiary.household, entry.beneficiary.name,
                folded(entry.beneficiary.name), entry.beneficiary.phone, canonical(entry),
            )
            for entry in entries
        ]  # fmt: skip
        async with self.transaction():
            held = await self._one(
                "SELECT sequence, digest FROM register_snapshot WHERE payer = $1 ORDER BY sequence DESC LIMIT 1", payer
            )
            if held is not None and sequence == held["sequence"] and digest == held["digest"]:
                return
            if held is not None and sequence <= held["sequence"]:
                raise InputError("register-older", payer=payer, sequence=sequence, held=held["sequence"])
            await self.database.rows("DELETE FROM beneficiary WHERE payer = $1", payer)
            await self.database.many(
                "INSERT INTO beneficiary (payer, scheme, number, household, name, search_name, phone, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                rows,
            )
            await self.database.rows(
                "INSERT INTO register_snapshot (payer, sequence, as_of, digest, members) VALUES ($1, $2, $3, $4, $5)",
                payer, sequence, as_of.isoformat(), digest, len(rows),
            )  # fmt: skip

    async def register_state(self, payer: str | None) -> RegisterState | None:
        """The snapshot held of a payer (or of any, the newest), or None."""
        row = await self._one(
            "SELECT payer, sequence, as_of, members FROM register_snapshot WHERE $1 = '' OR payer = $1 "
            "ORDER BY as_of DESC, sequence DESC LIMIT 1",
            payer or "",
        )
        return (
            RegisterState(row["payer"], row["sequence"], date.fromisoformat(row["as_of"]), row["members"])
            if row
            else None
        )

    async def coverage_of(self, number: str) -> tuple[Coverage, ...]:
        """All entitlements of one person."""
        return await self._coverages("WHERE number = $1 ORDER BY payer, scheme", number)

    async def household(self, household: str) -> tuple[Coverage, ...]:
        """The people of a household."""
        return await self._coverages("WHERE household = $1 ORDER BY number", household)

    async def all_coverages(self, payer: str) -> tuple[Coverage, ...]:
        """A payer's whole register."""
        return await self._coverages("WHERE payer = $1 ORDER BY number, scheme", payer)

    async def search(self, text: str, limit: int = 20) -> tuple[Coverage, ...]:
        """People by number, household, telephone, or parts of a name in any order, accents or not."""
        # PostgreSQL refuses a NUL in any value, and to SQLite it is the end of a pattern.
        exact = text.replace("\x00", "").strip()
        if not exact:
            return ()
        found = await self._coverages(
            f"WHERE number = $1 OR household = $1 OR phone = $1 ORDER BY name, number LIMIT {int(limit)}", exact
        )
        parts = folded(exact).split()[:5]
        if found or not parts:
            return found
        tests = " AND ".join(f"search_name LIKE ${place}" for place in range(1, len(parts) + 1))
        # The index alone answers the inner question: the documents of a whole register are not read for a few people.
        return await self._coverages(
            f"b JOIN (SELECT number, payer, scheme FROM beneficiary WHERE {tests} "
            f"ORDER BY search_name, number LIMIT {int(limit)}) f "
            "ON b.number = f.number AND b.payer = f.payer AND b.scheme = f.scheme ORDER BY b.search_name, b.number",
            *(f"%{part}%" for part in parts),
        )

    async def _coverages(self, rest: str, *values: str) -> tuple[Coverage, ...]:
        rows = await self.database.rows(f"SELECT document FROM beneficiary {rest}", *values)
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


def _check_register(payer: str, entries: Iterable[Coverage]) -> None:
    """A register speaks for its own payer, and of each person once under a scheme."""
    seen = set()
    for entry in entries:
        if entry.payer != payer:
            raise InputError("register-of-another", payer=entry.payer, sender=payer)
        key = (entry.beneficiary.number, entry.scheme)
        if key in seen:
            raise InputError("register-number-twice", number=entry.beneficiary.number, sender=payer)
        seen.add(key)
