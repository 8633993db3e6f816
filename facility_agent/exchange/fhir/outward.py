"""Payments, contestations and bundles, and what we write and do not read: the package as a plan, the agreement."""

from __future__ import annotations

from typing import Literal

from facility_agent.exchange.fhir.parts import (
    Coding,
    Concept,
    Identifier,
    Money,
    Part,
    Period,
    Quantity,
    Reference,
    Resource,
)
from facility_agent.exchange.fhir.resources import (
    Claim,
    ClaimResponse,
    Coverage,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
    Outcome,
    Status,
)


class PaidDetail(Part, frozen=True, kw_only=True):
    type: Concept
    identifier: Identifier | None = None
    request: Reference | None = None
    date: str = ""
    payee: Reference | None = None
    amount: Money | None = None


class PaymentReconciliation(Resource, frozen=True, kw_only=True):
    status: Status
    created: str
    payment_date: str
    payment_amount: Money
    identifier: tuple[Identifier, ...] = ()
    payment_issuer: Reference | None = None
    requestor: Reference | None = None
    outcome: Outcome | None = None
    payment_identifier: Identifier | None = None
    detail: tuple[PaidDetail, ...] = ()


class Payload(Part, frozen=True, kw_only=True):
    content_string: str = ""


class Communication(Resource, frozen=True, kw_only=True):
    status: str
    identifier: tuple[Identifier, ...] = ()
    category: tuple[Concept, ...] = ()
    about: tuple[Reference, ...] = ()
    sent: str = ""
    recipient: tuple[Reference, ...] = ()
    sender: Reference | None = None
    payload: tuple[Payload, ...] = ()


class PlanLimit(Part, frozen=True, kw_only=True):
    value: Quantity | None = None
    code: Concept | None = None


class CoveredBenefit(Part, frozen=True, kw_only=True):
    type: Concept
    requirement: str = ""
    limit: tuple[PlanLimit, ...] = ()


class PlanCoverage(Part, frozen=True, kw_only=True):
    type: Concept
    benefit: tuple[CoveredBenefit, ...]


class PlanCost(Part, frozen=True, kw_only=True):
    type: Concept
    value: Quantity | None = None


class CostBenefit(Part, frozen=True, kw_only=True):
    type: Concept
    cost: tuple[PlanCost, ...] = ()


class SpecificCost(Part, frozen=True, kw_only=True):
    category: Concept
    benefit: tuple[CostBenefit, ...] = ()


class Plan(Part, frozen=True, kw_only=True):
    identifier: tuple[Identifier, ...] = ()
    type: Concept | None = None
    specific_cost: tuple[SpecificCost, ...] = ()


class InsurancePlan(Resource, frozen=True, kw_only=True):
    status: Literal["draft", "active", "retired", "unknown"]
    name: str
    identifier: tuple[Identifier, ...] = ()
    type: tuple[Concept, ...] = ()
    period: Period | None = None
    owned_by: Reference | None = None
    coverage: tuple[PlanCoverage, ...] = ()
    plan: tuple[Plan, ...] = ()


class Signature(Part, frozen=True, kw_only=True):
    type: tuple[Coding, ...]
    when: str
    who: Reference


class Signer(Part, frozen=True, kw_only=True):
    type: Coding
    party: Reference
    signature: tuple[Signature, ...]


class Contract(Resource, frozen=True, kw_only=True):
    status: str
    identifier: tuple[Identifier, ...] = ()
    legal_state: Concept | None = None
    instantiates_uri: str = ""
    issued: str = ""
    applies: Period | None = None
    subject: tuple[Reference, ...] = ()
    title: str = ""
    signer: tuple[Signer, ...] = ()


#: Whatever may stand in a bundle.
Written = (
    Claim | ClaimResponse | Coverage | CoverageEligibilityRequest | CoverageEligibilityResponse
    | PaymentReconciliation | InsurancePlan | Contract | Communication
)  # fmt: skip


class BundleEntry(Part, frozen=True, kw_only=True):
    resource: Written
    full_url: str = ""


class Bundle(Resource, frozen=True, kw_only=True):
    type: Literal["collection", "searchset", "batch", "transaction"]
    entry: tuple[BundleEntry, ...] = ()
    timestamp: str = ""
    identifier: Identifier | None = None
    total: int | None = None


class Issue(Part, frozen=True, kw_only=True):
    severity: Literal["fatal", "error", "warning", "information"]
    code: str
    details: Concept | None = None
    diagnostics: str = ""


class OperationOutcome(Resource, frozen=True, kw_only=True):
    issue: tuple[Issue, ...]


class Interaction(Part, frozen=True, kw_only=True):
    code: str


class RestResource(Part, frozen=True, kw_only=True):
    type: str
    interaction: tuple[Interaction, ...]
    documentation: str = ""


class Rest(Part, frozen=True, kw_only=True):
    mode: Literal["server"]
    resource: tuple[RestResource, ...]
    documentation: str = ""


class Software(Part, frozen=True, kw_only=True):
    name: str
    version: str = ""


class CapabilityStatement(Resource, frozen=True, kw_only=True):
    status: str
    date: str
    kind: Literal["instance"]
    fhir_version: str
    format: tuple[str, ...]
    rest: tuple[Rest, ...]
    software: Software | None = None
    implementation: dict[str, str] | None = None
