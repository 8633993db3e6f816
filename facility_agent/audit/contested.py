"""A further decision: each contested line decided again with a reason, those whose paper has come, all others as they
were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from facility_agent.audit.decide import Override, decided_line
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Contest
from facility_agent.vocabulary.settlement import Batch, Decision


def contestable(decision: Decision) -> frozenset[tuple[str, str]]:
    """The lines, as (claim, line), that were not accepted as they were claimed and do not wait for a paper."""
    return frozenset(
        (answer.claim, line.line)
        for answer in decision.claims
        for line in answer.lines
        if line.outcome in ("reduced", "refused")
    )


def unanswered(contests: Iterable[Contest], decision: Decision | None) -> dict[tuple[str, str], str]:
    """The contested lines that still wait for their answer, each with its reason; a later decision answers all."""
    if decision is None:
        return {}
    return {
        (line.claim, line.line): line.reason
        for contest in contests
        if contest.decision == decision.id
        for line in contest.lines
    }


def waiting_for_paper(decision: Decision | None) -> frozenset[tuple[str, str]]:
    """The lines, as (claim, line), that are held until a paper comes."""
    claims = decision.claims if decision else ()
    return frozenset(
        (answer.claim, line.line) for answer in claims for line in answer.lines if line.outcome == "pending"
    )


def decided_again(
    held: Decision,
    contested: Iterable[tuple[str, str]],
    answers: Mapping[tuple[str, str], Override],
    batch: Batch,
    *,
    id: str,
    by: str,
    on: date,
) -> Decision:
    """A further decision of a batch: on all contested lines, and on those held for a paper that are answered.

    InputError `contest-nothing-open`, `contest-without-answer` for a contested line that has no answer,
    `override-names-nothing` for another line, and what an override may raise.
    """
    asked = set(contested) | (answers.keys() & waiting_for_paper(held))
    numbers = {item.claim: item.number for item in batch.items}
    if not asked:
        raise InputError("contest-nothing-open", batch=batch.number)
    for claim, line in sorted(asked - answers.keys()):
        raise InputError("contest-without-answer", claim=numbers.get(claim, claim), line=line)
    for claim, line in sorted(answers.keys() - asked):
        raise InputError("override-names-nothing", batch=batch.number, claim=numbers.get(claim, claim), line=line)
    claims = tuple(
        msgspec.structs.replace(
            answer,
            lines=tuple(decided_line(line, answers.get((answer.claim, line.line)), by) for line in answer.lines),
        )
        for answer in held.claims
    )
    return Decision(id, held.batch, on, by, claims)
