"""Care by level and season: what a visit of each kind holds, and how often it comes in each month of the year.

The mix is the project's own: malaria in the rains, coughs in the cold season, pregnancies all year round.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from facility_agent.vocabulary.records import Beneficiary, CareLine, Record, Stay, Visit

#: Kind → its part of a thousand visits in a month without a season, at a post, a centre and a hospital.
MIX: dict[str, tuple[int, int, int]] = {
    "malaria": (330, 250, 120),
    "cough": (310, 240, 150),
    "wound": (150, 130, 120),
    "pregnancy": (130, 120, 60),
    "check": (80, 190, 330),
    "delivery": (0, 40, 70),
    "stay": (0, 30, 150),
}
#: Kind → times its mean in each month, January first; the mean of a year is 1.
SEASONS: dict[str, tuple[float, ...]] = {
    "malaria": (0.5, 0.4, 0.4, 0.5, 0.7, 1.1, 1.6, 2.1, 2.0, 1.4, 0.8, 0.5),
    "cough": (1.5, 1.4, 1.2, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.8, 1.2, 1.4),
}
LEVELS = ("post", "centre", "hospital")
_CONSULTATION = {"post": 1_100, "centre": 1_650, "hospital": 2_750}


class Slot(Record, frozen=True):
    """When somebody comes, and for what."""

    day: date
    minute: int
    kind: str


def expected(level: str, kind: str, month: int, monthly: float) -> float:
    """Visits of a kind in a month (1 to 12) at a facility with so many visits a month.

    >>> round(expected("post", "malaria", 8, 1000)), round(expected("post", "wound", 8, 1000))
    (693, 150)
    """
    season = SEASONS[kind][month - 1] if kind in SEASONS else 1.0
    return monthly * MIX[kind][LEVELS.index(level)] / 1000 * season


def slots(level: str, year: int, month: int, days: int, monthly: float, chance: Random) -> list[Slot]:
    """The visits of a month in the order of time."""
    made = []
    for kind in MIX:
        whole = expected(level, kind, month, monthly)
        for _ in range(int(whole) + (chance.random() < whole % 1)):
            day = date(year, month, 1 + int(days * chance.random()))
            made.append(Slot(day, 450 + int(570 * chance.random()), kind))
    return sorted(made, key=lambda slot: (slot.day, slot.minute, slot.kind))


def fits(kind: str, person: Beneficiary, day: date) -> bool:
    """Whether a kind of care is for this person."""
    if kind not in ("pregnancy", "delivery"):
        return True
    assert person.birth_date is not None
    return person.sex == "F" and 16 <= day.year - person.birth_date.year <= 44


def visit(
    id: str,
    slot: Slot,
    facility: str,
    level: str,
    person: Beneficiary,
    serial: int,
    chance: Random,
    number: int,
    prescribers: int,
) -> Visit:
    """One visit with its lines at the tariff, its paper and its card."""
    who = f"{facility}/{int(prescribers * chance.random()) + 1}"
    lines = tuple(
        CareLine(str(rank), act, quantity, price, role=role, prescribed=quantity, prescriber=who, result=result)
        for rank, (act, quantity, price, role, result) in enumerate(_lines(slot.kind, level, chance))
    )
    days = chance.randrange(2, 6)
    pregnant = slot.kind in ("pregnancy", "delivery")
    return Visit(
        id,
        facility,
        slot.day,
        person,
        lines,
        register_number=str(number),
        at=f"{slot.minute // 60:02d}:{slot.minute % 60:02d}",
        identified="card",
        card_serial=serial,
        card_expires=date(2030, 12, 31),
        card_revoked=False,
        documents=("care-sheet",),
        referred_from="F-outside" if level == "hospital" and chance.random() < 0.6 else "",
        stay=Stay(slot.day, date.fromordinal(slot.day.toordinal() + days), outcome="cured")
        if slot.kind == "stay"
        else None,
        pregnant=True if slot.kind == "pregnancy" else False if not pregnant else None,
        gestation_weeks=chance.randrange(12, 38) if slot.kind == "pregnancy" else None,
        weight_grams=_grams(person, slot.day),
        condition=slot.kind,
        entered_on=slot.day,
        chronic=False,
    )


def _grams(person: Beneficiary, day: date) -> int:
    """About what somebody of this age weighs, in grams."""
    assert person.birth_date is not None
    return min(60_000, 20_000 + 3_000 * max(0, day.year - person.birth_date.year - 6))


def _lines(kind: str, level: str, chance: Random) -> Iterator[tuple[str, int, int, str, str]]:
    """Act, quantity, price, role and result of each line."""
    role = "nurse" if level == "post" else "doctor"
    if kind in ("malaria", "cough", "wound", "check"):
        yield "consultation", 1, _CONSULTATION[level], role, ""
    if kind == "malaria":
        yield "malaria-test", 1, 500, role, "positive"
        yield "antimalarial", chance.choice((6, 12, 18, 24)), 100, role, ""
    elif kind == "cough":
        yield "antibiotic", chance.randrange(10, 21), 50, role, ""
        yield "anti-inflammatory", chance.randrange(6, 15), 60, role, ""
    elif kind == "wound":
        yield "anti-inflammatory", chance.randrange(6, 15), 60, role, ""
        yield "antibiotic", chance.randrange(10, 21), 50, role, ""
    elif kind == "check":
        yield "blood-count", 1, 2_000, role, ""
        if chance.random() < 0.3:
            yield "culture", 1, 6_000, role, ""
    elif kind == "pregnancy":
        yield "antenatal", 1, 500, "midwife", ""
        yield "iron", 30, 10, "midwife", ""
    elif kind == "delivery":
        yield "delivery", 1, 10_000, "midwife", ""
        yield "iron", 30, 10, "midwife", ""
    else:
        yield "stay-day", 3, 1_500, role, ""
        yield "injectable-antibiotic", chance.randrange(4, 10), 700 if level == "hospital" else 800, role, ""
        yield "blood-count", 1, 2_000, role, ""
