"""The month as it is planned: ordinary visits, a delivery, an evacuation, a night emergency, and the planted ones.

Every planted mistake or fraud has its own people, so that what the rules say of it can be told from the rest; nobody
comes twice by chance. The same seed plans the same month.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from facility_agent.demo.people import FAMILIES, MEN, WOMEN
from facility_agent.demo.plan import ADULT, CHILD, PREGNANT, L, Planned, PlannedLine, Where
from facility_agent.vocabulary.periods import add_months, age_in_months
from facility_agent.vocabulary.records import Admission, Beneficiary, Coverage

PROGRAMME = "gratuite"


class Pools:
    """The people of the register by what they can be in the story; each is taken once."""

    def __init__(self, coverages: tuple[Coverage, ...], month: date, chance: random.Random) -> None:
        self._chance = chance
        self.first = month
        self.lapsed = self._some(coverages, lambda entry: entry.paid_until is not None and entry.paid_until < month)
        settled = [
            entry
            for entry in coverages
            if entry.paid_until is not None and entry.paid_until > month and entry.since < add_months(month, -12)
        ]
        self.dead = self._some(settled, lambda entry: entry.beneficiary.deceased_on is not None)
        living = [entry for entry in settled if entry.beneficiary.deceased_on is None]
        self.adults = self._some(living, lambda entry: _age(entry, month) >= 20 * 12)
        self.men = [entry for entry in self.adults if entry.sex == "M"]
        self.women = self._some(
            living, lambda entry: entry.beneficiary.sex == "F" and 19 * 12 <= _age(entry, month) < 45 * 12
        )
        self.children = self._some(living, lambda entry: 12 <= _age(entry, month) < 34)
        self.waiting = self._some(
            [entry for entry in coverages if entry.since > month - timedelta(days=55) and entry.since < month],
            lambda entry: _age(entry, month) >= 20 * 12 and entry.beneficiary.deceased_on is None,
        )
        self._taken: set[str] = set()

    def take(self, pool: list[Beneficiary]) -> Beneficiary:
        """Somebody of a pool who is not in the story yet."""
        while True:
            person = pool.pop()
            if person.number not in self._taken:
                self._taken.add(person.number)
                return person

    def left(self, pool: list[Beneficiary]) -> bool:
        """Whether somebody of a pool is not in the story yet."""
        return any(person.number not in self._taken for person in pool)

    def _some(self, coverages: tuple[Coverage, ...] | list[Coverage], wanted) -> list[Beneficiary]:  # type: ignore[no-untyped-def]
        found = [entry.beneficiary for entry in coverages if wanted(entry)]
        self._chance.shuffle(found)
        return found


def plan_month(coverages: tuple[Coverage, ...], first: date, seed: int, visits: int = 420) -> tuple[Planned, ...]:
    """All visits of the month in order of day and hour, at least `visits` of them."""
    chance = random.Random(f"month-{seed}")
    pools = Pools(coverages, first, chance)
    days = _working_days(first)
    planned = [*_planted(pools, days), *_special(pools, days)]
    while len(planned) < visits:
        planned.append(
            _ordinary(pools, chance, chance.choice(days), f"{chance.randint(7, 15):02d}:{chance.randint(0, 59):02d}")
        )
    return tuple(sorted(planned, key=lambda entry: (entry.day, entry.at, entry.person.number)))


def _ordinary(pools: Pools, chance: random.Random, day: date, at: str) -> Planned:
    kind = chance.random()
    if kind < 0.50 and pools.left(pools.adults):
        condition, lines = _pick(chance, ADULT)
        return Planned(pools.take(pools.adults), day, at, lines, condition)
    if kind < 0.60 and pools.left(pools.children):
        condition, lines = _pick(chance, CHILD)
        child = pools.take(pools.children)
        proof = Admission(PROGRAMME, "health-booklet", f"C-{child.number[-9:]}")
        return Planned(child, day, at, lines, condition, admission=proof, weight_grams=chance.randint(85, 125) * 100)
    if 0.60 <= kind < 0.68 and pools.left(pools.women):
        condition, lines = _pick(chance, PREGNANT)
        woman = pools.take(pools.women)
        proof = Admission(PROGRAMME, "antenatal-card", f"G-{woman.number[-9:]}")
        return Planned(woman, day, at, lines, condition, admission=proof, pregnant=True)
    number = f"{chance.randint(0, 999_999):06d}"
    if kind < 0.86:
        condition, lines = _pick(chance, CHILD)
        born = day - timedelta(days=chance.randint(400, 1000))
        person = Beneficiary("", _stranger(chance, "M"), "M", born, born.year)
        proof = Admission(PROGRAMME, "birth-certificate", f"EXEMPLE-N{number}")
        return Planned(person, day, at, lines, condition, "none", proof, weight_grams=chance.randint(85, 125) * 100)
    condition, lines = _pick(chance, PREGNANT)
    born = day - timedelta(days=chance.randint(7000, 14000))
    person = Beneficiary("", _stranger(chance, "F"), "F", born, born.year)
    proof = Admission(PROGRAMME, "antenatal-card", f"EXEMPLE-G{number}")
    return Planned(person, day, at, lines, condition, "none", proof, pregnant=True)


def _special(pools: Pools, days: list[date]) -> Iterator[Planned]:
    """What every month has once: a delivery, an evacuation, a night emergency."""
    mother = pools.take(pools.women)
    card = Admission(PROGRAMME, "antenatal-card", "G-naissance")
    birth = (L("delivery", role="midwife"), L("oxytocin", 1, role="midwife"), L("observation", role="midwife"))
    yield Planned(mother, days[6], "04:10", birth, "delivery", admission=card, pregnant=True)
    carried = pools.take(pools.women)
    evacuation = (L("consultation-pregnant-sick", role="midwife"), L("evacuation-km", 32, role="midwife"))
    yield Planned(
        carried, days[9], "11:20", evacuation, "obstructed-labour", pregnant=True, referred_to="CMA (exemple inventé)",
        admission=Admission(PROGRAMME, "antenatal-card", "G-evacuation"),
    )  # fmt: skip
    night = pools.take(pools.adults)
    care = (L("consultation-nurse"), L("injection"), L("ringer-lactate", 2))
    yield Planned(night, days[12], "02:35", care, "collapse", how="none", emergency=True)


def _planted(pools: Pools, days: list[date]) -> Iterator[Planned]:
    """Mistakes and frauds, each with the finding that must come of it and where it must be seen."""
    visit, tablets = L("consultation-nurse"), L("paracetamol", 12)

    def one(
        place: int,
        code: str,
        where: Where,
        lines: tuple[PlannedLine, ...],
        person: Beneficiary | None = None,
        **more: object,
    ) -> Planned:
        at = f"{8 + place % 7:02d}:{place * 7 % 60:02d}"
        made = Planned(person or pools.take(pools.adults), days[place], at, lines, "fever", planted=code, where=where)
        return msgspec.structs.replace(made, **more)

    yield one(1, "price-multiple", "mutual", (L("consultation-nurse", times=2),))
    yield one(2, "price-multiple", "mutual", (visit, L("omeprazole", 14, times=3)), condition="stomach-pain")
    yield one(3, "price-above-tariff", "facility", (visit, msgspec.structs.replace(tablets, price=17)))
    double = one(4, "", "", (visit, tablets), condition="cough", at="")
    yield double
    yield msgspec.structs.replace(double, at="16:40", planted="duplicate-claim", where="facility")
    yield one(5, "duplicate-line", "facility", (visit, tablets, L("paracetamol", 12)))
    again = one(6, "", "", (visit, tablets), condition="cough")
    yield again
    later = days[days.index(again.day) + 4]
    yield msgspec.structs.replace(again, day=later, at="15:05", planted="follow-up-window", where="facility")
    yield one(7, "dispensed-over-prescribed", "facility", (visit, L("amoxicillin-capsule", 30, prescribed=15)))
    yield one(8, "sex-incompatible", "facility", (L("delivery", role="midwife"),), pools.take(pools.men))
    yield one(9, "act-not-in-package", "facility", (visit, L("massage", price=1500)))
    yield one(10, "contributions-unpaid", "desk", (visit, tablets), pools.take(pools.lapsed))
    yield one(11, "waiting-period", "facility", (visit, tablets), pools.take(pools.waiting))
    yield one(12, "card-revoked", "desk", (visit, tablets))
    yield one(13, "card-expired", "desk", (visit, tablets))
    yield one(14, "beneficiary-deceased", "desk", (visit, tablets), pools.take(pools.dead))
    yield one(15, "test-before-treatment", "facility", (visit, L("artemether-lumefantrine", 24)), condition="malaria")
    child = pools.take(pools.children)
    yield one(
        16, "quantity-outside-band", "facility",
        (visit, L("malaria-rapid-test", 1, "positive"), L("artemether-lumefantrine", 24)), child, condition="malaria",
        weight_grams=12_000, admission=Admission(PROGRAMME, "health-booklet", f"C-{child.number[-9:]}"),
    )  # fmt: skip
    yield one(17, "late-entry", "facility", (visit, tablets), entered_later=2)
    born = add_months(days[3], -6 * 12)
    schoolchild = Beneficiary("", "Sanou Gaël (inventé)", "M", born, born.year)
    yield one(
        3, "programme-not-for-person", "desk", (visit, L("paracetamol-syrup", 1)), schoolchild, how="none",
        admission=Admission(PROGRAMME, "birth-certificate", "EXEMPLE-ECOLIER"),
    )  # fmt: skip
    yield one(14, "coverage-suspended", "mutual", (visit, tablets))
    yield one(15, "beneficiary-deceased", "mutual", (visit, tablets))
    yield one(16, "card-revoked", "mutual", (visit, tablets))
    near = one(10, "", "", (L("urine-strip"), L("paracetamol", 12)), condition="urinary-infection")
    yield near
    next_day = days[days.index(near.day) + 1]
    yield msgspec.structs.replace(near, day=next_day, planted="near-duplicate", where="mutual")
    yield one(13, "quantity-outlier", "mutual", (visit, L("paracetamol", 180)))


def _pick(
    chance: random.Random, reasons: tuple[tuple[str, tuple[PlannedLine, ...], int], ...]
) -> tuple[str, tuple[PlannedLine, ...]]:
    condition, lines, _ = chance.choices(reasons, weights=[weight for *_, weight in reasons])[0]
    return condition, lines


def _stranger(chance: random.Random, sex: str) -> str:
    return f"{chance.choice(FAMILIES)} {chance.choice(WOMEN if sex == 'F' else MEN)} (inventé)"


def _working_days(first: date) -> list[date]:
    """Monday to Saturday."""
    last = add_months(first, 1) - timedelta(days=1)
    every = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 6]


def _age(coverage: Coverage, on: date) -> int:
    born = coverage.beneficiary.birth_date
    return age_in_months(born, on) if born else 0
