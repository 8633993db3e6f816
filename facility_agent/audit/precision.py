"""How good an edit is where the truth is known: on planted errors and frauds, or on claims that were verified.

The truth is a set of claims by kind of fault. An edit *finds* a plant when a flag links its claim, and *accuses* a
claim when a flag is about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from facility_agent.vocabulary.records import Record


class Precision(Record, frozen=True):
    """One code: the claims that it accuses, those of them that are planted, its own plants and those that it found."""

    code: str
    accused: int
    right: int
    planted: int
    found: int

    @property
    def precision(self) -> Fraction:
        """Of those accused, the part that is planted (whatever the kind).

        >>> Precision("near-duplicate", 10, 9, 8, 8).precision
        Fraction(9, 10)
        """
        return Fraction(self.right, self.accused) if self.accused else Fraction(1)

    @property
    def recall(self) -> Fraction:
        """Of its own plants, the part that it found."""
        return Fraction(self.found, self.planted) if self.planted else Fraction(1)


def precision(accused: Iterable[tuple[str, str]], truth: Mapping[str, str]) -> tuple[Precision, ...]:
    """Per code, from (code, claim) pairs and the planted kind by claim; a kind bears the code meant to find it."""
    by_code: dict[str, set[str]] = {}
    for code, claim in accused:
        by_code.setdefault(code, set()).add(claim)
    planted: dict[str, set[str]] = {}
    for claim, kind in truth.items():
        planted.setdefault(kind, set()).add(claim)
    return tuple(
        Precision(
            code,
            len(by_code.get(code, set())),
            len(by_code.get(code, set()) & truth.keys()),
            len(planted.get(code, set())),
            len(by_code.get(code, set()) & planted.get(code, set())),
        )
        for code in sorted(by_code.keys() | planted.keys())
    )
