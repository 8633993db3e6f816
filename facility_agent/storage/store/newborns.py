"""Newborns who were received before they had a number, and numbers that were given in place of others."""

from __future__ import annotations

from datetime import datetime

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Admission, Beneficiary


class KeptNewborn(msgspec.Struct, frozen=True):
    """A child as the desk wrote it down under the provisional number, and the proof of the birth that was shown."""

    child: Beneficiary
    proof: Admission


class Newborns(Shelf):
    """Who was born since the last register."""

    async def put_newborn(self, kept: KeptNewborn, mother: str, at: datetime, who: str) -> None:
        """Write down a newborn under the provisional number, or what is known better since; the first hour stays."""
        await self.database.rows(
            "INSERT INTO newborn (number, mother, at, who, document) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (number) DO UPDATE SET document = excluded.document",
            kept.child.number, mother, instant(at), who, canonical(kept),
        )  # fmt: skip

    async def newborn(self, number: str) -> KeptNewborn | None:
        """What this installation wrote down of a newborn."""
        row = await self._one("SELECT document FROM newborn WHERE number = $1", number)
        return decoded(row["document"], KeptNewborn) if row else None

    async def newborns_of(self, mother: str) -> tuple[KeptNewborn, ...]:
        """The newborns that this installation received under a mother's number."""
        rows = await self.database.rows("SELECT document FROM newborn WHERE mother = $1 ORDER BY number", mother)
        return tuple(decoded(row["document"], KeptNewborn) for row in rows)

    async def renumber(self, former: str, number: str, at: datetime, who: str) -> bool:
        """A number takes the place of another one. The same twice counts once and gives False.

        InputError `number-taken-over` when either of them already stands for somebody else.
        """
        async with self.transaction():
            held = await self.database.rows(
                "SELECT former, number FROM renumbering WHERE former = $1 OR number = $2 OR number = $1 OR former = $2",
                former, number,
            )  # fmt: skip
            if [(row["former"], row["number"]) for row in held] == [(former, number)]:
                return False
            if held:
                raise InputError("number-taken-over", former=held[0]["former"], number=held[0]["number"])
            await self.database.rows(
                "INSERT INTO renumbering (former, number, at, who) VALUES ($1, $2, $3, $4)",
                former, number, instant(at), who,
            )  # fmt: skip
        return True

    async def renumberings(self) -> dict[str, str]:
        """The former number of everybody who has another one now, by the number of today."""
        return {
            row["number"]: row["former"] for row in await self.database.rows("SELECT former, number FROM renumbering")
        }
