"""What is open today: the rate of each family of care, from when, and what is left of ceilings and counts.

What depends on the contract alone is gathered once per terms; a busy desk asks it for everybody.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from facility_agent.arrangements.model import Limit, Waiting
from facility_agent.arrangements.terms import Terms
from facility_agent.eligibility.entitlements import Entitlement
from facility_agent.eligibility.rights import waited
from facility_agent.vocabulary.findings import UNKNOWN, Finding, unchecked
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import Visit
from facility_agent.vocabulary.verdicts import CeilingLeft, OpenBenefit

_Paid = tuple[str, str, int | None, tuple[Waiting, ...]]


@lru_cache(maxsize=256)
def _paid(known: Terms, scheme: str) -> tuple[_Paid, ...]:
    """Families of care that the scheme pays here: the rate or flat co-payment, and the waits before it."""
    first: dict[str, str] = {}
    for act in known.acts.values():
        if act.status != "excluded" and known.covers(scheme, act.code) and known.rate(scheme, act.code) is not None:
            first.setdefault(act.family, act.code)
    found: list[_Paid] = []
    for family in known.arrangement.families:
        row = known.rate(scheme, first[family.code]) if family.code in first else None
        if row is not None:
            rate = "" if row.rate is None else str(row.rate)
            copay = int(row.copay) if row.copay is not None else None
            found.append((family.code, rate, copay, tuple(known.waitings(scheme, first[family.code]))))
    return tuple(found)


@lru_cache(maxsize=256)
def _limits(known: Terms, scheme: str) -> tuple[Limit, ...]:
    """The scheme's ceilings and counts over a period."""
    rows = {row.code: row for act in known.acts for row in known.limits(scheme, act)}
    return tuple(
        row
        for row in rows.values()
        if (row.amount is not None or row.count is not None) and row.per not in ("line", "visit", "day")
    )


@lru_cache(maxsize=1024)
def _benefits(
    known: Terms, scheme: str, payer: str, since: date | None, today: date
) -> tuple[tuple[OpenBenefit, ...], tuple[Finding, ...]]:
    found: list[OpenBenefit] = []
    reasons: dict[str, Finding] = {}
    for family, rate, copay, waits in _paid(known, scheme):
        still = (waited(since, wait, today) for wait in waits) if since is not None else ()
        running = [finding for finding in still if finding is not None]
        reasons |= {str(finding.evidence["benefit"]): finding for finding in running}
        days = [str(finding.evidence["opens"]) for finding in running if finding.evidence["opens"]]
        opens = date.fromisoformat(max(days)) if days else None
        found.append(OpenBenefit(scheme, payer, family, rate, copay, opens))
    return tuple(found), tuple(reasons.values())


def benefits(
    known: Terms, entitlement: Entitlement, today: date
) -> tuple[tuple[OpenBenefit, ...], tuple[Finding, ...]]:
    """What the scheme pays by family, from when where a waiting period still runs, and those waiting periods."""
    since = entitlement.coverage.since if entitlement.coverage is not None else None
    return _benefits(known, entitlement.scheme.code, entitlement.payer, since, today)


def left(known: Terms, entitlement: Entitlement, past: Past, visit: Visit) -> tuple[list[CeilingLeft], list[Finding]]:
    """What is left today of the scheme's ceilings and counts; a value that no source gives is said to be open."""
    scheme, coverage = entitlement.scheme.code, entitlement.coverage
    found: list[CeilingLeft] = []
    unknown: list[Finding] = []
    for row in _limits(known, scheme):
        counts = row.amount is None
        limit = row.count if counts else row.amount
        if limit is None or limit == UNKNOWN:
            clause = row.clause or f"limit:{row.code}"
            unknown.append(unchecked("ceiling-reached", clause, "clause", "amount", scope=row.scope, limit="", used=""))
            continue
        period = window(row.per, visit.day, coverage.since if coverage else None, row.months)
        if counts:
            used = past.given(scheme, row.scope, period, row.acts, row.families, row.code)
        else:
            used = past.paid(scheme, row.scope, period, row.acts, row.families, row.code)
        found.append(CeilingLeft(row.code, scheme, int(limit), max(0, int(limit) - used), counts))
    return found, unknown
