"""Prices by key letter: the value of the letter times the coefficient of the act (B29: the value of B times 29)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from facility_agent.arrangements.choosing import first, narrowness
from facility_agent.arrangements.model import Act, Letter, Tariff
from facility_agent.vocabulary.money import Rounding, rounded


def by_letter(act: Act, letters: Sequence[Letter], rounding: Rounding, step: int) -> Tariff | None:
    """The price of an act under the narrowest of these rows that is its letter's; None without letter or coefficient.

    `letters` have a known value and hold here; the price is rounded to `step` minor units.
    """
    row = first([row for row in letters if row.code == act.letter], narrowness)
    if row is None or not act.letter or act.coefficient is None:
        return None
    price = Fraction(str(act.coefficient)) * int(row.value)
    whole = rounded(price.numerator, price.denominator, rounding, step)
    return Tariff(act=act.code, price=whole, clause=row.clause or f"letter:{row.code}")
