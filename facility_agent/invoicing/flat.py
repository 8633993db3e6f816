"""One price for an episode: a flat rate is paid once, and the care that it includes is not paid beside it.

What is within a flat rate is borne by the facility, whoever owes the flat rate itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from operator import attrgetter

from facility_agent.arrangements.model import Act, Tariff
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Cause, Finding, reduce
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Visit

_act_of = attrgetter("act")


def met(terms: Terms, visit: Visit, schemes: tuple[str, ...], past: Past) -> bool:
    """Whether a flat rate may pay for a line: one of the open schemes has it, and it was given now or before."""
    for scheme, within in terms.within_flat.items():
        if (not scheme or scheme in schemes) and not within.isdisjoint(map(_act_of, visit.lines)):
            return not terms.flat.isdisjoint(map(_act_of, visit.lines)) or past.any_of(terms.flat)
    return False


def within(
    terms: Terms, visit: Visit, line: CareLine, act: Act, schemes: tuple[str, ...], earlier: list[CareLine], past: Past
) -> Iterator[Finding]:
    """What flat rates of this visit, or of earlier ones, say of a line; one that pays for it ends the question.

    The flat rate itself is paid once for the episode: a second line of it, and its units beyond the first, are within.
    """
    for code in sorted(terms.flat):
        row = _flat(terms, code, schemes)
        if row is None or (act.code != code and act.family not in row.includes):
            continue
        found = _paid_for(row, visit, line, act, earlier, past)
        if found is not None:
            yield found
            if found.weight == "reduce":
                return
    own = _flat(terms, act.code, schemes) if act.code in terms.flat and line.quantity > 1 else None
    if own is not None:
        cut, clause = (line.quantity - 1) * line.price, own.clause or "tariff"
        yield reduce("flat-once", clause, FACILITY, cut, act=act.code, quantity=line.quantity, paid=1)


def _flat(terms: Terms, act: str, schemes: tuple[str, ...]) -> Tariff | None:
    """The flat rate of an act under the first open scheme that has a price for it."""
    row = terms.first_tariff(act, schemes)
    return row if row is not None and row.basis == "flat" else None


def _paid_for(
    row: Tariff, visit: Visit, line: CareLine, act: Act, earlier: list[CareLine], past: Past
) -> Finding | None:
    """Whether one flat rate pays for the line already: beside it in this visit, or within the days of its episode."""
    beside = earlier if act.code == row.act else visit.lines
    if any(other.act == row.act for other in beside):
        return _found(row, line, act, visit.day.isoformat())
    if row.episode_days is None:
        return None
    days = 365 if row.episode_days == UNKNOWN else int(row.episode_days)
    before = [
        other
        for other in past.within("person", visit.day - timedelta(days=days), visit.day)
        if other.act == row.act and other.facility == visit.facility and other.eligible
    ]
    same = [other for other in before if other.condition and other.condition == visit.condition]
    unsaid = [other for other in before if not (other.condition and visit.condition)]
    if not same and not unsaid:
        return None
    previous = (same or unsaid)[-1].day.isoformat()
    missing = "episode_days" if row.episode_days == UNKNOWN else "" if same else "condition"
    return _found(row, line, act, previous, missing)


def _found(row: Tariff, line: CareLine, act: Act, previous: str, missing: str = "") -> Finding:
    """The whole line is within the flat rate; or what is missing to say so."""
    clause = row.clause or "tariff"
    evidence: dict[str, str | int] = {"act": act.code, "other": row.act, "previous": previous}
    if missing:
        cause: Cause = "clause" if missing == "episode_days" else "fact"
        return Finding("included-in-flat", "unchecked", clause, cause=cause, missing=missing, evidence=evidence)
    cut = line.price * line.quantity
    return Finding("included-in-flat", "reduce", clause, FACILITY, amount=cut, evidence=evidence)
