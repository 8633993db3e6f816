"""What one person's care seldom looks like: two places in an hour, too many consultations, two births too near.

None of these refuses or cuts: a flag chooses what a person looks at. A fact that nobody stated accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from facility_agent.audit.month import Flag, Month
from facility_agent.audit.treatment import Treatment
from facility_agent.vocabulary.findings import note, unchecked
from facility_agent.vocabulary.periods import add_months


def two_facilities_one_hour(month: Month) -> Iterator[Flag]:
    """One person at two facilities within an hour, without a referral or an emergency on either side.

    Of an earlier claim whose referral is not known, the question stays open.
    """
    seen: dict[object, list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault((prior.member, prior.day), []).append(prior)
    for treatment in month.audited:
        same_day = seen.setdefault((treatment.member, treatment.day), [])
        near = [prior for prior in same_day if _one_hour(treatment, prior, month.bars.hour_minutes)]
        same_day.append(treatment)
        if not near or not treatment.member or treatment.referred:
            continue
        prior = min(near, key=lambda entry: {False: 0, None: 1, True: 2}[entry.referred])
        if prior.referred:
            continue
        finding = note(
            "two-facilities-one-hour", "referral", review=True,
            other=prior.facility, facility=treatment.facility, at=treatment.at,
        )  # fmt: skip
        if prior.referred is None:
            finding = msgspec.structs.replace(
                finding, weight="unchecked", cause="fact", missing="referral", review=False
            )
        yield month.flag(month.claims[treatment.claim], finding, [prior.claim])


def repeated_follow_up(month: Month) -> Iterator[Flag]:
    """One person consulting more often in some weeks than one illness explains."""
    consultations = frozenset(act.code for act in month.acts.values() if act.follow_up)
    seen = _by_member((*month.known, *month.audited), consultations)
    days = month.bars.follow_up_days
    for treatment in month.audited:
        if not treatment.acts & consultations:
            continue
        first = treatment.day - timedelta(days=days - 1)
        earlier = [
            other.claim
            for other in seen.get(treatment.member, ())
            if first <= other.day and other is not treatment and other.moment <= treatment.moment
        ]
        if len(earlier) >= month.bars.follow_ups:
            claim = month.claims[treatment.claim]
            finding = note(
                "repeated-follow-up", "follow_up_days", review=True,
                member=treatment.member, count=len(earlier) + 1, days=days,
            )  # fmt: skip
            yield month.flag(claim, finding, earlier, (x.id for x in claim.visit.lines if x.act in consultations))


def delivery_twice(month: Month) -> Iterator[Flag]:
    """Two births of one woman that no pregnancy separates; twins, and a birth carried on elsewhere, are one birth.

    Needs to know which acts or families are deliveries.
    """
    wanted = month.bars.deliveries
    births = frozenset(act.code for act in month.acts.values() if act.code in wanted or act.family in wanted)
    if not births:
        if month.live:
            unknown = unchecked("delivery-twice", "deliveries", "clause", "deliveries", claim="", day="", months=0)
            yield Flag((), (), unknown)
        return
    known = _by_member(month.known, births)
    audited = _by_member(month.audited, births)
    for treatment in (entry for entries in audited.values() for entry in entries):
        earlier = (other for other in audited[treatment.member] if other.moment < treatment.moment)
        for other in (*known.get(treatment.member, ()), *earlier):
            first, second = sorted((other.day, treatment.day))
            if second - first > timedelta(days=month.bars.birth_days) and second < add_months(
                first, month.bars.birth_months
            ):
                claim = month.claims[treatment.claim]
                finding = note(
                    "delivery-twice", "deliveries", review=True,
                    claim=other.claim, day=other.day.isoformat(), months=month.bars.birth_months,
                )  # fmt: skip
                yield month.flag(claim, finding, [other.claim], (x.id for x in claim.visit.lines if x.act in births))
                break


def _by_member(treatments: Iterable[Treatment], acts: frozenset[str]) -> dict[str, list[Treatment]]:
    """The treatments with one of these acts, person by person; a person without a number is nobody's double."""
    found: dict[str, list[Treatment]] = {}
    for treatment in treatments:
        if treatment.member and treatment.acts & acts:
            found.setdefault(treatment.member, []).append(treatment)
    return found


def _one_hour(one: Treatment, other: Treatment, minutes: int) -> bool:
    here, there = one.minute, other.minute
    if one.facility == other.facility or here is None or there is None:
        return False
    return abs(here - there) < minutes
