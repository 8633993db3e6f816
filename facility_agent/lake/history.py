"""What later claims remember of a claim: its lines, as the payer's own store keeps them."""

from __future__ import annotations

from collections.abc import Mapping

from facility_agent.vocabulary.records import Claim, PastLine


def past_lines(claim: Claim, families: Mapping[str, str]) -> tuple[PastLine, ...]:
    """The lines of a claim; `families` gives the family of each act. Amounts are those of the stored answer."""
    visit = claim.visit
    given = {line.id: line for line in visit.lines}
    return tuple(
        PastLine(
            claim.id,
            visit.beneficiary.number,
            visit.beneficiary.household,
            visit.facility,
            visit.day,
            line.act,
            families.get(line.act, ""),
            given[line.id].quantity,
            line.eligible,
            given[line.id].at or visit.at,
            line.shares,
            line.deductible,
            visit.condition,
        )
        for line in claim.adjudication.lines
        if line.id in given
    )
