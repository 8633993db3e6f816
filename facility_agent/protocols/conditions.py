"""What goes with a condition: medicines that are not for it, and care that the protocol expects.

These rules speak only when the claim states a condition that they name. What is expected and not given is noted once
for the visit, never against a line.
"""

from __future__ import annotations

from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, said
from facility_agent.protocols.persons import of_age
from facility_agent.vocabulary.findings import Finding, note
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Visit


def forbidden(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """A medicine that is not given for this condition."""
    if not of_age(asked.rule, visit):
        return ()
    return (said(asked, "medicine-not-for-condition", line, act=line.act, condition=visit.condition),)


def expected(asked: Asked, visit: Visit, past: Past) -> tuple[Finding, ...]:
    """First-line care, or what may stand in its place, in this visit or `days` before."""
    wanted = asked.acts | asked.others
    if not wanted or not of_age(asked.rule, visit) or not wanted.isdisjoint([line.act for line in visit.lines]):
        return ()
    if asked.rule.days and any(past.before(act, asked.rule.days) for act in wanted):
        return ()
    names = ", ".join(asked.rule.acts)
    return (note("care-expected", asked.clause, condition=visit.condition, expected_acts=names),)
