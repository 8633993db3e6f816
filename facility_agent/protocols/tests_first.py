"""Tests before treatments: done in this visit or some days before, and positive where the protocol asks for it."""

from __future__ import annotations

from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, said
from facility_agent.vocabulary.findings import Finding, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Visit


def test_first(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """A treatment that should follow a test. An earlier claim says that a test was done, not how it came out."""
    tests = [other for other in visit.lines if other.act in asked.others]
    names = ", ".join(asked.rule.others)
    if not tests:
        if any(past.before(test, asked.rule.days) for test in asked.others):
            return ()
        return (said(asked, "test-before-treatment", line, act=line.act, tests=names),)
    if not asked.rule.positive or any(test.result == "positive" for test in tests):
        return ()
    if any(not test.result for test in tests):
        return (unchecked("test-before-treatment", asked.clause, "fact", "result", act=line.act, tests=names),)
    return (said(asked, "test-result-negative", line, act=line.act, test=min(test.act for test in tests)),)
