"""A claim as FHIR's Claim, a batch as a Bundle of them, and a Claim that is brought as a visit to be judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from facility_agent.exchange.fhir.amounts import minor, money
from facility_agent.exchange.fhir.outward import Bundle, BundleEntry
from facility_agent.exchange.fhir.parts import (
    Concept,
    Identifier,
    Money,
    Period,
    Quantity,
    Reference,
    concept,
    named_by,
)
from facility_agent.exchange.fhir.resources import Claim as ClaimResource
from facility_agent.exchange.fhir.resources import Diagnosis, Insurance, Item, Related
from facility_agent.exchange.fhir.systems import (
    ACT,
    BATCH,
    CLAIM,
    CLAIM_TYPE,
    CLINICAL,
    MEMBER,
    PARTY,
    PRIORITY,
    REGISTER_NUMBER,
    RELATED,
    SCHEME,
    diagnosis_system,
)
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Beneficiary, CareLine, Claim, Visit
from facility_agent.vocabulary.settlement import Batch


def claim_resource(claim: Claim, payer: str, scheme: str, *, condition: bool = False) -> ClaimResource:
    """A claim as one payer is asked for it. `condition`: the arrangement demands the condition for this care."""
    visit, answer = claim.visit, claim.adjudication
    given = {line.id: line for line in visit.lines}
    items = tuple(
        Item(
            sequence=place,
            product_or_service=concept(ACT, line.act),
            serviced_date=(given[line.id].day or visit.day).isoformat(),
            quantity=Quantity(value=Decimal(given[line.id].quantity)),
            unit_price=money(given[line.id].price, answer.currency),
            net=money(line.submitted, answer.currency),
        )
        for place, line in enumerate(answer.lines, 1)
    )
    stay = visit.stay
    until = (stay.discharged or visit.day) if stay else visit.day
    return ClaimResource(
        id=claim.id,
        identifier=(
            Identifier(system=CLAIM, value=claim.number),
            Identifier(system=REGISTER_NUMBER, value=visit.register_number),
        )[: 2 if visit.register_number else 1],
        status="active",
        type=concept(CLAIM_TYPE, "institutional"),
        use="claim",
        patient=named_by("Patient", MEMBER, visit.beneficiary.number),
        billable_period=Period(start=(stay.admitted if stay else visit.day).isoformat(), end=until.isoformat()),
        created=claim.minted_on.isoformat(),
        insurer=named_by("Organization", PARTY, payer),
        provider=named_by("Organization", PARTY, visit.facility),
        priority=concept(PRIORITY, "stat" if visit.emergency else "normal"),
        related=(
            Related(claim=Reference(reference=f"Claim/{claim.replaces}"), relationship=concept(RELATED, "prior")),
        )[: 1 if claim.replaces else 0],
        diagnosis=(_diagnosis(visit),)[: 1 if condition and visit.condition else 0],
        insurance=_insurances(claim, payer, scheme),
        item=items,
        total=money(answer.submitted, answer.currency),
    )


def _diagnosis(visit: Visit) -> Diagnosis:
    return Diagnosis(sequence=1, diagnosis_codeable_concept=concept(diagnosis_system(visit.condition), visit.condition))


def _insurances(claim: Claim, payer: str, scheme: str) -> tuple[Insurance, ...]:
    """The payers in their order; the one who is asked is focal."""
    asked = [(share.payer, share.scheme) for share in claim.adjudication.shares]
    asked += [] if (payer, scheme) in asked else [(payer, scheme)]
    return tuple(
        Insurance(
            sequence=place,
            focal=pair == (payer, scheme),
            coverage=named_by("Coverage", f"{SCHEME}:{pair[0]}", f"{pair[1]}:{claim.visit.beneficiary.number}"),
            pre_auth_ref=tuple(each.number for each in claim.visit.guarantees) if pair == (payer, scheme) else (),
        )
        for place, pair in enumerate(asked, 1)
    )


def claim_bundle(batch: Batch, claims: Iterable[Claim], demanded: frozenset[str] = frozenset()) -> Bundle:
    """A batch as a Bundle; `demanded` are the ids of claims whose condition the arrangement demands."""
    held = {claim.id: claim for claim in claims}
    entries = tuple(
        BundleEntry(
            full_url=f"urn:uuid:{item.claim}",
            resource=claim_resource(held[item.claim], batch.payer, batch.scheme, condition=item.claim in demanded),
        )
        for item in batch.items
    )
    return Bundle(id=batch.id, type="collection", identifier=Identifier(system=BATCH, value=batch.number),
                  entry=entries)  # fmt: skip


def visit_of(resource: ClaimResource, facility: str, id: str, currency: str) -> Visit:
    """A claim that is brought, as a visit to be judged here. InputError `fhir-claim-*`.

    Amounts must be in whole minor units of the currency of the arrangement, quantities whole; a date is asked of the
    claim or of each of its lines.
    """
    lines = tuple(_line(item, currency) for item in resource.item)
    if not lines:
        raise InputError("fhir-claim-empty")
    day = day_of_care(resource)
    known = {line.id: item for line, item in zip(lines, resource.item, strict=True) if item.serviced_date}
    return Visit(
        id=id,
        facility=facility,
        day=day,
        beneficiary=Beneficiary(resource.patient.value, resource.patient.display),
        lines=tuple(line if line.id not in known else _dated(line, known[line.id], day) for line in lines),
        register_number=next((each.value for each in resource.identifier if each.system == REGISTER_NUMBER), ""),
        emergency=resource.priority.code == "stat",
        identified="number",
        condition=_condition(resource.diagnosis),
        currency=currency,
    )


def _line(item: Item, currency: str) -> CareLine:
    quantity = item.quantity.value if item.quantity and item.quantity.value is not None else Decimal(1)
    if item.unit_price is None or item.unit_price.currency not in (currency, ""):
        found = item.unit_price.currency if item.unit_price else ""
        raise InputError("fhir-claim-currency", line=item.sequence, found=found, currency=currency)
    if quantity != quantity.to_integral_value() or quantity <= 0:
        raise InputError("fhir-claim-quantity", line=item.sequence, value=str(quantity))
    price = minor(Money(value=item.unit_price.value, currency=currency))
    return CareLine(str(item.sequence), item.product_or_service.code, int(quantity), price)


def _dated(line: CareLine, item: Item, day: date) -> CareLine:
    given = day_of(item.serviced_date)
    return msgspec.structs.replace(line, day=given) if given != day else line


def _start(resource: ClaimResource) -> str:
    return resource.billable_period.start if resource.billable_period else ""


def day_of_care(resource: ClaimResource) -> date:
    """The first day of the billable period, else of the lines; InputError `fhir-claim-day`, `fhir-day`."""
    days = [text for text in (_start(resource), *(item.serviced_date for item in resource.item)) if text]
    if not days:
        raise InputError("fhir-claim-day")
    return day_of(days[0])


def day_of(text: str) -> date:
    """The day of a FHIR date or dateTime; InputError `fhir-day`."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InputError("fhir-day", value=text[:40]) from None


def _condition(diagnoses: Iterable[Diagnosis]) -> str:
    """The first condition of a code system that we know; free text of others is not taken over."""
    for each in diagnoses:
        found: Concept | None = each.diagnosis_codeable_concept
        for coding in found.coding if found else ():
            if coding.system in CLINICAL:
                return coding.code
    return ""
