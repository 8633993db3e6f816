"""The records of a month's settlement: the batch, its receipt, the decision line by line, and the payment.

Amounts are whole minor units; names follow FHIR R4 (Claim bundle, ClaimResponse, PaymentReconciliation).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Record


class BatchItem(Record, frozen=True):
    """One claim of a batch: what this payer owes for it, and the SHA-256 of the claim's canonical bytes."""

    claim: str
    number: str
    digest: str
    day: date
    register_number: str
    member: str
    name: str
    submitted: int
    due: int
    member_pays: int
    other_payers: int
    facility_bears: int


#: A batch `per-head` bills persons who are listed with the facility, whatever care they had.
BatchKind = Literal["main", "supplementary", "regularisation", "per-head"]


class Batch(Record, frozen=True):
    """A month of one facility for one payer under one scheme, closed for good."""

    id: str
    number: str
    facility: str
    payer: str
    scheme: str
    month: str
    kind: BatchKind
    currency: str
    closed_on: date
    items: tuple[BatchItem, ...]
    invented: bool = False

    @property
    def due(self) -> int:
        return sum(item.due for item in self.items)

    @property
    def submitted(self) -> int:
        return sum(item.submitted for item in self.items)


class Receipt(Record, frozen=True):
    """A batch arrived whole. It promises no payment."""

    batch: str
    number: str
    received_on: date
    claims: int
    due: int
    envelope: str


Outcome = Literal["accepted", "reduced", "refused", "pending"]


class LineDecision(Record, frozen=True):
    """The payer's answer to one line; `amount` is what it pays."""

    line: str
    outcome: Outcome
    claimed: int
    amount: int
    findings: tuple[Finding, ...] = ()


class ClaimDecision(Record, frozen=True):
    """The payer's answer to one claim."""

    claim: str
    lines: tuple[LineDecision, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


class Decision(Record, frozen=True):
    """The payer's answer to a batch, line by line."""

    id: str
    batch: str
    decided_on: date
    decided_by: str
    claims: tuple[ClaimDecision, ...]

    @property
    def amount(self) -> int:
        return sum(claim.amount for claim in self.claims)


class Remittance(Record, frozen=True):
    """A payment and the claims that it settles (FHIR PaymentReconciliation)."""

    id: str
    batch: str
    decision: str
    reference: str
    paid_on: date
    currency: str
    amount: int
    items: tuple[tuple[str, int], ...]
