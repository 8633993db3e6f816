"""Does the month hold what was planted, and nothing else: every step's result against the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from facility_agent.demo.sites import FIRST, Pair
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Claim
from facility_agent.workflows.audit_desk import AuditView
from facility_agent.workflows.month_end import BatchView, batches

if TYPE_CHECKING:
    from facility_agent.demo.run import Recorded


async def month(pair: Pair, recorded: Sequence[Recorded], view: AuditView, closed: Sequence[BatchView]) -> list[str]:
    """All faults of the month, as sentences; empty when everything is as planned."""
    claims = {
        claim.id: claim
        for claim in await pair.facility.store.claims_of_month(pair.facility.config.code, month_of(FIRST))
    }
    faults = [fault for claim in claims.values() for fault in _adds_up(claim)]
    if len(claims) != len(recorded):
        faults.append(f"{len(recorded)} visits, {len(claims)} claims")
    for entry in recorded:
        claim = claims.get(entry.visit.id)
        if claim is not None:
            faults += _planted(entry, claim, view) if not entry.planned.clean else _clean(claim, view)
    faults += await _reconciled(pair, view)
    if {batch.batch.payer for batch in closed} != {"MLT", "bf-state"}:
        faults.append("not one batch per payer: " + ", ".join(batch.batch.payer for batch in closed))
    return faults


def _adds_up(claim: Claim) -> list[str]:
    wrong = [
        f"{claim.number} line {line.id} does not add up"
        for line in claim.adjudication.lines
        if line.submitted != sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
    ]
    return wrong


def _planted(entry: Recorded, claim: Claim, view: AuditView) -> list[str]:
    """The planted finding must stand where it was planted: at the desk, in the claim, or in the mutual's audit."""
    planned, seen = entry.planned, set[str]()
    if planned.where == "desk" and entry.answer is not None:
        seen |= {finding.code for finding in entry.answer.verdict.findings}
        if entry.answer.verdict.colour == "green":
            return [f"{claim.number}: {planned.planted} planted, and the desk was green"]
    if planned.where == "facility":
        seen |= {finding.code for finding in claim.adjudication.all_findings}
    if planned.where == "mutual":
        seen |= {flag.code for flag in view.flags if claim.id in flag.claims}
        for answer in view.recomputed:
            if answer.claim == claim.id:
                seen |= {finding.code for finding in answer.all_findings}
                seen |= {finding.code for finding in answer.adjudication.all_findings}
    return (
        []
        if planned.planted in seen
        else [f"{claim.number}: {planned.planted} was planted and not found ({sorted(seen)})"]
    )


def _clean(claim: Claim, view: AuditView) -> list[str]:
    """A clean claim is neither refused nor reduced, by the rules or by the mutual."""
    hard = [finding.code for finding in claim.adjudication.all_findings if finding.weight in ("refuse", "reduce")]
    faults = [f"{claim.number} is clean and was cut: {', '.join(hard)}"] if hard else []
    if view.decision is not None:
        answer = next((entry for entry in view.decision.claims if entry.claim == claim.id), None)
        cut = [line.line for line in answer.lines if line.outcome != "accepted"] if answer else []
        faults += [f"{claim.number} is clean and the mutual cut lines {', '.join(cut)}"] if cut else []
    return faults


async def _reconciled(pair: Pair, view: AuditView) -> list[str]:
    """At the health centre every franc of the mutual's batch is paid, reduced or refused; the State's stays open."""
    faults = []
    for batch in await batches(pair.facility):
        if batch.batch.payer != pair.mutual.config.code:
            if batch.state != "closed":
                faults.append(f"the batch of {batch.batch.payer} is {batch.state}")
            continue
        money = batch.reconciliation
        if money is None or money.claimed != money.paid + money.reduced + money.refused or money.open or money.pending:
            faults.append("the mutual's batch is not reconciled to the franc")
        if batch.state != "reconciled":
            faults.append(f"the mutual's batch is {batch.state}")
        if money is not None and view.decision is not None and money.paid != view.decision.amount:
            faults.append("what was paid is not what was decided")
    return faults
