"""The acts that this facility gives most: counted over its claims of the last three months, once a day."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from facility_agent.vocabulary.periods import add_months, month_of
from facility_agent.workflows.site import Site

#: How many acts are usual.
_MOST = 24

_counted: WeakKeyDictionary[Site, tuple[str, tuple[str, ...]]] = WeakKeyDictionary()


async def favourites(site: Site) -> tuple[str, ...]:
    """The codes of the usual acts, the most frequent first."""
    today = site.today()
    held = _counted.get(site)
    if held is None or held[0] != today.isoformat():
        since = month_of(add_months(today, -2))
        held = today.isoformat(), await site.store.frequent_acts(since, _MOST)
        _counted[site] = held
    return held[1]
