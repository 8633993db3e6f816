"""An agreement adopts an arrangement from a day, between facilities and payers, and closes what it leaves open.

The local annex holds the prices, rates and clauses that the arrangement does not give. An annex that was made
up for a demonstration says `invented = true`, and so does every page and print that rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements import moves as moving
from facility_agent.arrangements.duties import Delegation
from facility_agent.arrangements.model import (
    MONEY_CLAUSES,
    Act,
    Arrangement,
    Clauses,
    Deductible,
    Limit,
    RateRow,
    Requirement,
    Tariff,
    Waiting,
)
from facility_agent.arrangements.moves import Move
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.identifiers import canonical, digest

State = Literal["draft", "signed by one", "in force", "amended", "suspended", "ended"]

#: Allowed moves of an agreement (design of states); anything else is refused with a sentence.
MOVES: dict[State, tuple[State, ...]] = {
    "draft": ("signed by one",),
    "signed by one": ("in force",),
    "in force": ("amended", "suspended", "ended"),
    "suspended": ("in force", "ended"),
    "amended": (),
    "ended": (),
}


#: What every country calls its facilities' ownership; an arrangement may name more.
OWNERSHIPS = ("public", "private", "confessional")


class Party(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A facility or payer as the agreement names it; level, ownership and region decide which rows count.

    `parent` is the facility through which this one bills, where the arrangement wants one. `start` and `until` are the
    first and last day on which it is bound, where they are not those of the agreement.
    """

    code: str
    name: str
    role: Literal["facility", "payer"]
    type: str = ""
    level: str = ""
    ownership: str = ""
    region: str = ""
    parent: str = ""
    invented: bool = False
    start: date | None = None
    until: date | None = None


class Annex(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the two sides fill in locally, in the rows of the arrangement."""

    invented: bool = False
    note: str = ""
    clauses: Clauses = Clauses()
    acts: tuple[Act, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    rates: tuple[RateRow, ...] = ()
    waitings: tuple[Waiting, ...] = ()
    limits: tuple[Limit, ...] = ()
    deductibles: tuple[Deductible, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    delegations: tuple[Delegation, ...] = ()


class Signature(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A signature over the agreement's terms: by key (hexadecimal), or on paper with a date and a capacity."""

    party: str
    by: str
    capacity: str
    on: date
    key: str = ""
    signature: str = ""


class Adhesion(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Somebody joins an agreement as it stands, by one page: who, from when, and their signature."""

    party: Party
    start: date
    signature: Signature


class Agreement(msgspec.Struct, frozen=True, eq=False, omit_defaults=True, kw_only=True):
    """An agreement between facilities and payers under one arrangement. `digest` names its signed terms.

    What comes later stands beside the terms: signatures, who joined by adhesion, and the moves (see `moves`).
    """

    id: str
    country: str
    arrangement: date
    start: date
    until: date | None = None
    parties: tuple[Party, ...] = ()
    annex: Annex = Annex()
    signatures: tuple[Signature, ...] = ()
    amends: str = ""
    adhesions: tuple[Adhesion, ...] = ()
    moves: tuple[Move, ...] = ()
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Agreement) and self.digest == other.digest and self._beside == other._beside

    @property
    def _beside(self) -> tuple[object, ...]:
        """What may change without touching the signed terms."""
        return self.signatures, self.adhesions, self.moves

    @property
    def everybody(self) -> tuple[Party, ...]:
        """The parties, then those who joined."""
        return (*self.parties, *(adhesion.party for adhesion in self.adhesions))

    def party(self, code: str) -> Party | None:
        """The party with this code, or None."""
        return next((party for party in self.everybody if party.code == code), None)

    def days_of(self, code: str) -> tuple[date, date | None]:
        """The first and the last day on which this party may be bound: by the terms, its page and its moves."""
        party = self.party(code)
        joined = (page.start for page in self.adhesions if page.party.code == code)
        firsts = (self.start, party.start if party else None, *joined)
        lasts = (self.until, party.until if party else None, moving.last_day(self.moves, code))
        return max(day for day in firsts if day), min((day for day in lasts if day), default=None)

    @property
    def bound(self) -> tuple[Party, ...]:
        """Those who have signed: an agreement binds nobody else."""
        signed = {signature.party for signature in self.signatures}
        return (
            *(party for party in self.parties if party.code in signed),
            *(adhesion.party for adhesion in self.adhesions),
        )

    @property
    def amended_by(self) -> str:
        """The amendment that took its place, or nothing."""
        return moving.amended_by(self.moves)

    @property
    def ended_on(self) -> date | None:
        """The last day on which a facility and a payer are still bound, when an end or an amendment sets one."""
        return self._first_without(lambda code: moving.last_day(self.moves, code))

    @property
    def suspended_on(self) -> date | None:
        """The day from which nothing is in force between anybody, until it is resumed."""
        return self._first_without(lambda code: moving.suspended_from(self.moves, code))

    def _first_without(self, stops: Callable[[str], date | None]) -> date | None:
        """The first day on which one whole side has stopped; None while both go on."""
        sides = [[stops(party.code) for party in self.bound if party.role == role] for role in ("facility", "payer")]
        stopped = [max(day for day in side if day) for side in sides if side and None not in side]
        return min(stopped, default=None)

    @property
    def state(self) -> State:
        """Where the agreement stands by its own content."""
        roles = {party.role for party in self.bound}
        if len(roles) < 2:
            return "signed by one" if roles else "draft"
        if self.amended_by:
            return "amended"
        if self.ended_on:
            return "ended"
        return "suspended" if self.suspended_on else "in force"

    def state_for(self, code: str) -> State:
        """Where it stands for one party, which may have suspended or left it by itself."""
        whole = self.state
        if whole != "in force":
            return whole
        if moving.last_day(self.moves, code) is not None:
            return "ended"
        return "suspended" if moving.suspended_from(self.moves, code) is not None else whole


def signed_terms(agreement: Agreement) -> bytes:
    """The bytes that both sides sign: everything but the signatures and what may happen to it afterwards."""
    return canonical(msgspec.structs.replace(agreement, signatures=(), adhesions=(), moves=(), digest=""))


def adhesion_terms(agreement: Agreement, party: Party, start: date) -> bytes:
    """The bytes that somebody who joins signs: the agreement's digest, who they are, and from when."""
    return canonical({"agreement": agreement.digest, "party": party, "start": start})


def with_digest(agreement: Agreement) -> Agreement:
    """The agreement with its digest filled in."""
    return msgspec.structs.replace(agreement, digest=digest(signed_terms(agreement)))


def following(agreement: Agreement, start: date, rows: Iterable[Party]) -> tuple[Party, ...]:
    """The parties of an amendment from a day on: those still bound, with `rows` in the place of those of their code.

    A party that joins later keeps its day. Nobody is left out: whom the amendment ends is named with a last day.
    """
    changed = {
        party.code: msgspec.structs.replace(party, start=party.start if party.start and party.start > start else None)
        for party in rows
    }
    kept = []
    for party in agreement.everybody:
        if moving.last_day(agreement.moves, party.code) is None:
            first, _ = agreement.days_of(party.code)
            same = msgspec.structs.replace(party, start=first if first > start else None)
            kept.append(changed.pop(party.code, same))
    return (*kept, *changed.values())


def open_money_clauses(arrangement: Arrangement, agreement: Agreement) -> tuple[str, ...]:
    """Money clauses that neither the arrangement nor the annex closes; while one is open nobody may sign.

    They are the rounding, for every scheme of the arrangement a rate, and prices for a scheme that has its own.
    """
    still = [
        name
        for name in MONEY_CLAUSES
        if getattr(arrangement.clauses, name) == UNKNOWN and getattr(agreement.annex.clauses, name) == UNKNOWN
    ]
    known = {row.scheme for row in arrangement.rates + agreement.annex.rates if UNKNOWN not in (row.rate, row.copay)}
    still += [f"rate:{scheme.code}" for scheme in arrangement.schemes if scheme.code not in known]
    priced = {row.scheme for row in arrangement.tariffs + agreement.annex.tariffs if row.price != UNKNOWN}
    own = (scheme.code for scheme in arrangement.schemes if scheme.tariff == "own")
    return (*still, *(f"tariff:{code}" for code in own if code not in priced))


def in_force(agreement: Agreement | None, facility: str, payer: str, on: date) -> bool:
    """Whether this agreement binds this facility and this payer on that day."""
    if agreement is None or not {facility, payer} <= {party.code for party in agreement.bound}:
        return False
    for code in (facility, payer):
        first, last = agreement.days_of(code)
        if on < first or (last is not None and last < on):
            return False
        if any(on in period for period in moving.suspensions(agreement.moves, code)):
            return False
    return True


def merged(one: Agreement, other: Agreement) -> Agreement:
    """Two copies of the same terms as one: everything that either of them knows, in an order of its own.

    Whoever merges first gets the same: of two signatures of one party the one by key counts, then the later.
    """
    places = {party.code: place for place, party in enumerate(one.parties)}
    signatures: dict[str, Signature] = {}
    for entry in sorted((*one.signatures, *other.signatures), key=_weight):
        signatures[entry.party] = entry
    adhesions: dict[str, Adhesion] = {}
    for joined in sorted((*one.adhesions, *other.adhesions), key=lambda joined: _weight(joined.signature)):
        adhesions[joined.party.code] = joined
    moves = {moving.order(move): move for move in sorted((*one.moves, *other.moves), key=canonical)}
    return msgspec.structs.replace(
        one,
        signatures=tuple(sorted(signatures.values(), key=lambda entry: places.get(entry.party, len(places)))),
        adhesions=tuple(sorted(adhesions.values(), key=lambda joined: (joined.start, joined.party.code))),
        moves=tuple(moves[place] for place in sorted(moves)),
    )


def _weight(signature: Signature) -> tuple[bool, date, bytes]:
    return bool(signature.key), signature.on, canonical(signature)
