"""Splits, stays, bursts and comparisons: each with a hit, a near miss, and an innocent look-alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from facility_agent.arrangements.duties import Holiday
from facility_agent.audit.comparisons import COMPARISONS, compare, rates
from facility_agent.audit.edits import Bars, Flag, Month, run
from facility_agent.audit.funnel import Unit
from facility_agent.audit.shared import shown
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.records import Claim, Stay
from tests.builders import (
    DAY,
    FACILITY,
    HOSPITAL,
    MUTUAL,
    OTHER_FACILITY,
    SCHEME,
    agreement,
    arrangement,
    beneficiary,
    care,
    claim,
    past_lines,
    text,
    visit,
)

CONSULTATION = care("consultation", role="nurse")
PAIR = (CONSULTATION, care("paracetamol", 12))
OTHER_PAIR = (CONSULTATION, care("amoxicillin", 12))
TEXT = "Fièvre depuis trois jours, toux sèche, pas de vomissement, bon appétit."


def month(claims: Iterable[Claim], **known: Any) -> Month:
    bars = Bars(deliveries=frozenset({"delivery"}))
    return Month(
        claims, known.pop("under", arrangement()), agreement(), payer=MUTUAL, scheme=SCHEME, bars=bars, **known
    )


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def person(number: int, **changes: Any) -> Any:
    return beneficiary(f"KDG-{number:06d}-01", **changes)


def stay(number: int, first: int, last: int | None, outcome: str = "cured", **changes: Any) -> Claim:
    held = Stay(on(first), None if last is None else on(last), outcome=outcome)
    changes.setdefault("day", on(first))
    return claim(number, visit(care("dressing", role="nurse"), stay=held, **changes))


def written(count: int, text: str = TEXT, **changes: Any) -> list[Claim]:
    return [
        claim(number, visit(beneficiary=person(number), reason=text, day=on(number), **changes))
        for number in range(1, count + 1)
    ]


def cards(*serials: int, homes: int = 99) -> list[Claim]:
    return [
        claim(number, visit(beneficiary=person(number, household=f"H{number % homes}"), card_serial=serial))
        for number, serial in enumerate(serials, start=1)
    ]


def births(count: int, apart: int) -> list[Claim]:
    return [
        claim(number, visit(care("delivery"), beneficiary=person(number, household="H"), day=on(number * apart)))
        for number in range(1, count + 1)
    ]


HIT, MISS = True, False
ORDINARY = {
    *("shared-phone", "household-burst", "round-amount", "holiday-work", "exact-hour", "entered-late", "visit-gap"),
}
CASES: list[tuple[str, bool, str, Callable[[], list[Claim]]]] = [
    ("duplicate-elsewhere", HIT, "the same items at two centres", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*PAIR, facility=OTHER_FACILITY, at="15:00"))]),
    ("duplicate-elsewhere", MISS, "one single act", lambda: [
        claim(1), claim(2, visit(facility=OTHER_FACILITY, at="15:00"))]),
    ("duplicate-elsewhere", MISS, "evacuated to the hospital", lambda: [
        claim(1, visit(*PAIR, referred_to=HOSPITAL)), claim(2, visit(*PAIR, facility=HOSPITAL, at="15:00"))]),
    ("duplicate-elsewhere", MISS, "the next day", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*PAIR, facility=OTHER_FACILITY, day=on(1)))]),
    ("same-day-visits", HIT, "other medicines an hour later", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*OTHER_PAIR, at="10:00"))]),
    ("same-day-visits", HIT, "no hour on one side", lambda: [
        claim(1, visit(*PAIR, at="")), claim(2, visit(*OTHER_PAIR, at="18:00"))]),
    ("same-day-visits", MISS, "back in the evening", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*OTHER_PAIR, at="18:00"))]),
    ("same-day-visits", MISS, "another motive", lambda: [
        claim(1, visit(*PAIR, condition="malaria")), claim(2, visit(*OTHER_PAIR, condition="wound", at="10:00"))]),
    ("same-day-visits", MISS, "two entries of the register", lambda: [
        claim(1, visit(*PAIR, register_number="4")), claim(2, visit(*OTHER_PAIR, register_number="5", at="10:00"))]),
    ("same-day-visits", MISS, "an emergency in between", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*OTHER_PAIR, emergency=True, at="10:00"))]),
    ("split-claim", HIT, "the medicines on a claim of their own", lambda: [
        claim(1), claim(2, visit(care("amoxicillin", 12), at="09:20"))]),
    ("split-claim", MISS, "a dressing in the evening", lambda: [
        claim(1), claim(2, visit(care("dressing", role="nurse"), at="17:00"))]),
    ("split-claim", MISS, "medicines alone, twice", lambda: [
        claim(1, visit(care("paracetamol", 2))), claim(2, visit(care("amoxicillin", 12), at="09:20"))]),
    ("split-claim", MISS, "two persons of one household", lambda: [
        claim(1), claim(2, visit(care("amoxicillin", 12), beneficiary=beneficiary("KDG-000001-02"), at="09:20"))]),
    ("overlapping-stays", HIT, "two nights in common", lambda: [
        stay(1, 0, 4), stay(2, 2, 6, facility=HOSPITAL)]),
    ("overlapping-stays", MISS, "moved on the day of discharge", lambda: [
        stay(1, 0, 4), stay(2, 4, 6, facility=HOSPITAL)]),
    ("overlapping-stays", MISS, "referred", lambda: [
        stay(1, 0, 4, "referred"), stay(2, 3, 6, facility=HOSPITAL)]),
    ("overlapping-stays", MISS, "an interim invoice of one stay", lambda: [stay(1, 0, 4), stay(2, 0, 9, day=on(9))]),
    ("overlapping-stays", MISS, "nobody knows when the first one ended", lambda: [
        stay(1, 0, None), stay(2, 2, 6, facility=HOSPITAL)]),
    ("overlapping-stays", MISS, "mother and child", lambda: [
        stay(1, 0, 4), stay(2, 0, 4, facility=HOSPITAL, beneficiary=beneficiary("KDG-000001-02"))]),
    ("care-during-stay", HIT, "a consultation elsewhere in the middle", lambda: [
        stay(1, 0, 4, facility=HOSPITAL), claim(2, visit(day=on(2)))]),
    ("care-during-stay", HIT, "whichever was minted first", lambda: [
        claim(1, visit(day=on(2))), stay(2, 0, 4, facility=HOSPITAL)]),
    ("care-during-stay", MISS, "on the day of discharge", lambda: [
        stay(1, 0, 4, facility=HOSPITAL), claim(2, visit(day=on(4)))]),
    ("care-during-stay", MISS, "at the same hospital", lambda: [
        stay(1, 0, 4, facility=HOSPITAL), claim(2, visit(day=on(2), facility=HOSPITAL))]),
    ("care-during-stay", MISS, "sent for an examination", lambda: [
        stay(1, 0, 4, facility=HOSPITAL), claim(2, visit(day=on(2), referred_from=HOSPITAL))]),
    ("copied-text", HIT, "five persons", lambda: written(5)),
    ("copied-text", HIT, "other capitals and spaces", lambda: [
        *written(4), claim(9, visit(beneficiary=person(9), reason=TEXT.upper().replace(" ", "  ")))]),
    ("copied-text", MISS, "four persons", lambda: written(4)),
    ("copied-text", MISS, "a short motive", lambda: written(9, "Fièvre")),
    ("copied-text", MISS, "one person who comes back", lambda: [
        claim(number, visit(reason=TEXT, day=on(8 * number))) for number in range(1, 7)]),
    ("sequential-cards", HIT, "six households in a row", lambda: cards(*range(70, 76))),
    ("sequential-cards", MISS, "five", lambda: cards(*range(70, 75))),
    ("sequential-cards", MISS, "a gap in the row", lambda: cards(70, 71, 72, 74, 75, 76)),
    ("sequential-cards", MISS, "one large family", lambda: cards(*range(70, 76), homes=2)),
    ("household-deliveries", HIT, "six within a year", lambda: births(6, 40)),
    ("household-deliveries", MISS, "five within a year", lambda: births(5, 40)),
    ("household-deliveries", MISS, "six in two years", lambda: births(6, 80)),
    ("shared-phone", HIT, "five households", lambda: [
        claim(number, visit(beneficiary=person(number, phone="70000001"))) for number in range(1, 6)]),
    ("shared-phone", MISS, "one household", lambda: [
        claim(number, visit(beneficiary=person(number, phone="70000001", household="H"))) for number in range(1, 6)]),
    ("household-burst", HIT, "five persons in a week", lambda: [
        claim(number, visit(beneficiary=person(number, household="H"), day=on(number))) for number in range(1, 6)]),
    ("household-burst", MISS, "five persons in a month", lambda: [
        claim(number, visit(beneficiary=person(number, household="H"), day=on(6 * number))) for number in range(1, 6)]),
    ("round-amount", HIT, "whole thousands", lambda: [claim(1, visit(care("caesarean")))]),
    ("round-amount", MISS, "six hundred", lambda: [claim(1)]),
    ("holiday-work", HIT, "a Sunday", lambda: [claim(1, visit(day=date(2026, 3, 8)))]),
    ("holiday-work", MISS, "a Tuesday", lambda: [claim(1, visit(day=date(2026, 3, 10)))]),
    ("exact-hour", HIT, "nine o'clock", lambda: [claim(1)]),
    ("exact-hour", MISS, "five past nine", lambda: [claim(1, visit(at="09:05"))]),
    ("entered-late", HIT, "four days later", lambda: [claim(1, visit(entered_on=on(4)))]),
    ("entered-late", MISS, "three days later", lambda: [claim(1, visit(entered_on=on(3)))]),
    ("visit-gap", HIT, "another centre two days later", lambda: [
        claim(1), claim(2, visit(day=on(2), facility=OTHER_FACILITY))]),
    ("visit-gap", MISS, "three days later", lambda: [claim(1), claim(2, visit(day=on(3), facility=OTHER_FACILITY))]),
    ("visit-gap", MISS, "sent there", lambda: [
        claim(1, visit(referred_to=OTHER_FACILITY)), claim(2, visit(day=on(2), facility=OTHER_FACILITY))]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "hit", "case", "claims"), CASES, ids=[f"{row[0]}: {row[2]}" for row in CASES])
def test_an_edit_sees_what_it_is_for_and_nothing_else(
    code: str, hit: bool, case: str, claims: Callable[[], list[Claim]]
) -> None:
    seen = month(claims())
    flags = [flag for flag in (*run(seen), *compare(seen)) if flag.code == code]
    assert bool(flags) is hit
    for flag in flags:
        assert set(flag.finding.evidence) == set(CATALOGUE[code].fields)
        assert flag.finding.weight in CATALOGUE[code].weights


def test_the_order_in_which_claims_arrive_changes_nothing() -> None:
    def found(claims: Iterable[Claim]) -> list[Flag]:
        seen = month(claims)
        return [*run(seen), *compare(seen)]

    for _, _, _, claims in CASES:
        assert found(claims()) == found(reversed(claims()))


def test_what_is_ordinary_never_asks_for_a_person_and_puts_no_money_at_risk() -> None:
    flags = [flag for _, _, _, claims in CASES for flag in compare(month(claims()))]
    assert {flag.code for flag in flags} == ORDINARY
    assert not any(flag.finding.review or flag.money_at_risk for flag in flags)
    assert len(COMPARISONS) == 7


def test_a_referral_that_nobody_knows_of_accuses_nobody() -> None:
    earlier = claim(1, visit(*PAIR, facility=OTHER_FACILITY, at="15:00"))
    assert [flag.code for flag in run(month([claim(2, visit(*PAIR))], past=past_lines(earlier)))] == []
    (flag,) = run(month([claim(2, visit(*PAIR))], others=[earlier]))
    assert (flag.code, flag.claims, flag.finding.review) == ("duplicate-elsewhere", (claim(2).id, earlier.id), True)


def test_the_births_of_a_household_name_the_earlier_ones_and_the_line() -> None:
    flags = [flag for flag in run(month(births(7, 40))) if flag.code == "household-deliveries"]
    assert [(len(flag.claims), flag.lines, flag.finding.evidence["count"]) for flag in flags] == [
        (6, ("delivery",), 6), (7, ("delivery",), 7)]  # fmt: skip


def test_a_declared_holiday_is_a_day_of_rest() -> None:
    holiday = Holiday(code="day", day=DAY, name=text("Day"))
    declared = msgspec.structs.replace(arrangement().duties, holidays=(holiday,))
    seen = month([claim(1)], under=arrangement(duties=declared))
    assert "holiday-work" in {flag.code for flag in compare(seen)}


def test_the_base_rate_of_an_edit_counts_claims_of_each_facility_once() -> None:
    claims = [claim(1), claim(2), claim(3), claim(4, visit(facility=OTHER_FACILITY, day=on(9)))]
    seen = month(claims)
    found = rates(seen, run(seen))
    assert found["exact-duplicate"] == (Unit(FACILITY, 2, 3), Unit(OTHER_FACILITY, 0, 1))


OWN = {"register_number": "17", "at": "08:30"}
BILLED, HOUR, DAYS = "billed-to-another", "two-mutuals-one-hour", "two-memberships-one-day"
STRANGER = beneficiary("MLB-000001-01", name="Somebody Else")
TWIN = beneficiary("MLB-000001-01", name="Exemple AWA")
#: What a second mutual shows beside our claim of somebody at 08:30 under entry 17, and what is seen of it.
BESIDE: list[tuple[str, dict[str, Any], str]] = [
    (BILLED, {"register_number": "17", "beneficiary": STRANGER}, "one entry of the register, two members"),
    ("", {"register_number": "18", "beneficiary": STRANGER}, "another entry"),
    ("", {"register_number": "", "beneficiary": STRANGER}, "no entry is named"),
    ("", {"register_number": "17", "facility": OTHER_FACILITY, "beneficiary": STRANGER}, "another register"),
    ("", {"register_number": "17", "day": on(1), "beneficiary": STRANGER}, "the next day"),
    (BILLED, {"register_number": "17", "beneficiary": TWIN}, "the same entry is said once"),
    (HOUR, {"facility": OTHER_FACILITY, "at": "09:20", "beneficiary": TWIN}, "elsewhere within the hour"),
    (DAYS, {"facility": OTHER_FACILITY, "at": "09:30", "beneficiary": TWIN}, "elsewhere an hour later"),
    (DAYS, {"facility": OTHER_FACILITY, "beneficiary": TWIN, "at": ""}, "elsewhere, nobody knows when"),
    (DAYS, {"register_number": "30", "at": "15:00", "beneficiary": TWIN}, "in the afternoon with the other card"),
    ("", {"facility": OTHER_FACILITY, "at": "09:00", "beneficiary": TWIN, "referred_from": FACILITY}, "sent on"),
    ("", {"facility": OTHER_FACILITY, "at": "09:00", "beneficiary": TWIN, "day": on(1)}, "another day"),
    ("", {"facility": OTHER_FACILITY, "at": "09:00", "beneficiary": replace(TWIN, sex="M")}, "another person"),
    ("", {"facility": OTHER_FACILITY, "at": "09:00", "beneficiary": replace(TWIN, birth_date=on(0))}, "a namesake"),
    ("", {"facility": OTHER_FACILITY, "at": "09:00", "beneficiary": replace(TWIN, birth_date=None)}, "no day of birth"),
]


@pytest.mark.parametrize(("code", "theirs", "what"), BESIDE)
def test_what_another_mutual_shows_is_compared_without_a_name(code: str, theirs: dict[str, Any], what: str) -> None:
    ours = claim(1, visit(*PAIR, **OWN))
    beside = shown("MLB", [claim(2, visit(*PAIR, condition="malaria", **theirs))])
    flags = run(month([ours], theirs=beside))
    assert [flag.code for flag in flags] == ([code] if code else []), what
    assert all(flag.claims == (ours.id,) and flag.money_at_risk > 0 for flag in flags)
    # What the mutuals show each other names nobody, and neither care nor an amount.
    told = msgspec.json.encode((beside, flags)).decode()
    assert not re.search("(?i)exemple|awa|else|MLB-0|malaria|paracetamol|1996", told)
    # One claim of which two payers bear a part is no double, whatever it says.
    assert run(month([ours], theirs=shown("MLB", [ours]))) == ()


def test_of_several_claims_of_other_mutuals_the_first_is_named_and_a_replaced_one_never() -> None:
    ours = claim(1, visit(*PAIR, **OWN))
    entry = visit(*PAIR, register_number="17", beneficiary=STRANGER)
    first, again, third = claim(2, entry), claim(3, entry, replaces=claim(2, entry).id), claim(4, entry)
    beside = (*shown("MLZ", [third]), *shown("MLB", [first, again]))
    (flag,) = run(month([ours], theirs=beside))
    assert (flag.finding.evidence["payer"], flag.finding.evidence["claim"]) == ("MLB", again.number)
