"""An agreement adopts an arrangement from a day, between facilities and payers, and closes what it leaves open.

The local annex holds the prices, rates and clauses that the arrangement does not give. An annex that was made
up for a demonstration says `invented = true`, and so does every page and print that rests on it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

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


class Party(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A facility or payer as the agreement names it; level, ownership and region decide which rows count."""

    code: str
    name: str
    role: Literal["facility", "payer"]
    type: str = ""
    level: str = ""
    ownership: str = ""
    region: str = ""
    invented: bool = False


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

    What happens to it later stands beside the terms: suspension, end (the last day), the amendment that follows it,
    and who joined by adhesion.
    """

    id: str
    country: str
    arrangement: date
    start: date
    until: date | None = None
    parties: tuple[Party, ...] = ()
    annex: Annex = Annex()
    signatures: tuple[Signature, ...] = ()
    suspended_on: date | None = None
    ended_on: date | None = None
    amends: str = ""
    amended_by: str = ""
    adhesions: tuple[Adhesion, ...] = ()
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Agreement) and self.digest == other.digest and self._beside == other._beside

    @property
    def _beside(self) -> tuple[object, ...]:
        """What may change without touching the signed terms."""
        return self.signatures, self.suspended_on, self.ended_on, self.amended_by, self.adhesions

    def party(self, code: str) -> Party | None:
        """The party with this code, or None."""
        joined = (adhesion.party for adhesion in self.adhesions)
        return next((party for party in (*self.parties, *joined) if party.code == code), None)

    @property
    def state(self) -> State:
        """Where the agreement stands by its own content (amendments are other agreements)."""
        signed = {signature.party for signature in self.signatures}
        roles = {party.role for party in self.parties if party.code in signed}
        if self.amended_by:
            return "amended"
        if self.ended_on:
            return "ended"
        if self.suspended_on:
            return "suspended"
        if roles == {"facility", "payer"}:
            return "in force"
        return "signed by one" if roles else "draft"


def signed_terms(agreement: Agreement) -> bytes:
    """The bytes that both sides sign: everything but the signatures and what may happen to it afterwards."""
    bare = msgspec.structs.replace(
        agreement, signatures=(), suspended_on=None, ended_on=None, amended_by="", adhesions=(), digest=""
    )
    return canonical(bare)


def adhesion_terms(agreement: Agreement, party: Party, start: date) -> bytes:
    """The bytes that somebody who joins signs: the agreement's digest, who they are, and from when."""
    return canonical({"agreement": agreement.digest, "party": party, "start": start})


def with_digest(agreement: Agreement) -> Agreement:
    """The agreement with its digest filled in."""
    return msgspec.structs.replace(agreement, digest=digest(signed_terms(agreement)))


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
    if agreement is None or agreement.party(facility) is None or agreement.party(payer) is None:
        return False
    if agreement.suspended_on is not None and agreement.suspended_on <= on:
        return False
    if any(adhesion.party.code in (facility, payer) and on < adhesion.start for adhesion in agreement.adhesions):
        return False
    signed = {signature.party for signature in agreement.signatures}
    signed |= {adhesion.party.code for adhesion in agreement.adhesions}
    if not {facility, payer} <= signed:
        return False
    last = min((day for day in (agreement.until, agreement.ended_on) if day is not None), default=None)
    return agreement.start <= on and (last is None or on <= last)
