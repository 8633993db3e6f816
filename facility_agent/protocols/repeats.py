"""How often and for how long: days between two, a number per pregnancy, episode or period, days of treatment at once.

Windows look backwards only, as everywhere: care that came later never speaks against an earlier visit.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from facility_agent.arrangements.protocols import Rule
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, cut, said
from facility_agent.vocabulary.findings import Finding, unchecked
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import CareLine, Visit

#: A pregnancy whose week nobody states has begun at most so many days ago.
LONGEST_PREGNANCY: Final = 294


def repeat(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """Too soon after the last one, or more than the number of the period."""
    found = []
    rule = asked.rule
    if rule.days and rule.maximum is None:
        previous = max(
            (entry for act in asked.acts if (entry := past.before(act, rule.days - 1)) and entry.day != visit.day),
            key=lambda entry: (entry.day, entry.at),
            default=None,
        )
        if previous is not None:
            evidence: dict[str, str | int] = {"previous": previous.day.isoformat(), "days": rule.days}
            found.append(said(asked, "interval-too-short", line, act=line.act, **evidence))
    if rule.maximum is not None:
        first = since(rule, visit)
        used = sum(
            entry.quantity
            for act in asked.acts
            for entry in past.of(act)
            if first <= entry.day <= visit.day and (entry.day, entry.at) <= (visit.day, visit.at)
        )
        if used + line.quantity > rule.maximum:
            months = max(1, round((visit.day - first).days / 30))
            said_now: dict[str, str | int] = {"count": used, "maximum": rule.maximum, "months": months}
            found.append(said(asked, "count-reached", line, act=line.act, **said_now))
    return tuple(found)


def since(rule: Rule, visit: Visit) -> date:
    """The first day that counts: of the pregnancy, of the episode (`days` back), of the month or the year.

    >>> from facility_agent.arrangements.row import Text
    >>> from facility_agent.vocabulary.records import Beneficiary
    >>> visit = Visit("v", "F", date(2026, 6, 15), Beneficiary("1", "Awa"), (), gestation_weeks=20)
    >>> rule = Rule(code="scan", kind="repeat", name=Text("x", "x"), maximum=3, per="pregnancy")
    >>> since(rule, visit)
    datetime.date(2026, 1, 26)
    """
    if rule.per == "pregnancy":
        weeks = visit.gestation_weeks
        return visit.day - timedelta(days=LONGEST_PREGNANCY if weeks is None else 7 * weeks)
    if rule.per == "episode":
        return visit.day - timedelta(days=rule.days)
    return window(rule.per, visit.day)[0]


def days_at_once(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """No more days of treatment in one line; a guarantee that names the act lifts it."""
    rule = asked.rule
    most = rule.maximum or 0
    if rule.in_stay and visit.stay is None:
        return ()
    if rule.approved and any(
        line.act in entry.acts and entry.start <= visit.day <= entry.until for entry in visit.guarantees
    ):
        return ()
    if line.days is None:
        return (_unsaid(asked, line, most),)
    if line.days <= most:
        return ()
    allowed = line.quantity * most // line.days
    evidence: dict[str, str | int] = {"act": line.act, "days": line.days, "maximum": most}
    evidence |= {"quantity": line.quantity, "allowed": allowed}
    return (cut(asked, "days-over-maximum", line, (line.quantity - allowed) * line.price, **evidence),)


def _unsaid(asked: Asked, line: CareLine, most: int) -> Finding:
    """Nobody wrote down for how many days the quantity is."""
    return unchecked(
        "days-over-maximum", asked.clause, "fact", "days",
        act=line.act, days="", maximum=most, quantity=line.quantity, allowed="",
    )  # fmt: skip
