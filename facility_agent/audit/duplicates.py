"""The same care claimed twice: exactly, nearly, in two batches, or beside the claim that replaced it.

A repeated guarantee number is no duplicate: one letter may serve a whole month. A person without a number is
compared with nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from facility_agent.audit.month import Flag, Month
from facility_agent.audit.treatment import Treatment, same_moment
from facility_agent.vocabulary.findings import FACILITY, note, refuse


def claim_in_another_batch(month: Month) -> Iterator[Flag]:
    """A claim that stands in another batch already is not paid again."""
    for claim in month.claims.values():
        if claim.id in month.batched:
            batch = month.batched[claim.id]
            yield month.flag(
                claim, refuse("claim-in-another-batch", "duplicates", FACILITY, claim=claim.id, batch=batch)
            )


def claim_replaced(month: Month) -> Iterator[Flag]:
    """A claim that another one replaces is not paid."""
    for claim in month.claims.values():
        successor = month.successors.get(claim.id)
        if successor is not None:
            finding = refuse("claim-replaced", "duplicates", FACILITY, claim=claim.id, successor=successor)
            yield month.flag(claim, finding, [successor])


def correction_of_batched(month: Month) -> Iterator[Flag]:
    """A claim that replaces one of another batch: a person sees that only the difference is paid."""
    for claim in month.live:
        replaced = claim.replaces or claim.visit.replaces
        if replaced in month.batched:
            finding = note(
                "correction-of-batched", "duplicates", review=True, claim=replaced, batch=month.batched[replaced]
            )
            yield month.flag(claim, finding, [replaced])


def exact_duplicate(month: Month) -> Iterator[Flag]:
    """Same person, facility, day and acts under another claim id: the later minted one is refused.

    Two stated hours, or two register numbers, tell of two visits.
    """
    for claim, prior in _exact(month):
        finding = refuse("exact-duplicate", "duplicates", FACILITY, claim=prior.claim, day=prior.day.isoformat())
        yield month.flag(month.claims[claim.claim], finding, [prior.claim])


def near_duplicate(month: Month) -> Iterator[Flag]:
    """The same two or more items for the same person at the same facility within a day: a person looks.

    One single act that comes back the next day (a dressing, an injection), care during a stay, two stated hours of
    one day and two stated motives are ordinary.
    """
    exact = {claim.claim for claim, _ in _exact(month)}
    seen: dict[tuple[str, str, tuple[tuple[str, int], ...]], list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault((prior.member, prior.facility, prior.items), []).append(prior)
    for treatment in month.audited:
        alike = seen.setdefault((treatment.member, treatment.facility, treatment.items), [])
        if treatment.member and len(treatment.acts) > 1 and treatment.claim not in exact:
            found = next((prior for prior in alike if _near(treatment, prior, month.bars.near_days)), None)
            if found is not None:
                finding = note(
                    "near-duplicate", "duplicates", review=True, claim=found.claim, day=found.day.isoformat()
                )
                yield month.flag(month.claims[treatment.claim], finding, [found.claim])
        alike.append(treatment)


def _exact(month: Month) -> Iterator[tuple[Treatment, Treatment]]:
    """Each audited treatment with the earlier minted one that it repeats."""
    seen: dict[object, list[Treatment]] = {}
    for prior in month.known:
        seen.setdefault((prior.member, prior.facility, prior.day, prior.items), []).append(prior)
    for treatment in month.audited:
        alike = seen.setdefault((treatment.member, treatment.facility, treatment.day, treatment.items), [])
        found = next((prior for prior in alike if same_moment(treatment, prior)), None)
        if found is not None and treatment.member and treatment.items:
            yield treatment, found
        alike.append(treatment)


def _near(one: Treatment, other: Treatment, days: int) -> bool:
    if abs(one.day - other.day) > timedelta(days=days) or one.stay or other.stay:
        return False
    two_hours = one.day == other.day and one.at and other.at and one.at != other.at
    two_motives = one.condition and other.condition and one.condition != other.condition
    return not two_hours and not two_motives
