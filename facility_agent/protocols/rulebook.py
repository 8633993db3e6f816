"""All rules of care in the order in which they are read: one line in, its findings out."""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.gathered import AskedOf, UnderScheme
from facility_agent.arrangements.model import Act
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import guarantees, limits, package, pathway, referral
from facility_agent.vocabulary.findings import FACILITY, MEMBER, Finding, note, refuse, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Coverage, Sheet, Visit


def of_visit(terms: Terms, visit: Visit, past: Past) -> list[Finding]:
    """What concerns the whole visit: dates, currency, arrangement, path of care, what its condition asks for."""
    about = (_in_force(terms, visit), _dates(visit), _versions(terms, visit), _currency(terms, visit))
    found = [finding for finding in about if finding is not None]
    found += _condition(terms, visit)
    if (unreferred := referral.referred(terms, visit)) is not None:
        found.append(unreferred)
    found += pathway.of_visit(terms, visit, past)
    if visit.emergency:
        found.append(note("emergency-opens-care", "emergency", until=""))
    if visit.sheet is not None:
        found.append(_from_paper(visit.sheet))
    return found


def of_line(
    terms: Terms, visit: Visit, line: CareLine, act: Act | None, earlier: list[CareLine], past: Past
) -> list[Finding]:
    """All reasons that hold whoever pays, not the first one."""
    if act is None:
        return [refuse("act-not-in-package", "package", MEMBER, act=line.act)]
    asked = terms.asked.get(act.code) or _asked(terms, act)
    found: list[Finding] = []
    for rule in asked.rules:
        if (finding := rule(terms, visit, line, act)) is not None:
            found.append(finding)
    if line.prescribed is not None or line.prescribed_on is not None:
        for rule in package.PRESCRIBED:
            if (finding := rule(terms, visit, line, act)) is not None:
                found.append(finding)
    for row in asked.requirements:
        if (finding := package.requirement(visit, line, row)) is not None:
            found.append(finding)
    for guarantee in asked.guarantees:
        found += guarantees.guaranteed(terms, visit, line, act, guarantee, earlier, past)
    if (finding := limits.duplicate_line(earlier, line)) is not None:
        found.append(finding)
    if past.same_day and (finding := limits.duplicate_claim(visit, line, past)) is not None:
        found.append(finding)
    if act.follow_up and (finding := limits.follow_up(terms, visit, act, past)) is not None:
        found.append(finding)
    for protocol in asked.protocols:
        found += pathway.of_line(protocol, terms, visit, line, past)
    return found


def of_scheme(
    terms: Terms,
    under: UnderScheme,
    coverage: Coverage | None,
    visit: Visit,
    line: CareLine,
    earlier: list[CareLine],
    past: Past,
) -> list[Finding]:
    """Counts, intervals, papers and guarantees that one scheme demands for this line."""
    found: list[Finding] = []
    for limit in under.counts:
        now = sum([other.quantity for other in earlier if terms.concerns(limit, other.act)])
        counted = limits.counted(limit, visit, line, terms.acts[line.act].family, coverage, past, now)
        soon = limits.spaced(limit, line, coverage, past)
        found += [finding for finding in (counted, soon) if finding is not None]
    for row in under.requirements:
        if (missing := package.requirement(visit, line, row)) is not None:
            found.append(missing)
    for guarantee in under.guarantees:
        found += guarantees.guaranteed(terms, visit, line, terms.acts[line.act], guarantee, earlier, past)
    return found


def _asked(terms: Terms, act: Act) -> AskedOf:
    """What is asked of this act here, chosen once: the other rules of the package would find nothing."""
    rules = tuple(rule for rule, speaks in package.RULES if speaks(terms, act))
    shown = terms.guarantees("", act.code)
    if act.status == "approval" and not any(row.kind == "approval" for row in shown):
        shown += (guarantees.BARE,)
    asked = AskedOf(rules, terms.requirements("", act.code), shown, pathway.asked_of_act(terms, act))
    terms.asked[act.code] = asked
    return asked


def _in_force(terms: Terms, visit: Visit) -> Finding | None:
    """The arrangement must be in force on the day of care."""
    start, until = terms.arrangement.start, terms.arrangement.until
    if start <= visit.day and (until is None or visit.day <= until):
        return None
    country = terms.arrangement.country
    return refuse("arrangement-not-in-force", "arrangement", FACILITY, country=country, day=visit.day.isoformat())


def _dates(visit: Visit) -> Finding | None:
    """Discharge after admission, care not after the day on which it was written down; late entry is noted."""
    stay = visit.stay
    if stay is not None and stay.discharged is not None and stay.discharged < stay.admitted:
        return refuse(
            "dates-reversed", "dates", FACILITY, start=stay.admitted.isoformat(), end=stay.discharged.isoformat()
        )
    day, entered = visit.day, visit.entered_on
    if entered is not None and entered < day:
        return refuse("visit-in-future", "dates", FACILITY, day=day.isoformat(), today=entered.isoformat())
    if entered is not None and entered > day:
        return note("late-entry", "dates", day=day.isoformat(), entered=entered.isoformat())
    return None


def _versions(terms: Terms, visit: Visit) -> Finding | None:
    """A stay that began or ended under another version is judged by that of the day of care, and a person looks."""
    stay = visit.stay
    if stay is None:
        return None
    start, until, last = terms.arrangement.start, terms.arrangement.until, stay.discharged or visit.day
    if start <= stay.admitted and (until is None or last <= until):
        return None
    return note(
        "stay-across-versions", "arrangement", review=True,
        admitted=stay.admitted.isoformat(), discharged=last.isoformat(), start=start.isoformat(),
    )  # fmt: skip


def _from_paper(sheet: Sheet) -> Finding:
    """Care that was written on a sheet without power is judged on the printed list; its version may be gone since."""
    said = Finding(
        "entered-from-list", "note", "register_days",
        evidence={
            "sheet": sheet.number, "list": sheet.list, "sequence": sheet.sequence, "as_of": sheet.as_of.isoformat(),
        },
    )  # fmt: skip
    if sheet.held:
        return said
    return msgspec.structs.replace(said, code="list-not-kept", weight="unchecked", cause="fact", missing="register")


def _condition(terms: Terms, visit: Visit) -> tuple[Finding, ...]:
    """Where the arrangement demands a condition code, a name will not do; some codes are forbidden."""
    if visit.condition and visit.condition in terms.clause("forbidden_conditions"):
        return (refuse("condition-forbidden", "forbidden_conditions", FACILITY),)
    if terms.clause("condition_code") == "required" and not visit.condition:
        return (unchecked("condition-code-missing", "condition_code", "fact", "condition", review=True),)
    return ()


def _currency(terms: Terms, visit: Visit) -> Finding | None:
    """Prices must be in the currency of the arrangement."""
    if visit.currency in ("", terms.arrangement.currency):
        return None
    return refuse(
        "currency-differs", "currency", FACILITY, currency=visit.currency, expected=terms.arrangement.currency
    )
