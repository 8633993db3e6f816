"""What a protocol proposes for a condition: tests, medicines and acts, with the quantity for this weight or age.

A proposal is no order: the lines are offered, and the prescriber takes what is right for the person.
"""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.model import Act
from facility_agent.arrangements.protocols import Item, Protocol
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import doses
from facility_agent.protocols.asked import conditions_of, every, resolved
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import Visit


class Proposal(msgspec.Struct, frozen=True):
    """One line to accept. `quantity` None when neither weight nor age tells it; `by` is what told it."""

    protocol: str
    act: str
    quantity: int | None
    by: str = ""


def sheets_of(terms: Terms, visit: Visit) -> tuple[Protocol, ...]:
    """The protocols of the stated condition that are for a person of this age; an unknown age fits all of them."""
    stated = conditions_of(terms, visit)
    born = visit.beneficiary.birth_date
    months = age_in_months(born, visit.day) if born else None
    return tuple(
        row
        for row in terms.arrangement.protocols
        if not stated.isdisjoint(row.conditions)
        and (months is None or (row.from_months or 0) <= months)
        and (months is None or row.under_months is None or months < row.under_months)
    )


def proposed(terms: Terms, visit: Visit) -> tuple[Proposal, ...]:
    """The order set of the stated condition, each act of the package once; acts already given are left out."""
    given = {line.act for line in visit.lines}
    items = {item.code: item for item in terms.arrangement.items}
    found: dict[str, Proposal] = {}
    for sheet in sheets_of(terms, visit):
        for name in sheet.order:
            act = terms.acts.get(name) or _answering(terms, name, items)
            if act is None or act.code in given or act.status == "excluded":
                continue
            if act.levels and terms.level and terms.level not in act.levels:
                continue
            found.setdefault(act.code, _quantified(terms, visit, sheet.code, act.code))
    return tuple(found.values())


def _answering(terms: Terms, name: str, items: dict[str, Item]) -> Act | None:
    """The one act of the package that answers to an item; nothing when several do: then a person chooses."""
    acts = resolved(terms.acts.values(), (name,), (), (), items)
    return terms.acts[next(iter(acts))] if len(acts) == 1 else None


def _quantified(terms: Terms, visit: Visit, protocol: str, act: str) -> Proposal:
    rule = next((asked.rule for asked in every(terms) if asked.rule.kind == "band" and act in asked.acts), None)
    if rule is None:
        return Proposal(protocol, act, 1)
    born, grams = visit.beneficiary.birth_date, visit.weight_grams
    months = age_in_months(born, visit.day) if born else None
    by = "weight" if doses.of_weight(rule.bands, grams) else "age" if doses.of_age(rule.bands, months) else ""
    return Proposal(protocol, act, doses.proposed(rule.bands, grams, months), by)
