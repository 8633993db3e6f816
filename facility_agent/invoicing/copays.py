"""A flat co-payment that is due once: for the visit (a voucher), or for the episode in which people come back.

What was paid of it in earlier claims is what they left of the eligible amount after the schemes up to this one.
"""

from __future__ import annotations

from datetime import timedelta

from facility_agent.arrangements.model import RateRow
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import UNKNOWN, Finding, note, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import PastLine, Visit


def due(terms: Terms, row: RateRow, scheme: str, visit: Visit, past: Past) -> tuple[int, Finding | None]:
    """Minor units of the co-payment still due when the visit begins, and what is to be said of the episode."""
    whole = int(row.copay or 0)
    if row.per == "visit" or row.episode_days is None:
        return whole, None
    clause = row.clause or "copay"
    days = 0 if row.episode_days == UNKNOWN else int(row.episode_days)
    lines = [
        line
        for line in past.within("person", visit.day - timedelta(days=days or 365), visit.day)
        if line.eligible and terms.rate(scheme, line.act) == row and _same(line, visit)
    ]
    if not lines:
        return whole, None
    previous = lines[-1].day.isoformat()
    if not days:
        return whole, unchecked(
            "copay-once", clause, "clause", "episode_days", scheme=scheme, previous=previous, amount=whole
        )
    if not visit.condition or not all(line.condition for line in lines):
        return whole, unchecked(
            "copay-once", clause, "fact", "condition", scheme=scheme, previous=previous, amount=whole
        )
    rest = max(0, whole - sum(_left(terms, scheme, line) for line in lines))
    return rest, note("copay-once", clause, scheme=scheme, previous=previous, amount=rest)


def _same(line: PastLine, visit: Visit) -> bool:
    """Whether an earlier line may belong to the same episode: a condition that nobody stated is not another one."""
    return not visit.condition or not line.condition or line.condition == visit.condition


def _left(terms: Terms, scheme: str, line: PastLine) -> int:
    """What an earlier line left to pay after this scheme and those before it."""
    order = list(terms.schemes)
    upto = set(order[: order.index(scheme) + 1]) if scheme in order else {scheme}
    return line.eligible - line.deductible - sum(share.amount for share in line.shares if share.scheme in upto)
