"""What goes together: acts that exclude each other, and acts that follow others."""

from __future__ import annotations

from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, noted, said
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Visit


def incompatible(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """Two acts that do not go together in one visit."""
    clashes = asked.others.intersection([other.act for other in visit.lines])
    return (said(asked, "incompatible-acts", line, act=line.act, other=min(clashes)),) if clashes else ()


def prerequisite(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """An act that follows another one, in this visit or earlier; `days` says how much earlier counts."""
    if not asked.others.isdisjoint([other.act for other in visit.lines]):
        return ()
    days = asked.rule.days
    if any(past.before(act, days) for act in asked.others) if days else past.any_of(asked.others):
        return ()
    return (noted(asked, "prerequisite-missing", act=line.act, prerequisite=", ".join(asked.rule.others)),)
