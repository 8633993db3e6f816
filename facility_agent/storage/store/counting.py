"""What the payers' registers count for a person, and which of our claims they hold already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from facility_agent.exchange.messages import Included
from facility_agent.storage.store.base import decoded
from facility_agent.storage.store.claims import Claims
from facility_agent.storage.store.registers import HELD
from facility_agent.vocabulary.records import Counted, Counter


class Numbered(NamedTuple):
    """A batch with its number in the gapless series of a facility and payer, 0 when it has none."""

    place: int
    scheme: str
    number: str
    id: str


class Counting(Claims):
    """Counters of limits."""

    async def counted(self, number: str, household: str = "") -> tuple[Counted, ...]:
        """The counters that registers hold for a person, with those of our claims that they include."""
        rows = await self.database.rows(
            f"SELECT b.payer, b.scheme, b.counters, s.as_of FROM beneficiary b {HELD} JOIN register_snapshot s "
            "ON s.payer = h.payer AND s.sequence = h.sequence WHERE b.number = $1 AND LENGTH(b.counters) > 0 "
            "ORDER BY b.payer, b.scheme",
            number,
        )
        found = []
        for row in rows:
            held = await self._included(row["payer"], row["scheme"], number, household)
            replaced = await self._replaced_since(row["payer"], row["scheme"], number, household)
            found.append(
                Counted(
                    row["scheme"], date.fromisoformat(row["as_of"]), decoded(row["counters"], tuple[Counter, ...]),
                    held, await self.lines_of(replaced),
                )
            )  # fmt: skip
        return tuple(found)

    async def _included(self, payer: str, scheme: str, number: str, household: str) -> tuple[str, ...]:
        rows = await self.database.rows(f"SELECT c.id {_OF_OURS} ORDER BY c.id", payer, scheme, number, household)
        return tuple(row["id"] for row in rows)

    async def _replaced_since(self, payer: str, scheme: str, number: str, household: str) -> tuple[str, ...]:
        """Those of them whose successor the counters do not include."""
        rows = await self.database.rows(
            f"SELECT c.id {_OF_OURS} AND EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id AND NOT EXISTS "
            "(SELECT 1 FROM batch_claim y JOIN counted_batch z ON z.batch = y.batch AND z.payer = y.payer "
            "AND z.scheme = y.scheme WHERE y.claim = r.id AND y.payer = $1 AND y.scheme = $2)) ORDER BY c.id",
            payer, scheme, number, household,
        )  # fmt: skip
        return tuple(row["id"] for row in rows)

    async def included_batches(self, payer: str, facility: str, included: Iterable[Included]) -> list[tuple[str, str]]:
        """Scheme and id of our batches to a payer up to those that its register names."""
        last = {row.scheme: _place(row.batch) for row in included if row.facility == facility}
        batches = await self._numbered(payer, facility)
        return [(batch.scheme, batch.id) for batch in batches if 0 < batch.place <= last.get(batch.scheme, 0)]

    async def received_whole(self, payer: str) -> dict[str, list[Numbered]]:
        """Per facility, the batches that a payer has received without a gap before them."""
        rows = await self.database.rows("SELECT DISTINCT facility FROM batch WHERE payer = $1", payer)
        found = {}
        for row in rows:
            batches = await self._numbered(payer, row["facility"])
            whole = [batch for place, batch in enumerate(batches, 1) if batch.place == place]
            if whole:
                found[row["facility"]] = whole
        return found

    async def claims_in(self, batches: Iterable[str]) -> frozenset[str]:
        """The claims of some batches."""
        found: set[str] = set()
        for batch in batches:
            rows = await self.database.rows("SELECT claim FROM batch_claim WHERE batch = $1", batch)
            found |= {row["claim"] for row in rows}
        return frozenset(found)

    async def _numbered(self, payer: str, facility: str) -> list[Numbered]:
        rows = await self.database.rows(
            "SELECT id, number, scheme FROM batch WHERE payer = $1 AND facility = $2", payer, facility
        )
        return sorted(Numbered(_place(row["number"]), row["scheme"], row["number"], row["id"]) for row in rows)


#: Our claims of a person ($3) or household ($4) in the batches that a payer's ($1, scheme $2) counters include.
_OF_OURS = (
    "FROM claim c JOIN batch_claim x ON x.claim = c.id AND x.payer = $1 AND x.scheme = $2 "
    "JOIN counted_batch k ON k.batch = x.batch AND k.payer = $1 AND k.scheme = $2 "
    "WHERE (c.member = $3 OR (c.household = $4 AND c.household <> ''))"
)


def _place(number: str) -> int:
    """The number of a batch in its series.

    >>> _place("CSPS-EX1-MLT-0003"), _place("old")
    (3, 0)
    """
    last = number.rsplit("-", 1)[-1].rsplit("/", 1)[-1]
    return int(last) if last.isdecimal() else 0
