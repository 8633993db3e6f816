"""Where a person lies in hospital: two stays at once, or care elsewhere in the middle of one.

The day of admission and the day of discharge belong to both places. A stay whose end is not known, a referral and an
emergency accuse nobody; interim invoices of one stay are one stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from facility_agent.audit.month import Flag, Month
from facility_agent.audit.treatment import Treatment
from facility_agent.vocabulary.findings import note


def overlapping_stays(month: Month) -> Iterator[Flag]:
    """Two stays of one person that share a night; the later minted one is looked at."""
    seen: dict[str, list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault(prior.member, []).append(prior)
    for treatment in month.audited:
        earlier = seen.setdefault(treatment.member, [])
        found = next((prior for prior in earlier if treatment.member and _overlap(treatment, prior)), None)
        earlier.append(treatment)
        if found is not None and found.admitted and found.discharged:
            finding = note(
                "overlapping-stays", "stays", review=True,
                claim=found.claim, start=found.admitted.isoformat(), end=found.discharged.isoformat(),
            )  # fmt: skip
            yield month.flag(month.claims[treatment.claim], finding, [found.claim])


def care_during_stay(month: Month) -> Iterator[Flag]:
    """A visit elsewhere on a day between a person's admission and discharge."""
    stays: dict[str, list[Treatment]] = {}
    for treatment in (*month.known, *month.audited):
        if treatment.admitted and treatment.discharged and treatment.referred is False:
            stays.setdefault(treatment.member, []).append(treatment)
    for treatment in month.audited:
        if treatment.stay or not treatment.member or treatment.referred is not False:
            continue
        found = next((stay for stay in stays.get(treatment.member, ()) if _during(treatment, stay)), None)
        if found is not None and found.admitted and found.discharged:
            finding = note(
                "care-during-stay", "stays", review=True,
                claim=found.claim, start=found.admitted.isoformat(), end=found.discharged.isoformat(),
            )  # fmt: skip
            yield month.flag(month.claims[treatment.claim], finding, [found.claim])


def _overlap(one: Treatment, other: Treatment) -> bool:
    if one.referred is not False or other.referred is not False:
        return False
    if not (one.admitted and one.discharged and other.admitted and other.discharged):
        return False
    if one.facility == other.facility and one.admitted == other.admitted:
        return False
    return one.admitted < other.discharged and other.admitted < one.discharged


def _during(visit: Treatment, stay: Treatment) -> bool:
    if stay.admitted is None or stay.discharged is None or stay.facility == visit.facility:
        return False
    return stay.admitted < visit.day < stay.discharged
