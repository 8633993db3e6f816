"""A facility's months: honest visits in the order of time, look-alikes that nothing is wrong with, and the plants.

Every claim is judged by the rules on what was minted before it, as at a facility, so that the payer's answer to an
honest claim is the same. The seed and the facility's number decide everything: a catchment can be made alone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from random import Random

from msgspec.structs import replace

from facility_agent.adjudication import adjudicate
from facility_agent.lake.history import past_lines
from facility_agent.lake.simulation import care
from facility_agent.lake.simulation.care import Slot
from facility_agent.lake.simulation.country import START, Place, agreement, coverage, people, rules
from facility_agent.lake.simulation.plants import PLANTS, Planted, at_other
from facility_agent.vocabulary.identifiers import uuid7
from facility_agent.vocabulary.records import Basis, Beneficiary, Claim, Coverage, History, PastLine, Visit

#: A person comes back after so many days at the earliest; what comes sooner is planted, or tells why.
BETWEEN = 10
#: Visits a month of one who prescribes.
VISITS_OF_ONE = 250
#: Of a thousand visits: a return in the evening, a referral to the hospital, a household that falls ill together.
EVENINGS, REFERRALS, BURSTS = 10, 7, 3
#: Of a thousand, those of which the other mutual holds something alike.
ALIKE = 30
_DAY = 86_400_000


class Catchment:
    """The people of one facility and what they receive, month by month. `faults` is the part that is planted."""

    def __init__(self, here: Place, fraction: float, faults: float, seed: int) -> None:
        self.here, self.faults = here, faults
        self.chance = Random(f"{seed}/{here.number}")
        self.monthly = here.monthly * fraction
        self.people = people(here, self.monthly, self.chance)
        self.agreement = agreement(here)
        self.register: dict[str, Coverage] = {}
        self.shown: list[Claim] = []
        self.families = {act.code: act.family for act in rules().acts}
        self._last: dict[str, date] = {}
        self._gone: set[str] = set()
        self._history: dict[str, list[PastLine]] = {}
        self._count = 0
        self._prescribers = ceil(self.monthly / VISITS_OF_ONE)

    def months(self, months: int) -> Iterator[tuple[Claim, Planted | None]]:
        """Every claim that reaches the payer, with the plant that it belongs to."""
        for number in range(months):
            year, month = START.year + number // 12, number % 12 + 1
            days = monthrange(year, month)[1]
            for slot in care.slots(self.here.level, year, month, days, self.monthly, self.chance):
                person = self._who(slot)
                if person is not None:
                    yield from self._visit(slot, person)

    def mint(self, visit: Visit, *, replaces: str = "", forgetful: bool = False) -> Claim:
        """The claim of a visit as the facility answers it; a forgetful one asks nobody what was there before."""
        self._count += 1
        hour, minute = (int(part) for part in visit.at.split(":"))
        at = (visit.day.toordinal() - date(1970, 1, 1).toordinal()) * _DAY + (hour * 60 + minute) * 60_000
        who = bytes(3) + self.here.number.to_bytes(2, "big") + self._count.to_bytes(5, "big")
        id = uuid7(at, who)
        visit = replace(visit, id=id, entered_on=visit.day)
        held = (coverage(visit.beneficiary),)
        moment = (id[:13], visit.day, visit.at, id)
        earlier = tuple(
            line
            for line in self._history.get(visit.beneficiary.household, ())
            if line.claim != replaces and (line.claim[:13], line.day, line.at, line.claim) < moment
        )
        known = History(() if forgetful else earlier)
        answer = adjudicate(rules(), self.agreement, held, known, visit)
        basis = Basis(answer.rule_set, self.agreement.id, 1)
        number = f"{self.here.code}-{self._count:06d}"
        return Claim(id, number, visit, held, basis, answer, visit.day, replaces)

    def _keep(self, claim: Claim) -> None:
        lines = self._history.setdefault(claim.visit.beneficiary.household, [])
        if claim.replaces:
            lines[:] = [line for line in lines if line.claim != claim.replaces]
        lines += past_lines(claim, self.families)

    def _who(self, slot: Slot) -> Beneficiary | None:
        """Somebody whom this care fits and who was not here lately; nobody, when the village is small."""
        for _ in range(40):
            person = self.people[int(len(self.people) * self.chance.random())]
            last = self._last.get(person.number, date.min)
            rested = (slot.day - last).days >= (300 if slot.kind == "delivery" else BETWEEN)
            if rested and person.number not in self._gone and care.fits(slot.kind, person, slot.day):
                return person
        return None

    def _visit(self, slot: Slot, person: Beneficiary) -> Iterator[tuple[Claim, Planted | None]]:
        visit = self._seen(slot, person)
        chance = 1000 * self.chance.random()
        referred = self.here.level != "hospital" and chance < REFERRALS and slot.kind in ("cough", "wound")
        if referred:
            visit = replace(visit, referred_to=self.here.hospital)
        claim = self.mint(visit)
        # What was sent on or sent here is explained, and no plant could be seen.
        if not referred and not visit.referred_from and self.chance.random() < self.faults:
            planted = self._planted(slot, claim)
            if planted is not None:
                yield from self._sent(claim, planted)
                return
        self._keep(claim)
        yield claim, None
        if chance >= 1000 - ALIKE:
            self.shown += self._beside(claim)
        for other in self._alike(slot, visit, chance):
            more = self.mint(other)
            self._keep(more)
            yield more, None

    def _seen(self, slot: Slot, person: Beneficiary) -> Visit:
        serial = int(person.number.replace("-", "")) * 7
        seen = care.visit(
            "", slot, self.here.code, self.here.level, person, serial, self.chance, self._count + 1, self._prescribers
        )
        self._last[person.number] = seen.stay.discharged or slot.day if seen.stay else slot.day
        return seen

    def _alike(self, slot: Slot, visit: Visit, chance: float) -> Iterator[Visit]:
        """What looks like a fault and is none: sent on, back in the evening, a household ill together."""
        if visit.referred_to:
            later = slot.minute + 40
            yield replace(
                care.visit("", Slot(slot.day, later, "check"), self.here.hospital, "hospital", visit.beneficiary,
                           visit.card_serial or 0, self.chance, self._count + 1, 40),
                referred_from=self.here.code,
            )  # fmt: skip
        elif REFERRALS <= chance < REFERRALS + EVENINGS and slot.minute < 720 and slot.kind != "stay":
            yield self._seen(Slot(slot.day, slot.minute + 360, "wound"), visit.beneficiary)
        elif chance >= 1000 - BURSTS and slot.kind == "malaria":
            for other in self.people:
                home = other.household == visit.beneficiary.household and other.number not in self._gone
                rested = (slot.day - self._last.get(other.number, date.min)).days >= BETWEEN
                if home and rested and other.number != visit.beneficiary.number:
                    yield self._seen(Slot(slot.day, min(1_100, slot.minute + 9), "malaria"), other)

    def _beside(self, claim: Claim) -> Iterator[Claim]:
        """What the other mutual holds that looks like a second use of a membership and is none: the next day's entry
        of the same number, somebody of the same name, the same person the day after, and one who was sent on."""
        visit, tomorrow = claim.visit, claim.visit.day + timedelta(days=1)
        born = visit.beneficiary.birth_date
        assert born is not None
        namesake = replace(visit.beneficiary, birth_date=born + timedelta(days=1))
        looks = (
            replace(visit, day=tomorrow),
            replace(visit, beneficiary=namesake, register_number=f"{visit.register_number}a"),
            replace(visit, facility=self.here.hospital, referred_from=self.here.code, register_number=""),
        )
        yield at_other(claim, looks[self.chance.randrange(3)])

    def _planted(self, slot: Slot, claim: Claim) -> Planted | None:
        # Where a ceiling or a window left the payer nothing to pay, a plant would ask for nothing.
        if not all(line.shares for line in claim.adjudication.lines):
            return None
        fitting = [plant for plant, kinds in PLANTS.items() if slot.kind in kinds]
        return self.chance.choice(fitting)(self, claim) if fitting else None

    def _sent(self, claim: Claim, planted: Planted) -> Iterator[tuple[Claim, Planted | None]]:
        """A plant's claims; whose register changed does not come again, whoever was made to come twice not soon."""
        number = claim.visit.beneficiary.number
        if planted.coverage is not None:
            self.register[number] = planted.coverage
            self._gone.add(number)
        self.shown += planted.elsewhere
        first = planted.instead or claim
        for entry in (first, *planted.more):
            self._keep(entry)
            yield entry, planted
        latest = max(entry.visit.day for entry in (first, *planted.more))
        self._last[number] = max(self._last[number], latest + timedelta(days=BETWEEN))
