"""Who pays what: each payer in order takes its part of what is left; the parts always add up.

Of an eligible amount, a scheme first leaves the deductible to the member, then pays its rate (or all but a flat
co-payment), rounded as the arrangement says, up to what its ceilings leave. What it leaves goes to the next payer,
and in the end to the member: the remainder of a split has a named party.
"""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.model import RateRow
from facility_agent.arrangements.terms import Terms, part
from facility_agent.invoicing.ceilings import Used
from facility_agent.vocabulary.findings import FACILITY, MEMBER, UNKNOWN, Bearer, Finding, note, reduce, unchecked
from facility_agent.vocabulary.money import rate_of
from facility_agent.vocabulary.records import Coverage, Share


class Part(msgspec.Struct, frozen=True):
    """One scheme's answer to what was left of a line."""

    share: Share
    deductible: int
    facility_bears: int
    findings: tuple[Finding, ...]


def take(terms: Terms, scheme: str, payer: str, coverage: Coverage | None, act: str, left: int, used: Used) -> Part:
    """What this scheme pays of `left` minor units of a line, its deductible, and the findings."""
    findings: list[Finding] = []
    deductible = 0
    for row in terms.deductibles(scheme):
        clause = row.clause or f"deductible:{row.code}"
        if row.amount == UNKNOWN:
            findings.append(unchecked("deductible", clause, "clause", "amount", amount=0))
            continue
        borne = min(left - deductible, used.left_of_deductible(row, coverage))
        if borne:
            used.take_deductible(row, borne)
            deductible += borne
            findings.append(note("deductible", clause, amount=borne))
    base = left - deductible
    rate = terms.rate(scheme, act)
    if rate is None:
        family = terms.acts[act].family if act in terms.acts else ""
        findings.append(unchecked("rate-open", "rate", "clause", "rate", scheme=scheme, family=family))
        return Part(Share(payer, scheme, 0), deductible, 0, tuple(findings))
    wanted = _wanted(terms, rate, base)
    amount, facility = wanted, 0
    limits = [row for row in (*terms.limits(scheme, act), *terms.limits("", act)) if row.amount is not None]
    for limit in limits:
        clause = limit.clause or f"limit:{limit.code}"
        remaining = used.left_of_ceiling(limit, coverage, scheme)
        if remaining is None:
            findings.append(
                unchecked("ceiling-reached", clause, "clause", "amount", scope=limit.scope, limit="", used="")
            )
        elif remaining < amount:
            cut = amount - remaining
            amount = remaining
            bearer: Bearer = limit.borne_by or MEMBER
            facility += cut if bearer == FACILITY else 0
            findings.append(
                reduce(
                    "ceiling-reached",
                    clause,
                    bearer,
                    cut,
                    scope=limit.scope,
                    limit=int(limit.amount or 0),
                    used=int(limit.amount or 0) - remaining,
                )
            )
    share = Share(payer, scheme, amount)
    used.take_ceilings(limits, share)
    return Part(share, deductible, facility, tuple(findings))


def _wanted(terms: Terms, row: RateRow, base: int) -> int:
    """The payer's part before ceilings, never above `base`."""
    ratio = part(row)
    if ratio is not None:
        return rate_of(base, ratio, terms.rounding, terms.rounding_step)
    return max(0, base - int(row.copay or 0))
