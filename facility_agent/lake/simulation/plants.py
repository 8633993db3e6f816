"""Planted errors and frauds: each is a change of what an honest facility would send, with the money it asks too much.

The name of a plant is the code of the finding that is meant to see it. A facility that plants invents its own answer,
so that the stored amounts ask for the money; the payer's own rules and edits must see it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Protocol

from msgspec.structs import replace

from facility_agent.audit.recompute import due
from facility_agent.lake.simulation.country import MUTUAL, SCHEME, Place
from facility_agent.vocabulary.records import CareLine, Claim, Coverage, Record, Share, Stay, Visit


class Maker(Protocol):
    """What a plant needs of the catchment: new claims as an honest or a forgetful facility would mint them."""

    here: Place
    chance: Random

    def mint(self, visit: Visit, *, replaces: str = "", forgetful: bool = False) -> Claim: ...


class Planted(Record, frozen=True):
    """What a plant sends beside or instead of a claim, and what the register says that the facility does not know.

    `instead` takes the place of the honest claim; `money` is asked too much by claim; `elsewhere` was sent to the
    other mutual, which shows it.
    """

    kind: str
    money: tuple[tuple[str, int], ...]
    instead: Claim | None = None
    more: tuple[Claim, ...] = ()
    coverage: Coverage | None = None
    elsewhere: tuple[Claim, ...] = ()


def money(claim: Claim) -> int:
    return sum(due(line, MUTUAL, SCHEME) for line in claim.adjudication.lines)


def exact_duplicate(maker: Maker, claim: Claim) -> Planted:
    again = maker.mint(claim.visit, forgetful=True)
    return Planted("exact-duplicate", ((again.id, money(again)),), more=(again,))


def near_duplicate(maker: Maker, claim: Claim) -> Planted:
    later = replace(claim.visit, day=claim.visit.day + timedelta(days=1), register_number="")
    again = maker.mint(later, forgetful=True)
    return Planted("near-duplicate", ((again.id, money(again)),), more=(again,))


def duplicate_elsewhere(maker: Maker, claim: Claim) -> Planted:
    """The same items at the hospital in the evening; its price is that of the first facility."""
    again = maker.mint(_elsewhere(maker, claim.visit, "20:30"), forgetful=True)
    return Planted("duplicate-elsewhere", ((again.id, money(again)),), more=(again,))


def two_facilities_one_hour(maker: Maker, claim: Claim) -> Planted:
    """Other care at the hospital twenty minutes later."""
    hour, minute = (int(part) for part in claim.visit.at.split(":"))
    later = hour * 60 + minute + 20
    visit = _elsewhere(maker, claim.visit, f"{later // 60:02d}:{later % 60:02d}")
    again = maker.mint(
        replace(visit, lines=(_line("blood-count", 1, 2_000), _line("culture", 1, 6_000))), forgetful=True
    )
    return Planted("two-facilities-one-hour", ((again.id, money(again)),), more=(again,))


def delivery_twice(maker: Maker, claim: Claim) -> Planted:
    visit = replace(
        claim.visit, day=claim.visit.day + timedelta(days=maker.chance.randrange(40, 150)), register_number=""
    )
    again = maker.mint(visit, forgetful=True)
    return Planted("delivery-twice", ((again.id, money(again)),), more=(again,))


def price_above_tariff(maker: Maker, claim: Claim) -> Planted:
    return _dear(maker, claim, "price-above-tariff", lambda price: price * 13 // 10 + 1)


def price_multiple(maker: Maker, claim: Claim) -> Planted:
    times = maker.chance.choice((2, 3))
    return _dear(maker, claim, "price-multiple", lambda price: price * times)


def totals(maker: Maker, claim: Claim) -> Planted:
    """The payer's part of the first line is made larger and nothing else."""
    line, *rest = claim.adjudication.lines
    more = 500 + 100 * maker.chance.randrange(20)
    shares = tuple(Share(share.payer, share.scheme, share.amount + more) for share in line.shares[:1])
    wrong = replace(line, shares=(*shares, *line.shares[1:]))
    answer = replace(claim.adjudication, lines=(wrong, *rest))
    return Planted("totals-do-not-add-up", ((claim.id, more),), instead=replace(claim, adjudication=answer))


def claim_replaced(maker: Maker, claim: Claim) -> Planted:
    """A correction is sent and what it corrects is left in the batch."""
    again = maker.mint(claim.visit, replaces=claim.id)
    return Planted("claim-replaced", ((claim.id, money(claim)),), more=(again,))


def beneficiary_deceased(maker: Maker, claim: Claim) -> Planted:
    died = claim.visit.day - timedelta(days=maker.chance.randrange(1, 60))
    held = claim.coverage[0]
    known = replace(held, beneficiary=replace(held.beneficiary, deceased_on=died))
    return Planted("beneficiary-deceased", ((claim.id, money(claim)),), coverage=known)


def coverage_not_open(maker: Maker, claim: Claim) -> Planted:
    left = claim.visit.day - timedelta(days=maker.chance.randrange(1, 60))
    return Planted("coverage-not-open", ((claim.id, money(claim)),), coverage=replace(claim.coverage[0], until=left))


def overlapping_stays(maker: Maker, claim: Claim) -> Planted:
    stay = claim.visit.stay
    assert stay is not None and stay.discharged is not None
    first = stay.admitted + timedelta(days=1)
    visit = _elsewhere(maker, claim.visit, claim.visit.at)
    visit = replace(visit, day=first, stay=Stay(first, first + timedelta(days=4), outcome="cured"))
    again = maker.mint(visit, forgetful=True)
    return Planted("overlapping-stays", ((again.id, money(again)),), more=(again,))


def quantity_outlier(maker: Maker, claim: Claim) -> Planted:
    """Many times the tablets of a medicine that no rule limits."""
    lines = tuple(
        replace(line, quantity=40 * line.quantity, prescribed=40 * line.quantity)
        if line.act == "anti-inflammatory"
        else line
        for line in claim.visit.lines
    )
    again = maker.mint(replace(claim.visit, lines=lines), forgetful=True)
    instead = replace(again, id=claim.id, number=claim.number)
    return Planted("quantity-outlier", ((claim.id, money(instead) - money(claim)),), instead=instead)


def split_claim(maker: Maker, claim: Claim) -> Planted:
    """Medicines that were never given, on a claim of their own."""
    lines = (_line("iron", 60, 10), _line("anti-inflammatory", 20, 60))
    again = maker.mint(replace(claim.visit, lines=lines, register_number=""), forgetful=True)
    return Planted("split-claim", ((again.id, money(again)),), more=(again,))


def same_day_visits(maker: Maker, claim: Claim) -> Planted:
    lines = tuple(replace(line, quantity=line.quantity + (line.quantity > 1)) for line in claim.visit.lines)
    lines = (*lines, _line("culture", 1, 6_000))
    again = maker.mint(replace(claim.visit, lines=lines, register_number=""), forgetful=True)
    return Planted("same-day-visits", ((again.id, money(again)),), more=(again,))


def billed_to_another(maker: Maker, claim: Claim) -> Planted:
    """One line of the register, billed to the other mutual under one of its members."""
    return _both(claim, "billed-to-another", claim.visit, name=f"Autre inventée {maker.here.number}")


def two_mutuals_one_hour(maker: Maker, claim: Claim) -> Planted:
    """With the card of the other mutual at the hospital, half an hour later."""
    hour, minute = (int(part) for part in claim.visit.at.split(":"))
    later = hour * 60 + minute + 30
    visit = _elsewhere(maker, claim.visit, f"{later // 60:02d}:{later % 60:02d}")
    return _both(claim, "two-mutuals-one-hour", visit)


def two_memberships_one_day(maker: Maker, claim: Claim) -> Planted:
    """With the card of the other mutual at the same desk in the evening."""
    return _both(claim, "two-memberships-one-day", replace(claim.visit, at="21:40", register_number=""))


def _both(claim: Claim, kind: str, visit: Visit, name: str = "") -> Planted:
    """Ours stands as it is and is asked for once too often; the other mutual has its own claim of it."""
    return Planted(kind, ((claim.id, money(claim)),), elsewhere=(at_other(claim, visit, name),))


def at_other(claim: Claim, visit: Visit, name: str = "") -> Claim:
    """A claim that the other mutual holds: of the same person under its number, or of somebody of another name."""
    person = replace(visit.beneficiary, number=f"B-{visit.beneficiary.number}", name=name or visit.beneficiary.name)
    seen = replace(visit, id=f"b{claim.id[1:]}", beneficiary=person)
    return replace(claim, id=seen.id, number=f"B-{claim.number}", visit=seen)


Plant = Callable[[Maker, Claim], Planted]

#: Plant → the kinds of care that it can be made of, and whether at posts and centres only.
PLANTS: dict[Plant, tuple[str, ...]] = {
    exact_duplicate: ("malaria", "cough", "wound", "check"),
    near_duplicate: ("malaria", "cough", "wound", "check"),
    duplicate_elsewhere: ("malaria", "cough", "check"),
    two_facilities_one_hour: ("malaria", "cough", "wound"),
    delivery_twice: ("delivery",),
    price_above_tariff: ("check", "malaria"),
    price_multiple: ("check", "malaria"),
    totals: ("malaria", "cough", "wound", "check"),
    claim_replaced: ("malaria", "cough", "wound"),
    beneficiary_deceased: ("malaria", "cough", "check", "stay"),
    coverage_not_open: ("malaria", "cough", "check", "stay"),
    overlapping_stays: ("stay",),
    quantity_outlier: ("cough", "wound"),
    split_claim: ("malaria", "check"),
    same_day_visits: ("cough", "wound"),
    billed_to_another: ("malaria", "cough", "wound", "check"),
    two_mutuals_one_hour: ("malaria", "cough", "wound", "check"),
    two_memberships_one_day: ("malaria", "cough", "wound", "check"),
}

#: Those that a fact decides: each finds all its plants, and accuses no clean claim.
DETERMINISTIC = frozenset(
    {
        *("exact-duplicate", "near-duplicate", "duplicate-elsewhere", "two-facilities-one-hour", "delivery-twice"),
        *("price-above-tariff", "price-multiple", "totals-do-not-add-up", "claim-replaced", "beneficiary-deceased"),
        *("coverage-not-open", "overlapping-stays", "split-claim", "same-day-visits"),
        *("billed-to-another", "two-mutuals-one-hour", "two-memberships-one-day"),
    }
)


def _elsewhere(maker: Maker, visit: Visit, at: str) -> Visit:
    return replace(visit, facility=maker.here.hospital, at=at, register_number="", emergency=False, referred_from="")


def _line(act: str, quantity: int, price: int) -> CareLine:
    return CareLine(act, act, quantity, price, role="doctor", prescribed=quantity, prescriber="—")


def _dear(maker: Maker, claim: Claim, kind: str, dearer: Callable[[int], int]) -> Planted:
    """The first line at another price, and an answer of the facility that admits all of it."""
    line, *others = claim.visit.lines
    price = dearer(line.price)
    visit = replace(claim.visit, lines=(replace(line, price=price), *others))
    first = next(entry for entry in claim.adjudication.lines if entry.id == line.id)
    whole, told = price * line.quantity, first.shares[0].amount * price // line.price
    said = replace(
        first, submitted=whole, price_admitted=price, eligible=whole, copay=whole - told, member_pays=whole - told,
        facility_bears=0, shares=(replace(first.shares[0], amount=told),), findings=(),
    )  # fmt: skip
    lines = tuple(said if entry.id == line.id else entry for entry in claim.adjudication.lines)
    answer = replace(claim.adjudication, lines=lines)
    wrong = replace(claim, visit=visit, adjudication=answer)
    return Planted(kind, ((claim.id, money(wrong) - money(claim)),), instead=wrong)
