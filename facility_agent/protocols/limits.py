"""How often and how much: doubles, follow-up windows, counts and intervals.

Windows look backwards only: care that came later never closes the door on an earlier visit.
"""

from __future__ import annotations

from facility_agent.arrangements.model import Act, Limit
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import CareLine, Coverage, Visit


def duplicate_line(earlier: list[CareLine], line: CareLine) -> Finding | None:
    """The same act twice in one visit counts once, unless the two were given at two stated hours or days of a stay."""
    for other in earlier:
        if other.act == line.act and other.day == line.day and (not other.at or not line.at or other.at == line.at):
            return refuse("duplicate-line", "duplicates", FACILITY, act=line.act, line=other.id)
    return None


def duplicate_claim(visit: Visit, line: CareLine, past: Past) -> Finding | None:
    """The same act for the same person, facility, day and hour in another claim counts once."""
    moment = line.at or visit.at
    for other in past.same_day:
        if other.act != line.act or other.facility != visit.facility or not other.eligible:
            continue
        if not other.at or not moment or other.at == moment:
            return refuse(
                "duplicate-claim", "duplicates", FACILITY, act=line.act, claim=other.claim, day=other.day.isoformat()
            )
    return None


def follow_up(terms: Terms, visit: Visit, act: Act, past: Past) -> Finding | None:
    """One consultation fee covers the illness episode for some days: the next one for the same motive is free.

    A chronic motive may have a window of its own; whether it is chronic is a fact of the visit.
    """
    if not act.follow_up:
        return None
    usual, chronic = terms.follow_up_days, terms.follow_up_chronic_days
    days, clause = usual, "follow_up_days"
    if chronic is not None and visit.chronic:
        days, clause = chronic, "follow_up_chronic_days"
    if days is None:
        return None
    if days == UNKNOWN:
        return unchecked("follow-up-window", clause, "clause", clause, previous="", days=0)
    longest = max(int(days), int(chronic)) if chronic not in (None, UNKNOWN) and visit.chronic is None else int(days)
    previous = past.before(act.code, longest)
    if previous is None or previous.facility != visit.facility:
        return None
    missing = "condition" if not visit.condition or not previous.condition else ""
    if not missing and previous.condition != visit.condition:
        return None
    if (visit.day - previous.day).days > int(days):
        missing, days, clause = missing or "chronic", longest, "follow_up_chronic_days"
    evidence: dict[str, str | int] = {"previous": previous.day.isoformat(), "days": int(days)}
    if missing:
        return Finding("follow-up-window", "unchecked", clause, cause="fact", missing=missing, evidence=evidence)
    return refuse("follow-up-window", clause, FACILITY, **evidence)


def counted(
    limit: Limit, visit: Visit, line: CareLine, family: str, coverage: Coverage | None, past: Past, now: int
) -> Finding | None:
    """No more than so many of these acts in the period; `now` of them stand earlier in this visit."""
    if limit.count is None:
        return None
    clause = limit.clause or f"limit:{limit.code}"
    months = limit.months or 12
    if limit.count == UNKNOWN:
        return unchecked("count-reached", clause, "clause", "count", act=line.act, count=0, maximum="", months=months)
    if limit.per == "stay" and visit.stay is None:
        return None
    period = window(limit.per, visit.day, coverage.since if coverage else None, limit.months, visit.stay)
    scheme = coverage.scheme if coverage else ""
    used = now + past.given(scheme, limit.scope, period, limit.acts, limit.families, limit.code)
    if used + line.quantity <= limit.count:
        return None
    if limit.approvable:
        code = _approved(visit, line.act, family)
        evidence: dict[str, str | int] = {"act": line.act, "count": used, "maximum": int(limit.count), "months": months}
        if code:
            return note("guarantee-used", clause, act=line.act, number=code)
        if visit.emergency:
            return note("count-reached", clause, review=True, **evidence)
    return refuse(
        "count-reached", clause, limit.borne_by, act=line.act, count=used, maximum=int(limit.count), months=months
    )


def spaced(limit: Limit, line: CareLine, coverage: Coverage | None, past: Past) -> Finding | None:
    """Some days must lie between two of these acts."""
    if limit.interval is None:
        return None
    clause = limit.clause or f"limit:{limit.code}"
    if limit.interval == UNKNOWN:
        return unchecked("interval-too-short", clause, "clause", "interval", act=line.act, previous="", days=0)
    previous = past.last_day(coverage.scheme if coverage else "", limit.code, line.act, int(limit.interval) - 1)
    if previous is None:
        return None
    return refuse(
        "interval-too-short",
        clause,
        limit.borne_by,
        act=line.act,
        previous=previous.isoformat(),
        days=int(limit.interval),
    )


def _approved(visit: Visit, act: str, family: str) -> str:
    """The number of the prior approval that opens the door beyond a count, or nothing."""
    return next(
        (
            guarantee.number
            for guarantee in visit.guarantees
            if (act in guarantee.acts or family in guarantee.acts)
            and guarantee.state == "granted"
            and guarantee.start <= visit.day <= guarantee.until
        ),
        "",
    )
