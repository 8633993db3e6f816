"""Amounts as banks and mobile-money operators write them: `1 234 567`, `1.234.567,00`, `1,234,567.00`, `(500)`.

A list has one decimal mark. It is read from the amounts that leave no doubt; a list in which they disagree is an error,
and so is an amount that has no whole minor units in its currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final, Literal

from facility_agent.vocabulary.money import digits

Mark = Literal[",", ".", ""]

_SPACES: Final = re.compile(r"[\s\u00a0\u202f'’]+")
_CURRENCY: Final = re.compile(r"^(?:F\.?\s?CFA|CFA|FCFA|[A-Z]{3}|F)|(?:F\.?\s?CFA|CFA|FCFA|[A-Z]{3}|F)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,15})*")


class AmountError(ValueError):
    """A text that is no amount of this list."""


def decimal_mark(texts: Iterable[str]) -> Mark:
    """The decimal mark of a list; empty when no amount shows one. AmountError when two amounts disagree.

    >>> decimal_mark(["1.234,50", "900"]), decimal_mark(["1,234.50"]), decimal_mark(["12,50"]), decimal_mark(["1.234"])
    (',', '.', ',', '')
    """
    found: set[Mark] = set()
    for text in texts:
        bare = _bare(text)
        commas, points = bare.count(","), bare.count(".")
        if commas and points:
            found.add("," if bare.rindex(",") > bare.rindex(".") else ".")
        elif commas > 1:
            found.add(".")  # what stands more than once groups thousands
        elif points > 1:
            found.add(",")
        elif (commas or points) and len(re.split(r"[.,]", bare)[1]) != 3:
            found.add("," if commas else ".")
    if len(found) > 1:
        raise AmountError("mixed")
    return found.pop() if found else ""


def amount_of(text: str, mark: Mark, currency: str) -> int:
    """Minor units, below zero for money that went out. AmountError when the text is no amount of this currency.

    Without a known mark a comma or point before three digits groups thousands.

    >>> amount_of("1 234 567", "", "XOF"), amount_of("1.234.567,00", ",", "XOF"), amount_of("1,234.5", ".", "CDF")
    (1234567, 1234567, 123450)
    >>> amount_of("(500)", "", "XOF"), amount_of("500 -", "", "XOF"), amount_of("F CFA 1.500", "", "XOF")
    (-500, -500, 1500)
    """
    bare = _bare(text)
    minus = "-" in text or "−" in text or (text.strip().startswith("(") and text.strip().endswith(")"))
    if not _NUMBER.fullmatch(bare):
        raise AmountError(text)
    whole, _, part = bare.partition(mark) if mark else (bare, "", "")
    groups = re.split(r"[.,]", whole)
    if re.search(r"[.,]", part) or any(len(group) != 3 for group in groups[1:]) or (groups[1:] and len(groups[0]) > 3):
        raise AmountError(text)
    value = (int("".join(groups)) + Fraction(int(part or 0), 10 ** len(part))) * 10 ** digits(currency)
    if value.denominator != 1:
        raise AmountError(text)
    return -int(value) if minus else int(value)


def _bare(text: str) -> str:
    """Digits and marks alone."""
    plain = _SPACES.sub("", text).strip("()+-−")
    return _CURRENCY.sub("", plain).strip("()+-−")
