"""The package of one scheme as an InsurancePlan, and an agreement as a Contract with its signers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Limit, RateRow, Scheme
from facility_agent.arrangements.terms import Terms
from facility_agent.exchange.fhir.outward import (
    Contract,
    CostBenefit,
    CoveredBenefit,
    InsurancePlan,
    Plan,
    PlanCost,
    PlanCoverage,
    PlanLimit,
    Signature,
    Signer,
    SpecificCost,
)
from facility_agent.exchange.fhir.parts import Coding, Identifier, Period, Quantity, concept, named_by
from facility_agent.exchange.fhir.rights import fhir_id
from facility_agent.exchange.fhir.systems import AGREEMENT, ARRANGEMENT, FAMILY, LIMIT, OWN, PARTY, SCHEME, UCUM
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.money import major, parse_rate

_SIGNED: Final = Coding(system="urn:iso-astm:E1762-95:2013", code="1.2.840.10065.1.12.1.1")
_SIGNER: Final = f"{OWN}:capacity"


def plan_resource(known: Terms, scheme: Scheme, payer: str, language: str = "fr") -> InsurancePlan:
    """What a scheme pays for: families, their rates or co-payments, and the ceilings. What is open is left out."""
    arrangement = known.arrangement
    families = [family.code for family in arrangement.families]
    limits = [row for row in arrangement.limits if row.scheme in ("", scheme.code)]
    rates = [row for row in arrangement.rates if row.scheme == scheme.code and not row.act]
    return InsurancePlan(
        id=fhir_id(arrangement.country.lower(), arrangement.start.isoformat(), scheme.code),
        identifier=(Identifier(system=f"{ARRANGEMENT}:{arrangement.country}", value=scheme.code),),
        status="active",
        type=(concept(f"{SCHEME}:kind", scheme.kind),),
        name=getattr(scheme.name, language),
        period=_period(arrangement.start, arrangement.until),
        owned_by=named_by("Organization", PARTY, payer) if payer else None,
        coverage=(
            PlanCoverage(
                type=concept(SCHEME, scheme.code),
                benefit=tuple(
                    CoveredBenefit(type=concept(FAMILY, family), limit=_limits(limits, family, arrangement))
                    for family in families
                ),
            ),
        ),
        plan=(
            Plan(
                identifier=(Identifier(system=SCHEME, value=scheme.code),),
                specific_cost=tuple(
                    SpecificCost(
                        category=concept(FAMILY, row.family or "*"),
                        benefit=(CostBenefit(type=concept(FAMILY, row.family or "*"), cost=(cost,)),),
                    )
                    for row in rates
                    if (cost := _cost(row, arrangement)) is not None
                ),
            ),
        ),
    )


def _limits(rows: Iterable[Limit], family: str, arrangement: Arrangement) -> tuple[PlanLimit, ...]:
    """The ceilings and counts of a family that have a value."""
    found = []
    for row in rows:
        if row.acts or (row.families and family not in row.families):
            continue
        if isinstance(row.amount, int):
            value = Quantity(value=_decimal(row.amount, arrangement.currency), unit=arrangement.currency)
        elif isinstance(row.count, int):
            value = Quantity(value=Decimal(row.count))
        else:
            continue
        found.append(PlanLimit(value=value, code=concept(LIMIT, row.code, f"{row.scope}/{row.per}")))
    return tuple(found)


def _cost(row: RateRow, arrangement: Arrangement) -> PlanCost | None:
    """The payer's rate in percent, or the member's flat co-payment; None while the contract leaves it open."""
    if row.rate is not None and row.rate != UNKNOWN:
        top, bottom = parse_rate(row.rate)
        percent = (Decimal(100 * top) / bottom).quantize(Decimal("0.0001")).normalize()
        value = Quantity(value=Decimal(f"{percent:f}"), unit="%", system=UCUM, code="%")
        return PlanCost(type=concept(OWN, "rate"), value=value)
    if isinstance(row.copay, int):
        amount = _decimal(row.copay, arrangement.currency)
        return PlanCost(type=concept(OWN, "copay"), value=Quantity(value=amount, unit=arrangement.currency))
    return None


def contract_resource(agreement: Agreement, title: str, state: str) -> Contract:
    """An agreement with who signed it; `title` is that of its arrangement, `state` our own word for where it stands."""
    names = {party.code: party.name for party in agreement.parties}
    signers = tuple(
        Signer(
            type=Coding(system=_SIGNER, code=fhir_id(entry.capacity) or "party"),
            party=named_by("Organization", PARTY, entry.party),
            signature=(
                Signature(
                    type=(_SIGNED,),
                    when=f"{entry.on.isoformat()}T00:00:00Z",
                    who=named_by("Organization", PARTY, entry.party),
                ),
            ),
        )
        for entry in agreement.signatures
    )
    return Contract(
        id=fhir_id(agreement.id),
        identifier=(
            Identifier(system=AGREEMENT, value=agreement.id),
            Identifier(system=f"{AGREEMENT}:sha-256", value=agreement.digest),
        ),
        status=_STATES.get(state, "offered"),
        instantiates_uri=f"{ARRANGEMENT}:{agreement.country.lower()}:{agreement.arrangement.isoformat()}",
        applies=_period(agreement.start, agreement.until),
        subject=tuple(named_by("Organization", PARTY, code) for code in names),
        title=title,
        signer=signers,
    )


#: Our states of an agreement in FHIR's words for a contract.
_STATES: Final = {
    "draft": "offered",
    "signed by one": "offered",
    "in force": "executed",
    "amended": "amended",
    "suspended": "executed",
    "ended": "terminated",
}


def _period(start: date, until: date | None) -> Period:
    return Period(start=start.isoformat(), end=until.isoformat() if until else "")


def _decimal(amount: int, currency: str) -> Decimal:
    exact = major(amount, currency)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
