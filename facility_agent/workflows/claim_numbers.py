"""Reasons for people: where a finding names another claim by its identifier, people read the claim's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from facility_agent.audit.report import AuditReport
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.settlement import ClaimDecision
from facility_agent.workflows.site import Site

#: The signs of an identifier.
_LENGTH = 36


async def by_number(site: Site, decisions: Iterable[ClaimDecision]) -> tuple[ClaimDecision, ...]:
    """The same answers, their findings with numbers; a claim that is not held keeps its identifier."""
    every = tuple(decisions)
    known = await _numbers(site, (found for answer in every for found in _findings(answer)))
    if not known:
        return every
    return tuple(
        msgspec.structs.replace(
            answer,
            findings=_named(answer.findings, known),
            lines=tuple(msgspec.structs.replace(line, findings=_named(line.findings, known)) for line in answer.lines),
        )
        for answer in every
    )


async def report_by_number(site: Site, report: AuditReport) -> AuditReport:
    """The same report, for people to read."""
    known = await _numbers(site, (found for entry in report.look_at for found in entry.findings))
    looked = tuple(msgspec.structs.replace(entry, findings=_named(entry.findings, known)) for entry in report.look_at)
    return msgspec.structs.replace(report, look_at=looked)


def _findings(answer: ClaimDecision) -> Iterable[Finding]:
    return (*answer.findings, *(found for line in answer.lines for found in line.findings))


async def _numbers(site: Site, findings: Iterable[Finding]) -> dict[str, str]:
    said = {value for found in findings for value in found.evidence.values() if isinstance(value, str)}
    return await site.store.claim_numbers(sorted(value for value in said if len(value) == _LENGTH))


def _named(findings: tuple[Finding, ...], known: Mapping[str, str]) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(
            found, evidence={name: known.get(str(value), value) for name, value in found.evidence.items()}
        )
        if any(value in known for value in found.evidence.values())
        else found
        for found in findings
    )
