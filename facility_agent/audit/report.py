"""What the audit of a batch found: money, findings by code, and the claims to look at, the most money first.

`unchecked` is counted apart and never as passed. Every cut is put under one code, the first reason of its line, so
that the cuts by code add up to the whole cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from facility_agent.audit.decide import needs_person
from facility_agent.audit.edits import by_claim
from facility_agent.audit.estimate import SampleFound
from facility_agent.audit.month import Flag
from facility_agent.audit.recompute import Recomputed
from facility_agent.vocabulary.findings import Finding, Weight
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, LineDecision


class CodeTotal(Record, frozen=True):
    """One code with one weight: in how many claims it stands, the money that it cut, the money that it doubts."""

    code: str
    weight: Weight
    claims: int
    cut: int = 0
    at_risk: int = 0


class ToLookAt(Record, frozen=True):
    """A claim that needs a person: why, what it asks, what is proposed, and the money at risk.

    At risk are the lines that something asks to look at, and what the proposal cuts or holds; never above `claimed`.
    """

    claim: str
    number: str
    claimed: int
    proposed: int
    at_risk: int
    findings: tuple[Finding, ...]


class AuditReport(Record, frozen=True):
    """The audit of one batch. claimed = accepted + cut + pending; amounts are this payer's, in minor units.

    `sample` is what a draw of the batch showed, where one was made."""

    batch: str
    currency: str
    claims: int
    lines: int
    claimed: int
    accepted: int
    cut: int
    pending: int
    without_person: int
    with_unchecked: int
    codes: tuple[CodeTotal, ...] = ()
    look_at: tuple[ToLookAt, ...] = ()
    of_month: tuple[Finding, ...] = ()
    sample: SampleFound | None = None

    @property
    def share_without_person(self) -> Fraction:
        """The share of claims that were decided without a person, between 0 and 1.

        >>> AuditReport("B", "XOF", 40, 90, 0, 0, 0, 0, 38, 0).share_without_person
        Fraction(19, 20)
        """
        return Fraction(self.without_person, self.claims) if self.claims else Fraction(0)


def report(
    batch: Batch,
    recomputed: Iterable[Recomputed],
    flags: Iterable[Flag],
    proposals: Iterable[ClaimDecision],
    sample: SampleFound | None = None,
) -> AuditReport:
    """The report on a batch from its parts: our answers, the flags, what is proposed, and what a sample showed."""
    answers = tuple(recomputed)
    flagged = by_claim(flags)
    proposed = {proposal.claim: proposal for proposal in proposals}
    numbers = {item.claim: item.number for item in batch.items}
    looked = [_to_look_at(answer, flagged, proposed, numbers) for answer in answers]
    look_at = [entry for entry in looked if entry.findings]
    lines = [line for proposal in proposed.values() for line in proposal.lines]
    pending = sum(line.claimed for line in lines if line.outcome == "pending")
    accepted = sum(line.amount for line in lines)
    claimed = sum(line.claimed for line in lines)
    return AuditReport(
        batch.id,
        batch.currency,
        len(answers),
        len(lines),
        claimed,
        accepted,
        claimed - accepted - pending,
        pending,
        len(looked) - len(look_at),
        sum(any(finding.weight == "unchecked" for finding in _all(answer, flagged)) for answer in answers),
        _by_code(answers, flagged, proposed),
        tuple(sorted(look_at, key=lambda entry: (-entry.at_risk, entry.number, entry.claim))),
        tuple(flag.finding for flag in flagged.get("", ())),
        sample,
    )


def _to_look_at(
    answer: Recomputed,
    flagged: Mapping[str, tuple[Flag, ...]],
    proposed: Mapping[str, ClaimDecision],
    numbers: Mapping[str, str],
) -> ToLookAt:
    proposal = proposed.get(answer.claim, ClaimDecision(answer.claim, ()))
    why = needs_person(answer, flagged.get(answer.claim, ()))
    doubted = any(finding.review for finding in proposal.findings)
    at_risk = answer.claimed if doubted else sum(_at_risk(line) for line in proposal.lines)
    number = numbers.get(answer.claim, "")
    return ToLookAt(answer.claim, number, answer.claimed, proposal.amount, at_risk, why)


def _at_risk(line: LineDecision) -> int:
    """All of a line that something asks to look at; of one whose answer only differs, the difference."""
    doubted = any(finding.review and finding.code != "answer-differs" for finding in line.findings)
    return line.claimed if doubted else line.claimed - line.amount


def _by_code(
    answers: Iterable[Recomputed], flagged: Mapping[str, tuple[Flag, ...]], proposed: Mapping[str, ClaimDecision]
) -> tuple[CodeTotal, ...]:
    """One row per code and weight, the most money first."""
    claims: dict[tuple[str, Weight], int] = {}
    cuts: dict[tuple[str, Weight], int] = {}
    risks: dict[tuple[str, Weight], int] = {}
    for answer in answers:
        for key in {(finding.code, finding.weight) for finding in _all(answer, flagged)}:
            claims[key] = claims.get(key, 0) + 1
        for line in proposed[answer.claim].lines if answer.claim in proposed else ():
            reason = _reason(line)
            if reason is not None:
                key = (reason.code, reason.weight)
                cuts[key] = cuts.get(key, 0) + line.claimed - line.amount
        for flag in flagged.get(answer.claim, ()):
            key = (flag.finding.code, flag.finding.weight)
            risks[key] = risks.get(key, 0) + flag.money_at_risk
    rows = (
        CodeTotal(code, weight, count, cuts.get((code, weight), 0), risks.get((code, weight), 0))
        for (code, weight), count in claims.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.cut, -row.at_risk, row.code, row.weight)))


def _reason(line: LineDecision) -> Finding | None:
    """The finding that a cut is put under: the first refusal, else the first cut."""
    if line.outcome not in ("reduced", "refused"):
        return None
    strict = sorted(
        (finding for finding in line.findings if finding.weight in ("refuse", "reduce")),
        key=lambda finding: finding.weight != "refuse",
    )
    return strict[0] if strict else None


def _all(answer: Recomputed, flagged: Mapping[str, tuple[Flag, ...]]) -> tuple[Finding, ...]:
    """Everything that was said of a claim: by the rules, by the comparison, by the edits."""
    flags = tuple(flag.finding for flag in flagged.get(answer.claim, ()))
    return (*answer.adjudication.all_findings, *answer.all_findings, *flags)
