"""A value that takes some time to make, kept until what it was made from has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last value, and what it was made from.

    >>> total = Remembered[int]()
    >>> total.of((1, 2), lambda: 1 + 2), total.of((1, 2), lambda: 0), total.of((1, 3), lambda: 1 + 3)
    (3, 3, 4)
    """

    def __init__(self) -> None:
        self._held: tuple[object, T] | None = None

    def of(self, source: object, make: Callable[[], T]) -> T:
        """The value made from `source`, which is compared with the last one."""
        if self._held is None or self._held[0] != source:
            self._held = (source, make())
        return self._held[1]
