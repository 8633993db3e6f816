"""Which protocol rules are asked of which act, settled once for one facility's terms.

The names in a rule are acts of the package, or items that the package's acts answer to by code, alias or ATC code. A
rule of quantities looks only at acts of the very same code: an ATC code says nothing of the strength of a tablet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from facility_agent.arrangements.model import Act
from facility_agent.arrangements.protocols import Condition, Item, Rule, RuleWeight
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, Finding, reduce, refuse
from facility_agent.vocabulary.records import CareLine, Visit

#: So many codes of conditions are remembered with what they mean.
_MOST_CODES: Final = 5_000


class Asked(msgspec.Struct, frozen=True):
    """A rule with its names resolved for one facility: `acts` and `others` are acts of its package.

    `weight` is the rule's own only where a source bears it and the payer has a medical adviser; else it notes.
    """

    rule: Rule
    acts: frozenset[str]
    others: frozenset[str]
    weight: RuleWeight
    clause: str


def every(terms: Terms) -> tuple[Asked, ...]:
    """All rules of the arrangement, resolved once; those that name no act of this package find nothing to say."""
    if terms.rules is None:
        terms.rules = _every(terms)
    return terms.rules


def _every(terms: Terms) -> tuple[Asked, ...]:
    items = {item.code: item for item in terms.arrangement.items}
    advised = terms.clause("medical_adviser") is True
    found = []
    for rule in terms.arrangement.rules:
        acts = resolved(terms.acts.values(), rule.acts, rule.atc, rule.families, items, exact=rule.kind == "band")
        others = resolved(terms.acts.values(), rule.others, (), (), items)
        if rule.kind == "forbidden":
            acts, others = acts - others, frozenset()
        weight: RuleWeight = rule.weight if rule.sourced and advised else "note"
        found.append(Asked(rule, acts, others, weight, rule.clause or f"rule:{rule.code}"))
    return tuple(found)


def resolved(
    acts: Iterable[Act],
    names: Iterable[str],
    atc: tuple[str, ...],
    families: tuple[str, ...],
    items: dict[str, Item],
    exact: bool = False,
) -> frozenset[str]:
    """The acts that are meant by names, by the first signs of ATC codes, or by families."""
    wanted = set(names)
    known = [items[name] for name in wanted if name in items]
    aliases = {alias for item in known for alias in item.aliases}
    starts = () if exact else (*atc, *(item.atc for item in known if item.atc))
    return frozenset(
        act.code
        for act in acts
        if act.code in wanted
        or act.code in aliases
        or (act.atc and starts and act.atc.startswith(starts))
        or act.family in families
    )


def said(asked: Asked, code: str, line: CareLine, **evidence: str | int) -> Finding:
    """A finding of the rule's weight. With a justification nothing is refused: a person of the payer reads it."""
    if asked.weight == "refuse" and not line.justification:
        return refuse(code, asked.clause, FACILITY, **evidence)
    return _instead(asked, code, line, evidence)


def cut(asked: Asked, code: str, line: CareLine, amount: int, **evidence: str | int) -> Finding:
    """A cut where the rule's weight is one, else a note; with a justification a person reads it first."""
    if asked.weight == "reduce" and not line.justification:
        return reduce(code, asked.clause, FACILITY, amount, **evidence)
    return _instead(asked, code, line, evidence)


def _instead(asked: Asked, code: str, line: CareLine, evidence: dict[str, str | int]) -> Finding:
    """A note in the place of what would have cost money; where a justification took that place, a person reads it."""
    justified = asked.weight != "note" and bool(line.justification)
    return Finding(code, "note", asked.clause, review=justified, evidence=evidence)


def noted(asked: Asked, code: str, **evidence: str | int) -> Finding:
    """Something worth saying that changes no amount."""
    return Finding(code, "note", asked.clause, evidence=evidence)


def conditions_of(terms: Terms, visit: Visit) -> frozenset[str]:
    """The conditions that the claim's code means: the local code itself, or those whose ICD-10 codes it begins with."""
    code = visit.condition
    if not code:
        return frozenset()
    found = terms.conditions_of.get(code)
    if found is None:
        if len(terms.conditions_of) >= _MOST_CODES:
            terms.conditions_of.clear()
        found = terms.conditions_of[code] = meant_by(terms.arrangement.conditions, code)
    return found


def meant_by(conditions: Iterable[Condition], code: str) -> frozenset[str]:
    """The conditions that a code means: by the local code, or by the first signs of its ICD-10 code."""
    return frozenset(
        row.code
        for row in conditions
        if row.code.casefold() == code.casefold() or (row.icd10 and code.upper().startswith(row.icd10))
    )
