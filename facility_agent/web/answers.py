"""A payer's answer beside what was claimed: claim by claim and line by line, with the names of the acts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from facility_agent.audit.recompute import Recomputed
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, BatchItem, ClaimDecision, Outcome


class AnswerLine(msgspec.Struct, frozen=True):
    """One line of a claim: what was billed, what was claimed, what the payer computes and what it would pay."""

    key: str
    line: str
    act: str
    quantity: int
    price: int
    claimed: int
    computed: int
    amount: int
    outcome: Outcome
    findings: tuple[Finding, ...]


class Answered(msgspec.Struct, frozen=True):
    """One claim of a batch with the answer to each of its lines."""

    claim: str
    item: BatchItem
    lines: tuple[AnswerLine, ...]
    findings: tuple[Finding, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is not accepted as it was claimed."""
        return any(line.outcome != "accepted" for line in self.lines)

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


def answered(
    batch: Batch, claims: Iterable[Claim], decisions: Iterable[ClaimDecision], recomputed: Iterable[Recomputed] = ()
) -> tuple[Answered, ...]:
    """The answers in the order of the batch; `key` names a line in a form, by places that do not change."""
    visits = {claim.id: claim.visit for claim in claims}
    given = {decision.claim: decision for decision in decisions}
    ours = {(answer.claim, line.line): line.computed for answer in recomputed for line in answer.lines}
    found = []
    for place, item in enumerate(batch.items, 1):
        if item.claim not in given or item.claim not in visits:
            continue
        care = {line.id: line for line in visits[item.claim].lines}
        lines = tuple(
            AnswerLine(
                key=f"{place}.{number}",
                line=line.line,
                act=care[line.line].act if line.line in care else line.line,
                quantity=care[line.line].quantity if line.line in care else 0,
                price=care[line.line].price if line.line in care else 0,
                claimed=line.claimed,
                computed=ours.get((item.claim, line.line), line.amount),
                amount=line.amount,
                outcome=line.outcome,
                findings=line.findings,
            )
            for number, line in enumerate(given[item.claim].lines, 1)
        )
        found.append(Answered(item.claim, item, lines, given[item.claim].findings))
    return tuple(found)
