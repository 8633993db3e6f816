"""Money in: each record is written once, in one order, and the same one twice counts once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
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
    """Something that happened, with the instant at which it was written down, and its place among those of one kind."""

    at: str
    fact: Any
    rank: int = 0
    place: int = 0

    @property
    def key(self) -> tuple[str, int, int, str]:
        """The order in which records are read, unless one rests on a later one."""
        return self.at, self.rank, self.place, getattr(self.fact, "id", "")


class Payments(Shelf):
    """What came in, and where it was put."""

    async def put_payments(self, facts: Iterable[PaymentFact], at: datetime) -> int:
        """Keep records in this order; those that are kept already count once. Returns how many are new.

        InputError `ledger-id-reused` when another record has the id.
        """
        named = [(_kind(fact), _id(fact), fact) for fact in facts]
        new: dict[tuple[str, str], tuple[Any, ...]] = {}
        async with self.transaction():
            row = await self._one("SELECT COALESCE(MAX(place), 0) AS last FROM payment_fact")
            place = int(row["last"]) if row else 0
            held: dict[tuple[str, str], bytes] = {}
            for some in portions([id for _, id, _ in named]):
                rows = await self.database.rows(
                    f"SELECT kind, id, document FROM payment_fact WHERE id IN ({marks(len(some))})", *some
                )
                held |= {(row["kind"], row["id"]): bytes(row["document"]) for row in rows}
            known = frozenset(held)
            for kind, id, fact in named:
                document = canonical(fact)
                if held.setdefault((kind, id), document) != document:
                    raise InputError("ledger-id-reused", id=id)
                if (kind, id) not in known and (kind, id) not in new:
                    new[kind, id] = (id, place + len(new) + 1, kind, fact.day.isoformat(), instant(at), document)
            await self.database.many(
                "INSERT INTO payment_fact (id, place, kind, day, at, document) VALUES ($1, $2, $3, $4, $5, $6)",
                list(new.values()),
            )
        return len(new)

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
        found = await self._noted("")
        found += await self._contested(found)
        return tuple(_in_order(sorted(found, key=lambda each: each.key)))

    async def noted_since(self, at: str) -> tuple[Noted, ...]:
        """What was written down at that instant or later, in order; contests that are no records are not among it."""
        return tuple(sorted(await self._noted(at), key=lambda each: each.key))

    async def _noted(self, since: str) -> list[Noted]:
        asked: tuple[tuple[int, str, type[Any]], ...] = (
            (0, "SELECT e.at AS at, 0 AS place, '' AS kind, c.document AS document FROM claim_event e "
                "JOIN claim c ON c.id = e.claim WHERE e.place = 1 AND e.at >= $1", Claim),
            (1, "SELECT e.at AS at, 0 AS place, '' AS kind, b.document AS document FROM batch_event e "
                "JOIN batch b ON b.id = e.batch WHERE e.place = 1 AND e.at >= $1", Batch),
            (2, "SELECT at, place, '' AS kind, document FROM decision WHERE at >= $1", Decision),
            (3, "SELECT at, place, '' AS kind, document FROM till_entry WHERE at >= $1", TillEntry),
            (4, "SELECT at, place, kind, document FROM payment_fact WHERE at >= $1", MoneyIn),
        )  # fmt: skip
        return [
            Noted(row["at"], decoded(row["document"], KINDS.get(row["kind"], kind)), rank, int(row["place"]))
            for rank, statement, kind in asked
            for row in await self.database.rows(statement, since)
        ]

    async def _contested(self, found: list[Noted]) -> list[Noted]:
        """Contests that were marked on claims and not written down as records: right after the answer they contest."""
        written = {each.fact.batch for each in found if isinstance(each.fact, Contested)}
        latest = {each.fact.batch: each for each in sorted(found, key=lambda each: each.key)
                  if isinstance(each.fact, Decision)}  # fmt: skip
        claims: dict[str, list[str]] = {}
        rows = "SELECT batch, claim FROM batch_claim WHERE outcome = 'contested' ORDER BY batch, claim"
        for row in await self.database.rows(rows):
            claims.setdefault(row["batch"], []).append(row["claim"])
        made = []
        for batch in sorted(claims.keys() & latest.keys() - written):
            last = latest[batch]
            fact = Contested(batch, tuple(claims[batch]), last.fact.decided_on)
            made.append(Noted(last.at, fact, last.rank, last.place + 1))
        return made

    async def contested_batches(self) -> frozenset[str]:
        """The batches of which some claim is contested now."""
        rows = await self.database.rows("SELECT DISTINCT batch FROM batch_claim WHERE outcome = 'contested'")
        return frozenset(row["batch"] for row in rows)

    async def payment_counts(self) -> tuple[int, ...]:
        """How many records there are of each kind that moves money; they are only ever added."""
        row = await self._one(
            "SELECT (SELECT COUNT(*) FROM claim) AS a, (SELECT COUNT(*) FROM batch) AS b, "
            "(SELECT COUNT(*) FROM decision) AS c, (SELECT COUNT(*) FROM till_entry) AS d, "
            "(SELECT COUNT(*) FROM payment_fact) AS e, "
            "(SELECT COUNT(*) FROM batch_claim WHERE outcome = 'contested') AS f"
        )
        return tuple(int(value) for value in row.values()) if row else ()


def _in_order(found: list[Noted]) -> list[Noted]:
    """What something rests on stands before it, also where a clock ran backwards; the order is kept otherwise."""
    known: set[str] = set()
    waiting: list[Noted] = []
    ordered: list[Noted] = []

    def ready(fact: Any) -> bool:
        return all(each in known for each in rests_on(fact))

    def take(entry: Noted) -> None:
        ordered.append(entry)
        known.add(getattr(entry.fact, "id", ""))
        for other in [other for other in waiting if ready(other.fact)]:
            if other in waiting:
                waiting.remove(other)
                take(other)

    for entry in found:
        if ready(entry.fact):
            take(entry)
        else:
            waiting.append(entry)
    return [*ordered, *waiting]


def rests_on(fact: Any) -> tuple[str, ...]:
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
