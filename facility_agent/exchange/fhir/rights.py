"""Rights: Coverage both ways, what is asked of them, and the answer of the desk."""

from __future__ import annotations

from datetime import date
from typing import Final

from facility_agent.exchange.fhir.amounts import money
from facility_agent.exchange.fhir.claims import day_of
from facility_agent.exchange.fhir.parts import Identifier, Period, Reference, concept, named_by
from facility_agent.exchange.fhir.resources import (
    AnsweredInsurance,
    AskedInsurance,
    AskedItem,
    Benefit,
    CoverageClass,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
    OpenItem,
    Outcome,
)
from facility_agent.exchange.fhir.resources import Coverage as CoverageResource
from facility_agent.exchange.fhir.systems import (
    FAMILY,
    LIMIT,
    LOOKUP,
    MEMBER,
    OWN,
    PACKAGE,
    PARTY,
    RELATIONSHIP,
    SCHEME,
)
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.records import Beneficiary, Coverage
from facility_agent.vocabulary.verdicts import Verdict

#: The day up to which contributions are paid, as a class of the coverage: FHIR has no element of its own for it.
PAID: Final = "paid-until"
HOUSEHOLD: Final = f"{OWN}:household"


def coverage_resource(coverage: Coverage, on: date) -> CoverageResource:
    """One person's rights with one payer, as they stand on a day."""
    person = coverage.beneficiary
    over = coverage.until is not None and coverage.until < on
    stopped = coverage.suspended_on is not None and coverage.suspended_on <= on
    classes = [CoverageClass(type=concept(SCHEME, "scheme"), value=coverage.scheme)]
    if coverage.package:
        classes.append(CoverageClass(type=concept(PACKAGE, "package"), value=coverage.package))
    if coverage.paid_until:
        classes.append(CoverageClass(type=concept(OWN, PAID), value=coverage.paid_until.isoformat()))
    if coverage.suspended_on:
        classes.append(CoverageClass(type=concept(OWN, "suspended-on"), value=coverage.suspended_on.isoformat()))
    return CoverageResource(
        id=fhir_id(coverage.payer, coverage.scheme, person.number),
        identifier=(Identifier(system=f"{SCHEME}:{coverage.payer}", value=f"{coverage.scheme}:{person.number}"),),
        status="cancelled" if over or stopped else "active",
        type=concept(SCHEME, coverage.scheme),
        policy_holder=named_by("Group", HOUSEHOLD, person.household) if person.household else None,
        subscriber_id=person.household,
        beneficiary=named_by("Patient", MEMBER, person.number),
        relationship=concept(RELATIONSHIP, "self" if person.policyholder else "other"),
        period=Period(start=coverage.since.isoformat(), end=coverage.until.isoformat() if coverage.until else ""),
        payor=(named_by("Organization", PARTY, coverage.payer),),
        class_=tuple(classes),
    )


def coverage_of(resource: CoverageResource) -> Coverage:
    """Rights that are brought; names and birth dates stand in no Coverage. InputError `fhir-coverage`, `fhir-day`."""
    number, payer = resource.beneficiary.value, resource.payor[0].value if resource.payor else ""
    start = resource.period.start if resource.period else ""
    if not number or not payer or not start:
        raise InputError("fhir-coverage", missing="beneficiary" if not number else "payor" if not payer else "period")
    held = {each.type.code: each.value for each in resource.class_}
    holder = resource.relationship is not None and resource.relationship.code == "self"
    person = Beneficiary(number, resource.beneficiary.display, household=resource.subscriber_id, policyholder=holder)
    end = resource.period.end if resource.period else ""
    return Coverage(
        person,
        payer,
        held.get("scheme") or (resource.type.code if resource.type else ""),
        day_of(start),
        until=day_of(end) if end else None,
        paid_until=day_of(held[PAID]) if PAID in held else None,
        suspended_on=day_of(held["suspended-on"]) if "suspended-on" in held else None,
        package=held.get("package", ""),
    )


def request_resource(
    id: str, member: str, payer: str, scheme: str, facility: str, on: date, acts: tuple[str, ...] = ()
) -> CoverageEligibilityRequest:
    """What a desk asks: are the rights open, and what is open."""
    return CoverageEligibilityRequest(
        id=id,
        identifier=(Identifier(system=LOOKUP, value=id),),
        status="active",
        purpose=("validation", "benefits"),
        patient=named_by("Patient", MEMBER, member),
        serviced_date=on.isoformat(),
        created=on.isoformat(),
        provider=named_by("Organization", PARTY, facility),
        insurer=named_by("Organization", PARTY, payer),
        insurance=(
            AskedInsurance(focal=True, coverage=named_by("Coverage", f"{SCHEME}:{payer}", f"{scheme}:{member}")),
        ),
        item=tuple(AskedItem(product_or_service=concept(f"{OWN}:act", act)) for act in acts),
    )


def asked_of(resource: CoverageEligibilityRequest) -> tuple[str, str, date]:
    """Whose rights are asked, of which payer, for which day. InputError `fhir-request`, `fhir-day`."""
    number, payer = resource.patient.value, resource.insurer.value
    if not number:
        raise InputError("fhir-request", missing="patient")
    period = resource.serviced_period.start if resource.serviced_period else ""
    return number, payer, day_of(resource.serviced_date or period or resource.created)


def verdict_resource(
    id: str, verdict: Verdict, member: str, payer: str, facility: str, on: date, currency: str, disposition: str
) -> CoverageEligibilityResponse:
    """The answer of the desk: what is open and what is left; `disposition` is its one word, without a condition."""
    asked = any(finding.weight == "unchecked" for finding in verdict.findings)
    outcome: Outcome = "partial" if asked else "complete"
    schemes = tuple(dict.fromkeys((*verdict.schemes, *(each.scheme for each in verdict.open)))) or ("",)
    return CoverageEligibilityResponse(
        id=id,
        identifier=(Identifier(system=LOOKUP, value=id),),
        status="active",
        purpose=("validation", "benefits"),
        patient=named_by("Patient", MEMBER, member),
        serviced_date=on.isoformat(),
        created=on.isoformat(),
        requestor=named_by("Organization", PARTY, facility),
        request=Reference(reference=f"CoverageEligibilityRequest/{id}", identifier=Identifier(system=LOOKUP, value=id)),
        outcome=outcome,
        disposition=disposition,
        insurer=named_by("Organization", PARTY, payer),
        insurance=tuple(_open(verdict, scheme, member, payer, currency) for scheme in schemes),
    )


def _open(verdict: Verdict, scheme: str, member: str, payer: str, currency: str) -> AnsweredInsurance:
    items = tuple(
        OpenItem(
            category=concept(FAMILY, each.family or "*"),
            benefit=(
                Benefit(type=concept(OWN, "rate"), allowed_string=each.rate)
                if each.copay is None
                else Benefit(type=concept(OWN, "copay"), allowed_money=money(each.copay, currency)),
            ),
        )
        for each in verdict.open
        if each.scheme == scheme and (each.rate or each.copay is not None)
    )
    left = tuple(
        OpenItem(
            category=concept(LIMIT, each.code),
            benefit=(
                Benefit(type=concept(LIMIT, each.code), allowed_unsigned_int=each.limit,
                        used_unsigned_int=each.limit - each.left)
                if each.counts
                else Benefit(type=concept(LIMIT, each.code), allowed_money=money(each.limit, currency),
                             used_money=money(each.limit - each.left, currency)),
            ),
        )
        for each in verdict.ceilings
        if each.scheme in ("", scheme)
    )  # fmt: skip
    return AnsweredInsurance(
        coverage=named_by("Coverage", f"{SCHEME}:{payer}", f"{scheme}:{member}"),
        inforce=verdict.colour != "red",
        item=(*items, *left),
    )


def fhir_id(*parts: str) -> str:
    """An id that FHIR allows: letters, digits, points and hyphens, at most 64.

    >>> fhir_id("MUT", "classic", "KDG/0001")
    'MUT.classic.KDG-0001'
    """
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-.") else "-" for sign in ".".join(parts))
    return kept if len(kept) <= 64 else f"{kept[:31]}.{digest('.'.join(parts).encode())[:32]}"
