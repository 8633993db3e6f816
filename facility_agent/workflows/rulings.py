"""How persons' rulings enter a decision: who may rule, when a second person is needed, and what a ruling changes.

Nobody decides a claim that they entered themselves. Above the amount that the payer has set, a claim that a person must
look at takes two persons; above the powers of an office that works for the payer, one of the payer's own people. A
ruling that followed a proposal which has changed since is given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from facility_agent.audit.decide import Override
from facility_agent.audit.report import AuditReport
from facility_agent.config import Config
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.reviews import Ruled, RuledLine, Ruling
from facility_agent.vocabulary.settlement import Batch, ClaimDecision
from facility_agent.workflows.powers import Powers


def needs_second(config: Config, claimed: int) -> bool:
    """Whether a claim of this amount takes two persons; never while no amount is set."""
    return 0 < config.second_eyes_above < claimed


def checked(ruling: Ruling, proposal: ClaimDecision, number: str) -> Ruling:
    """A ruling that names every line once, pays no more than was claimed, and gives a reason where it differs."""
    known = {line.line: line for line in proposal.lines}
    if sorted(line.line for line in ruling.lines) != sorted(known):
        raise InputError("ruling-lines", claim=number)
    for line in ruling.lines:
        if not 0 <= line.amount <= known[line.line].claimed:
            raise InputError(
                "override-above-claimed", line=line.line, amount=line.amount, claimed=known[line.line].claimed
            )
    if _differing(ruling, proposal) and not ruling.reason.strip():
        raise InputError("ruling-without-reason", claim=number)
    return ruling


def with_rulings(
    config: Config, batch: Batch, report: AuditReport, proposals: Iterable[ClaimDecision], rulings: Mapping[str, Ruled],
    overrides: Mapping[tuple[str, str], Override], by: str, entered_by: str, powers: Powers,
) -> dict[tuple[str, str], Override]:  # fmt: skip
    """The overrides of a decision: what the rulings change, then what whoever seals writes beside them."""
    if entered_by and entered_by == by:
        raise InputError("decided-by-enterer", batch=batch.number)
    numbers = {item.claim: item.number for item in batch.items}
    found: dict[tuple[str, str], Override] = {}
    for proposal in proposals:
        ruled = rulings.get(proposal.claim)
        if not powers.settles(by, sum(line.claimed for line in proposal.lines), ruled):
            raise InputError("claim-above-powers", claim=numbers.get(proposal.claim, proposal.claim))
        for line in _differing(ruled.ruling, proposal) if ruled else ():
            if ruled is None or not ruled.ruling.reason:
                raise InputError("ruling-stale", claim=numbers.get(proposal.claim, proposal.claim))
            found[proposal.claim, line.line] = Override(line.amount, ruled.ruling.reason, line.pending, by=ruled.by)
    asked = {entry.claim: entry.claimed for entry in report.look_at}
    asked |= {claim: sum(line.claimed for line in lines) for claim, lines in _overridden(proposals, overrides)}
    for claim, claimed in asked.items():
        ruled = rulings.get(claim)
        if needs_second(config, claimed) and (ruled is None or not ruled.seconded_by):
            raise InputError("second-eyes-missing", claim=numbers.get(claim, claim))
    return found | dict(overrides)


def _overridden(
    proposals: Iterable[ClaimDecision], overrides: Mapping[tuple[str, str], Override]
) -> Iterable[tuple[str, tuple]]:
    named = {claim for claim, _ in overrides}
    return ((proposal.claim, proposal.lines) for proposal in proposals if proposal.claim in named)


def _differing(ruling: Ruling, proposal: ClaimDecision) -> tuple[RuledLine, ...]:
    """The lines on which a ruling says something else than the proposal."""
    proposed = {line.line: (line.amount, line.outcome == "pending") for line in proposal.lines}
    return tuple(line for line in ruling.lines if (line.amount, line.pending) != proposed.get(line.line))
