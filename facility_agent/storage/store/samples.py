"""Samples of batches: the value promised before, the draw with all that is needed to make it again, what was seen."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from facility_agent.audit.draw import Draw
from facility_agent.audit.sampling import Use
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Record


class Promise(msgspec.Struct, frozen=True):
    """A value that the payer keeps to itself until the batches of a month are drawn, and its digest."""

    facility: str
    month: str
    day: date
    committed: str
    value: bytes


class Sample(Record, frozen=True):
    """A draw and what it was made from. `value` is the promised one as hexadecimal text; `program` drew it.

    `use` was said before the draw and allowed by the arrangement; a draw that says none serves looking only.
    """

    batch: str
    batch_digest: str
    committed: str
    promised_on: date
    value: str
    drawn_on: date
    program: str
    draw: Draw
    use: Use = "look"


class Seen(msgspec.Struct, frozen=True):
    """What was found of one drawn claim: the overpayment in minor units, and why."""

    overpaid: int
    said: str
    who: str


class Samples(Shelf):
    """What is drawn, and what it showed."""

    async def put_promise(self, promise: Promise, at: datetime, who: str) -> None:
        """Keep a promise; a second one for a facility and month is an InputError `sample-promise-second`."""
        async with self.together():
            if await self.promise(promise.facility, promise.month) is not None:
                raise InputError("sample-promise-second", month=promise.month)
            await self.database.rows(
                "INSERT INTO sample_promise (facility, month, day, at, who, committed, value) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                promise.facility, promise.month, promise.day.isoformat(), instant(at), who, promise.committed,
                promise.value,
            )  # fmt: skip

    async def promise(self, facility: str, month: str) -> Promise | None:
        row = await self._one("SELECT * FROM sample_promise WHERE facility = $1 AND month = $2", facility, month)
        if row is None:
            return None
        day = date.fromisoformat(row["day"])
        return Promise(row["facility"], row["month"], day, row["committed"], bytes(row["value"]))

    async def promises(self) -> tuple[Promise, ...]:
        """Every promise, the latest month first."""
        rows = await self.database.rows("SELECT * FROM sample_promise ORDER BY month DESC, facility")
        return tuple(
            Promise(
                row["facility"], row["month"], date.fromisoformat(row["day"]), row["committed"], bytes(row["value"])
            )
            for row in rows
        )

    async def put_sample(self, sample: Sample, at: datetime, who: str) -> None:
        """Keep a draw: never a second one of a batch (InputError `sample-second`)."""
        async with self.together():
            if await self.sample(sample.batch) is not None:
                raise InputError("sample-second")
            await self.database.rows(
                "INSERT INTO sample (batch, at, who, document) VALUES ($1, $2, $3, $4)",
                sample.batch, instant(at), who, canonical(sample),
            )  # fmt: skip

    async def sample(self, batch: str) -> Sample | None:
        row = await self._one("SELECT document FROM sample WHERE batch = $1", batch)
        return decoded(row["document"], Sample) if row else None

    async def put_sample_result(self, batch: str, claim: str, seen: Seen, at: datetime) -> None:
        """Write down what was found of a drawn claim; what was written before stays beside it."""
        await self.database.rows(
            "INSERT INTO sample_result (batch, claim, place, at, who, overpaid, said) "
            "SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3, $4, $5, $6 FROM sample_result "
            "WHERE batch = $1 AND claim = $2",
            batch, claim, instant(at), seen.who, seen.overpaid, seen.said,
        )  # fmt: skip

    async def sample_results(self, batch: str) -> dict[str, Seen]:
        """What was found last, by claim."""
        rows = await self.database.rows(
            "SELECT claim, overpaid, said, who FROM sample_result WHERE batch = $1 ORDER BY claim, place", batch
        )
        return {row["claim"]: Seen(int(row["overpaid"]), row["said"], row["who"]) for row in rows}
