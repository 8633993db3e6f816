"""How much: the quantity for this weight, or without a weight for this age.

Below the lowest weight the medicine is not for this person. A disagreement of weight and age is only noted. Money is
cut for what lies above the band and never for what lies below it, and only where weight and age say the same.
"""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.protocols import Band
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, cut, noted, said
from facility_agent.vocabulary.findings import Finding, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import CareLine, Visit


def band(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """What the quantity of a line says against the band of the person."""
    bands, grams, born = asked.rule.bands, visit.weight_grams, visit.beneficiary.birth_date
    if _for_everybody(bands[0]):
        return _compared(asked, terms, line, bands[0], "", "", agreed=True)
    if grams is not None and grams < (bands[0].from_grams or 0):
        return (said(asked, "not-for-person", line, act=line.act, fact="weight"),)
    by_weight = of_weight(bands, grams)
    months = age_in_months(born, visit.day) if born else None
    by_age = of_age(bands, months)
    fitting = by_weight or by_age
    if fitting is None:
        uses_weight = bands[0].from_grams is not None
        if (grams is None or not uses_weight) and months is None:
            return (_unmeasured(asked, line, uses_weight),)
        return ()
    if by_weight is None:
        return _compared(asked, terms, line, fitting, months or 0, "months", agreed=False)
    found = _compared(asked, terms, line, fitting, grams or 0, "grams", agreed=by_weight == by_age)
    if by_age is not None and by_age != by_weight:
        return (*found, noted(asked, "weight-age-differ", act=line.act, grams=grams or 0, age=months or 0))
    return found


def of_weight(bands: tuple[Band, ...], grams: int | None) -> Band | None:
    """The band of a weight, if there is one."""
    return None if grams is None else next((band for band in bands if band.holds_weight(grams)), None)


def of_age(bands: tuple[Band, ...], months: int | None) -> Band | None:
    """The band of an age, if there is one."""
    return None if months is None else next((band for band in bands if band.holds_age(months)), None)


def proposed(bands: tuple[Band, ...], grams: int | None, months: int | None) -> int | None:
    """The quantity to propose: by weight, else by age; None when neither tells."""
    fitting = bands[0] if _for_everybody(bands[0]) else of_weight(bands, grams) or of_age(bands, months)
    return fitting.quantity if fitting is not None else None


def fits(bands: tuple[Band, ...], quantity: int, axis: str) -> str:
    """Whom a quantity would be for, as `5000-15000` (grams or months) or `35000-`; empty when it is for nobody."""
    for entry in bands:
        if entry.least <= quantity <= entry.quantity:
            first, last = (
                (entry.from_grams, entry.to_grams) if axis == "grams" else (entry.from_months, entry.to_months)
            )
            return "" if first is None else f"{first}-{last or ''}"
    return ""


def _compared(
    asked: Asked,
    terms: Terms,
    line: CareLine,
    fitting: Band,
    measured: str | int,
    axis: str,
    *,
    agreed: bool,
) -> tuple[Finding, ...]:
    rule, act = asked.rule, terms.acts[line.act]
    evidence: dict[str, str | int] = {"act": line.act, "quantity": line.quantity, "expected": fitting.quantity}
    if line.quantity < fitting.least:
        if rule.side == "over":
            return ()
        evidence |= {"expected": fitting.least, "unit": act.unit}
        return (noted(asked, "quantity-below-band", **evidence),)
    if line.quantity <= fitting.quantity or rule.side == "under":
        return ()
    evidence |= {"unit": act.unit, "fits": fits(rule.bands, line.quantity, axis)}
    if axis == "months":
        return (noted(asked, "quantity-outside-age-band", age=measured, **evidence),)
    evidence["grams"] = measured
    if not agreed:
        return (noted(asked, "quantity-outside-band", **evidence),)
    above = (line.quantity - fitting.quantity) * line.price
    return (cut(asked, "quantity-outside-band", line, above, **evidence),)


def _unmeasured(asked: Asked, line: CareLine, uses_weight: bool) -> Finding:
    """Neither weight nor age is known, or no age where only ages count."""
    made = unchecked(
        "quantity-outside-band", asked.clause, "fact", "weight",
        act=line.act, quantity=line.quantity, expected="", unit="", grams="", fits="",
    )  # fmt: skip
    return made if uses_weight else msgspec.structs.replace(made, missing="birth_date")


def _for_everybody(entry: Band) -> bool:
    return entry.from_grams is None and entry.from_months is None
