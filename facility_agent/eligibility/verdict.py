"""The verdict at the desk: who is this, and what is open to them today, with all the reasons.

Red is a refusal of rights with nothing else open; amber a missing fact or something to look at; green otherwise.
An emergency is never red: care opens at once and the mutual decides later.
"""

from __future__ import annotations

from datetime import date, timedelta

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.eligibility.entitlements import Entitlement, entitlements
from facility_agent.eligibility.rights import waiting_period
from facility_agent.vocabulary.findings import UNKNOWN, Finding, note, unchecked
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import Beneficiary, Card, Colour, Coverage, History, Visit
from facility_agent.vocabulary.verdicts import CeilingLeft, DeskFacts, OpenBenefit, Verdict


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
    known = terms(arrangement, agreement, visit.facility)
    open_to_them = entitlements(known, coverage, visit)
    findings = [*card_findings, *_clock(facts, visit.day), *_register(known, facts, coverage, visit)]
    if card is not None and coverage:
        findings += _same_person(card, coverage[0].beneficiary)
    if facts.seen_today:
        findings.append(note("card-seen-today", "card", member=visit.beneficiary.number))
    opened = [entitlement for entitlement in open_to_them if entitlement.open]
    if any(finding.weight == "refuse" for finding in card_findings):
        opened = [entitlement for entitlement in opened if entitlement.scheme.programme]
    colour = _colour(findings, opened, visit.emergency)
    for entitlement in open_to_them:
        findings += [finding for finding in entitlement.findings if finding not in findings]
    if visit.emergency:
        findings.append(note("emergency-opens-care", "emergency", until=_until(known, visit.day)))
    return Verdict(
        colour,
        visit.beneficiary,
        tuple(findings),
        tuple(benefit for entitlement in opened for benefit in _benefits(known, entitlement, visit.day)),
        tuple(left for entitlement in opened for left in _ceilings(known, entitlement, Past(history, visit), visit)),
        tuple(entitlement.scheme.code for entitlement in opened),
        _binds(known, facts, colour, visit.day),
        visit.emergency,
    )


def _colour(findings: list[Finding], opened: list[Entitlement], emergency: bool) -> Colour:
    """Red when nothing is open; amber when a fact is missing in what is open or at the desk itself."""
    if not opened:
        return "amber" if emergency else "red"
    asked = [*findings, *(finding for entitlement in opened for finding in entitlement.findings)]
    doubtful = any((finding.weight == "unchecked" and finding.cause == "fact") or finding.review for finding in asked)
    return "amber" if doubtful else "green"


def _clock(facts: DeskFacts, today: date) -> list[Finding]:
    """A clock that ran backwards (no battery, 1970) is noticed and said."""
    if facts.latest_day is None or today >= facts.latest_day:
        return []
    return [
        unchecked(
            "clock-behind", "dates", "fact", "today", review=True,
            today=today.isoformat(), seen=facts.latest_day.isoformat(),
        )
    ]  # fmt: skip


def _register(known: Terms, facts: DeskFacts, coverage: tuple[Coverage, ...], visit: Visit) -> list[Finding]:
    """No register, or one older than the arrangement allows; programmes need none."""
    if visit.admissions and not coverage:
        return []
    if facts.register_as_of is None:
        return [unchecked("register-missing", "register_days", "fact", "register", review=True, payer="")]
    limit = known.clause("register_days")
    age = (visit.day - facts.register_as_of).days
    if limit == UNKNOWN or age <= int(limit):
        return []
    return [
        unchecked(
            "register-old", "register_days", "fact", "register",
            as_of=facts.register_as_of.isoformat(), days=age, limit=int(limit),
        )
    ]  # fmt: skip


def _same_person(card: Card, person: Beneficiary) -> list[Finding]:
    """What the card says about the person against what the register says."""
    year = person.birth_date.year if person.birth_date else person.birth_year
    pairs = (
        ("sex", card.sex, person.sex),
        ("birth_year", str(card.birth_year or ""), str(year or "")),
        ("name", card.name, person.name[: len(card.name)]),
    )
    return [
        note("person-differs", "card", review=True, field=field, card=ours, register=theirs)
        for field, ours, theirs in pairs
        if ours and theirs and ours != theirs
    ]


def _benefits(known: Terms, entitlement: Entitlement, today: date) -> list[OpenBenefit]:
    """What the scheme pays by family, and from when where a waiting period still runs."""
    found: list[OpenBenefit] = []
    for family in known.arrangement.families:
        act = next(
            (act.code for act in known.acts.values() if act.family == family.code and act.status != "excluded"), ""
        )
        row = known.rate(entitlement.scheme.code, act) if act else None
        if row is None:
            continue
        opens = None
        if entitlement.coverage is not None:
            waits = [
                waiting_period(entitlement.coverage, wait, today)
                for wait in known.waitings(entitlement.scheme.code, act)
            ]
            days = [str(wait.evidence["opens"]) for wait in waits if wait is not None and wait.evidence.get("opens")]
            opens = date.fromisoformat(max(days)) if days else None
        rate = "" if row.rate is None else str(row.rate)
        copay = int(row.copay) if row.copay is not None else None
        found.append(OpenBenefit(entitlement.scheme.code, entitlement.payer, family.code, rate, copay, opens))
    return found


def _ceilings(known: Terms, entitlement: Entitlement, past: Past, visit: Visit) -> list[CeilingLeft]:
    """What is left today of the scheme's ceilings that count over a period."""
    scheme, coverage = entitlement.scheme.code, entitlement.coverage
    rows = {row.code: row for act in known.acts for row in known.limits(scheme, act)}
    found: list[CeilingLeft] = []
    for row in rows.values():
        if row.amount in (None, UNKNOWN) or row.per in ("line", "visit", "day"):
            continue
        period = window(row.per, visit.day, coverage.since if coverage else None, row.months)
        used = past.paid(scheme, row.scope, period, row.acts, row.families)
        found.append(CeilingLeft(row.code, scheme, int(row.amount or 0), max(0, int(row.amount or 0) - used)))
    return found


def _binds(known: Terms, facts: DeskFacts, colour: Colour, today: date) -> bool | None:
    """Whether this offline answer binds the payer: only a green one, from a register young enough."""
    limit = known.clause("register_days")
    if limit == UNKNOWN:
        return None
    if colour != "green" or facts.register_as_of is None:
        return False
    return (today - facts.register_as_of).days <= int(limit)


def _until(known: Terms, day: date) -> str:
    """The day until which an emergency's papers can be put right, where the arrangement says."""
    days = known.clause("emergency_days")
    return "" if days == UNKNOWN else (day + timedelta(days=int(days))).isoformat()
