"""The resources that we read and write, with the elements that we keep. R4, 4.0.1."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from facility_agent.exchange.fhir.parts import (
    Concept,
    Identifier,
    Money,
    Part,
    Period,
    Quantity,
    Reference,
    Resource,
)

Status = Literal["active", "cancelled", "draft", "entered-in-error"]
Use = Literal["claim", "preauthorization", "predetermination"]
Outcome = Literal["queued", "complete", "error", "partial"]
Purpose = Literal["auth-requirements", "benefits", "discovery", "validation"]


# --- Claim ---------------------------------------------------------------------------------------------------------


class Diagnosis(Part, frozen=True, kw_only=True):
    sequence: int
    diagnosis_codeable_concept: Concept | None = None
    diagnosis_reference: Reference | None = None


class Insurance(Part, frozen=True, kw_only=True):
    sequence: int
    focal: bool
    coverage: Reference
    identifier: Identifier | None = None
    pre_auth_ref: tuple[str, ...] = ()


class Information(Part, frozen=True, kw_only=True):
    sequence: int
    category: Concept
    code: Concept | None = None
    value_string: str = ""


class Related(Part, frozen=True, kw_only=True):
    claim: Reference | None = None
    relationship: Concept | None = None


class Item(Part, frozen=True, kw_only=True):
    sequence: int
    product_or_service: Concept
    category: Concept | None = None
    serviced_date: str = ""
    serviced_period: Period | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = None
    factor: Decimal | None = None
    net: Money | None = None


class Claim(Resource, frozen=True, kw_only=True):
    status: Status
    type: Concept
    use: Use
    patient: Reference
    created: str
    provider: Reference
    priority: Concept
    insurance: tuple[Insurance, ...]
    identifier: tuple[Identifier, ...] = ()
    billable_period: Period | None = None
    insurer: Reference | None = None
    enterer: Reference | None = None
    supporting_info: tuple[Information, ...] = ()
    related: tuple[Related, ...] = ()
    referral: Reference | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    item: tuple[Item, ...] = ()
    total: Money | None = None


# --- ClaimResponse -------------------------------------------------------------------------------------------------


class Adjudicated(Part, frozen=True, kw_only=True):
    category: Concept
    reason: Concept | None = None
    amount: Money | None = None
    value: Decimal | None = None


class AnsweredItem(Part, frozen=True, kw_only=True):
    item_sequence: int
    adjudication: tuple[Adjudicated, ...]
    note_number: tuple[int, ...] = ()


class Total(Part, frozen=True, kw_only=True):
    category: Concept
    amount: Money


class Note(Part, frozen=True, kw_only=True):
    text: str
    number: int | None = None
    type: str = ""


class Fault(Part, frozen=True, kw_only=True):
    code: Concept
    item_sequence: int | None = None


class Payment(Part, frozen=True, kw_only=True):
    type: Concept
    amount: Money
    date: str = ""
    identifier: Identifier | None = None


class ClaimResponse(Resource, frozen=True, kw_only=True):
    status: Status
    type: Concept
    use: Use
    patient: Reference
    created: str
    insurer: Reference
    outcome: Outcome
    identifier: tuple[Identifier, ...] = ()
    requestor: Reference | None = None
    request: Reference | None = None
    disposition: str = ""
    pre_auth_ref: str = ""
    item: tuple[AnsweredItem, ...] = ()
    adjudication: tuple[Adjudicated, ...] = ()
    total: tuple[Total, ...] = ()
    payment: Payment | None = None
    process_note: tuple[Note, ...] = ()
    error: tuple[Fault, ...] = ()


# --- Coverage ------------------------------------------------------------------------------------------------------


class CoverageClass(Part, frozen=True, kw_only=True):
    type: Concept
    value: str
    name: str = ""


class Coverage(Resource, frozen=True, kw_only=True):
    status: Status
    beneficiary: Reference
    payor: tuple[Reference, ...]
    identifier: tuple[Identifier, ...] = ()
    type: Concept | None = None
    policy_holder: Reference | None = None
    subscriber: Reference | None = None
    subscriber_id: str = ""
    dependent: str = ""
    relationship: Concept | None = None
    period: Period | None = None
    class_: tuple[CoverageClass, ...] = ()
    order: int | None = None
    network: str = ""


# --- Eligibility ---------------------------------------------------------------------------------------------------


class AskedInsurance(Part, frozen=True, kw_only=True):
    coverage: Reference
    focal: bool | None = None
    business_arrangement: str = ""


class AskedItem(Part, frozen=True, kw_only=True):
    category: Concept | None = None
    product_or_service: Concept | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = None


class CoverageEligibilityRequest(Resource, frozen=True, kw_only=True):
    status: Status
    purpose: tuple[Purpose, ...]
    patient: Reference
    created: str
    insurer: Reference
    identifier: tuple[Identifier, ...] = ()
    priority: Concept | None = None
    serviced_date: str = ""
    serviced_period: Period | None = None
    provider: Reference | None = None
    insurance: tuple[AskedInsurance, ...] = ()
    item: tuple[AskedItem, ...] = ()


class Benefit(Part, frozen=True, kw_only=True):
    type: Concept
    allowed_unsigned_int: int | None = None
    allowed_string: str = ""
    allowed_money: Money | None = None
    used_unsigned_int: int | None = None
    used_money: Money | None = None


class OpenItem(Part, frozen=True, kw_only=True):
    category: Concept | None = None
    product_or_service: Concept | None = None
    excluded: bool | None = None
    name: str = ""
    description: str = ""
    network: Concept | None = None
    unit: Concept | None = None
    term: Concept | None = None
    benefit: tuple[Benefit, ...] = ()
    authorization_required: bool | None = None


class AnsweredInsurance(Part, frozen=True, kw_only=True):
    coverage: Reference
    inforce: bool | None = None
    benefit_period: Period | None = None
    item: tuple[OpenItem, ...] = ()


class CoverageEligibilityResponse(Resource, frozen=True, kw_only=True):
    status: Status
    purpose: tuple[Purpose, ...]
    patient: Reference
    created: str
    request: Reference
    outcome: Outcome
    insurer: Reference
    identifier: tuple[Identifier, ...] = ()
    serviced_date: str = ""
    serviced_period: Period | None = None
    requestor: Reference | None = None
    disposition: str = ""
    insurance: tuple[AnsweredInsurance, ...] = ()
    pre_auth_ref: str = ""
    error: tuple[Fault, ...] = ()
