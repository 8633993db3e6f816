"""The answer to a batch: what is proposed for every line, who must look at it, and what the officer decides.

Per line the payer pays the smaller of what was claimed and what it computes; a flag that refuses or cuts is applied
with its reason, one that only wants a look leaves the amount as it is. A paper that the arrangement demands and
nobody has seen holds the line until it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from facility_agent.audit.month import Flag
from facility_agent.audit.recompute import LineAnswer, Recomputed
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import FACILITY, Bearer, Finding, note, reduce, refuse
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, LineDecision, Outcome


class Override(Record, frozen=True):
    """An officer's word on one line: the amount to pay and why; `pending` holds the line and pays nothing yet.

    `by` is who said so, when it is not whoever seals the decision.
    """

    amount: int
    reason: str
    pending: bool = False
    borne_by: Bearer = FACILITY
    by: str = ""


def propose(recomputed: Recomputed, flags: Iterable[Flag]) -> ClaimDecision:
    """What the rules and edits propose for one claim; `flags` about other claims are passed over."""
    about = [flag for flag in flags if flag.about == recomputed.claim]
    whole = [flag.finding for flag in about if not flag.lines]
    judged: dict[str, list[Finding]] = {}
    for entry in recomputed.adjudication.lines:
        judged.setdefault(entry.id, []).extend(entry.findings)
    lines = []
    for line in recomputed.lines:
        own = [flag.finding for flag in about if line.line in flag.lines]
        lines.append(_line(line, judged.get(line.line, []), own, whole))
    looked_at = [finding for finding in recomputed.adjudication.findings if finding.review]
    return ClaimDecision(recomputed.claim, tuple(lines), _once([*recomputed.findings, *looked_at, *whole]))


def needs_person(recomputed: Recomputed, flags: Iterable[Flag]) -> tuple[Finding, ...]:
    """Why a person should look at this claim; empty when the answer is the same and nothing asks for a look.

    A line, or a claim, that asks nothing of this payer keeps nobody busy but for a difference of the answers.
    """
    asked = list(recomputed.all_findings)
    if recomputed.claimed:
        asked += [flag.finding for flag in flags if flag.about == recomputed.claim]
        asked += recomputed.adjudication.findings
    claimed = {line.line for line in recomputed.lines if line.claimed}
    for line in recomputed.adjudication.lines:
        asked += line.findings if line.id in claimed else ()
    return _once([finding for finding in asked if finding.review])


def decision_of(
    batch: Batch,
    proposals: Iterable[ClaimDecision],
    overrides: Mapping[tuple[str, str], Override],
    *,
    id: str,
    by: str,
    on: date,
) -> Decision:
    """The decision on a batch: every claim once, the proposals with the officer's overrides by (claim, line).

    InputError when a claim is missing, foreign or named twice, when an override names nothing, gives no reason or
    pays more than was claimed, and when a claim would be paid above what the batch asks.
    """
    given = {proposal.claim: proposal for proposal in proposals}
    asked = {item.claim: item for item in batch.items}
    if len(asked) < len(batch.items):
        raise InputError("batch-names-a-claim-twice", batch=batch.number)
    for claim in sorted(asked.keys() - given.keys()):
        raise InputError("decision-without-claim", batch=batch.number, claim=asked[claim].number)
    for claim in sorted(given.keys() - asked.keys()):
        raise InputError("decision-of-foreign-claim", batch=batch.number, claim=claim)
    known = {(proposal.claim, line.line) for proposal in given.values() for line in proposal.lines}
    for claim, line in sorted(overrides.keys() - known):
        raise InputError("override-names-nothing", batch=batch.number, claim=claim, line=line)
    decided = []
    for item in batch.items:
        proposal = given[item.claim]
        lines = tuple(decided_line(line, overrides.get((item.claim, line.line)), by) for line in proposal.lines)
        answer = msgspec.structs.replace(proposal, lines=lines)
        if answer.amount > item.due:
            raise InputError("decided-above-invoiced", claim=item.number, decided=answer.amount, invoiced=item.due)
        decided.append(answer)
    return Decision(id, batch.id, on, by, tuple(decided))


def _line(line: LineAnswer, judged: list[Finding], flagged: list[Finding], whole: list[Finding]) -> LineDecision:
    """One line: computed and claimed, then the flags that refuse or cut, then the paper that is still missing."""
    amount = max(0, min(line.claimed, line.computed))
    strict = [finding for finding in (*flagged, *whole) if finding.weight in ("refuse", "reduce")]
    for finding in flagged:
        amount = max(0, amount - finding.amount) if finding.weight == "reduce" else amount
    if any(finding.weight == "refuse" for finding in strict):
        amount = 0
    reasons = [*(strict if amount < line.claimed else []), *line.findings, *flagged]
    reasons += [finding for finding in judged if finding.review]
    held = any(finding.code == "document-missing" and finding.weight == "unchecked" for finding in judged)
    if held and amount:
        return LineDecision(line.line, "pending", line.claimed, 0, _once(reasons))
    return LineDecision(line.line, _outcome(line.claimed, amount), line.claimed, amount, _once(reasons))


def decided_line(line: LineDecision, override: Override | None, by: str) -> LineDecision:
    """The line as proposed, or as the officer decides it."""
    if override is None:
        return line
    reason, by = override.reason.strip(), override.by or by
    if not reason:
        raise InputError("override-without-reason", line=line.line)
    if not 0 <= override.amount <= line.claimed:
        raise InputError("override-above-claimed", line=line.line, amount=override.amount, claimed=line.claimed)
    code, clause, cut = "decided-by-person", "decision", line.claimed - override.amount
    if override.pending:
        held = note(code, clause, reason=reason, by=by)
        return LineDecision(line.line, "pending", line.claimed, 0, (*line.findings, held))
    outcome = _outcome(line.claimed, override.amount)
    if outcome == "accepted":
        said = note(code, clause, reason=reason, by=by)
    elif outcome == "refused":
        said = refuse(code, clause, override.borne_by, reason=reason, by=by)
    else:
        said = reduce(code, clause, override.borne_by, cut, reason=reason, by=by)
    return LineDecision(line.line, outcome, line.claimed, override.amount, (*line.findings, said))


def _outcome(claimed: int, amount: int) -> Outcome:
    """Accepted as claimed, refused when nothing is left of something, reduced between the two."""
    if amount == claimed:
        return "accepted"
    return "reduced" if amount else "refused"


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    kept: list[Finding] = []
    for finding in findings:
        if finding not in kept:
            kept.append(finding)
    return tuple(kept)
