"""Repetition and volume as sets: too many consultations, births too near, quantities and days beyond the usual.

`audit/patterns.py`, `volumes.py` and `comparisons.py` say what each one means. Several others are gathered as a list
of places, which sorts in the order in which the edits see them.
"""

from __future__ import annotations

from typing import Any

import ibis

from facility_agent.audit.month import Bars
from facility_agent.lake.doubles import joined

Table = Any


def repeated_follow_up(claims: Table, bars: Bars) -> Table:
    visits = claims.filter(claims.consultation, claims.member != "")
    pairs = joined(visits.filter(visits.audited), visits, "member")
    earlier = pairs.filter(
        pairs.claim != pairs.claim_right,
        pairs.day - pairs.day_right < bars.follow_up_days,
        pairs.moment_right <= pairs.moment,
    )
    found = earlier.group_by("claim", "member", "consultation_lines", "consultation_due").agg(
        found=earlier.place_right.collect(), count=earlier.count()
    )
    return found.filter(found["count"] >= bars.follow_ups)


def delivery_twice(claims: Table, bars: Bars) -> Table:
    births = claims.filter(claims.birth, claims.member != "")
    pairs = joined(births.filter(births.audited), births, "member")
    late, early = pairs.day, pairs.day_right
    near = ibis.ifelse(
        early <= late,
        (late - early > bars.birth_days) & (late < pairs.birth_until_right),
        (early - late > bars.birth_days) & (early < pairs.birth_until),
    )
    earlier = ~pairs.audited_right | (pairs.moment_right < pairs.moment)
    found = pairs.filter(pairs.claim != pairs.claim_right, earlier, near)
    found = found.mutate(found=found.place_right + "|" + found.day_right.cast("string"))
    return found.group_by("claim", "birth_lines", "birth_due").agg(found=found.found.min())


def visit_gap(claims: Table, bars: Bars) -> Table:
    visits = claims.filter(claims.consultation, claims.member != "")
    own = ibis.window(group_by=visits.member, order_by=visits.moment)
    told = visits.place + "|" + visits.day.cast("string") + "|" + visits.facility
    after = visits.mutate(
        found=told.lag().over(own),
        last_day=visits.day.lag().over(own),
        last_facility=visits.facility.lag().over(own),
        last_referred=visits.referred.lag().over(own),
    )
    return after.filter(
        after.audited,
        after.day - after.last_day < bars.gap_days,
        after.facility != after.last_facility,
        ~after.referred.fill_null(True),
        ~after.last_referred.fill_null(True),
    ).select("claim", "found")


def quantity_outlier(lines: Table, bars: Bars) -> Table:
    usual = lines.group_by("facility", "act").agg(middle=_twice(lines.quantity), seen=lines.count())
    usual = usual.filter(usual.seen >= bars.outlier_lines).select("facility", "act", "middle")
    apart = lines.inner_join(usual, ["facility", "act"])
    apart = apart.mutate(apart=(2 * apart.quantity - apart.middle).abs())
    spread = apart.group_by("facility", "act").agg(spread=_twice(apart.apart))
    judged = apart.filter(apart.audited).inner_join(spread, ["facility", "act"])
    wide = ibis.greatest(judged.spread, 4)
    return judged.filter(6745 * (4 * judged.quantity - 2 * judged.middle) > 10_000 * bars.outlier_score * wide).select(
        "claim", "line", "act", "quantity", "middle", "due"
    )


def provider_day(lines: Table, bars: Bars, limit: int) -> Table:
    """`found` are the places of all claims of the day, `first` that of the first audited one beyond the limit."""
    worked = lines.filter(lines.held, lines.role != "", lines.minutes > 0)
    worked = worked.group_by("facility", "day", "role", "prescriber", "at", "claim", "claim_due", "audited").agg(
        minutes=worked.minutes.sum()
    )
    worked = worked.mutate(place=worked["at"] + "|" + worked.claim)
    so_far = worked.minutes.sum().over(
        ibis.window(group_by=["facility", "day", "role", "prescriber"], order_by="place", preceding=None, following=0)
    )
    worked = worked.mutate(beyond=(so_far > limit) & worked.audited)
    days = worked.group_by("facility", "day", "role", "prescriber").agg(
        found=worked.place.collect(),
        first=ibis.ifelse(worked.beyond, worked.place, None).min(),
        minutes=worked.minutes.sum(),
        due=ibis.ifelse(worked.beyond, worked.claim_due, 0).sum(),
    )
    return days.filter(days["first"].notnull()).mutate(limit=ibis.literal(limit))


def _twice(values: Any) -> Any:
    """Twice the median, a whole number: a half in the middle is kept."""
    return (2 * values.median()).cast("int64")
