"""How many items of a batch must be looked at: attribute and monetary-unit sample sizes.

The formulas are those behind the tables A-1, A-2 and C-1 of the AICPA guide *Audit Sampling* (2017), which the tests
reproduce cell by cell. Risks and rates are exact fractions: a rate of 3.5 % of 400 items is 14, and not 14 and a bit.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from itertools import count

import mpmath

from facility_agent.vocabulary.errors import InputError

#: A sample is never planned larger than this; the plan is then to look at everything.
MOST = 10_000


def attribute_size(risk: Fraction, tolerable: Fraction, expected: Fraction) -> int:
    """Items to look at so that a rate of `tolerable` wrong ones is missed with at most `risk`.

    The smallest n with P(errors ≤ ⌈n · expected⌉ | n, tolerable) ≤ risk. InputError `sample-impossible` when the
    expected rate leaves no room below the tolerable one.

    >>> attribute_size(Fraction(5, 100), Fraction(5, 100), Fraction(0))
    59
    >>> attribute_size(Fraction(10, 100), Fraction(5, 100), Fraction(35, 1000))
    400
    """
    if not (0 <= expected < tolerable < 1 and 0 < risk < 1):
        raise InputError("sample-impossible", tolerable=str(tolerable), expected=str(expected))
    for size in count(1):
        if size > MOST:
            raise InputError("sample-impossible", tolerable=str(tolerable), expected=str(expected))
        if binomial(math.ceil(size * expected), size, float(tolerable)) <= risk:
            return size
    raise AssertionError("the loop above ends only by returning or raising")


def monetary_size(risk: Fraction, tolerable: Fraction, ratio: Fraction) -> int:
    """Monetary units to draw; `ratio` is the expected over the tolerable misstatement, below 1.

    The smallest n with GammaCDF(n · tolerable; 1 + ratio · n · tolerable) ≥ 1 − risk.

    >>> monetary_size(Fraction(5, 100), Fraction(5, 100), Fraction(2, 10))
    93
    """
    if not (0 <= ratio < 1 and 0 < tolerable < 1 and 0 < risk < 1):
        raise InputError("sample-impossible", tolerable=str(tolerable), expected=str(tolerable * ratio))
    factor = _confidence_factor(risk, ratio)
    size = math.ceil(factor / tolerable)
    if size > MOST:
        raise InputError("sample-impossible", tolerable=str(tolerable), expected=str(tolerable * ratio))
    return size


@lru_cache(maxsize=128)
def _confidence_factor(risk: Fraction, ratio: Fraction) -> Fraction:
    """The x with GammaCDF(x; 1 + ratio · x) = 1 − risk, from above, to a billionth."""
    low, high = Fraction(0), Fraction(1)
    while not _enough(high, risk, ratio):
        low, high = high, 2 * high
        if high > MOST:
            raise InputError("sample-impossible", tolerable="", expected=str(ratio))
    while high - low > Fraction(1, 10**9):
        middle = (low + high) / 2
        if _enough(middle, risk, ratio):
            high = middle
        else:
            low = middle
    return high


def _enough(x: Fraction, risk: Fraction, ratio: Fraction) -> bool:
    return bool(mpmath.gammainc(1 + float(ratio * x), 0, float(x), regularized=True) >= 1 - float(risk))


def binomial(most: int, size: int, rate: float) -> float:
    """The chance of at most `most` errors among `size` items of which a part of `rate` is wrong.

    >>> round(binomial(0, 59, 0.05), 4), binomial(3, 3, 0.5)
    (0.0485, 1.0)
    """
    if most >= size:
        return 1.0
    if rate in (0.0, 1.0):
        return 1.0 - rate
    logs = math.log(rate), math.log1p(-rate)
    return math.fsum(
        math.exp(
            math.lgamma(size + 1) - math.lgamma(errors + 1) - math.lgamma(size - errors + 1)
            + errors * logs[0] + (size - errors) * logs[1]
        )
        for errors in range(most + 1)
    )  # fmt: skip
