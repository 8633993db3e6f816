"""The month's batch: which claims one payer owes one facility under one scheme, and whether they add up.

The month of a visit is the day of care, of a stay the day of discharge. A claim belongs to the batch of a payer and
scheme only when they owe something for it; what others owe, what the member pays and what the facility bears is
said beside it, so that every item and the whole add up to what was submitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Claim, Record
from facility_agent.vocabulary.settlement import Batch, BatchItem, BatchKind


class Totals(Record, frozen=True):
    """Sums over items, in minor units: `submitted` = the four others."""

    submitted: int = 0
    due: int = 0
    other_payers: int = 0
    member_pays: int = 0
    facility_bears: int = 0

    @property
    def adds_up(self) -> bool:
        return self.submitted == self.due + self.other_payers + self.member_pays + self.facility_bears


class Fault(Record, frozen=True):
    """What is wrong in a batch: a code (sentence `batch.<code>`) and the number of the claim that it concerns."""

    code: str
    claim: str


def day_of_claim(claim: Claim) -> date:
    """The day that decides the month: of care, or of discharge for a stay.

    An interim invoice of somebody who is still there counts on its day of care.
    """
    stay = claim.visit.stay
    return stay.discharged if stay is not None and stay.discharged is not None else claim.visit.day


def month_of_claim(claim: Claim) -> str:
    """The month in which the claim is billed, as `2026-03`."""
    return month_of(day_of_claim(claim))


def counting(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that still count: a claim stops counting as soon as another one names it."""
    every = tuple(claims)
    replaced = {claim.replaces for claim in every if claim.replaces}
    return tuple(claim for claim in every if claim.id not in replaced)


def payers_of(claims: Iterable[Claim]) -> tuple[tuple[str, str], ...]:
    """Who is to be billed for these claims: every (payer, scheme) that owes something, in alphabetical order."""
    owing = {
        (share.payer, share.scheme)
        for claim in counting(claims)
        for share in claim.adjudication.shares
        if share.amount > 0
    }
    return tuple(sorted(owing))


def gather(
    claims: Iterable[Claim],
    facility: str,
    payer: str,
    scheme: str,
    month: str,
    number: str,
    id: str,
    kind: BatchKind,
    closed_on: date,
    invented: bool,
    currency: str = "",
) -> Batch:
    """The batch of the given claims that fall into it, in order of day, hour and claim number.

    Claims of other facilities, months and payers, and replaced ones, are left out; whether a claim stands in an
    earlier batch is for the caller to know. `currency` is needed only for a batch without claims.
    Errors: `batch-empty` (no claim and no currency), `batch-currencies` (claims in several currencies).
    """
    chosen = [
        claim
        for claim in counting(claims)
        if claim.visit.facility == facility and month_of_claim(claim) == month and due_of(claim, payer, scheme) > 0
    ]
    chosen.sort(key=lambda claim: (day_of_claim(claim), claim.visit.at, claim.number, claim.id))
    currencies = {claim.adjudication.currency for claim in chosen} | ({currency} if currency else set())
    if not currencies:
        raise InputError("batch-empty", facility=facility, payer=payer, month=month)
    if len(currencies) > 1:
        raise InputError("batch-currencies", month=month, currencies=", ".join(sorted(currencies)))
    items = tuple(item_of(claim, payer, scheme) for claim in chosen)
    return Batch(id, number, facility, payer, scheme, month, kind, currencies.pop(), closed_on, items, invented)


def check(batch: Batch, claims: Iterable[Claim]) -> tuple[str, ...]:
    """The codes of everything that is wrong between a batch and its claims, each once; empty when all is well."""
    return tuple(dict.fromkeys(fault.code for fault in faults(batch, claims)))


def faults(batch: Batch, claims: Iterable[Claim]) -> tuple[Fault, ...]:
    """What is wrong, claim by claim, in the order of the batch. Claims that no item names are not looked at."""
    known = {claim.id: claim for claim in claims}
    replaced = {known[item.claim].replaces for item in batch.items if item.claim in known}
    seen: set[str] = set()
    found: list[Fault] = []
    for item in batch.items:
        codes = [] if totals([item]).adds_up else ["totals-do-not-add-up"]
        if item.claim in seen:
            codes.append("claim-twice")
        seen.add(item.claim)
        if item.claim in replaced:
            codes.append("claim-replaced")
        claim = known.get(item.claim)
        codes += ["claim-not-given"] if claim is None else _against(batch, item, claim)
        found += [Fault(code, item.number) for code in dict.fromkeys(codes)]
    return tuple(found)


def totals(items: Iterable[BatchItem]) -> Totals:
    """The sums of some items.

    >>> totals(()) == Totals() and totals(()).adds_up
    True
    """
    every = tuple(items)
    return Totals(
        submitted=sum(item.submitted for item in every),
        due=sum(item.due for item in every),
        other_payers=sum(item.other_payers for item in every),
        member_pays=sum(item.member_pays for item in every),
        facility_bears=sum(item.facility_bears for item in every),
    )


def _against(batch: Batch, item: BatchItem, claim: Claim) -> list[str]:
    """How an item differs from its claim, and the claim from its batch."""
    own = item_of(claim, batch.payer, batch.scheme)
    codes = []
    if item.digest != own.digest:
        codes.append("claim-digest-differs")
    if totals([item]) != totals([own]):
        codes.append("totals-do-not-add-up")
    if (item.number, item.day, item.register_number, item.member, item.name) != (
        own.number,
        own.day,
        own.register_number,
        own.member,
        own.name,
    ):
        codes.append("claim-facts-differ")
    if month_of_claim(claim) != batch.month:
        codes.append("claim-of-another-month")
    if claim.visit.facility != batch.facility:
        codes.append("claim-of-another-facility")
    if claim.adjudication.currency != batch.currency:
        codes.append("claim-of-another-currency")
    return codes


def item_of(claim: Claim, payer: str, scheme: str) -> BatchItem:
    """What stands in a batch of this payer and scheme for a claim."""
    judged, person = claim.adjudication, claim.visit.beneficiary
    due = due_of(claim, payer, scheme)
    return BatchItem(
        claim=claim.id,
        number=claim.number,
        digest=digest(canonical(claim)),
        day=day_of_claim(claim),
        register_number=claim.visit.register_number,
        member=person.number,
        name=person.name,
        submitted=judged.submitted,
        due=due,
        member_pays=judged.member_pays,
        other_payers=sum(share.amount for share in judged.shares) - due,
        facility_bears=judged.facility_bears,
    )


def due_of(claim: Claim, payer: str, scheme: str) -> int:
    """What this payer owes for the claim under this scheme."""
    return sum(share.amount for share in claim.adjudication.shares if (share.payer, share.scheme) == (payer, scheme))
