"""A treatment: one claim, or the lines that are known of an earlier one, as far as claims are compared.

What is not known of an earlier claim (its referral, its register number) stays unknown: it accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from facility_agent.vocabulary.records import Claim, PastLine, Record, Visit


class Treatment(Record, frozen=True):
    """Who was treated where and when with what; `referred` None when nobody knows, `at` empty when no hour stands."""

    claim: str
    member: str
    facility: str
    day: date
    at: str
    items: tuple[tuple[str, int], ...]
    register_number: str = ""
    condition: str = ""
    referred: bool | None = None
    stay: bool = False
    household: str = ""
    admitted: date | None = None
    discharged: date | None = None

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(act for act, _ in self.items)

    @property
    def moment(self) -> tuple[date, str, str]:
        """Day, hour, claim: the order of history."""
        return self.day, self.at, self.claim

    @property
    def minute(self) -> int | None:
        """The minute of its hour."""
        return minutes(self.at)


def minutes(at: str) -> int | None:
    """Minutes since midnight, or None when no readable hour stands.

    >>> minutes("08:05"), minutes("")
    (485, None)
    """
    hour, _, minute = at.partition(":")
    return int(hour) * 60 + int(minute) if hour.isdecimal() and minute.isdecimal() else None


def of_claim(claim: Claim) -> Treatment:
    """The treatment that a claim tells of."""
    visit = claim.visit
    hours = [line.at for line in visit.lines if line.at]
    return Treatment(
        claim.id,
        visit.beneficiary.number,
        visit.facility,
        visit.day,
        visit.at or min(hours, default=""),
        tuple(sorted((line.act, line.quantity) for line in visit.lines)),
        visit.register_number,
        visit.condition,
        _carried_on(visit),
        visit.stay is not None,
        visit.beneficiary.household,
        visit.stay.admitted if visit.stay else None,
        visit.stay.discharged if visit.stay else None,
    )


def _carried_on(visit: Visit) -> bool:
    """Whether the person came from, or went on to, another facility: a referral, an evacuation, an emergency."""
    left = visit.stay is not None and visit.stay.outcome == "referred"
    return bool(visit.referred_from or visit.referred_to or left or visit.emergency)


def of_past(lines: Iterable[PastLine]) -> tuple[Treatment, ...]:
    """The treatments that earlier lines tell of, in the order in which their claims first stand."""
    by_claim: dict[str, list[PastLine]] = {}
    for line in lines:
        by_claim.setdefault(line.claim, []).append(line)
    return tuple(
        Treatment(
            claim,
            group[0].member,
            group[0].facility,
            group[0].day,
            min((line.at for line in group if line.at), default=""),
            tuple(sorted((line.act, line.quantity) for line in group)),
            condition=next((line.condition for line in group if line.condition), ""),
            household=group[0].household,
        )
        for claim, group in by_claim.items()
    )


def same_moment(one: Treatment, other: Treatment) -> bool:
    """Whether nothing says that two treatments of one day are two: neither the hour nor the register number."""
    hours = not one.at or not other.at or one.at == other.at
    numbers = not one.register_number or not other.register_number or one.register_number == other.register_number
    return hours and numbers
