"""Which row counts: the most specific of those that concern an act here, national rows before the annex's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import msgspec

from facility_agent.arrangements.model import RateRow, Scheme, Waiting
from facility_agent.vocabulary.findings import UNKNOWN


class Scoped(Protocol):
    """A row about some families and acts of care, or about all care when it names none."""

    @property
    def families(self) -> tuple[str, ...]: ...
    @property
    def acts(self) -> tuple[str, ...]: ...


def by(key: Any, *groups: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    """The rows of all groups in their order, gathered by what `key` says of each."""
    found: dict[str, list[Any]] = {}
    for group in groups:
        for row in group:
            found.setdefault(key(row), []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def first(rows: Sequence[Any], weight: Any) -> Any:
    """The weightiest row, the earlier of two equals; None when there is none."""
    return max(rows, key=weight, default=None)


def first_known(groups: Iterable[Sequence[Any]], weight: Any, unknown: Any) -> Any:
    """The weightiest row of the first group whose weightiest row is known; a narrow row that is open stays open.

    A broader row is not what a narrower one leaves unknown: only the next group (the annex) closes it.
    """
    best = (first(rows, weight) for rows in groups)
    return next((row for row in best if row is not None and not unknown(row)), None)


def settled(national: tuple[Any, ...], local: tuple[Any, ...]) -> tuple[Any, ...]:
    """National rows, but those with an unknown value give way to the annex's row of the same code."""
    closed = {row.code for row in local}
    kept = tuple(row for row in national if row.code not in closed or UNKNOWN not in msgspec.structs.astuple(row))
    return kept + tuple(row for row in local if row.code not in {other.code for other in kept})


def narrowness(row: Any) -> int:
    """How narrowly a row says where it counts: scheme before level before ownership and dispenser."""
    scheme = bool(row.scheme) if not isinstance(row, RateRow) else False
    return 8 * scheme + 4 * bool(row.level) + 2 * bool(row.ownership) + bool(getattr(row, "dispenser", ""))


def closed(value: Any, otherwise: Any) -> Any:
    """A clause's value, or what stands in for one that is open."""
    return otherwise if value == UNKNOWN else value


def longest(rows: Iterable[Waiting]) -> int | None:
    """Months of the longest of some waiting periods; None where one of them is open."""
    months = [row.months for row in rows]
    return None if UNKNOWN in months else max(int(each) for each in months)


def here(schemes: Iterable[Scheme], ownership: str, region: str) -> Iterator[str]:
    """The schemes that run at a facility of this ownership and region."""
    for scheme in schemes:
        if scheme.ownership and ownership not in scheme.ownership:
            continue
        if not scheme.regions or region in scheme.regions:
            yield scheme.code
