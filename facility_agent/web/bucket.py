"""A bucket of tokens per address and per login: guessing passwords becomes slow, a clerk's slip costs nothing.

Kept in memory only. A bucket that is full again says nothing and is forgotten, so that strangers cannot fill the
memory of a small machine.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

#: Tries at once, and the seconds that give back one.
TRIES: Final = 8
SECONDS: Final = 15
_MOST: Final = 5_000


class Buckets:
    """Counts tries by key; the instant is given."""

    def __init__(self, tries: int = TRIES, seconds: int = SECONDS) -> None:
        self._tries = tries
        self._seconds = seconds
        self._levels: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> int:
        """Take one token; 0 when there was one, else the seconds to wait for the next.

        >>> from datetime import UTC, timedelta
        >>> buckets, noon = Buckets(tries=2, seconds=10), datetime(2026, 3, 14, 12, tzinfo=UTC)
        >>> [buckets.take("10.0.0.7", noon) for _ in range(3)]
        [0, 0, 10]
        >>> buckets.take("10.0.0.8", noon), buckets.take("10.0.0.7", noon + timedelta(seconds=10))
        (0, 0)
        """
        if key not in self._levels and len(self._levels) >= _MOST:
            self._forget(now)
        level = self._level(key, now)
        if level < 1:
            self._levels[key] = (level, now)
            return max(1, round((1 - level) * self._seconds))
        self._levels[key] = (level - 1, now)
        return 0

    def _level(self, key: str, now: datetime) -> float:
        level, then = self._levels.get(key, (float(self._tries), now))
        # A clock that ran backwards gives nothing back and takes nothing away.
        passed = max(0.0, (now - then).total_seconds())
        return min(float(self._tries), level + passed / self._seconds)

    def _forget(self, now: datetime) -> None:
        """Drop full buckets; if all are in use, the oldest half goes."""
        self._levels = {key: entry for key, entry in self._levels.items() if self._level(key, now) < self._tries}
        if len(self._levels) >= _MOST:
            newest = sorted(self._levels.items(), key=lambda entry: entry[1][1])[_MOST // 2 :]
            self._levels = dict(newest)
