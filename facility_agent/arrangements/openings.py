"""What an arrangement leaves open for an annex, row by row, and what it settles.

A row whose value is `unknown` is closed by the annex's row of the same code, or of the same scheme, care and
facilities.
A rate of the annex counts only where no known rate of the arrangement speaks of the same care.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from facility_agent.arrangements.model import Arrangement, RateRow
from facility_agent.arrangements.row import Row
from facility_agent.vocabulary.findings import UNKNOWN

#: Keys that say where a row comes from.
PROVENANCE: Final = frozenset(Row.__struct_fields__)
#: What says for whom and what a rate is.
_ABOUT: Final = ("family", "act", "level", "ownership", "dispenser")


def is_open(row: Any) -> bool:
    """Whether a value of the row is not known."""
    return UNKNOWN in msgspec.structs.astuple(row)


def open_keys(row: Any) -> tuple[str, ...]:
    """The keys of a row whose values are not known."""
    return tuple(key for key in type(row).__struct_fields__ if getattr(row, key) == UNKNOWN)


def about(row: Any) -> dict[str, Any]:
    """What an open row is about, as a table of an annex would say it: all but its open values and where it is from."""
    raw = msgspec.json.decode(msgspec.json.encode(row))
    return {key: value for key, value in raw.items() if key not in PROVENANCE and value != UNKNOWN}


def for_all_care(row: RateRow) -> bool:
    """Whether a rate is the plain one of its scheme: for all care, everywhere, due line by line."""
    return not any(getattr(row, key) for key in _ABOUT) and row.per == "line"


def rate_settled(arrangement: Arrangement, values: Mapping[str, Any]) -> bool:
    """Whether a rate with these keys would count nowhere: the arrangement gives one for all the care that it names.

    A row of the arrangement that is open for some of that care leaves it to the annex.
    """
    families = {act.code: act.family for act in arrangement.acts}
    asked = {key: str(values.get(key, "")) for key in _ABOUT}
    asked["family"] = asked["family"] or families.get(asked["act"], "")
    rows = [row for row in arrangement.rates if row.scheme == values.get("scheme")]
    if any(is_open(row) and _meet(row, asked) for row in rows):
        return False
    return any(not is_open(row) and all(getattr(row, key) in ("", asked[key]) for key in _ABOUT) for row in rows)


def _meet(row: RateRow, asked: Mapping[str, str]) -> bool:
    """Whether some care is spoken of by both."""
    return all("" in (getattr(row, key), asked[key]) or getattr(row, key) == asked[key] for key in _ABOUT)
