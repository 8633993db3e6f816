"""Care protocols: does what was given go with what the protocol asks for.

Protocols are rows of the arrangement. A rule without a published source may at most note (the reader sees to it);
what the claim does not say (weight, result) gives `unchecked` with the missing fact.
"""

from __future__ import annotations

from facility_agent.arrangements.model import Band, Protocol
from facility_agent.vocabulary.findings import FACILITY, Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import CareLine, Visit


def follows(rule: Protocol, visit: Visit, line: CareLine, past: Past) -> Finding | None:
    """What one protocol row has to say about one line."""
    if rule.kind == "test-first":
        return _test_first(rule, visit, line, past)
    if rule.kind == "band":
        return _band(rule, visit, line)
    given = {other.act for other in visit.lines}
    if rule.kind == "incompatible":
        clash = next((act for act in rule.others if act in given), None)
        return _weighted(rule, "incompatible-acts", line, act=line.act, other=clash) if clash else None
    earlier = given | {act for act in rule.others if past.of(act)}
    if earlier.intersection(rule.others):
        return None
    return note("prerequisite-missing", _clause(rule), act=line.act, prerequisite=", ".join(rule.others))


def _test_first(rule: Protocol, visit: Visit, line: CareLine, past: Past) -> Finding | None:
    """A treatment that should follow a test: in this visit, or some days before."""
    tests = [other for other in visit.lines if other.act in rule.others]
    if not tests:
        if any(past.before(test, rule.days) for test in rule.others):
            return None
        return _weighted(rule, "test-before-treatment", line, act=line.act, tests=", ".join(rule.others))
    if not rule.positive:
        return None
    if any(test.result == "positive" for test in tests):
        return None
    if any(not test.result for test in tests):
        return unchecked(
            "test-before-treatment", _clause(rule), "fact", "result", act=line.act, tests=", ".join(rule.others)
        )
    return _weighted(rule, "test-result-negative", line, act=line.act, test=tests[0].act)


def _band(rule: Protocol, visit: Visit, line: CareLine) -> Finding | None:
    """The quantity for this weight, or without a weight for this age; a disagreement of the two is only noted."""
    by_weight = _by_weight(rule.bands, visit.weight_grams)
    if by_weight is not None and line.quantity <= by_weight.quantity:
        return None
    born = visit.beneficiary.birth_date
    months = age_in_months(born, visit.day) if born else None
    by_age = _by_age(rule.bands, months)
    band = by_weight or by_age
    if band is None:
        if visit.weight_grams is None and months is None:
            return unchecked(
                "quantity-outside-band",
                _clause(rule),
                "fact",
                "weight",
                act=line.act,
                quantity=line.quantity,
                expected="",
                band="",
            )
        return None
    if line.quantity <= band.quantity:
        return None
    seen = "weight" if by_weight else "age"
    evidence: dict[str, str | int] = {
        "act": line.act,
        "quantity": line.quantity,
        "expected": band.quantity,
        "band": seen,
    }
    if rule.weight == "reduce" and by_weight and by_age and by_weight.quantity == by_age.quantity:
        return reduce(
            "quantity-outside-band", _clause(rule), FACILITY, (line.quantity - band.quantity) * line.price, **evidence
        )
    return Finding("quantity-outside-band", "note", _clause(rule), evidence=evidence)


def _by_weight(bands: tuple[Band, ...], grams: int | None) -> Band | None:
    if grams is None:
        return None
    return next(
        (band for band in bands if band.from_grams <= grams and (band.to_grams is None or grams < band.to_grams)), None
    )


def _by_age(bands: tuple[Band, ...], months: int | None) -> Band | None:
    if months is None:
        return None
    return next(
        (band for band in bands if band.from_months <= months and (band.to_months is None or months < band.to_months)),
        None,
    )


def _weighted(rule: Protocol, code: str, line: CareLine, **evidence: str | int) -> Finding:
    if rule.weight == "refuse":
        return refuse(code, _clause(rule), FACILITY, **evidence)
    return Finding(code, "note", _clause(rule), evidence=evidence)


def _clause(rule: Protocol) -> str:
    return rule.clause or f"protocol:{rule.code}"
