"""What is left of a ceiling or a deductible: history counted once, then this visit line by line."""

from __future__ import annotations

from collections.abc import Iterable

from facility_agent.arrangements.model import Deductible, Limit
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import Coverage, PastLine, Share, Visit


class Used:
    """What this visit has already used of each ceiling and deductible, beside what history used."""

    def __init__(self, visit: Visit, past: Past) -> None:
        self._visit = visit
        self._past = past
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def left_of_ceiling(self, limit: Limit, coverage: Coverage | None, scheme: str) -> int | None:
        """Minor units left under this ceiling for this scheme, or None when it sets no known amount."""
        if limit.amount is None or limit.amount == UNKNOWN:
            return None
        used = 0
        if limit.per not in ("line", "visit"):
            key = f"ceiling:{limit.code}:{scheme}"
            if key not in self._before:
                self._before[key] = sum(
                    share.amount
                    for line in self._within(limit, coverage)
                    if _concerns(limit, line)
                    for share in line.shares
                    if share.scheme == scheme
                )
            used = self._before[key]
        if limit.per != "line":
            used += self._now.get(f"ceiling:{limit.code}:{scheme}", 0)
        return max(0, int(limit.amount) - used)

    def left_of_deductible(self, row: Deductible, coverage: Coverage | None) -> int:
        """Minor units that the person still bears before the scheme pays; 0 while the amount is unknown."""
        if row.amount == UNKNOWN:
            return 0
        key = f"deductible:{row.code}"
        used = self._now.get(key, 0)
        if row.per == "year":
            if key not in self._before:
                first, last = window("year", self._visit.day)
                self._before[key] = sum(
                    line.deductible for line in self._past.all(row.scope) if first <= line.day <= last
                )
            used += self._before[key]
        return max(0, int(row.amount) - used)

    def take_ceilings(self, limits: Iterable[Limit], share: Share) -> None:
        """Count a payer's share against its ceilings."""
        for limit in limits:
            key = f"ceiling:{limit.code}:{share.scheme}"
            self._now[key] = self._now.get(key, 0) + share.amount

    def take_deductible(self, row: Deductible, amount: int) -> None:
        """Count what the person bore."""
        key = f"deductible:{row.code}"
        self._now[key] = self._now.get(key, 0) + amount

    def _within(self, limit: Limit, coverage: Coverage | None) -> Iterable[PastLine]:
        first, last = window(limit.per, self._visit.day, coverage.since if coverage else None, limit.months)
        return (line for line in self._past.all(limit.scope) if first <= line.day <= last)


def _concerns(limit: Limit, line: PastLine) -> bool:
    return (not limit.acts and not limit.families) or line.act in limit.acts or line.family in limit.families
