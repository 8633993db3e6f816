"""Who is compared with whom: facilities of one level, and if somebody likes of one size, region or district too.

The finer the groups, the fairer the comparison and the fewer its members: a group that is too small says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median_low
from typing import Literal

from facility_agent.vocabulary.records import Record

#: What facilities share beside their level.
Alike = Literal["level", "size", "region", "district"]


class Traits(Record, frozen=True):
    """A facility as far as it is compared: level and region as its agreement says, and its claims of the month.

    `district` is the facility through which it bills, as a health post does through the centre of its district.
    """

    level: str = ""
    region: str = ""
    claims: int = 0
    district: str = ""


class Peers(Record, frozen=True, order=True):
    """A group: the level, and what sets it apart within it: `small` or `large`, a region, a
    district, or nothing."""

    level: str = ""
    apart: str = ""


def peers(known: Mapping[str, Traits], alike: Alike = "level") -> dict[str, Peers]:
    """The group of each facility; by size, those up to the median of their level are small.

    >>> a, b, c = Traits("csps", "Nord", 10), Traits("csps", "Est", 40), Traits("csps", "Est", 90)
    >>> [group.apart for group in peers({"A": a, "B": b, "C": c}, "size").values()]
    ['small', 'small', 'large']
    """
    if alike == "region":
        return {name: Peers(traits.level, traits.region) for name, traits in known.items()}
    if alike == "district":
        return {name: Peers(traits.level, traits.district) for name, traits in known.items()}
    if alike == "level":
        return {name: Peers(traits.level) for name, traits in known.items()}
    sizes: dict[str, list[int]] = {}
    for traits in known.values():
        sizes.setdefault(traits.level, []).append(traits.claims)
    middle = {level: median_low(counts) for level, counts in sizes.items()}
    return {
        name: Peers(traits.level, "small" if traits.claims <= middle[traits.level] else "large")
        for name, traits in known.items()
    }
