"""Chance that is the same on every machine and under every Python: bytes of SHA-256, taken in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from facility_agent.exchange.randomness import seeded

T = TypeVar("T")


class Dice:
    """Draws from one seed.

    >>> Dice("a").number(1, 6) == Dice("a").number(1, 6)
    True
    """

    def __init__(self, seed: str) -> None:
        self._bytes = seeded(seed)

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int.from_bytes(self._bytes(8), "big") % (high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[self.number(0, len(choices) - 1)]

    def mostly(self, usual: T, *others: T) -> T:
        """The usual one, and one time in eight another."""
        return self.pick(others) if not self.number(0, 7) else usual

    def some(self, choices: Sequence[T], most: int) -> tuple[T, ...]:
        """Up to `most` different ones, in their order."""
        left = list(choices)
        while len(left) > most or (left and self.number(0, 1)):
            left.pop(self.number(0, len(left) - 1))
        return tuple(left)
