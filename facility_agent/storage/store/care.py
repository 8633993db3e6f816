"""Visits as they are entered, and claims as they are minted: immutable documents, events, and projections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Claim, PastLine, Share, Visit

#: States of a visit and where it may go from each (design of states).
VISIT_MOVES: dict[str, tuple[str, ...]] = {
    "": ("open", "recorded"),
    "open": ("open", "recorded", "abandoned"),
    "recorded": ("open", "recorded", "claimed", "abandoned"),
    "claimed": (),
    "abandoned": (),
}
_SOME = 400


class VisitEntry(msgspec.Struct, frozen=True):
    """A visit with its state and version."""

    visit: Visit
    state: str
    version: int


class Care(Shelf):
    """What was done, and what is claimed for it."""

    async def save_visit(self, visit: Visit, state: str, version: int | None, at: datetime, who: str) -> int:
        """Keep a visit under the next version; the same bytes in the same state again change nothing.

        `version` None is a visit that is new to the caller. InputError `visit-changed` when somebody else was
        faster, `visit-state` for a move that the states do not allow.
        """
        document = canonical(visit)
        async with self.transaction():
            row = await tables.VisitRow.get_or_none(id=visit.id, using_db=self._connection)
            if row is not None and row.state == state and bytes(row.document) == document:
                return int(row.version)
            if row is not None and version != row.version:
                raise InputError("visit-changed", register_number=visit.register_number)
            before = row.state if row is not None else ""
            if state not in VISIT_MOVES[before]:
                raise InputError("visit-state", before=before, after=state)
            number = (row.version if row is not None else 0) + 1
            await self.database.rows(
                "INSERT INTO visit (id, state, day, month, register_number, number, version, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                "day = excluded.day, month = excluded.month, register_number = excluded.register_number, "
                "number = excluded.number, version = excluded.version, document = excluded.document",
                visit.id, state, visit.day.isoformat(), month_of(visit.day), visit.register_number,
                visit.beneficiary.number, number, document,
            )  # fmt: skip
            await self.database.rows(
                "INSERT INTO visit_event (visit, version, at, who, state, document) VALUES ($1, $2, $3, $4, $5, $6)",
                visit.id, number, instant(at), who, state, document,
            )  # fmt: skip
        return number

    async def visit(self, id: str) -> VisitEntry | None:
        row = await tables.VisitRow.get_or_none(id=id, using_db=self._connection)
        return VisitEntry(decoded(row.document, Visit), row.state, row.version) if row else None

    async def visits(
        self, *, day: date | None = None, month: str | None = None, states: Sequence[str] = ()
    ) -> tuple[VisitEntry, ...]:
        """Visits of a day, a month or in some states, in order of day and register number."""
        wanted: dict[str, Any] = {}
        if day is not None:
            wanted["day"] = day.isoformat()
        if month is not None:
            wanted["month"] = month
        if states:
            wanted["state__in"] = list(states)
        rows = (
            await tables.VisitRow.filter(**wanted).using_db(self._connection).order_by("day", "register_number", "id")
        )
        return tuple(VisitEntry(decoded(row.document, Visit), row.state, row.version) for row in rows)

    async def mint(
        self, claim: Claim, families: Mapping[str, str], at: datetime, who: str, state: str = "minted"
    ) -> bool:
        """Keep a claim with its projections and first event. The same claim twice counts once and gives False.

        InputError `claim-id-reused` for another body under the id, `claim-replaced-twice` for a second successor.
        """
        document = canonical(claim)
        async with self.transaction():
            row = await self._one("SELECT digest FROM claim WHERE id = $1", claim.id)
            if row is not None:
                if row["digest"] != digest(document):
                    raise InputError("claim-id-reused", claim=claim.number)
                return False
            if claim.replaces and await self._one("SELECT id FROM claim WHERE replaces = $1", claim.replaces):
                raise InputError("claim-replaced-twice", claim=claim.replaces)
            visit = claim.visit
            await self.database.rows(
                "INSERT INTO claim "
                "(id, number, facility, member, household, day, at, month, digest, replaces, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                claim.id, claim.number, visit.facility, visit.beneficiary.number, visit.beneficiary.household,
                visit.day.isoformat(), visit.at, _month(claim), digest(document), claim.replaces or None, document,
            )  # fmt: skip
            await self._project(claim, families)
            await self.move_claim(claim.id, state, at, who)
        return True

    async def _project(self, claim: Claim, families: Mapping[str, str]) -> None:
        given = {line.id: line for line in claim.visit.lines}
        await self.database.many(
            "INSERT INTO claim_line (claim, line, act, family, at, quantity, submitted, eligible, deductible, "
            "member_pays, facility_bears, condition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            [
                (
                    claim.id, line.id, line.act, families.get(line.act, ""), given[line.id].at or claim.visit.at,
                    given[line.id].quantity, line.submitted, line.eligible, line.deductible, line.member_pays,
                    line.facility_bears, claim.visit.condition,
                )
                for line in claim.adjudication.lines
            ],
        )  # fmt: skip
        await self.database.many(
            "INSERT INTO claim_share (claim, line, payer, scheme, amount) VALUES ($1, $2, $3, $4, $5)",
            [
                (claim.id, line.id, share.payer, share.scheme, share.amount)
                for line in claim.adjudication.lines
                for share in line.shares
            ],
        )

    async def rebuild_projections(self, families: Mapping[str, str]) -> int:
        """Make the projections anew from the documents; returns how many claims there are."""
        async with self.transaction():
            await self.database.rows("DELETE FROM claim_share")
            await self.database.rows("DELETE FROM claim_line")
            rows = await self.database.rows("SELECT document FROM claim ORDER BY id")
            for row in rows:
                await self._project(decoded(row["document"], Claim), families)
        return len(rows)

    async def move_claim(self, id: str, state: str, at: datetime, who: str, detail: str = "") -> None:
        """What happened to a claim: an event that nothing takes back."""
        await self.database.rows(
            "INSERT INTO claim_event (claim, place, at, who, state, detail) SELECT $1, COALESCE(MAX(place), 0) + 1, "
            "$2, $3, $4, $5 FROM claim_event WHERE claim = $1",
            id, instant(at), who, state, detail,
        )  # fmt: skip

    async def claim_state(self, id: str) -> str:
        row = await self._one("SELECT state FROM claim_event WHERE claim = $1 ORDER BY place DESC LIMIT 1", id)
        return row["state"] if row else ""

    async def claim(self, id: str) -> Claim | None:
        found = await self.claims((id,))
        return found[0] if found else None

    async def claim_by_number(self, number: str) -> Claim | None:
        """The claim that people know by this number."""
        row = await tables.ClaimRow.get_or_none(number=number, using_db=self._connection)
        return decoded(row.document, Claim) if row else None

    async def claims(self, ids: Sequence[str]) -> tuple[Claim, ...]:
        """The claims with these ids, in that order; unknown ones are left out."""
        found: dict[str, Claim] = {}
        for start in range(0, len(ids), _SOME):
            some = list(ids[start : start + _SOME])
            for row in await tables.ClaimRow.filter(id__in=some).using_db(self._connection):
                found[row.id] = decoded(row.document, Claim)
        return tuple(found[id] for id in ids if id in found)

    async def claims_of_month(self, facility: str | None, month: str) -> tuple[Claim, ...]:
        """The claims of a month that still count, in order of care."""
        return await self._claims(
            "WHERE c.month = $1 AND ($2 = '' OR c.facility = $2) AND NOT EXISTS "
            "(SELECT 1 FROM claim r WHERE r.replaces = c.id)",
            month,
            facility or "",
        )

    async def claims_of_members(self, members: Iterable[str]) -> tuple[Claim, ...]:
        """The claims of some people that still count, in order of care."""
        wanted = sorted(set(members))
        found: list[Claim] = []
        for start in range(0, len(wanted), _SOME):
            some = wanted[start : start + _SOME]
            marks = ", ".join(f"${place}" for place in range(1, len(some) + 1))
            found += await self._claims(
                f"WHERE c.member IN ({marks}) AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)", *some
            )
        return tuple(found)

    async def _claims(self, rest: str, *values: str) -> tuple[Claim, ...]:
        rows = await self.database.rows(f"SELECT c.document FROM claim c {rest} ORDER BY c.day, c.at, c.id", *values)
        return tuple(decoded(row["document"], Claim) for row in rows)

    async def history(self, members: Sequence[str], households: Sequence[str] = ()) -> tuple[PastLine, ...]:
        """Earlier lines of people and households in order of care; replaced claims are left out."""
        people, homes = [entry for entry in members if entry], [entry for entry in households if entry]
        if not people and not homes:
            return ()
        marks = [f"${place}" for place in range(1, len(people) + len(homes) + 1)]
        tests = []
        if people:
            tests.append(f"c.member IN ({', '.join(marks[: len(people)])})")
        if homes:
            tests.append(f"c.household IN ({', '.join(marks[len(people) :])})")
        where = f"WHERE ({' OR '.join(tests)}) AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)"
        shares: dict[tuple[str, str], list[Share]] = {}
        for row in await self.database.rows(
            "SELECT s.claim, s.line, s.payer, s.scheme, s.amount FROM claim_share s JOIN claim c ON c.id = s.claim "
            f"{where} ORDER BY s.claim, s.line, s.payer, s.scheme",
            *people,
            *homes,
        ):
            shares.setdefault((row["claim"], row["line"]), []).append(
                Share(row["payer"], row["scheme"], int(row["amount"]))
            )
        rows = await self.database.rows(
            "SELECT c.id, c.member, c.household, c.facility, c.day, l.line, l.act, l.family, l.at, l.quantity, "
            "l.eligible, l.deductible, l.condition FROM claim_line l JOIN claim c ON c.id = l.claim "
            f"{where} ORDER BY c.day, l.at, c.id, l.line",
            *people,
            *homes,
        )
        return tuple(
            PastLine(
                row["id"], row["member"], row["household"], row["facility"], date.fromisoformat(row["day"]), row["act"],
                row["family"], int(row["quantity"]), int(row["eligible"]), row["at"],
                tuple(shares.get((row["id"], row["line"]), ())), int(row["deductible"]), row["condition"],
            )
            for row in rows
        )  # fmt: skip


def _month(claim: Claim) -> str:
    """The month that the claim counts in: of care, or of discharge for a stay."""
    stay = claim.visit.stay
    return month_of(stay.discharged if stay is not None and stay.discharged is not None else claim.visit.day)
