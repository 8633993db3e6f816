"""How often and how much: doubles, follow-up windows, counts and intervals.

Windows look backwards only: care that came later never closes the door on an earlier visit.
"""

from __future__ import annotations

from facility_agent.arrangements.model import Act, Limit
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, refuse, unchecked
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


def follow_up(terms: Terms, visit: Visit, line: CareLine, act: Act, past: Past) -> Finding | None:
    """One consultation fee covers the illness episode for some days: the next one for the same motive is free."""
    if not act.follow_up:
        return None
    days = terms.follow_up_days
    if days is None:
        return None
    if days == UNKNOWN:
        return unchecked("follow-up-window", "follow_up_days", "clause", "follow_up_days", previous="", days=0)
    previous = past.before(act.code, int(days))
    if previous is None or previous.facility != visit.facility:
        return None
    evidence: dict[str, str | int] = {"previous": previous.day.isoformat(), "days": int(days)}
    if not visit.condition or not previous.condition:
        return Finding(
            "follow-up-window", "unchecked", "follow_up_days", cause="fact", missing="condition", evidence=evidence
        )
    if previous.condition != visit.condition:
        return None
    return refuse("follow-up-window", "follow_up_days", FACILITY, **evidence)


def counted(
    limit: Limit, visit: Visit, line: CareLine, coverage: Coverage | None, past: Past, now: int
) -> Finding | None:
    """No more than so many of these acts in the period; `now` of them stand earlier in this visit."""
    if limit.count is None:
        return None
    clause = limit.clause or f"limit:{limit.code}"
    months = limit.months or 12
    if limit.count == UNKNOWN:
        return unchecked("count-reached", clause, "clause", "count", act=line.act, count=0, maximum="", months=months)
    first, last = window(limit.per, visit.day, coverage.since if coverage else None, limit.months)
    used = now + sum(
        other.quantity
        for other in past.within(limit.scope, first, last)
        if other.eligible and _concerns(limit, other.act, other.family)
    )
    if used + line.quantity <= limit.count:
        return None
    return refuse(
        "count-reached", clause, limit.borne_by, act=line.act, count=used, maximum=int(limit.count), months=months
    )


def spaced(limit: Limit, visit: Visit, line: CareLine, past: Past) -> Finding | None:
    """Some days must lie between two of these acts."""
    if limit.interval is None:
        return None
    clause = limit.clause or f"limit:{limit.code}"
    if limit.interval == UNKNOWN:
        return unchecked("interval-too-short", clause, "clause", "interval", act=line.act, previous="", days=0)
    previous = past.before(line.act, int(limit.interval) - 1)
    if previous is None or previous.day == visit.day:
        return None
    return refuse(
        "interval-too-short",
        clause,
        limit.borne_by,
        act=line.act,
        previous=previous.day.isoformat(),
        days=int(limit.interval),
    )


def _concerns(limit: Limit, act: str, family: str) -> bool:
    return (not limit.acts and not limit.families) or act in limit.acts or family in limit.families
