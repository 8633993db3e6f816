"""Closing the month: what is paid, and where every franc of a batch stands.

Per claim: claimed + overpaid = paid + open + reduced + refused + pending + undecided, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, Outcome, Remittance


class Balance(Record, frozen=True, kw_only=True):
    """Where the money of one claim stands. `accepted` is what the payer owes by its decision: paid or still open."""

    claim: str
    number: str
    claimed: int
    accepted: int = 0
    reduced: int = 0
    refused: int = 0
    pending: int = 0
    undecided: int = 0
    paid: int = 0

    @property
    def open(self) -> int:
        """What is accepted and not yet paid."""
        return max(0, self.accepted - self.paid)

    @property
    def overpaid(self) -> int:
        """What was paid beyond what is accepted, to be set off."""
        return max(0, self.paid - self.accepted)


class Reconciliation(Record, frozen=True):
    """A batch beside its decision and its payments; `unallocated` is money that names no claim of the batch."""

    batch: str
    currency: str
    claims: tuple[Balance, ...]
    unallocated: int = 0

    @property
    def claimed(self) -> int:
        return sum(claim.claimed for claim in self.claims)

    @property
    def accepted(self) -> int:
        return sum(claim.accepted for claim in self.claims)

    @property
    def reduced(self) -> int:
        return sum(claim.reduced for claim in self.claims)

    @property
    def refused(self) -> int:
        return sum(claim.refused for claim in self.claims)

    @property
    def pending(self) -> int:
        return sum(claim.pending for claim in self.claims)

    @property
    def undecided(self) -> int:
        return sum(claim.undecided for claim in self.claims)

    @property
    def paid(self) -> int:
        return sum(claim.paid for claim in self.claims)

    @property
    def open(self) -> int:
        return sum(claim.open for claim in self.claims)

    @property
    def overpaid(self) -> int:
        return sum(claim.overpaid for claim in self.claims)

    @property
    def closed(self) -> bool:
        """Whether nothing is left to decide, to pay or to set off."""
        return not (self.open or self.pending or self.undecided or self.overpaid or self.unallocated)


def reconcile(batch: Batch, decision: Decision | None, remittances: Iterable[Remittance] = ()) -> Reconciliation:
    """Where every minor unit of the batch stands; a remittance that came twice counts once."""
    paid, unallocated = _paid(batch, remittances)
    answers = {answer.claim: answer for answer in decision.claims} if decision else {}
    asked: dict[str, int] = {}
    for item in batch.items:
        asked[item.claim] = asked.get(item.claim, 0) + item.due
    numbers = {item.claim: item.number for item in batch.items}
    balances = (
        _balance(claim, numbers[claim], due, answers.get(claim), paid.get(claim, 0)) for claim, due in asked.items()
    )
    return Reconciliation(batch.id, batch.currency, tuple(balances), unallocated)


def remittance_of(
    decision: Decision,
    batch: Batch,
    *,
    id: str,
    reference: str,
    paid_on: date,
    amount: int | None = None,
    earlier: Sequence[Remittance] = (),
) -> Remittance:
    """A payment of what the decision leaves open: all of it, or `amount` of it in the order of the batch.

    InputError when nothing is open, or when the amount lies above what is.
    """
    open_now = reconcile(batch, decision, earlier)
    wanted = open_now.open if amount is None else amount
    if open_now.open == 0:
        raise InputError("payment-nothing-open", batch=batch.number)
    if not 0 < wanted <= open_now.open:
        raise InputError("payment-above-open", batch=batch.number, amount=wanted, open=open_now.open)
    left, items = wanted, []
    for balance in open_now.claims:
        part = min(left, balance.open)
        left -= part
        if part:
            items.append((balance.claim, part))
    return Remittance(id, batch.id, decision.id, reference, paid_on, batch.currency, wanted, tuple(items))


def _paid(batch: Batch, remittances: Iterable[Remittance]) -> tuple[dict[str, int], int]:
    """What was paid for each claim, and what names no claim of this batch."""
    seen: dict[str, Remittance] = {}
    for remittance in remittances:
        if remittance.batch != batch.id or remittance.currency != batch.currency:
            raise InputError("remittance-of-another-batch", reference=remittance.reference, batch=batch.number)
        if seen.setdefault(remittance.id, remittance) != remittance:
            raise InputError("remittance-differs", reference=remittance.reference)
    ours = {item.claim for item in batch.items}
    paid: dict[str, int] = {}
    for remittance in seen.values():
        for claim, amount in remittance.items:
            if claim in ours:
                paid[claim] = paid.get(claim, 0) + amount
    return paid, sum(remittance.amount for remittance in seen.values()) - sum(paid.values())


def _balance(claim: str, number: str, due: int, answer: ClaimDecision | None, paid: int) -> Balance:
    """The claim's money by outcome; where its lines and the batch disagree, the rest counts as reduced."""
    if answer is None:
        return Balance(claim=claim, number=number, claimed=due, undecided=due, paid=paid)
    accepted = min(due, answer.amount)
    pending = min(due - accepted, _claimed(answer, "pending"))
    refused = min(due - accepted - pending, _claimed(answer, "refused"))
    return Balance(
        claim=claim,
        number=number,
        claimed=due,
        accepted=accepted,
        pending=pending,
        refused=refused,
        reduced=due - accepted - pending - refused,
        paid=paid,
    )


def _claimed(answer: ClaimDecision, outcome: Outcome) -> int:
    return sum(line.claimed for line in answer.lines if line.outcome == outcome)
