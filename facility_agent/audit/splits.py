"""One visit made into two: at two facilities on one day, twice at one facility, or cut into two claims.

None of these refuses or cuts. A referral, two stated motives or some hours between the two explain them; a fact that
nobody stated accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from facility_agent.audit.month import Flag, Month
from facility_agent.audit.treatment import Treatment
from facility_agent.vocabulary.findings import note


def duplicate_elsewhere(month: Month) -> Iterator[Flag]:
    """The same two or more items for one person on one day at two facilities, and neither sent to the other."""
    seen: dict[object, list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault((prior.member, prior.day, prior.items), []).append(prior)
    for treatment in month.audited:
        alike = seen.setdefault((treatment.member, treatment.day, treatment.items), [])
        if treatment.member and len(treatment.acts) > 1 and treatment.referred is False:
            found = next(
                (prior for prior in alike if prior.facility != treatment.facility and prior.referred is False), None
            )
            if found is not None:
                finding = note(
                    "duplicate-elsewhere", "duplicates", review=True,
                    claim=found.claim, day=found.day.isoformat(), facility=found.facility,
                )  # fmt: skip
                yield month.flag(month.claims[treatment.claim], finding, [found.claim])
        alike.append(treatment)


def same_day_visits(month: Month) -> Iterator[Flag]:
    """Two consultations of one person in one day at one facility, with other items, and nothing tells them apart.

    Some hours between the two, two motives, two register numbers, an emergency or a stay tell them apart.
    """
    consultations = _consultations(month)
    for treatment, earlier in _same_day(month):
        found = next(
            (
                prior
                for prior in earlier
                if treatment.acts & consultations and prior.acts & consultations and treatment.items != prior.items
            ),
            None,
        )
        if found is not None:
            finding = note("same-day-visits", "visits", review=True, claim=found.claim, day=found.day.isoformat())
            yield month.flag(month.claims[treatment.claim], finding, [found.claim])


def split_claim(month: Month) -> Iterator[Flag]:
    """Care of one day at one facility on two claims, of which only one has a consultation, with no act in common."""
    consultations = _consultations(month)
    for treatment, earlier in _same_day(month):
        found = next(
            (
                prior
                for prior in earlier
                if bool(treatment.acts & consultations) != bool(prior.acts & consultations)
                and not treatment.acts & prior.acts
            ),
            None,
        )
        if found is not None:
            finding = note("split-claim", "visits", review=True, claim=found.claim, day=found.day.isoformat())
            yield month.flag(month.claims[treatment.claim], finding, [found.claim])


def _consultations(month: Month) -> frozenset[str]:
    return frozenset(act.code for act in month.acts.values() if act.follow_up)


def _same_day(month: Month) -> Iterator[tuple[Treatment, list[Treatment]]]:
    """Each audited treatment with those before it at the same facility and day that nothing tells apart from it."""
    seen: dict[object, list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault((prior.member, prior.facility, prior.day), []).append(prior)
    for treatment in month.audited:
        same = seen.setdefault((treatment.member, treatment.facility, treatment.day), [])
        if treatment.member and treatment.referred is False and not treatment.stay:
            earlier = [prior for prior in same if _one_visit(treatment, prior, month.bars.same_visit_hours)]
            if earlier:
                yield treatment, earlier
        same.append(treatment)


def _one_visit(one: Treatment, other: Treatment, hours: int) -> bool:
    """Whether two treatments of a day may be one visit: no referral, no stay, nothing stated that tells them apart."""
    if other.referred is not False or other.stay:
        return False
    if one.minute is not None and other.minute is not None and abs(one.minute - other.minute) >= 60 * hours:
        return False
    two_motives = one.condition and other.condition and one.condition != other.condition
    two_numbers = one.register_number and other.register_number and one.register_number != other.register_number
    return not two_motives and not two_numbers
