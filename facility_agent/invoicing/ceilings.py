"""What is left of a ceiling or a deductible: history counted once, then this visit line by line."""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.gathered import UnderScheme
from facility_agent.arrangements.model import Deductible, Limit, RateRow
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing import copays
from facility_agent.vocabulary.findings import UNKNOWN, Finding
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.records import Coverage, Visit


class Room(msgspec.Struct):
    """What a scheme may still pay under one ceiling, in minor units; None when the ceiling sets no known amount.

    It falls below nothing when history alone has passed the ceiling.
    """

    limit: Limit
    left: int | None


class Used:
    """What history and this visit have already used of each ceiling and deductible, by their codes."""

    def __init__(self, visit: Visit, past: Past) -> None:
        self._visit = visit
        self._past = past
        #: All that is billed in this visit, in minor units; impossible lines are paid by nobody.
        self._billed = sum([line.price * line.quantity for line in visit.lines if line.price > 0 < line.quantity])
        self._rooms: dict[str, dict[str, Room]] = {}
        self._alike: dict[int, list[Room]] = {}
        self._borne: dict[str, int] = {}
        self._copays: dict[tuple[str, RateRow], int] = {}

    def rooms(self, under: UnderScheme, coverage: Coverage | None) -> list[Room]:
        """The rooms that ceilings leave to a scheme, the same for all lines of the visit.

        A ceiling per line has its whole room for every line. One with room for the whole visit is left out: nothing
        that is paid here can reach it.
        """
        shared = under.shared
        if shared is None:
            return self._found(under.ceilings, coverage, under.scheme)
        found = self._alike.get(shared)
        if found is None:
            found = self._alike[shared] = self._found(under.ceilings, coverage, under.scheme)
        return found

    def _found(self, limits: tuple[Limit, ...], coverage: Coverage | None, scheme: str) -> list[Room]:
        held = self._rooms.setdefault(scheme, {})
        found = []
        for limit in limits:
            room = held.get(limit.code)
            if room is None:
                room = Room(limit, self._left(limit, coverage, scheme))
                if limit.per != "line":
                    held[limit.code] = room
            if room.left is None or room.left < self._billed:
                found.append(room)
        return found

    def left_of_deductible(self, row: Deductible, coverage: Coverage | None) -> int:
        """Minor units that the person still bears before the scheme pays; 0 while the amount is unknown."""
        if row.amount == UNKNOWN:
            return 0
        if row.code not in self._borne:
            period = window("year", self._visit.day)
            self._borne[row.code] = (
                self._past.borne(row.scheme, row.scope, period, row.code, row.acts, row.families)
                if row.per == "year"
                else 0
            )
        return max(0, int(row.amount) - self._borne[row.code])

    def take_deductible(self, row: Deductible, amount: int) -> None:
        """Count what the person bore."""
        self._borne[row.code] = self._borne.get(row.code, 0) + amount

    def all_but_copay(self, terms: Terms, row: RateRow, scheme: str, base: int, findings: list[Finding]) -> int:
        """What the scheme pays of `base` beside a co-payment that is due once; earlier lines took their part of it."""
        rest = self._copays.get((scheme, row))
        if rest is None:
            rest, said = copays.due(terms, row, scheme, self._visit, self._past)
            if said is not None:
                findings.append(said)
        taken = min(base, rest)
        self._copays[scheme, row] = rest - taken
        return base - taken

    def _left(self, limit: Limit, coverage: Coverage | None, scheme: str) -> int | None:
        """What the scheme has left under a ceiling by what it paid in the period."""
        if limit.amount is None or limit.amount == UNKNOWN:
            return None
        if limit.per in ("line", "visit"):
            return int(limit.amount)
        since = coverage.since if coverage else None
        period = window(limit.per, self._visit.day, since, limit.months, self._visit.stay)
        return int(limit.amount) - self._past.paid(scheme, limit.scope, period, limit.acts, limit.families, limit.code)
