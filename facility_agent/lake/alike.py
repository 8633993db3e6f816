"""What many claims have in common, as sets: one text, cards in a row, one telephone, a household ill together.

`audit/bursts.py` and `comparisons.py` say what each one means. Of a large group only the first few are named, in the
order in which the edits see them; `found` holds their places.
"""

from __future__ import annotations

from typing import Any

import ibis

from facility_agent.audit.month import Bars
from facility_agent.lake.doubles import joined

Table = Any

#: A flag names four others; the claim itself may be among the first ones.
_NAMED = 5


def copied_text(claims: Table, bars: Bars) -> Table:
    written = claims.filter(claims.held, claims.text != "")
    return _grouped(written, ["facility", "text"], lambda table: table.member, bars.copies)


def shared_phone(claims: Table, bars: Bars) -> Table:
    phones = claims.filter(claims.held, claims.phone != "")
    return _grouped(phones, ["phone"], _home, bars.phone_households)


def sequential_cards(claims: Table, bars: Bars) -> Table:
    cards = claims.filter(claims.held, claims.serial.notnull())
    same = ibis.window(group_by=[cards.facility, cards.day, cards.serial], order_by=cards.place)
    cards = cards.mutate(again=ibis.row_number().over(same))
    cards = cards.filter(cards.again == 0)
    on_day = ibis.window(group_by=[cards.facility, cards.day], order_by=cards.serial)
    cards = cards.mutate(row=cards.serial - ibis.row_number().over(on_day))
    cards = cards.mutate(found=cards.serial.cast("string").lpad(12, "0") + "|" + cards.claim)
    in_row = cards.group_by("facility", "day", "row").agg(
        homes=cards.household.nunique(where=cards.household != ""),
        count=cards.count(),
        first=cards.serial.min(),
        found=cards.found.collect(),
    )
    long = in_row.filter(in_row.homes >= bars.card_run)
    seen = cards.filter(cards.audited).select("claim", "facility", "day", "row", "due")
    return seen.inner_join(long, ["facility", "day", "row"]).select("claim", "due", "day", "count", "first", "found")


def household_burst(claims: Table, bars: Bars) -> Table:
    people = claims.filter(claims.held, claims.household != "")
    pairs = joined(people.filter(people.audited), people, "household", "facility")
    near = pairs.filter(pairs.day_right <= pairs.day, pairs.day - pairs.day_right < bars.burst_days)
    found = near.group_by("claim").agg(count=near.member_right.nunique(), found=near.place_right.collect())
    return found.filter(found["count"] >= bars.burst_persons)


def round_amount(claims: Table, bars: Bars) -> Table:
    whole = claims.filter(claims.audited, claims.submitted > 0, claims.submitted % bars.round_amount == 0)
    return whole.select("claim", "submitted")


def holiday_work(claims: Table, bars: Bars) -> Table:
    return claims.filter(claims.audited, claims.holiday).select("claim", "day")


def exact_hour(claims: Table, bars: Bars) -> Table:
    return claims.filter(claims.audited, claims.hour.endswith(":00")).select("claim", "hour")


def entered_late(claims: Table, bars: Bars) -> Table:
    late = claims.filter(claims.audited, claims.entered - claims.day > bars.late_days)
    return late.select("claim", "day", "entered")


def _grouped(claims: Table, keys: list[str], who: Any, least: int) -> Table:
    """Audited claims of a group of so many persons or households, with the first claims of the group."""
    own = ibis.window(group_by=[claims[key] for key in keys], order_by=claims.place)
    placed = claims.mutate(who=who(claims), turn=ibis.row_number().over(own))
    groups = placed.group_by(*keys).agg(
        count=placed.who.nunique(), found=placed.place.collect(where=placed.turn < _NAMED)
    )
    large = groups.filter(groups["count"] >= least)
    return placed.filter(placed.audited).inner_join(large, keys).select("claim", "due", "count", "found")


def _home(claims: Table) -> Any:
    return ibis.ifelse(claims.household != "", claims.household, claims.member)
