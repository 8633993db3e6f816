"""Which fact makes two answers differ: what one side held about coverage, person, card or consumption.

Found by comparing the finding codes and evidence of both sides; a fact is named only when its two values differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from facility_agent.vocabulary.findings import Finding, note
from facility_agent.vocabulary.records import Adjudication, Coverage, Visit


class Side(msgspec.Struct, frozen=True):
    """One side's answer, and what it held when it gave it: the visit and its row of coverage with this payer."""

    adjudication: Adjudication
    visit: Visit
    coverage: Coverage | None


Reading = Callable[[Side], str]


def _of_coverage(field: str) -> Reading:
    def value(side: Side) -> str:
        return _text(getattr(side.coverage, field)) if side.coverage else ""

    return value


def _of_person(field: str) -> Reading:
    return lambda side: _text(getattr(side.visit.beneficiary, field))


def _of_evidence(code: str, field: str) -> Reading:
    """What the finding itself says was used; empty when this side did not find it."""

    def value(side: Side) -> str:
        found = (finding for finding in side.adjudication.all_findings if finding.code == code)
        return ", ".join(sorted({str(finding.evidence.get(field, "")) for finding in found}))

    return value


def _registered(side: Side) -> str:
    return side.coverage.beneficiary.number if side.coverage else ""


def _death(side: Side) -> str:
    return _text(side.coverage.beneficiary.deceased_on) if side.coverage else ""


def _revoked(side: Side) -> str:
    return {True: "yes", False: "no", None: ""}[side.visit.card_revoked]


#: Fact → how to read it from a side, and the finding codes in which a difference shows (none: it always shows).
FACTS: dict[str, tuple[Reading, tuple[str, ...]]] = {
    "register": (_registered, ()),
    "since": (_of_coverage("since"), ("coverage-not-open", "waiting-period")),
    "until": (_of_coverage("until"), ("coverage-not-open",)),
    "suspended_on": (_of_coverage("suspended_on"), ("coverage-suspended",)),
    "paid_until": (_of_coverage("paid_until"), ("contributions-unpaid",)),
    "deceased_on": (_death, ("beneficiary-deceased",)),
    "card_revoked": (_revoked, ("card-revoked", "revocation-list-missing")),
    "birth_date": (
        _of_person("birth_date"),
        ("age-incompatible", "birth-date-missing", "programme-not-for-person", "quantity-outside-band"),
    ),
    "sex": (_of_person("sex"), ("sex-incompatible", "programme-not-for-person")),
    "other_claim": (_of_evidence("duplicate-claim", "claim"), ("duplicate-claim",)),
    "follow_up": (_of_evidence("follow-up-window", "previous"), ("follow-up-window",)),
    "interval": (_of_evidence("interval-too-short", "previous"), ("interval-too-short",)),
    "count": (_of_evidence("count-reached", "count"), ("count-reached",)),
    "ceiling": (_of_evidence("ceiling-reached", "used"), ("ceiling-reached",)),
    "deductible": (_of_evidence("deductible", "amount"), ("deductible",)),
}


def differing_facts(ours: Side, theirs: Side) -> tuple[Finding, ...]:
    """One note per fact that the two sides do not hold alike, where it shows in the findings."""
    said, heard = _codes(ours.adjudication), _codes(theirs.adjudication)
    found: list[Finding] = []
    for fact, (reading, codes) in FACTS.items():
        changed = not codes or any(said.get(code) != heard.get(code) for code in codes)
        here, there = reading(ours), reading(theirs)
        if changed and here != there:
            found.append(note("facts-differ", fact=fact, ours=here, theirs=there))
    return tuple(found)


def _codes(adjudication: Adjudication) -> dict[str, list[tuple[str, list[tuple[str, str | int]]]]]:
    """Per code, the weights and evidence of its findings."""
    found: dict[str, list[tuple[str, list[tuple[str, str | int]]]]] = {}
    for finding in adjudication.all_findings:
        found.setdefault(finding.code, []).append((finding.weight, sorted(finding.evidence.items())))
    return found


def _text(value: date | str | None) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return value or ""
