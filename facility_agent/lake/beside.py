"""Our claims beside what other mutuals show of theirs, as sets; `audit/shared.py` says what each edit means.

Each function gives one row per claim that an edit sees: `claim`, `due`, `day`, `register_number`, and `found`, the
place of the first claim of another mutual with what the finding tells of it, joined by `|`.
"""

from __future__ import annotations

from typing import Any

from facility_agent.audit.month import Bars
from facility_agent.lake.doubles import first_of, joined

Table = Any


def billed_to_another(claims: Table, theirs: Table, bars: Bars) -> Table:
    pairs = _pairs(claims, theirs, "facility", "day", "register_number")
    return _first(pairs.filter(pairs.register_number != ""), pairs.place_right)


def two_mutuals_one_hour(claims: Table, theirs: Table, bars: Bars) -> Table:
    pairs = _pairs(claims, theirs, "person", "day")
    near = pairs.filter(*_unexplained(pairs), _one_hour(pairs, bars))
    return _first(near, near.place_right + "|" + near.at_right + "|" + near.facility_right)


def two_memberships_one_day(claims: Table, theirs: Table, bars: Bars) -> Table:
    pairs = _pairs(claims, theirs, "person", "day")
    entry = (
        (pairs.register_number != "")
        & (pairs.register_number == pairs.register_number_right)
        & (pairs.facility == pairs.facility_right)
    )
    apart = pairs.filter(*_unexplained(pairs), ~entry, ~_one_hour(pairs, bars))
    return _first(apart, apart.place_right)


def _pairs(claims: Table, theirs: Table, *keys: str) -> Table:
    """Each claim under audit beside those of other mutuals that are alike in these columns; a claim that both were
    asked to pay a part of is one."""
    own = claims.filter(claims.audited)
    return joined(own, theirs.anti_join(own, "claim"), *keys)


def _first(pairs: Table, found: Any) -> Table:
    return first_of(pairs, found, "register_number")


def _one_hour(pairs: Table, bars: Bars) -> Any:
    near = (pairs.minute - pairs.minute_right).abs() < bars.hour_minutes
    return near.fill_null(False) & (pairs.facility != pairs.facility_right)


def _unexplained(pairs: Table) -> tuple[Any, ...]:
    return pairs.person != "", ~pairs.referred.fill_null(False), ~pairs.referred_right.fill_null(False)
