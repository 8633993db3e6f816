"""Care protocols: does what was given go with what the protocol asks for.

A rule without a source may at most note, and where the payer has no medical adviser all of them only note. What the
claim does not say (weight, result) gives `unchecked` with the missing fact. A kind of rule is one function and a line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facility_agent.arrangements.model import Act
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import company, conditions, doses, persons, repeats, tests_first
from facility_agent.protocols.asked import Asked, conditions_of, every
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Visit

OfLine = Callable[[Asked, Terms, Visit, CareLine, Past], tuple[Finding, ...]]


def _fact(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    return persons.fact(asked, visit, line)


#: The kinds that look at a line; what is left looks at the visit as a whole.
OF_LINE: Final[dict[str, OfLine]] = {
    "test-first": tests_first.test_first,
    "band": doses.band,
    "incompatible": company.incompatible,
    "prerequisite": company.prerequisite,
    "forbidden": conditions.forbidden,
    "for-whom": persons.for_whom,
    "where": persons.where,
    "repeat": repeats.repeat,
    "days-at-once": repeats.days_at_once,
    "fact": _fact,
}


def asked_of_act(terms: Terms, act: Act) -> tuple[Asked, ...]:
    """The rules that look at lines of this act, in the order of the arrangement."""
    return tuple(asked for asked in every(terms) if asked.rule.kind in OF_LINE and act.code in asked.acts)


def asked_of_condition(terms: Terms, condition: str) -> tuple[Asked, ...]:
    """The rules that look at a visit with this condition: expected care, referrals, and facts that it asks for."""
    found = terms.asked_of_condition.get(condition)
    if found is None:
        found = terms.asked_of_condition[condition] = tuple(
            asked
            for asked in every(terms)
            if condition in asked.rule.conditions
            and (asked.rule.kind in ("expected", "refer") or (asked.rule.kind == "fact" and not asked.rule.acts))
        )
    return found


def of_line(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """What one rule has to say about one line."""
    wanted = asked.rule.conditions
    if wanted and conditions_of(terms, visit).isdisjoint(wanted):
        return ()
    return OF_LINE[asked.rule.kind](asked, terms, visit, line, past)


def of_visit(terms: Terms, visit: Visit, past: Past) -> tuple[Finding, ...]:
    """What the rules of the stated conditions have to say about the visit as a whole, each of them once."""
    stated = conditions_of(terms, visit)
    if not stated:
        return ()
    rules = {asked.rule.code: asked for code in sorted(stated) for asked in asked_of_condition(terms, code)}
    found: list[Finding] = []
    for asked in rules.values():
        if asked.rule.kind == "expected":
            found += conditions.expected(asked, visit, past)
        elif asked.rule.kind == "refer":
            found += persons.refer(asked, terms, visit)
        else:
            found += persons.fact(asked, visit)
    return tuple(found)


def of_care(terms: Terms, visit: Visit, past: Past) -> tuple[tuple[str, Finding], ...]:
    """Everything that the protocols say of a visit: the line (empty for the visit as a whole) and the finding."""
    found = [("", finding) for finding in of_visit(terms, visit, past)]
    for line in visit.lines:
        act = terms.acts.get(line.act)
        for asked in asked_of_act(terms, act) if act is not None else ():
            found += [(line.id, finding) for finding in of_line(asked, terms, visit, line, past)]
    return tuple(found)
