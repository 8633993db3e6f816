"""What a sample says about the whole batch: the overpayment, its interval, and what may be asked back.

Only errors that were seen are recovered, unless the arrangement allows extrapolation and the sample is large enough;
then the lower limit of the two-sided 90 % interval is asked, so that too much is asked once in twenty audits at most.
Amounts are whole minor units, the arithmetic is exact, and every rounding favours the facility.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt

from facility_agent.audit.draw import Draw
from facility_agent.audit.limits import student
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Record

#: Below these an interval says too little, whatever the arrangement allows (`docs/proof.md` shows the coverage).
LEAST_ITEMS, LEAST_ERRORS = 100, 20


class Estimate(Record, frozen=True):
    """The overpayment of a frame, in minor units. `demand` is what may be asked back, `observed` what was seen.

    `lower` and `upper` are the two-sided 90 % interval; `reason` says why only the observed errors count: `clause`,
    `items`, `errors`, or nothing when the extrapolation stands.
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


def estimate(draw: Draw, overpaid: Mapping[str, int], *, allowed: bool) -> Estimate:
    """The estimate from a draw and what each drawn item was overpaid (0 for one that was right).

    `allowed` is the arrangement's clause. InputError `sample-unfinished` when an item was not looked at, and
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
    reason = "" if allowed else "clause"
    if not reason and len(seen) < LEAST_ITEMS:
        reason = "items"
    if not reason and errors < LEAST_ERRORS:
        reason = "errors"
    return Estimate(observed, int(total), lower, upper, len(seen), errors, observed if reason else lower, reason)


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
