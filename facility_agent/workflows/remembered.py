"""Values that take some time to make, kept until what they were made from has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
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
        held = self._held
        if held is None or (held[0] is not source and held[0] != source):
            held = self._held = (source, make())
        return held[1]


class Listed:
    """The names in a folder, listed again when the folder has changed. The clock of files may tick slowly: what was
    listed within a second of a change is listed again."""

    _TICK = 1_000_000_000

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._changed = -1
        self._names: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Sorted; none when there is no such folder."""
        try:
            changed = os.stat(self._folder).st_mtime_ns
        except FileNotFoundError:
            return ()
        if changed != self._changed:
            self._names = tuple(sorted(os.listdir(self._folder)))
            self._changed = changed if abs(time.time_ns() - changed) > self._TICK else -1
        return self._names
