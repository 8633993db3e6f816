"""One visit billed to two mutuals, under two members: seen only where both agreed to lay their claims side by side.

A person who is in two mutuals has two member numbers, so that no comparison of members finds it. The facility's own
entry does: one day, one number of its register, two claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from facility_agent.audit.month import Flag, Month
from facility_agent.vocabulary.findings import note
from facility_agent.vocabulary.records import Claim


def billed_to_another(month: Month, theirs: Iterable[tuple[str, Claim]]) -> Iterator[Flag]:
    """The flags on our claims; `theirs` are other mutuals' claims with the code of each.

    A claim that both were asked to pay a part of is one claim, and accuses nobody. The flag names the other claim by
    its number only: its content stays where it is.
    """
    entries: dict[tuple[str, str, str], list[tuple[str, Claim]]] = {}
    for payer, claim in theirs:
        if claim.visit.register_number and claim.id not in month.claims:
            entries.setdefault(_entry(claim), []).append((payer, claim))
    for claim in month.live:
        if not claim.visit.register_number:
            continue
        for payer, other in entries.get(_entry(claim), ())[:1]:
            finding = note(
                "billed-to-another", "duplicates", review=True,
                claim=other.number, payer=payer, register=claim.visit.register_number,
            )  # fmt: skip
            yield month.flag(claim, finding)


def _entry(claim: Claim) -> tuple[str, str, str]:
    visit = claim.visit
    return visit.facility, visit.day.isoformat(), visit.register_number
