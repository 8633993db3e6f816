"""Money is whole minor units of one currency; a split never loses a unit.

Rates are whole percentages or ratios of integers (`"2/3"`), never floats. Rounding is a clause of the
arrangement: `down`, `up` or `nearest` (half away from zero), to a step of minor units.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

Rounding = Literal["down", "up", "nearest"]

#: Digits after the decimal mark of the currencies met in the arrangements (ISO 4217).
MINOR_DIGITS = {"XOF": 0, "XAF": 0, "RWF": 0, "GNF": 0, "BIF": 0, "MGA": 0, "CDF": 2, "MRU": 2, "GHS": 2, "XTS": 0}


def rounded(numerator: int, denominator: int, rounding: Rounding, step: int = 1) -> int:
    """`numerator / denominator` rounded to a multiple of `step`; all in minor units, never negative.

    >>> rounded(70 * 135, 100, "down"), rounded(70 * 135, 100, "up"), rounded(7 * 135, 10, "nearest")
    (94, 95, 95)
    >>> rounded(30, 1, "nearest", 25), rounded(12, 1, "nearest", 25), rounded(13, 1, "nearest", 25)
    (25, 0, 25)
    """
    whole = denominator * step
    if rounding == "down":
        return numerator // whole * step
    if rounding == "up":
        return -(-numerator // whole) * step
    return (2 * numerator + whole) // (2 * whole) * step


def parse_rate(text: int | str) -> tuple[int, int]:
    """A rate as (numerator, denominator): a whole percentage, or a ratio written `"2/3"`.

    >>> parse_rate(70), parse_rate("2/3"), parse_rate("100")
    ((70, 100), (2, 3), (100, 100))
    >>> parse_rate(101)
    Traceback (most recent call last):
    ...
    ValueError: a rate lies between 0 and 100 %: 101
    """
    if isinstance(text, str) and "/" in text:
        top, bottom = (int(part) for part in text.split("/", 1))
    else:
        top, bottom = int(text), 100
    if bottom <= 0 or not 0 <= top <= bottom:
        raise ValueError(f"a rate lies between 0 and 100 %: {text}")
    return top, bottom


def rate_of(amount: int, rate: tuple[int, int], rounding: Rounding = "down", step: int = 1) -> int:
    """The part of `amount` that `rate` gives, never more than `amount`.

    >>> rate_of(1250, (70, 100)), rate_of(101, (1, 3), "up"), rate_of(30, (100, 100), "up", 25)
    (875, 34, 30)
    """
    if rounding == "down" and step == 1:
        return amount * rate[0] // rate[1]
    return min(amount, rounded(amount * rate[0], rate[1], rounding, step))


def digits(currency: str) -> int:
    """Digits after the decimal mark of `currency`; an unknown currency is a mistake in a contract file.

    >>> digits("XOF"), digits("MRU")
    (0, 2)
    """
    return MINOR_DIGITS[currency]


def major(amount: int, currency: str) -> Fraction:
    """`amount` minor units in the currency's main unit, exactly.

    >>> major(12345, "MRU"), major(900, "XOF")
    (Fraction(2469, 20), Fraction(900, 1))
    """
    return Fraction(amount, 10 ** digits(currency))
