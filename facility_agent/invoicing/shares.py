"""Who pays what: each payer in order takes its part of what is left; the parts always add up.

Of an eligible amount, a scheme first leaves the deductible to the member, then pays its rate (or all but a flat
co-payment), rounded as the arrangement says, up to what its ceilings leave. What it leaves goes to the next payer,
and in the end to the member: the remainder of a split has a named party.
"""

from __future__ import annotations

from facility_agent.arrangements.gathered import UnderScheme
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.ceilings import Room, Used
from facility_agent.vocabulary.findings import FACILITY, MEMBER, UNKNOWN, Bearer, Finding, note, reduce, unchecked
from facility_agent.vocabulary.money import rate_of
from facility_agent.vocabulary.records import Coverage, Record


class Part(Record, frozen=True):
    """One scheme's answer to what was left of a line, in minor units: each cut and each deductible has its finding."""

    amount: int
    deductible: int
    facility_bears: int
    findings: list[Finding]


def take(terms: Terms, under: UnderScheme, coverage: Coverage | None, act: str, left: int, used: Used) -> Part:
    """What this scheme pays of `left` minor units of a line, its deductible, and the findings.

    `under` is what the scheme says of the act.
    """
    findings: list[Finding] = []
    deductible = _deductible(under, coverage, left, used, findings) if under.deductibles else 0
    facility = 0
    if under.ratio is not None:
        amount = rate_of(left - deductible, under.ratio, terms.rounding, terms.rounding_step)
    elif under.rate is None:
        family = terms.acts[act].family if act in terms.acts else ""
        findings.append(unchecked("rate-open", "rate", "clause", "rate", scheme=under.scheme, family=family))
        return Part(0, deductible, 0, findings)
    elif under.rate.per == "line":
        amount = max(0, left - deductible - int(under.rate.copay or 0))
    else:
        amount = used.all_but_copay(terms, under.rate, under.scheme, left - deductible, findings)
    if under.ceilings:
        rooms = used.rooms(under, coverage)
        for room in rooms:
            if room.left is None or room.left < amount:
                amount, borne = _capped(terms, room, amount, findings)
                facility += borne
        for room in rooms:
            if room.left is not None:
                room.left -= amount
    return Part(amount, deductible, facility, findings)


def _deductible(under: UnderScheme, coverage: Coverage | None, left: int, used: Used, findings: list[Finding]) -> int:
    """What the person bears before the scheme pays."""
    deductible = 0
    for row in under.deductibles:
        clause = row.clause or f"deductible:{row.code}"
        if row.amount == UNKNOWN:
            findings.append(unchecked("deductible", clause, "clause", "amount", amount=0, row=row.code))
            continue
        borne = min(left - deductible, used.left_of_deductible(row, coverage))
        if borne:
            used.take_deductible(row, borne)
            deductible += borne
            findings.append(note("deductible", clause, amount=borne, row=row.code))
    return deductible


def _capped(terms: Terms, room: Room, amount: int, findings: list[Finding]) -> tuple[int, int]:
    """What the ceiling leaves of an amount that has no room under it, and how much of the cut the facility bears."""
    limit = room.limit
    clause = limit.clause or f"limit:{limit.code}"
    if room.left is None:
        findings.append(unchecked("ceiling-reached", clause, "clause", "amount", scope=limit.scope, limit="", used=""))
        return amount, 0
    remaining, maximum = max(0, room.left), int(limit.amount or 0)
    cut = amount - remaining
    if not cut:
        return amount, 0
    bearer: Bearer = terms.bearers.get("ceiling-reached") or limit.borne_by or MEMBER
    evidence: dict[str, str | int] = {"scope": limit.scope, "limit": maximum, "used": maximum - remaining}
    findings.append(reduce("ceiling-reached", clause, bearer, cut, **evidence))
    return remaining, cut if bearer == FACILITY else 0
