"""Which acts a flat rate pays for, chosen once per agreement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from facility_agent.arrangements.model import Act, Tariff

ByAct = Iterable[Mapping[str, Iterable[Tariff]]]


def flat_rates(tariffs: ByAct) -> tuple[Tariff, ...]:
    """The rows that are one price for an episode."""
    return tuple(row for rows in tariffs for row in chain(*rows.values()) if row.basis == "flat")


def within_flat(tariffs: ByAct, acts: Collection[Act]) -> dict[str, frozenset[str]]:
    """By scheme (empty for all), the acts that a flat rate pays for: its own, and those of the families within it."""
    rows = flat_rates(tariffs)
    found: dict[str, set[str]] = {row.scheme: set() for row in rows}
    for row in rows:
        found[row.scheme] |= {act.code for act in acts if act.code == row.act or act.family in row.includes}
    return {scheme: frozenset(codes) for scheme, codes in found.items()}
