"""Money in: each record is written once, in one order, and the same one twice counts once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.bedside import TillEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.payments import Allocation, Banked, Contested, GivenBack, Known, MoneyIn, WriteOff
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, Decision, Remittance

PaymentFact = MoneyIn | Known | Banked | Allocation | WriteOff | GivenBack | Contested

KINDS: Final[dict[str, type[Any]]] = {
    "money": MoneyIn,
    "known": Known,
    "banked": Banked,
    "allocation": Allocation,
    "write-off": WriteOff,
    "given-back": GivenBack,
    "contested": Contested,
}


class Noted(msgspec.Struct, frozen=True):
    """Something that happened, with the instant at which it was written down."""

    at: str
    fact: Any


class Payments(Shelf):
    """What came in, and where it was put."""

    async def put_payments(self, facts: Iterable[PaymentFact], at: datetime) -> int:
        """Keep records in this order; those that are kept already count once. Returns how many are new.

        InputError `ledger-id-reused` when another record has the id.
        """
        new = 0
        async with self.transaction():
            row = await self._one("SELECT COALESCE(MAX(place), 0) AS last FROM payment_fact")
            place = int(row["last"]) if row else 0
            for fact in facts:
                kind, id = _kind(fact), _id(fact)
                held = await self._one("SELECT document FROM payment_fact WHERE kind = $1 AND id = $2", kind, id)
                if held is not None:
                    if bytes(held["document"]) != canonical(fact):
                        raise InputError("ledger-id-reused", id=id)
                    continue
                new += 1
                await self.database.rows(
                    "INSERT INTO payment_fact (id, place, kind, day, at, document) VALUES ($1, $2, $3, $4, $5, $6)",
                    id, place + new, kind, fact.day.isoformat(), instant(at), canonical(fact),
                )  # fmt: skip
        return new

    async def payment(self, kind: str, id: str) -> PaymentFact | None:
        """One record, as it was written."""
        row = await self._one("SELECT document FROM payment_fact WHERE kind = $1 AND id = $2", kind, id)
        return decoded(row["document"], KINDS[kind]) if row else None

    async def put_bank_file(self, digest: str, name: str, at: datetime, who: str) -> bool:
        """Note that a list was brought; False when it was brought before."""
        async with self.transaction():
            if await self._one("SELECT digest FROM bank_file WHERE digest = $1", digest):
                return False
            await self.database.rows(
                "INSERT INTO bank_file (digest, name, at, who) VALUES ($1, $2, $3, $4)", digest, name, instant(at), who
            )
        return True

    async def announced(self) -> tuple[Remittance, ...]:
        """Every payment that payers announced, in order of arrival."""
        rows = await self.database.rows("SELECT document FROM remittance ORDER BY at, id")
        return tuple(decoded(row["document"], Remittance) for row in rows)

    async def noted(self) -> tuple[Noted, ...]:
        """All that moves money at a facility, in the order in which it was written down.

        Of one instant: claims, then batches, then decisions, then the till, then payments as they were placed.
        """
        found: list[tuple[str, int, int, Any]] = []
        asked: tuple[tuple[int, str, type[Any]], ...] = (
            (0, "SELECT e.at AS at, 0 AS place, c.document AS document FROM claim c JOIN claim_event e "
                "ON e.claim = c.id AND e.place = 1", Claim),
            (1, "SELECT e.at AS at, 0 AS place, b.document AS document FROM batch b JOIN batch_event e "
                "ON e.batch = b.id AND e.place = 1", Batch),
            (2, "SELECT at, place, document FROM decision", Decision),
            (3, "SELECT at, place, document FROM till_entry", TillEntry),
        )  # fmt: skip
        for rank, statement, kind in asked:
            for row in await self.database.rows(statement):
                found.append((row["at"], rank, int(row["place"]), decoded(row["document"], kind)))
        for row in await self.database.rows("SELECT at, place, kind, document FROM payment_fact"):
            found.append((row["at"], 4, int(row["place"]), decoded(row["document"], KINDS[row["kind"]])))
        found += await self._contested(found)
        found.sort(key=lambda each: (each[0], each[1], each[2], getattr(each[3], "id", "")))
        return tuple(Noted(at, fact) for at, _, _, fact in _in_order(found))

    async def _contested(self, found: list[tuple[str, int, int, Any]]) -> list[tuple[str, int, int, Any]]:
        """Contests that were marked on claims and not written down as records: right after the answer they contest."""
        written = {fact.batch for _, _, _, fact in found if isinstance(fact, Contested)}
        latest = {entry[3].batch: entry for entry in sorted(found, key=lambda each: each[:3])
                  if isinstance(entry[3], Decision)}  # fmt: skip
        claims: dict[str, list[str]] = {}
        rows = "SELECT batch, claim FROM batch_claim WHERE outcome = 'contested' ORDER BY batch, claim"
        for row in await self.database.rows(rows):
            claims.setdefault(row["batch"], []).append(row["claim"])
        made: list[tuple[str, int, int, Any]] = []
        for batch in sorted(claims.keys() & latest.keys() - written):
            at, rank, place, decision = latest[batch]
            made.append((at, rank, place + 1, Contested(batch, tuple(claims[batch]), decision.decided_on)))
        return made

    async def payment_counts(self) -> tuple[int, ...]:
        """How many records there are of each kind that moves money; they are only ever added."""
        row = await self._one(
            "SELECT (SELECT COUNT(*) FROM claim) AS a, (SELECT COUNT(*) FROM batch) AS b, "
            "(SELECT COUNT(*) FROM decision) AS c, (SELECT COUNT(*) FROM till_entry) AS d, "
            "(SELECT COUNT(*) FROM payment_fact) AS e, "
            "(SELECT COUNT(*) FROM batch_claim WHERE outcome = 'contested') AS f"
        )
        return tuple(int(value) for value in row.values()) if row else ()


def _in_order(found: list[tuple[str, int, int, Any]]) -> list[tuple[str, int, int, Any]]:
    """What something rests on stands before it, also where a clock ran backwards; the order is kept otherwise."""
    known: set[str] = set()
    waiting: list[tuple[str, int, int, Any]] = []
    ordered: list[tuple[str, int, int, Any]] = []

    def ready(fact: Any) -> bool:
        return all(each in known for each in _rests_on(fact))

    def take(entry: tuple[str, int, int, Any]) -> None:
        ordered.append(entry)
        known.add(getattr(entry[3], "id", ""))
        for other in [other for other in waiting if ready(other[3])]:
            if other in waiting:
                waiting.remove(other)
                take(other)

    for entry in found:
        if ready(entry[3]):
            take(entry)
        else:
            waiting.append(entry)
    return [*ordered, *waiting]


def _rests_on(fact: Any) -> tuple[str, ...]:
    """The ids that must be known before a record can be read."""
    match fact:
        case Claim():
            return (fact.replaces,) if fact.replaces else ()
        case Batch():
            return tuple(item.claim for item in fact.items)
        case Decision() | Contested():
            return (fact.batch,)
        case Known() | Banked() | GivenBack():
            return (fact.money,)
        case Allocation():
            return (fact.money, fact.batch)
        case WriteOff():
            return (fact.batch,)
    return ()


def _kind(fact: PaymentFact) -> str:
    return next(name for name, kind in KINDS.items() if isinstance(fact, kind))


def _id(fact: PaymentFact) -> str:
    """A contest has no id of its own: it is known by its batch, its day and its claims."""
    return f"{fact.batch} {fact.day} {' '.join(fact.claims)}" if isinstance(fact, Contested) else fact.id
