"""What a sample says about the whole batch: the overpayment, its interval, and what may be asked back.

Only errors that were seen are recovered, and only where the sample was drawn to recover them (`audit.sampling`). Where
it was drawn to conclude to the whole, which the arrangement must allow, and is large enough, the lower limit of the
two-sided 90 % interval is asked, so that too much is asked once in twenty audits at most.
Amounts are whole minor units, the arithmetic is exact, and every rounding favours the facility.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt

import msgspec

from facility_agent.audit.draw import Draw, Method
from facility_agent.audit.limits import student
from facility_agent.audit.sampling import Use
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Record

#: Below these an interval says too little, whatever the arrangement allows (`docs/proof.md` shows the coverage).
LEAST_ITEMS, LEAST_ERRORS = 100, 20


class Estimate(Record, frozen=True):
    """The overpayment of a frame, in minor units. `demand` is what may be asked back, `observed` what was seen.

    `lower` and `upper` are the two-sided 90 % interval; `reason` says why no more counts: `look` (nothing is asked back
    because of the sample), `recover` (what was seen), `items`, `errors`, or nothing when the extrapolation stands.
    """

    observed: int
    total: int
    lower: int
    upper: int
    sampled: int
    errors: int
    demand: int
    reason: str = ""

    @property
    def extrapolated(self) -> bool:
        return not self.reason


def estimate(draw: Draw, overpaid: Mapping[str, int], use: Use) -> Estimate:
    """The estimate from a draw and what each drawn item was overpaid (0 for one that was right).

    `use` is what the sample was drawn for. InputError `sample-unfinished` when an item was not looked at, and
    `sample-method` for a monetary-unit draw, whose items do not stand for equal numbers.
    """
    missing = [item for item in draw.drawn if item not in overpaid]
    if missing:
        raise InputError("sample-unfinished", count=len(missing), item=missing[0])
    if draw.method == "monetary-unit":
        raise InputError("sample-method", method=draw.method)
    seen = [overpaid[item] for item in draw.drawn]
    observed, errors = sum(seen), sum(value != 0 for value in seen)
    total, variance = Fraction(0), Fraction(0)
    freedom = len(seen) - len(draw.strata)
    for stratum in draw.strata:
        part, spread = _stratum(len(stratum.items), [overpaid[item] for item in stratum.drawn])
        total, variance = total + part, variance + spread
    half = student(max(1, freedom)) * _root(variance)
    lower, upper = int(max(Fraction(observed), total - half)), -int(-(total + half))
    reason: str = "" if use == "extrapolate" else use
    if not reason and len(seen) < LEAST_ITEMS:
        reason = "items"
    if not reason and errors < LEAST_ERRORS:
        reason = "errors"
    demand = 0 if reason == "look" else observed if reason else lower
    return Estimate(observed, int(total), lower, upper, len(seen), errors, demand, reason)


class SampleFound(Record, frozen=True):
    """What a sample of a batch shows so far; amounts in minor units. `demand` is what may be asked back because of it.

    `drawn` of `of` claims were chosen, `seen` of them looked at, `errors` of those overpaid, by `observed` together.
    `demand` is None while claims are unseen. `reason` is that of the estimate, or `method` after monetary units;
    `lower` and `upper` stand only where the whole was concluded to.
    """

    use: Use
    method: Method
    drawn: int
    of: int
    seen: int
    errors: int
    observed: int
    demand: int | None = None
    reason: str = ""
    lower: int | None = None
    upper: int | None = None


def shown(draw: Draw, of: int, overpaid: Mapping[str, int], use: Use) -> SampleFound:
    """What a draw from `of` claims shows, from those of its claims that were looked at."""
    observed, errors = sum(overpaid.values()), sum(value != 0 for value in overpaid.values())
    sofar = SampleFound(use, draw.method, len(draw.drawn), of, len(overpaid), errors, observed)
    if use == "look":
        return msgspec.structs.replace(sofar, demand=0, reason="look")
    if any(item not in overpaid for item in draw.drawn):
        return sofar
    if draw.method == "monetary-unit":
        return msgspec.structs.replace(sofar, demand=observed, reason="method")
    made = estimate(draw, overpaid, use)
    bounds = {} if made.reason else {"lower": made.lower, "upper": made.upper}
    return msgspec.structs.replace(sofar, demand=made.demand, reason=made.reason, **bounds)


def _stratum(size: int, seen: Sequence[int]) -> tuple[Fraction, Fraction]:
    """Total and variance of one stratum of `size` items; one that was seen whole has no variance."""
    if not size:
        return Fraction(0), Fraction(0)
    mean = Fraction(sum(seen), len(seen))
    if len(seen) == size:
        return size * mean, Fraction(0)
    if len(seen) < 2:
        raise InputError("sample-too-small", size=len(seen))
    spread = sum((value - mean) ** 2 for value in seen) / Fraction(len(seen) - 1)
    return size * mean, Fraction(size * size) * spread / len(seen) * (1 - Fraction(len(seen), size))


def _root(value: Fraction) -> Fraction:
    """The square root from above, to a thousandth of a minor unit."""
    scaled = value * 1_000_000
    whole = isqrt(-(-scaled.numerator // scaled.denominator))
    return Fraction(whole + (whole * whole * scaled.denominator < scaled.numerator), 1000)
