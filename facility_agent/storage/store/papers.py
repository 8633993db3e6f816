"""Papers of the contract: scanned pages of agreements, packs of arrangements, and whose packs count here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from facility_agent.storage.store.base import Shelf, instant
from facility_agent.vocabulary.errors import InputError


class HeldPack(msgspec.Struct, frozen=True):
    """A pack of arrangements that is held: its place in the order of arrival, and its bytes as they arrived."""

    digest: str
    place: int
    country: str
    authority: str
    number: int
    at: str
    document: bytes


class Papers(Shelf):
    """What was signed by hand, and what the authorities sent."""

    async def drop_draft(self, id: str) -> None:
        """Take away an agreement that is still a draft, with what was noted of it; another one stays."""
        async with self.transaction():
            if await self._one("SELECT id FROM agreement WHERE id = $1 AND state = 'draft'", id) is None:
                raise InputError("agreement-unknown", agreement=id)
            await self.database.rows("DELETE FROM agreement_scan WHERE agreement = $1", id)
            await self.database.rows("DELETE FROM agreement_event WHERE agreement = $1", id)
            await self.database.rows("DELETE FROM agreement WHERE id = $1", id)

    async def put_scan(self, agreement: str, party: str, digest: str, scan: bytes, at: datetime, who: str) -> None:
        """Keep a scanned page; the same one twice counts once."""
        await self._keep_page("agreement_scan", digest, scan, at, who, agreement=agreement, party=party)

    async def scan(self, digest: str) -> bytes | None:
        """A scanned page by its SHA-256, or None."""
        row = await self._one("SELECT scan FROM agreement_scan WHERE digest = $1", digest)
        return bytes(row["scan"]) if row else None

    async def scans_of(self, agreement: str) -> tuple[str, ...]:
        """The digests of the pages that are held of an agreement."""
        rows = await self.database.rows(
            "SELECT DISTINCT digest FROM agreement_scan WHERE agreement = $1 ORDER BY digest", agreement
        )
        return tuple(row["digest"] for row in rows)

    async def put_authority(self, party: str, at: datetime) -> None:
        """From now on packs that this party signed count."""
        await self.database.rows(
            "INSERT INTO authority (party, at) VALUES ($1, $2) ON CONFLICT (party) DO NOTHING", party, instant(at)
        )

    async def authorities(self) -> tuple[str, ...]:
        """The codes of those whose packs count."""
        return tuple(row["party"] for row in await self.database.rows("SELECT party FROM authority ORDER BY party"))

    async def put_pack(
        self, digest: str, country: str, authority: str, number: int, document: bytes, at: datetime, who: str
    ) -> bool:
        """Keep a pack; False when it is held already, which is counted. Another body under a number is an InputError.

        `pack-older` for a number below the highest one held of this authority and country.
        """
        async with self.transaction():
            if await self._one("SELECT digest FROM arrangement_pack WHERE digest = $1", digest):
                await self.database.rows("UPDATE arrangement_pack SET times = times + 1 WHERE digest = $1", digest)
                return False
            held = await self._one(
                "SELECT MAX(number) AS number FROM arrangement_pack WHERE authority = $1 AND country = $2",
                authority, country,
            )  # fmt: skip
            newest = int(held["number"] or 0) if held else 0
            if number == newest:
                raise InputError("pack-number-reused", authority=authority, number=number)
            if number < newest:
                raise InputError("pack-older", authority=authority, number=number, held=newest)
            last = await self._one("SELECT COALESCE(MAX(place), 0) AS place FROM arrangement_pack")
            place = int(last["place"]) + 1 if last else 1
            await self.database.rows(
                "INSERT INTO arrangement_pack (digest, place, country, authority, number, at, who, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                digest, place, country, authority, number, instant(at), who, document,
            )  # fmt: skip
        return True

    async def packs(self) -> tuple[HeldPack, ...]:
        """The packs held, in the order in which they arrived."""
        rows = await self.database.rows(
            "SELECT digest, place, country, authority, number, at, document FROM arrangement_pack ORDER BY place"
        )
        return tuple(HeldPack(**{**row, "document": bytes(row["document"])}) for row in rows)

    async def decided_days(self, periods: Iterable[tuple[date, date | None]]) -> tuple[int, str]:
        """How many claims with care in one of the periods are decided, and the latest such day (`""` for none)."""
        count, latest = 0, ""
        for start, until in periods:
            row = await self._one(
                "SELECT COUNT(*) AS n, MAX(day) AS day FROM claim c WHERE day >= $1 AND day <= $2 AND EXISTS "
                "(SELECT 1 FROM batch_claim x JOIN decision d ON d.batch = x.batch WHERE x.claim = c.id)",
                start.isoformat(), until.isoformat() if until else "9999-12-31",
            )  # fmt: skip
            if row is not None and row["n"]:
                count, latest = count + int(row["n"]), max(latest, row["day"])
        return count, latest
