"""Guarantees of payment: prior approval, letter, long-term authorisation: shown, in time, granted, not used up.

What earlier claims used of a guarantee is counted by its number. A guarantee that was only asked for counts when the
payer's silence grants it; an emergency is put right afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from facility_agent.arrangements.calendar import days_of, later, unit_of
from facility_agent.arrangements.duties import GuaranteeRule
from facility_agent.arrangements.model import Act
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Guarantee, Visit

#: What is asked of an act under prior approval that no row speaks of.
BARE = GuaranteeRule(code="approval", without="refuse")


def guaranteed(
    terms: Terms, visit: Visit, line: CareLine, act: Act, row: GuaranteeRule, earlier: list[CareLine], past: Past
) -> Iterator[Finding]:
    """Whether a guarantee covers this line, as one row of the arrangement asks."""
    if row.kind == "extension" or (row.above is not None and line.quantity <= row.above):
        return
    shown = [guarantee for guarantee in visit.guarantees if _names(guarantee, act, row)]
    if not shown:
        absent = _absent(terms, visit, act, row)
        if absent is not None:
            yield absent
        return
    states = [(guarantee, _wrong(terms, visit, act, row, guarantee)) for guarantee in shown]
    valid = [guarantee for guarantee, wrong in states if not wrong]
    if not valid:
        yield _not_valid(visit, act, row, *states[-1])
        return
    yield from _used(terms, line, act, row, valid, earlier, past)


def _names(guarantee: Guarantee, act: Act, row: GuaranteeRule) -> bool:
    """Whether a guarantee is about this act; a letter that names no care is about all of it."""
    if guarantee.kind not in ("", row.kind):
        return False
    if not guarantee.acts:
        return row.kind == "letter"
    if not guarantee.kind and _demands(act, row) == "nothing":
        return False
    return act.code in guarantee.acts or act.family in guarantee.acts


def _wrong(terms: Terms, visit: Visit, act: Act, row: GuaranteeRule, guarantee: Guarantee) -> str:
    """The code of why a guarantee does not count on the day of care; UNKNOWN when what silence means is open."""
    if guarantee.state == "refused":
        return "guarantee-not-granted"
    if guarantee.state == "asked":
        silence = _silence(terms, visit.day, _answering(terms, act, row), guarantee)
        if silence:
            return silence
    last = guarantee.until
    if row.validity_days != UNKNOWN:
        last = min(last, guarantee.start + timedelta(days=int(row.validity_days)))
    if visit.day > last:
        return "guarantee-expired"
    if visit.day < guarantee.start:
        put_right = _put_right(terms, visit, row) if visit.emergency else None
        return "" if put_right is not None and guarantee.start <= put_right else "guarantee-expired"
    return ""


def _answering(terms: Terms, act: Act, row: GuaranteeRule) -> GuaranteeRule:
    """The row that says by when an answer comes and what silence means: for the days of a stay that of extensions."""
    rows = terms.guarantees(row.scheme, act.code) if act.day_of_stay else ()
    return next((each for each in rows if each.kind == "extension"), row)


def _silence(terms: Terms, day: date, row: GuaranteeRule, guarantee: Guarantee) -> str:
    """Nothing when the payer's silence has granted what was asked, else the code as above."""
    if row.silence == UNKNOWN or row.answer_hours == UNKNOWN:
        return UNKNOWN
    if guarantee.asked_on is None or row.silence == "refused":
        return "guarantee-not-granted"
    last = later(terms, guarantee.asked_on, days_of(int(row.answer_hours)), row.hours_unit)
    return "" if day > last else "guarantee-not-granted"


def _put_right(terms: Terms, visit: Visit, row: GuaranteeRule) -> date | None:
    """The day by which an emergency is put right; None while the arrangement leaves it open."""
    if row.emergency_hours != UNKNOWN:
        return later(terms, visit.day, days_of(int(row.emergency_hours)), row.hours_unit)
    days = terms.clause("emergency_days")
    return None if days == UNKNOWN else later(terms, visit.day, int(days), unit_of(terms, "emergency_days"))


def _demands(act: Act, row: GuaranteeRule) -> str:
    """What care without a guarantee meets; an act under prior approval is refused whatever the row says."""
    return "refuse" if act.status == "approval" and row.kind == "approval" else row.without


def _absent(terms: Terms, visit: Visit, act: Act, row: GuaranteeRule) -> Finding | None:
    """No guarantee was shown."""
    demands = _demands(act, row)
    if demands == "nothing":
        return None
    code = "prior-approval-missing" if row.kind == "approval" else "guarantee-missing"
    clause = row.clause or act.clause or row.kind
    if visit.emergency:
        if _put_right(terms, visit, row) is None:
            return unchecked(code, "emergency_days", "clause", "emergency_days", act=act.code)
        own = row.clause if row.emergency_hours != UNKNOWN and row.clause else "emergency_days"
        return note(code, own, review=True, act=act.code)
    if demands == "refuse":
        return refuse(code, clause, row.borne_by, act=act.code)
    return unchecked(code, clause, "fact", "guarantee", review=True, act=act.code)


def _not_valid(visit: Visit, act: Act, row: GuaranteeRule, guarantee: Guarantee, wrong: str) -> Finding:
    """A guarantee was shown and does not count."""
    clause = row.clause or act.clause or row.kind
    evidence: dict[str, str | int] = {"act": act.code, "number": guarantee.number}
    if wrong == UNKNOWN:
        missing = "silence" if row.silence == UNKNOWN else "answer_hours"
        return Finding("guarantee-not-granted", "unchecked", clause, cause="clause", missing=missing, evidence=evidence)
    if wrong == "guarantee-expired":
        evidence |= {"start": guarantee.start.isoformat(), "until": guarantee.until.isoformat()}
    if visit.emergency:
        return Finding(wrong, "note", clause, review=True, evidence=evidence)
    if _demands(act, row) == "refuse":
        return Finding(wrong, "refuse", clause, row.borne_by, evidence=evidence)
    return Finding(wrong, "unchecked", clause, cause="fact", missing="guarantee", review=True, evidence=evidence)


def _used(
    terms: Terms, line: CareLine, act: Act, row: GuaranteeRule, valid: list[Guarantee], earlier: list[CareLine],
    past: Past,
) -> Iterator[Finding]:  # fmt: skip
    """What earlier claims, and earlier lines of this visit, have left of the guarantees."""
    clause = row.clause or act.clause or row.kind
    before = {guarantee.number: past.under(guarantee.number) for guarantee in valid}
    fresh = [guarantee for guarantee in valid if row.reuse == "until-expiry" or not before[guarantee.number]]
    if not fresh:
        count = len({line.claim for line in before[valid[0].number]})
        evidence: dict[str, str | int] = {"act": act.code, "number": valid[0].number, "quantity": count, "allowed": 1}
        if row.reuse == UNKNOWN:
            yield Finding("guarantee-used-up", "unchecked", clause, cause="clause", missing="reuse", evidence=evidence)
        else:
            yield refuse("guarantee-used-up", clause, row.borne_by, **evidence)
        return
    rooms = [_room(terms, act, guarantee) for guarantee in fresh]
    allowed = sum(room for room in rooms if room is not None)
    allowed -= sum(used.quantity for guarantee in fresh for used in before[guarantee.number])
    allowed -= sum(other.quantity for other in earlier if any(other.act in guarantee.acts for guarantee in fresh))
    if None in rooms or line.quantity <= allowed:
        yield note("guarantee-used", clause, act=act.code, number=fresh[0].number)
        return
    evidence = {"act": act.code, "number": fresh[0].number, "quantity": line.quantity, "allowed": max(0, allowed)}
    if allowed <= 0:
        yield refuse("guarantee-used-up", clause, row.borne_by, **evidence)
        return
    yield note("guarantee-used", clause, act=act.code, number=fresh[0].number)
    yield reduce("guarantee-used-up", clause, FACILITY, (line.quantity - allowed) * line.price, **evidence)


def _room(terms: Terms, act: Act, guarantee: Guarantee) -> int | None:
    """The units that a guarantee covers, None for as many as care needs; silence adds the days that the clause says."""
    days = terms.clause("silence_days")
    if guarantee.state == "asked" and act.day_of_stay and days != UNKNOWN:
        return int(days)
    return guarantee.quantity
