"""What the form of a visit may choose from under a contract: acts, prices and papers, gathered once per contract."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from facility_agent.arrangements.model import Act
from facility_agent.arrangements.terms import Terms


class Choices(NamedTuple):
    """Acts by code (what is offered here first), those offered, their prices, and the papers that may be demanded."""

    acts: dict[str, Act]
    offered: tuple[Act, ...]
    prices: dict[str, int]
    papers: tuple[str, ...]


@lru_cache(maxsize=16)
def choices(known: Terms, level: str) -> Choices:
    """The choices under these terms; the rules judge what is outside of them, not the form."""
    offered = [act for act in known.acts.values() if not act.levels or level in act.levels]
    offered.sort(key=lambda act: act.name.fr.casefold())
    acts = {act.code: act for act in offered}
    acts |= {act.code: act for act in known.arrangement.acts if act.code not in acts}
    tariffs = {code: known.tariff(code, "") for code in known.acts}
    prices = {code: row.maximum or int(row.price) for code, row in tariffs.items() if row is not None}
    annex = known.agreement.annex.requirements if known.agreement else ()
    rows = (*known.arrangement.requirements, *annex)
    return Choices(
        acts, tuple(offered), prices, tuple(dict.fromkeys(row.code for row in rows if row.kind == "document"))
    )
