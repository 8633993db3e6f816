"""What a sample says at most: exact upper limits of an error rate, and the quantile of Student's t.

Exact limits of Clopper and Pearson (binomial), of a Poisson rate, and for small batches of the hypergeometric
distribution; the tests reproduce tables A-3 and A-4 of the AICPA guide *Audit Sampling* (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb

import mpmath

from facility_agent.audit.sizes import binomial


def binomial_upper(errors: int, size: int, confidence: float) -> float:
    """The error rate that `errors` in `size` items exclude with `confidence`, between 0 and 1.

    >>> round(100 * binomial_upper(0, 60, 0.95), 2), round(100 * binomial_upper(3, 60, 0.95), 2)
    (4.87, 12.42)
    """
    if errors >= size:
        return 1.0
    return _falls_to(lambda rate: binomial(errors, size, rate), 1 - confidence)


def poisson_upper(errors: int, size: int, confidence: float) -> float:
    """The rate per item that `errors` in `size` items exclude: GammaInverse(confidence; errors + 1) / size.

    >>> round(100 * poisson_upper(0, 60, 0.95), 2), round(100 * poisson_upper(3, 60, 0.95), 2)
    (4.99, 12.92)
    """
    risk, high = 1 - confidence, 1.0
    while _poisson(errors, high) > risk:
        high *= 2
    return high * _falls_to(lambda part: _poisson(errors, high * part), risk) / size


def hypergeometric_upper(errors: int, size: int, batch: int, confidence: Fraction) -> int:
    """How many of `batch` items may be wrong at most, when `size` of them held `errors`: a whole number of items.

    >>> hypergeometric_upper(0, 60, 100, Fraction(95, 100)), hypergeometric_upper(2, 100, 100, Fraction(95, 100))
    (3, 2)
    """
    low, high = errors, batch - size + errors
    while low < high:
        middle = (low + high + 1) // 2
        if _hypergeometric(errors, size, batch, middle) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


@lru_cache(maxsize=1024)
def student(freedom: int, confidence: Fraction = Fraction(95, 100)) -> Fraction:
    """The one-sided quantile of Student's t, to four decimals, as an exact fraction that both sides share.

    >>> student(29), student(99)
    (Fraction(16991, 10000), Fraction(4151, 2500))
    """
    tail = 2 * (1 - mpmath.mpf(confidence.numerator) / confidence.denominator)

    def beyond(value: mpmath.mpf) -> mpmath.mpf:
        part = freedom / (freedom + value * value)
        return mpmath.betainc(mpmath.mpf(freedom) / 2, mpmath.mpf(1) / 2, 0, part, regularized=True)

    low, high = mpmath.mpf(0), mpmath.mpf(1)
    while beyond(high) > tail:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) > tail else (low, middle)
    return Fraction(int(mpmath.nint(high * 10_000)), 10_000)


def _poisson(most: int, mean: float) -> float:
    return float(mpmath.gammainc(most + 1, mean, regularized=True))


def _hypergeometric(most: int, size: int, batch: int, wrong: int) -> Fraction:
    """The chance of at most `most` wrong items in the sample when `wrong` of the batch are."""
    ways = sum(comb(wrong, seen) * comb(batch - wrong, size - seen) for seen in range(most + 1) if seen <= size)
    return Fraction(ways, comb(batch, size))


def _falls_to(chance: Callable[[float], float], risk: float) -> float:
    """Where a chance that falls from 1 to 0 between 0 and 1 has come down to `risk`."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > risk else (low, middle)
    return high
