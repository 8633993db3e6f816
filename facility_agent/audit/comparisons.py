"""What is ordinary for one claim and only says something beside other facilities.

A phone serves a compound, twenty people fall ill together in the rains, official prices are round, births keep no
holidays, hours are those of the entry. These notes never ask for a person and put no money at risk: they are counted
per facility, and the rates are set side by side (`rates`, `funnel`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from facility_agent.arrangements.calendar import works
from facility_agent.arrangements.terms import Terms
from facility_agent.audit.funnel import Unit
from facility_agent.audit.month import Flag, Month
from facility_agent.audit.treatment import Treatment
from facility_agent.vocabulary.findings import Finding, note
from facility_agent.vocabulary.records import Claim


def shared_phone(month: Month) -> Iterator[Flag]:
    """One telephone number for several households."""
    phones: dict[str, list[Claim]] = {}
    for claim in (*month.held, *month.live):
        if claim.visit.beneficiary.phone:
            phones.setdefault(claim.visit.beneficiary.phone, []).append(claim)
    for group in phones.values():
        homes = {claim.visit.beneficiary.household or claim.visit.beneficiary.number for claim in group}
        if len(homes) >= month.bars.phone_households:
            yield from _each(month, group, note("shared-phone", "comparison", count=len(homes)))


def household_burst(month: Month) -> Iterator[Flag]:
    """Several persons of one household at one facility within some days."""
    homes: dict[tuple[str, str], list[Claim]] = {}
    for claim in (*month.held, *month.live):
        if claim.visit.beneficiary.household:
            homes.setdefault((claim.visit.beneficiary.household, claim.visit.facility), []).append(claim)
    days = month.bars.burst_days
    for group in homes.values():
        if len({claim.visit.beneficiary.number for claim in group}) < month.bars.burst_persons:
            continue
        for claim in group:
            first = claim.visit.day - timedelta(days=days - 1)
            near = [other for other in group if first <= other.visit.day <= claim.visit.day]
            count = len({other.visit.beneficiary.number for other in near})
            if count >= month.bars.burst_persons:
                yield from _each(month, [claim], note("household-burst", "comparison", count=count, days=days), near)


def round_amount(month: Month) -> Iterator[Flag]:
    """A claim that comes to whole thousands."""
    for claim in month.live:
        amount = claim.adjudication.submitted
        if amount and amount % month.bars.round_amount == 0:
            yield Flag((claim.id,), (), note("round-amount", "comparison", amount=amount))


def holiday_work(month: Month) -> Iterator[Flag]:
    """Care on a Sunday, on a day of rest of the arrangement, or on a declared holiday."""
    terms = month.terms("")
    for claim in month.live:
        day = claim.visit.day
        if is_holiday(terms, day):
            yield Flag((claim.id,), (), note("holiday-work", "comparison", day=day.isoformat()))


def is_holiday(terms: Terms, day: date) -> bool:
    """Whether few work on this day."""
    return day.weekday() == 6 or not works(terms, day)


def exact_hour(month: Month) -> Iterator[Flag]:
    """Care on the stroke of an hour."""
    for claim in month.live:
        if claim.visit.at.endswith(":00"):
            yield Flag((claim.id,), (), note("exact-hour", "comparison", at=claim.visit.at))


def entered_late(month: Month) -> Iterator[Flag]:
    """Care entered some days after it was given."""
    for claim in month.live:
        day, entered = claim.visit.day, claim.visit.entered_on
        if entered is not None and entered - day > timedelta(days=month.bars.late_days):
            finding = note("entered-late", "comparison", day=day.isoformat(), entered=entered.isoformat())
            yield Flag((claim.id,), (), finding)


def visit_gap(month: Month) -> Iterator[Flag]:
    """A consultation so soon after the person's last one at another facility; neither sent the person to the other."""
    consultations = frozenset(act.code for act in month.acts.values() if act.follow_up)
    visits: dict[str, list[Treatment]] = {}
    for treatment in (*month.known, *month.audited):
        if treatment.member and treatment.acts & consultations:
            visits.setdefault(treatment.member, []).append(treatment)
    for own in visits.values():
        own.sort(key=lambda treatment: treatment.moment)
        for last, treatment in pairwise(own):
            near = treatment.day - last.day < timedelta(days=month.bars.gap_days)
            apart = last.facility != treatment.facility and last.referred is False and treatment.referred is False
            if near and apart and treatment.claim in month.claims:
                finding = note(
                    "visit-gap", "comparison", claim=last.claim, day=last.day.isoformat(), facility=last.facility
                )
                yield Flag((treatment.claim, last.claim), (), finding)


COMPARISONS: tuple[Callable[[Month], Iterable[Flag]], ...] = (
    shared_phone,
    household_burst,
    round_amount,
    holiday_work,
    exact_hour,
    entered_late,
    visit_gap,
)


def compare(month: Month) -> tuple[Flag, ...]:
    """Everything that only says something beside other facilities."""
    return tuple(flag for comparison in COMPARISONS for flag in comparison(month))


def rates(month: Month, flags: Iterable[Flag]) -> dict[str, tuple[Unit, ...]]:
    """By code, per facility: how many of its audited claims carry the code, among how many. All facilities are named.

    The base rate of an edit at a facility; set against its peers by `funnel`.
    """
    claims: dict[str, int] = {}
    for claim in month.live:
        claims[claim.visit.facility] = claims.get(claim.visit.facility, 0) + 1
    seen: dict[str, dict[str, set[str]]] = {}
    for flag in flags:
        if flag.about in month.claims:
            facility = month.claims[flag.about].visit.facility
            seen.setdefault(flag.code, {}).setdefault(facility, set()).add(flag.about)
    return {
        code: tuple(Unit(name, len(found.get(name, ())), count) for name, count in sorted(claims.items()))
        for code, found in sorted(seen.items())
    }


def _each(month: Month, group: list[Claim], finding: Finding, linked: list[Claim] | None = None) -> Iterator[Flag]:
    """A note about every audited claim of the group, with a few of the others."""
    for claim in group:
        if claim.id in month.claims:
            others = [other.id for other in linked or group if other.id != claim.id]
            yield Flag((claim.id, *others[:4]), (), finding)
