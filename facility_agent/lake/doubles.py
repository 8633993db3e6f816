"""Doubles, splits and stays as sets: a claim joined with those before it that it may repeat.

Each function gives one row per claim that an edit sees: `claim`, `due`, `day`, and `found`, the place of the first
claim that explains it with what the finding tells of it, joined by `|`. `audit/duplicates.py`, `splits.py` and
`stays.py` say what each one means.
"""

from __future__ import annotations

from typing import Any

import ibis

from facility_agent.audit.month import Bars

Table = Any


def exact_duplicate(claims: Table, bars: Bars) -> Table:
    pairs = _before(claims, "member", "facility", "day", "items")
    return first_of(pairs.filter(pairs.member != "", pairs["items"] != "", _one_moment(pairs)), pairs.place_right)


def near_duplicate(claims: Table, bars: Bars) -> Table:
    pairs = _before(claims, "member", "facility", "items")
    apart = (pairs.day - pairs.day_right).abs()
    two_hours = (apart == 0) & (pairs["at"] != "") & (pairs.at_right != "") & (pairs["at"] != pairs.at_right)
    near = pairs.filter(
        pairs.member != "",
        pairs.acts > 1,
        apart <= bars.near_days,
        ~pairs.stay,
        ~pairs.stay_right,
        ~two_hours,
        ~_two_motives(pairs),
    )
    found = first_of(near, near.place_right + "|" + near.day_right.cast("string"))
    return found.anti_join(exact_duplicate(claims, bars), "claim")


def duplicate_elsewhere(claims: Table, bars: Bars) -> Table:
    pairs = _before(claims, "member", "day", "items")
    elsewhere = pairs.filter(
        pairs.member != "",
        pairs.acts > 1,
        pairs.facility != pairs.facility_right,
        *_unreferred(pairs),
    )
    return first_of(elsewhere, elsewhere.place_right + "|" + elsewhere.facility_right)


def two_facilities_one_hour(claims: Table, bars: Bars) -> Table:
    pairs = _before(claims, "member", "day")
    rank = ibis.cases(
        (pairs.referred_right.isnull(), ibis.literal("1")), (pairs.referred_right, ibis.literal("2")), else_="0"
    )
    near = pairs.mutate(rank=rank).filter(
        pairs.member != "",
        pairs.facility != pairs.facility_right,
        (pairs.minute - pairs.minute_right).abs() < bars.hour_minutes,
        ~pairs.referred.fill_null(False),
    )
    found = first_of(near, near["rank"] + "|" + near.place_right + "|" + near.facility_right, "facility", "at")
    return found.filter(found.found.substr(0, 1) != "2")


def same_day_visits(claims: Table, bars: Bars) -> Table:
    pairs = _one_visit(claims, bars)
    twice = pairs.filter(pairs.consultation, pairs.consultation_right, pairs["items"] != pairs.items_right)
    return first_of(twice, twice.place_right)


def overlapping_stays(claims: Table, bars: Bars) -> Table:
    stays = claims.filter(claims.admitted.notnull(), claims.discharged.notnull())
    pairs = _before(stays, "member")
    found = pairs.filter(
        pairs.member != "",
        ~((pairs.facility == pairs.facility_right) & (pairs.admitted == pairs.admitted_right)),
        pairs.admitted < pairs.discharged_right,
        pairs.admitted_right < pairs.discharged,
        *_unreferred(pairs),
    )
    return first_of(found, _dates(found))


def care_during_stay(claims: Table, bars: Bars) -> Table:
    stays = claims.filter(claims.admitted.notnull(), claims.discharged.notnull())
    visits = claims.filter(claims.audited, ~claims.stay, claims.member != "")
    pairs = joined(visits, stays, "member")
    found = pairs.filter(
        pairs.facility != pairs.facility_right,
        pairs.admitted_right < pairs.day,
        pairs.day < pairs.discharged_right,
        *_unreferred(pairs),
    )
    return first_of(found, _dates(found))


def _before(claims: Table, *keys: str) -> Table:
    """Each audited claim beside those before it that are alike in these columns."""
    pairs = joined(claims.filter(claims.audited), claims, *keys)
    return pairs.filter(pairs.place_right < pairs.place)


def joined(left: Table, right: Table, *keys: str) -> Table:
    """Every pair that is alike in these columns; the columns of the second one end with `_right`."""
    other = right.rename("{name}_right")
    return left.inner_join(other, [left[key] == other[f"{key}_right"] for key in keys])


def first_of(pairs: Table, found: Any, *more: str) -> Table:
    """The first of what was found, for each claim."""
    return pairs.mutate(found=found).group_by("claim", "due", "day", *more).agg(found=lambda table: table.found.min())


def _one_visit(claims: Table, bars: Bars) -> Table:
    """Pairs of a day at one facility that nothing tells apart."""
    pairs = _before(claims, "member", "facility", "day")
    apart = (pairs.minute - pairs.minute_right).abs() >= 60 * bars.same_visit_hours
    return pairs.filter(
        pairs.member != "",
        ~pairs.stay,
        ~pairs.stay_right,
        ~apart.fill_null(False),
        ~_two_motives(pairs),
        ~_two_numbers(pairs),
        *_unreferred(pairs),
    )


def _unreferred(pairs: Table) -> tuple[Any, Any]:
    return ~pairs.referred.fill_null(True), ~pairs.referred_right.fill_null(True)


def _two_motives(pairs: Table) -> Any:
    return (pairs.condition != "") & (pairs.condition_right != "") & (pairs.condition != pairs.condition_right)


def _two_numbers(pairs: Table) -> Any:
    here, there = pairs.register_number, pairs.register_number_right
    return (here != "") & (there != "") & (here != there)


def _one_moment(pairs: Table) -> Any:
    hours = (pairs["at"] == "") | (pairs.at_right == "") | (pairs["at"] == pairs.at_right)
    return hours & ~_two_numbers(pairs)


def _dates(pairs: Table) -> Any:
    return pairs.place_right + "|" + pairs.admitted_right.cast("string") + "|" + pairs.discharged_right.cast("string")
