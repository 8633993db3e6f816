"""The edits of `audit/` put to an engine: the same codes, the same evidence, the same money.

`EDITS` pairs the question (an Ibis expression, written once for every engine) with how its rows are read back as
flags. Of the pure edits those that look at one claim alone stay with the claims: they need no tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec

from facility_agent.audit.month import Bars, Flag
from facility_agent.lake import alike, beside, doubles, volumes
from facility_agent.vocabulary.findings import FACILITY, Finding, note, refuse

Table = Any
Row = dict[str, Any]


class Lake(NamedTuple):
    """The tables, the bars, and the minutes that one person may work in a day (None: the clause is open).

    `theirs` is what other mutuals show of their claims (None: nobody shares)."""

    claims: Table
    lines: Table
    bars: Bars
    day_minutes: int | None = None
    theirs: Table | None = None


class Edit(NamedTuple):
    """One edit: what is asked of the tables, and what a row of the answer means."""

    name: str
    ask: Callable[[Lake], Table]
    read: Callable[[Row, Bars], Flag]


def run(lake: Lake, edits: tuple[Edit, ...] | None = None) -> Iterator[Flag]:
    """What the edits see, edit by edit, each in the order of its claims.

    What is open for a whole month (no clause on a day's work, no act that is a birth) is said by the pure edits.
    """
    for edit in EDITS if edits is None else edits:
        if edit.name == "provider_day" and lake.day_minutes is None:
            continue
        if edit in BESIDE and lake.theirs is None:
            continue
        rows = edit.ask(lake).to_pyarrow().to_pylist()
        yield from sorted((edit.read(row, lake.bars) for row in rows), key=lambda flag: (flag.claims, flag.lines))


def _exact(row: Row, bars: Bars) -> Flag:
    return _of_pair(row, refuse("exact-duplicate", "duplicates", FACILITY, claim=_claim(row), day=_day(row["day"])))


def _near(row: Row, bars: Bars) -> Flag:
    day = _day(_told(row)[2])
    return _of_pair(row, note("near-duplicate", "duplicates", review=True, claim=_claim(row), day=day))


def _elsewhere(row: Row, bars: Bars) -> Flag:
    _, claim, facility = _told(row)
    finding = note(
        "duplicate-elsewhere", "duplicates", review=True, claim=claim, day=_day(row["day"]), facility=facility
    )
    return _of_pair(row, finding)


def _one_hour(row: Row, bars: Bars) -> Flag:
    rank, _, claim, other = row["found"].split("|", 3)
    finding = note(
        "two-facilities-one-hour", "referral", review=True, other=other, facility=row["facility"], at=row["at"]
    )
    if rank == "1":
        finding = msgspec.structs.replace(finding, weight="unchecked", cause="fact", missing="referral", review=False)
    return Flag((row["claim"], claim), (), finding, row["due"])


def _same_day(row: Row, bars: Bars) -> Flag:
    return _of_pair(row, note("same-day-visits", "visits", review=True, claim=_claim(row), day=_day(row["day"])))


def _two_stays(row: Row, bars: Bars) -> Flag:
    _, claim, start, end = _told(row)
    finding = note("overlapping-stays", "stays", review=True, claim=claim, start=_day(start), end=_day(end))
    return _of_pair(row, finding)


def _in_stay(row: Row, bars: Bars) -> Flag:
    _, claim, start, end = _told(row)
    finding = note("care-during-stay", "stays", review=True, claim=claim, start=_day(start), end=_day(end))
    return _of_pair(row, finding)


def _follow_ups(row: Row, bars: Bars) -> Flag:
    finding = note(
        "repeated-follow-up", "follow_up_days", review=True,
        member=row["member"], count=row["count"] + 1, days=bars.follow_up_days,
    )  # fmt: skip
    others = [place.split("|", 1)[1] for place in sorted(row["found"])]
    return Flag((row["claim"], *others), _lines(row["consultation_lines"]), finding, row["consultation_due"])


def _births(row: Row, bars: Bars) -> Flag:
    _, claim, day = _told(row)
    finding = note("delivery-twice", "deliveries", review=True, claim=claim, day=_day(day), months=bars.birth_months)
    return Flag((row["claim"], claim), _lines(row["birth_lines"]), finding, row["birth_due"])


def _billed(row: Row, bars: Bars) -> Flag:
    payer, claim = _told(row)
    return _shared(row, note("billed-to-another", "duplicates", review=True, claim=claim, payer=payer,
                             register=row["register_number"]))  # fmt: skip


def _two_mutuals(row: Row, bars: Bars) -> Flag:
    payer, claim, at, facility = row["found"].split("|", 3)
    finding = note("two-mutuals-one-hour", "referral", review=True, claim=claim, payer=payer, facility=facility, at=at)
    return _shared(row, finding)


def _memberships(row: Row, bars: Bars) -> Flag:
    payer, claim = _told(row)
    finding = note("two-memberships-one-day", "visits", review=True, claim=claim, payer=payer, day=_day(row["day"]))
    return _shared(row, finding)


def _shared(row: Row, finding: Finding) -> Flag:
    """A flag that names another mutual's claim in its evidence alone."""
    return Flag((row["claim"],), (), finding, row["due"])


def _gap(row: Row, bars: Bars) -> Flag:
    _, claim, day, facility = _told(row)
    return Flag(
        (row["claim"], claim), (), note("visit-gap", "comparison", claim=claim, day=_day(day), facility=facility)
    )


def _quantity(row: Row, bars: Bars) -> Flag:
    finding = note(
        "quantity-outlier", "quantities", review=True,
        act=row["act"], quantity=row["quantity"], median=row["middle"] // 2,
    )  # fmt: skip
    return Flag((row["claim"],), (row["line"],), finding, row["due"])


def _long_day(row: Row, bars: Bars) -> Flag:
    others = [place.split("|", 1)[1] for place in sorted(row["found"]) if place != row["first"]]
    finding = note(
        "provider-day-impossible", "provider_day_minutes", review=True,
        day=_day(row["day"]), role=row["role"], minutes=row["minutes"], limit=row["limit"],
    )  # fmt: skip
    return Flag((row["first"].split("|", 1)[1], *others), (), finding, row["due"])


def _copied(row: Row, bars: Bars) -> Flag:
    return _of_group(row, note("copied-text", "texts", review=True, count=row["count"]), row["due"])


def _in_a_row(row: Row, bars: Bars) -> Flag:
    finding = note(
        "sequential-cards", "cards", review=True, day=_day(row["day"]), count=row["count"], serial=row["first"]
    )
    return _of_group(row, finding, row["due"])


def _phone(row: Row, bars: Bars) -> Flag:
    return _of_group(row, note("shared-phone", "comparison", count=row["count"]))


def _burst(row: Row, bars: Bars) -> Flag:
    return _of_group(row, note("household-burst", "comparison", count=row["count"], days=bars.burst_days))


def _round(row: Row, bars: Bars) -> Flag:
    return Flag((row["claim"],), (), note("round-amount", "comparison", amount=row["submitted"]))


def _holiday(row: Row, bars: Bars) -> Flag:
    return Flag((row["claim"],), (), note("holiday-work", "comparison", day=_day(row["day"])))


def _hour(row: Row, bars: Bars) -> Flag:
    return Flag((row["claim"],), (), note("exact-hour", "comparison", at=row["hour"]))


def _late(row: Row, bars: Bars) -> Flag:
    finding = note("entered-late", "comparison", day=_day(row["day"]), entered=_day(row["entered"]))
    return Flag((row["claim"],), (), finding)


#: What only mutuals that share can see.
BESIDE: tuple[Edit, ...] = (
    Edit("billed_to_another", lambda lake: beside.billed_to_another(lake.claims, lake.theirs, lake.bars), _billed),
    Edit(
        "two_mutuals_one_hour",
        lambda lake: beside.two_mutuals_one_hour(lake.claims, lake.theirs, lake.bars),
        _two_mutuals,
    ),
    Edit(
        "two_memberships_one_day",
        lambda lake: beside.two_memberships_one_day(lake.claims, lake.theirs, lake.bars),
        _memberships,
    ),
)
EDITS: tuple[Edit, ...] = (
    Edit("exact_duplicate", lambda lake: doubles.exact_duplicate(lake.claims, lake.bars), _exact),
    Edit("near_duplicate", lambda lake: doubles.near_duplicate(lake.claims, lake.bars), _near),
    Edit("two_facilities_one_hour", lambda lake: doubles.two_facilities_one_hour(lake.claims, lake.bars), _one_hour),
    Edit("delivery_twice", lambda lake: volumes.delivery_twice(lake.claims, lake.bars), _births),
    Edit("repeated_follow_up", lambda lake: volumes.repeated_follow_up(lake.claims, lake.bars), _follow_ups),
    Edit("quantity_outlier", lambda lake: volumes.quantity_outlier(lake.lines, lake.bars), _quantity),
    Edit(
        "provider_day",
        lambda lake: volumes.provider_day(lake.lines, lake.bars, lake.day_minutes or 0),
        _long_day,
    ),
    Edit("duplicate_elsewhere", lambda lake: doubles.duplicate_elsewhere(lake.claims, lake.bars), _elsewhere),
    Edit("same_day_visits", lambda lake: doubles.same_day_visits(lake.claims, lake.bars), _same_day),
    Edit("overlapping_stays", lambda lake: doubles.overlapping_stays(lake.claims, lake.bars), _two_stays),
    Edit("care_during_stay", lambda lake: doubles.care_during_stay(lake.claims, lake.bars), _in_stay),
    Edit("copied_text", lambda lake: alike.copied_text(lake.claims, lake.bars), _copied),
    Edit("sequential_cards", lambda lake: alike.sequential_cards(lake.claims, lake.bars), _in_a_row),
    *BESIDE,
)
#: What only says something beside other facilities: counted, and never in the queue.
COMPARISONS: tuple[Edit, ...] = (
    Edit("shared_phone", lambda lake: alike.shared_phone(lake.claims, lake.bars), _phone),
    Edit("household_burst", lambda lake: alike.household_burst(lake.claims, lake.bars), _burst),
    Edit("round_amount", lambda lake: alike.round_amount(lake.claims, lake.bars), _round),
    Edit("holiday_work", lambda lake: alike.holiday_work(lake.claims, lake.bars), _holiday),
    Edit("exact_hour", lambda lake: alike.exact_hour(lake.claims, lake.bars), _hour),
    Edit("entered_late", lambda lake: alike.entered_late(lake.claims, lake.bars), _late),
    Edit("visit_gap", lambda lake: volumes.visit_gap(lake.claims, lake.bars), _gap),
)


def counted(lake: Lake) -> Iterator[tuple[str, str, int]]:
    """How many claims of each facility carry each comparison: its code, the facility, the claims."""
    for edit in COMPARISONS:
        seen = edit.ask(lake).select("claim").distinct().inner_join(lake.claims.select("claim", "facility"), "claim")
        rows = seen.group_by("facility").agg(claims=seen.count()).to_pyarrow().to_pylist()
        for row in sorted(rows, key=lambda row: str(row["facility"])):
            yield edit.name.replace("_", "-"), row["facility"], row["claims"]


def _of_group(row: Row, finding: Finding, money: int = 0) -> Flag:
    """A flag with the first four others of the group."""
    named = [place.split("|", 1)[1] for place in sorted(row["found"])]
    return Flag((row["claim"], *[claim for claim in named if claim != row["claim"]][:4]), (), finding, money)


def _of_pair(row: Row, finding: Finding) -> Flag:
    return Flag((row["claim"], str(finding.evidence["claim"])), (), finding, row["due"])


def _told(row: Row) -> list[str]:
    """Order, claim and what follows; only the last one may hold a bar."""
    said: list[str] = row["found"].split("|")
    return said


def _claim(row: Row) -> str:
    return _told(row)[1]


def _day(ordinal: int | str) -> str:
    return date.fromordinal(int(ordinal)).isoformat()


def _lines(joined: str) -> tuple[str, ...]:
    return tuple(joined.split("|")) if joined else ()
