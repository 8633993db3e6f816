"""The verdict at the desk: who is this, and what is open to them today, with all the reasons.

Red is a refusal of rights with nothing else open; amber a missing fact or something to look at; green otherwise.
An emergency is never red: care opens at once and the mutual decides later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import terms
from facility_agent.eligibility import at_desk, open_today
from facility_agent.eligibility.entitlements import Entitlement, entitlements
from facility_agent.eligibility.plausible import plausible
from facility_agent.vocabulary.findings import Finding, note, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import Card, Colour, Coverage, History, Visit
from facility_agent.vocabulary.verdicts import CeilingLeft, DeskFacts, OpenBenefit, Verdict

#: What the clerk saw: the person of the card or register, somebody else, or no photo to compare with.
Photo = Literal["yes", "no", "none"]


def verdict(
    card: Card | None,
    card_findings: tuple[Finding, ...],
    coverage: tuple[Coverage, ...],
    facts: DeskFacts,
    history: History,
    arrangement: Arrangement,
    agreement: Agreement | None,
    visit: Visit,
) -> Verdict:
    """The verdict for a person who stands at the desk; `visit` is the visit as far as it is known, without lines."""
    known, today, past = terms(arrangement, agreement, visit.facility), visit.day, Past(history, visit)
    concerned = entitlements(known, coverage, visit)
    altered = any(finding.weight == "refuse" for finding in card_findings)
    # A card that is not believed names nobody: no register was asked, and none answered.
    nobody = altered and card is None and not visit.beneficiary.number
    findings = [
        *card_findings,
        *at_desk.clock(facts, today),
        *(() if nobody else at_desk.register(known, facts, coverage, visit)),
        *at_desk.same_person(card, coverage),
        *(() if (odd := plausible(visit.beneficiary, today)) is None else (odd,)),
        *at_desk.referred(known, visit),
    ]
    if facts.seen_today:
        findings.append(note("card-seen-today", "card", member=visit.beneficiary.number))
    opened: list[Entitlement] = []
    benefits: list[OpenBenefit] = []
    ceilings: list[CeilingLeft] = []
    later: list[Finding] = []
    for entitlement in concerned:
        if not entitlement.open or (altered and not entitlement.scheme.programme):
            continue
        paid, waits = open_today.benefits(known, entitlement, today)
        later += waits
        benefits += paid
        if paid and all(benefit.opens is not None for benefit in paid):
            continue
        left, open_clauses = open_today.left(known, entitlement, past, visit)
        opened.append(entitlement)
        ceilings += left
        later += open_clauses
    unsure = not opened and not altered and _may_be_covered(card, coverage, facts, visit)
    colour = _colour(findings, opened, visit.emergency or unsure)
    reasons = [finding for entitlement in concerned for finding in entitlement.findings]
    if unsure:
        reasons = [_not_seen(finding) for finding in reasons]
    if nobody:
        reasons = [finding for finding in reasons if finding.code != "member-not-in-register"]
    binds, cap, not_settled = at_desk.binding(known, facts, colour, today)
    later += [*at_desk.letters(known, facts, today), *not_settled]
    if visit.emergency:
        later.append(note("emergency-opens-care", "emergency", until=at_desk.until_settled(known, today)))
    return Verdict(
        colour,
        visit.beneficiary,
        _each_once((*findings, *reasons, *later)),
        tuple(benefits),
        tuple(ceilings),
        tuple(dict.fromkeys(entitlement.scheme.code for entitlement in opened)),
        binds,
        visit.emergency,
        cap,
        at_desk.papers(known, tuple(opened)),
    )


def with_photo(answer: Verdict, photo: Photo) -> Verdict:
    """The verdict once the clerk has compared the person with the photo: somebody else is never green."""
    kept = tuple(finding for finding in answer.findings if finding.code != "photo-not-them")
    if photo != "no":
        return msgspec.structs.replace(answer, findings=kept)
    doubt = note("photo-not-them", "card", review=True)
    colour: Colour = "amber" if answer.colour == "green" else answer.colour
    return msgspec.structs.replace(answer, colour=colour, findings=(doubt, *kept), binds=False, cap=None)


def missing(answer: Verdict) -> tuple[str, ...]:
    """The codes of what an emergency leaves to be put right: facts not seen, refusals, and what a person looks at."""
    return tuple(
        dict.fromkeys(
            finding.code
            for finding in answer.findings
            if finding.weight == "refuse" or finding.cause == "fact" or finding.review
        )
    )


def _colour(findings: list[Finding], opened: list[Entitlement], never_red: bool) -> Colour:
    """Red when nothing is open; amber when a fact is missing in what is open or at the desk itself."""
    if not opened:
        return "amber" if never_red else "red"
    asked = [*findings, *(finding for entitlement in opened for finding in entitlement.findings)]
    doubtful = any((finding.weight == "unchecked" and finding.cause == "fact") or finding.review for finding in asked)
    return "amber" if doubtful else "green"


def _may_be_covered(card: Card | None, coverage: tuple[Coverage, ...], facts: DeskFacts, visit: Visit) -> bool:
    """Whether the register at hand cannot know the person: there is none, or the card was issued after it."""
    if coverage or visit.admissions or not (card or visit.beneficiary.number):
        return False
    return facts.register_as_of is None or (card is not None and card.issued > facts.register_as_of)


def _not_seen(finding: Finding) -> Finding:
    """What a register refuses that cannot know the person is not checked, and not refused."""
    if finding.code != "member-not-in-register":
        return finding
    return unchecked(finding.code, finding.clause, "fact", "register", review=True, **finding.evidence)


def _each_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each reason once: the card says it without a clause, and the rights with the clause behind it."""
    found: list[Finding] = []
    for finding in findings:
        if finding not in found:
            found.append(finding)
    return tuple(finding for finding in found if finding.clause or not _cited(finding, found))


def _cited(finding: Finding, found: list[Finding]) -> bool:
    """Whether the same reason stands there with its clause."""
    return any(other.clause and (other.code, other.evidence) == (finding.code, finding.evidence) for other in found)
