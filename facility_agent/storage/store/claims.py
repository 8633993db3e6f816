"""Claims as they are minted: immutable documents, events in allowed steps only, and projections of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.persons import person_of
from facility_agent.vocabulary.records import Claim, LineAdjudication, PastLine, Share

#: Where a claim may go from each state (design of states); `received` starts it at the payer. A claim that stands in
#: the batches of several schemes takes a step once for each of them.
CLAIM_MOVES: dict[str, tuple[str, ...]] = {
    "": ("minted", "received"),
    "minted": ("batched", "sealed"),
    "batched": ("batched", "sealed"),
    "sealed": ("sealed", "received", "decided"),
    "received": ("received", "decided"),
    # Without having been contested, when the paper has come for which a line was held.
    "decided": ("decided", "contested", "decided again", "settled"),
    "contested": ("contested", "decided again"),
    "decided again": ("decided again", "contested", "settled"),
    "settled": (),
}


#: A claim of a head count is for no visit: whoever looks for care leaves it out.
_OF_CARE = "c.id NOT IN (SELECT x.claim FROM batch_claim x JOIN batch_count k ON k.batch = x.batch)"


class Claims(Shelf):
    """What is claimed for what was done."""

    async def mint(
        self, claim: Claim, families: Mapping[str, str], at: datetime, who: str, state: str = "minted"
    ) -> bool:
        """Keep a claim with its projections and first event. The same claim twice counts once and gives False.

        InputError `claim-id-reused` for another body under the id, `claim-number-taken` for another claim under the
        number, `claim-replaced-twice` for a second successor, `claim-replaces-itself` and `claim-replaces-unknown`
        (not at a payer: there the successor may arrive first).
        """
        document = canonical(claim)
        async with self.transaction():
            row = await self._one("SELECT digest FROM claim WHERE id = $1", claim.id)
            if row is not None:
                if row["digest"] != digest(document):
                    raise InputError("claim-id-reused", claim=claim.number)
                return False
            if await self._one("SELECT id FROM claim WHERE number = $1", claim.number):
                raise InputError("claim-number-taken", claim=claim.number)
            if claim.replaces:
                await self._check_replaced(claim, state)
            visit = claim.visit
            await self.database.rows(
                "INSERT INTO claim "
                "(id, number, facility, member, household, day, at, month, digest, replaces, document, person) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                claim.id, claim.number, visit.facility, visit.beneficiary.number, visit.beneficiary.household,
                visit.day.isoformat(), visit.at, _month(claim), digest(document), claim.replaces or None, document,
                person_of(claim),
            )  # fmt: skip
            await self._project(claim, families)
            await self._move(claim.id, state, at, who)
        return True

    async def _check_replaced(self, claim: Claim, state: str) -> None:
        """A claim replaces one that is known, not itself by any way round, and that nothing else replaces."""
        if await self._one("SELECT id FROM claim WHERE replaces = $1", claim.replaces):
            raise InputError("claim-replaced-twice", claim=claim.replaces)
        earlier: str | None = claim.replaces
        while earlier and earlier != claim.id:
            row = await self._one("SELECT replaces FROM claim WHERE id = $1", earlier)
            if row is None and earlier == claim.replaces and state == "minted":
                raise InputError("claim-replaces-unknown", claim=claim.number)
            earlier = row["replaces"] if row else None
        if earlier == claim.id:
            raise InputError("claim-replaces-itself", claim=claim.number)

    async def _project(self, claim: Claim, families: Mapping[str, str]) -> None:
        given = {line.id: line for line in claim.visit.lines}
        await self.database.many(
            "INSERT INTO claim_line (claim, line, place, act, family, at, quantity, submitted, eligible, deductible, "
            f"member_pays, facility_bears, condition, deductibles, guarantee) VALUES ({marks(15)})",
            [
                (
                    claim.id, line.id, place, line.act, families.get(line.act, ""), given[line.id].at or claim.visit.at,
                    given[line.id].quantity, line.submitted, line.eligible, line.deductible, line.member_pays,
                    line.facility_bears, claim.visit.condition, _deductibles(line), _guarantee(line),
                )
                for place, line in enumerate(claim.adjudication.lines)
            ],
        )  # fmt: skip
        await self.database.many(
            "INSERT INTO claim_share (claim, line, place, payer, scheme, amount) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                (claim.id, line.id, place, share.payer, share.scheme, share.amount)
                for line in claim.adjudication.lines
                for place, share in enumerate(line.shares)
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
        """What happened to a claim: an event that nothing takes back.

        InputError `claim-not-kept`, or `claim-state` for a move that the states do not allow.
        """
        async with self.transaction():
            await self._move(id, state, at, who, detail)

    async def _move(self, id: str, state: str, at: datetime, who: str, detail: str = "") -> None:
        row = await self._one(
            "SELECT c.number, e.state, e.place FROM claim c LEFT JOIN claim_event e ON e.claim = c.id "
            "WHERE c.id = $1 ORDER BY e.place DESC LIMIT 1",
            id,
        )
        if row is None:
            raise InputError("claim-not-kept", claim=id)
        before = row["state"] or ""
        if state not in CLAIM_MOVES[before]:
            raise InputError("claim-state", claim=row["number"], before=before, after=state)
        await self.database.rows(
            "INSERT INTO claim_event (claim, place, at, who, state, detail) VALUES ($1, $2, $3, $4, $5, $6)",
            id, (row["place"] or 0) + 1, instant(at), who, state, detail,
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
        for some in portions(ids):
            for row in await tables.ClaimRow.filter(id__in=list(some)).using_db(self._connection):
                found[row.id] = decoded(row.document, Claim)
        return tuple(found[id] for id in ids if id in found)

    async def claim_numbers(self, ids: Sequence[str]) -> dict[str, str]:
        """The numbers of the claims among these ids that are held."""
        found: dict[str, str] = {}
        for some in portions(ids):
            rows = await self.database.rows(f"SELECT id, number FROM claim WHERE id IN ({marks(len(some))})", *some)
            found |= {row["id"]: row["number"] for row in rows}
        return found

    async def claims_of_month(self, facility: str | None, month: str) -> tuple[Claim, ...]:
        """The claims of a month's care that still count, in order of care."""
        return await self._claims(
            f"WHERE c.month = $1 AND ($2 = '' OR c.facility = $2) AND {_OF_CARE} AND NOT EXISTS "
            "(SELECT 1 FROM claim r WHERE r.replaces = c.id)",
            month,
            facility or "",
        )

    async def counting_claims(self) -> tuple[Claim, ...]:
        """All claims of care that still count, in order of care."""
        return await self._claims(f"WHERE {_OF_CARE} AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)")

    async def claims_of_members(self, members: Iterable[str]) -> tuple[Claim, ...]:
        """The claims of some people that still count, in order of care."""
        found: list[Claim] = []
        for some in portions(sorted(set(members))):
            found += await self._claims(
                f"WHERE c.member IN ({marks(len(some))}) AND {_OF_CARE} "
                "AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)",
                *some,
            )
        return tuple(found)

    async def claims_of_days(self, facility: str, first: date, last: date) -> tuple[Claim, ...]:
        """The claims of a facility for care in some days that still count, in order of care."""
        return await self._claims(
            "WHERE c.facility = $1 AND c.day BETWEEN $2 AND $3 "
            "AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)",
            facility, first.isoformat(), last.isoformat(),
        )  # fmt: skip

    async def claims_of_persons(self, persons: Iterable[str], first: date, last: date) -> tuple[Claim, ...]:
        """The claims that still count of these persons (by the digest of `vocabulary/persons.py`) in some days."""
        found: list[Claim] = []
        for some in portions(sorted(set(persons) - {""})):
            found += await self._claims(
                f"WHERE c.person IN ({marks(len(some), 2)}) AND c.person <> '' AND c.day BETWEEN $1 AND $2 "
                "AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)",
                first.isoformat(), last.isoformat(), *some,
            )  # fmt: skip
        return tuple(found)

    async def _claims(self, rest: str, *values: str) -> tuple[Claim, ...]:
        rows = await self.database.rows(f"SELECT c.document FROM claim c {rest} ORDER BY c.day, c.at, c.id", *values)
        return tuple(decoded(row["document"], Claim) for row in rows)

    async def history(self, members: Sequence[str], households: Sequence[str] = ()) -> tuple[PastLine, ...]:
        """Earlier lines of people and households in order of care; replaced claims are left out."""
        people, homes = [entry for entry in members if entry], [entry for entry in households if entry]
        if not people and not homes:
            return ()
        tests = []
        if people:
            tests.append(f"c.member IN ({marks(len(people))})")
        if homes:
            tests.append(f"c.household IN ({marks(len(homes), after=len(people))})")
        where = f"WHERE ({' OR '.join(tests)}) AND NOT EXISTS (SELECT 1 FROM claim r WHERE r.replaces = c.id)"
        return await self._past(where, *people, *homes)

    async def lines_of(self, claims: Sequence[str]) -> tuple[PastLine, ...]:
        """The lines of some claims, replaced or not, in order of care."""
        found: list[PastLine] = []
        for some in portions(claims):
            found += await self._past(f"WHERE c.id IN ({marks(len(some))})", *some)
        return tuple(found)

    async def _past(self, where: str, *values: str) -> tuple[PastLine, ...]:
        rows = await self.database.rows(
            "SELECT c.id, c.member, c.household, c.facility, c.day, l.line, l.act, l.family, l.at, l.quantity, "
            "l.eligible, l.deductible, l.condition, l.deductibles, l.guarantee "
            "FROM claim_line l JOIN claim c ON c.id = l.claim "
            f"{where} ORDER BY c.day, l.at, c.id, l.place",
            *values,
        )
        if not rows:
            return ()
        shares: dict[tuple[str, str], list[Share]] = {}
        for row in await self.database.rows(
            "SELECT s.claim, s.line, s.payer, s.scheme, s.amount FROM claim_share s JOIN claim c ON c.id = s.claim "
            f"{where} ORDER BY s.claim, s.line, s.place",
            *values,
        ):
            shares.setdefault((row["claim"], row["line"]), []).append(
                Share(row["payer"], row["scheme"], int(row["amount"]))
            )
        return tuple(
            PastLine(
                row["id"], row["member"], row["household"], row["facility"], date.fromisoformat(row["day"]), row["act"],
                row["family"], int(row["quantity"]), int(row["eligible"]), row["at"],
                tuple(shares.get((row["id"], row["line"]), ())), int(row["deductible"]), row["condition"],
                tuple((name, int(amount)) for name, _, amount in _parted(row["deductibles"])),
                row["guarantee"],
            )
            for row in rows
        )  # fmt: skip


def _deductibles(line: LineAdjudication) -> str:
    """What was borne under each deductible, as `code=amount`, one after the other."""
    said = (finding for finding in line.findings if finding.code == "deductible" and finding.amount)
    return " ".join(f"{finding.evidence['row']}={finding.amount}" for finding in said if "row" in finding.evidence)


def _parted(written: str) -> Iterable[tuple[str, str, str]]:
    return (entry.rpartition("=") for entry in written.split())


def _guarantee(line: LineAdjudication) -> str:
    """The number of the guarantee that the line used, or nothing."""
    used = (finding for finding in line.findings if finding.code == "guarantee-used")
    return next((str(finding.evidence["number"]) for finding in used), "")


def _month(claim: Claim) -> str:
    """The month that the claim counts in: of care, or of discharge for a stay."""
    stay = claim.visit.stay
    return month_of(stay.discharged if stay is not None and stay.discharged is not None else claim.visit.day)
