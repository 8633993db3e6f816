"""One person or one visit at two mutuals: seen only where both agreed to lay their claims side by side.

A person who is in two mutuals has two member numbers, so that no comparison of members finds them. What one mutual
shows another of a claim is `Shown` and nothing else: no name, no member number, no condition, no act, no amount.
Whether two persons are one is asked of a digest (`vocabulary/persons.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from facility_agent.audit.month import Flag, Month, Shown
from facility_agent.audit.treatment import Treatment, minutes, of_claim
from facility_agent.vocabulary.findings import Finding, note
from facility_agent.vocabulary.persons import person_of
from facility_agent.vocabulary.records import Claim


def shown(payer: str, claims: Iterable[Claim]) -> tuple[Shown, ...]:
    """What a mutual shows of its claims; those that another of them replaces are left out."""
    everything = tuple(claims)
    replaced = {name for claim in everything for name in (claim.replaces, claim.visit.replaces) if name}
    return tuple(_shown(payer, claim, of_claim(claim)) for claim in everything if claim.id not in replaced)


def _shown(payer: str, claim: Claim, treatment: Treatment) -> Shown:
    return Shown(
        payer, claim.id, claim.number, treatment.facility, treatment.day, treatment.at, treatment.register_number,
        person_of(claim), bool(treatment.referred),
    )  # fmt: skip


def billed_to_another(month: Month) -> Iterator[Flag]:
    """One number of a facility's register on one day, billed to two mutuals under two members."""

    def said(own: Shown, other: Shown) -> Finding:
        return note(
            "billed-to-another", "duplicates", review=True,
            claim=other.number, payer=other.payer, register=own.register_number,
        )  # fmt: skip

    return _seen(month, lambda entry: (entry.facility, entry.day, entry.register_number), _one_entry, said)


def two_mutuals_one_hour(month: Month) -> Iterator[Flag]:
    """One person at two facilities within an hour, billed to two mutuals, without a referral on either side."""

    def said(own: Shown, other: Shown) -> Finding:
        return note(
            "two-mutuals-one-hour", "referral", review=True,
            claim=other.number, payer=other.payer, facility=other.facility, at=other.at,
        )  # fmt: skip

    bar = month.bars.hour_minutes
    return _seen(month, _of_person, lambda own, other: _one_hour(own, other, bar) and not _explained(own, other), said)


def two_memberships_one_day(month: Month) -> Iterator[Flag]:
    """One person who used both memberships on one day, each for a visit of its own.

    What the edits above say of the two claims is not said again, and a referral explains them.
    """

    def apart(own: Shown, other: Shown) -> bool:
        told = _one_entry(own, other) or _one_hour(own, other, month.bars.hour_minutes)
        return not told and not _explained(own, other)

    def said(own: Shown, other: Shown) -> Finding:
        day = own.day.isoformat()
        return note("two-memberships-one-day", "visits", review=True, claim=other.number, payer=other.payer, day=day)

    return _seen(month, _of_person, apart, said)


def _seen(
    month: Month, key: Callable[[Shown], tuple[object, ...]], alike: Callable[[Shown, Shown], bool],
    said: Callable[[Shown, Shown], Finding],
) -> Iterator[Flag]:  # fmt: skip
    """A flag for each claim that another mutual's is alike to: the first of them by mutual and number.

    A claim of which both were asked to pay a part is one claim, and accuses nobody. The flag names the other one by its
    number only: its content stays where it is.
    """
    own = {treatment.claim: treatment for treatment in month.audited}
    others: dict[tuple[object, ...], list[Shown]] = {}
    for other in month.theirs:
        if other.claim not in own:
            others.setdefault(key(other), []).append(other)
    if not others:
        return
    for id, treatment in own.items():
        claim = month.claims[id]
        ours = _shown(month.payer, claim, treatment)
        found = [other for other in others.get(key(ours), ()) if alike(ours, other)]
        if found:
            yield month.flag(claim, said(ours, min(found, key=lambda other: other.place)))


def _of_person(entry: Shown) -> tuple[object, ...]:
    return entry.person, entry.day


def _one_entry(own: Shown, other: Shown) -> bool:
    return bool(own.register_number) and (own.facility, own.day, own.register_number) == (
        other.facility, other.day, other.register_number,
    )  # fmt: skip


def _one_hour(own: Shown, other: Shown, bar: int) -> bool:
    here, there = minutes(own.at), minutes(other.at)
    near = here is not None and there is not None and abs(here - there) < bar
    return near and own.facility != other.facility


def _explained(own: Shown, other: Shown) -> bool:
    """Whether nobody is known to have come twice: nobody knows who it is, or they were sent on."""
    return not own.person or own.referred or other.referred
