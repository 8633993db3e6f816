"""Every edit with a hit, a near miss, and an innocent look-alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.arrangements.model import Clauses, Tariff
from facility_agent.audit.edits import EDITS, Bars, Flag, Month, by_claim, run
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.records import Claim, Share, Stay
from tests.builders import (
    DAY,
    HOSPITAL,
    MUTUAL,
    OTHER_FACILITY,
    SCHEME,
    agreement,
    arrangement,
    batch,
    beneficiary,
    care,
    claim,
    new_id,
    past_lines,
    visit,
)

BIRTHS = Bars(deliveries=frozenset({"delivery", "caesarean"}))
CHILD = beneficiary("KDG-000001-02", birth_date=date(2015, 2, 3))
SISTER = beneficiary("KDG-000001-03", birth_date=date(2015, 2, 3))
PAIR = (care("consultation", role="nurse"), care("paracetamol", 12))


def seen(claims: Iterable[Claim], **known: Any) -> list[Flag]:
    known.setdefault("bars", BIRTHS)
    under = known.pop("under", arrangement())
    return list(run(Month(claims, under, agreement(), payer=MUTUAL, scheme=SCHEME, **known)))


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def birth(number: int, days: int, **changes: Any) -> Claim:
    return claim(number, visit(care("delivery", changes.pop("quantity", 1)), day=on(days), **changes))


def consultations(*days: int, **changes: Any) -> list[Claim]:
    return [claim(number, visit(day=on(day), **changes)) for number, day in enumerate(days, start=1)]


def doses(*quantities: int) -> list[Claim]:
    people = (beneficiary(f"KDG-{number:06d}-01") for number in range(100, 200))
    return [
        claim(number, visit(care("amoxicillin", quantity), beneficiary=person))
        for number, (quantity, person) in enumerate(zip(quantities, people, strict=False), start=1)
    ]


def busy_day(visits: int, **changes: Any) -> list[Claim]:
    people = (beneficiary(f"KDG-{number:06d}-01") for number in range(100, 100 + visits))
    hours = (f"{8 + number // 6:02d}:{number % 6}0" for number in range(visits))
    return [
        claim(number, visit(care("consultation", **changes), beneficiary=person, at=hour))
        for number, (person, hour) in enumerate(zip(people, hours, strict=True), start=1)
    ]


HIT, MISS = True, False
Case = tuple[str, bool, str, Callable[[], list[Claim]]]

CASES: list[Case] = [
    ("exact-duplicate", HIT, "the same visit under two ids", lambda: [claim(1), claim(2)]),
    ("exact-duplicate", HIT, "one of the two without an hour", lambda: [claim(1), claim(2, visit(at=""))]),
    ("exact-duplicate", HIT, "a register number on one side only", lambda: [
        claim(1, visit(register_number="41")), claim(2)]),
    ("exact-duplicate", MISS, "another quantity", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(PAIR[0], care("paracetamol", 10)))]),
    ("exact-duplicate", MISS, "the next day", lambda: consultations(0, 1)),
    ("exact-duplicate", MISS, "a second visit in the evening", lambda: [claim(1), claim(2, visit(at="18:30"))]),
    ("exact-duplicate", MISS, "two entries of the facility's register", lambda: [
        claim(1, visit(at="", register_number="41")), claim(2, visit(at="", register_number="57"))]),
    ("exact-duplicate", MISS, "two children of one household", lambda: [
        claim(1, visit(beneficiary=CHILD)), claim(2, visit(beneficiary=SISTER))]),
    ("exact-duplicate", MISS, "two persons without a number", lambda: [
        claim(1, visit(beneficiary=beneficiary("")), held=()), claim(2, visit(beneficiary=beneficiary("")), held=())]),
    ("exact-duplicate", MISS, "a correction that replaces it", lambda: [claim(1), claim(2, replaces=new_id(1))]),
    ("near-duplicate", HIT, "the same items the next day", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*PAIR, day=on(1)))]),
    ("near-duplicate", HIT, "two register numbers and no hour", lambda: [
        claim(1, visit(*PAIR, at="", register_number="1")), claim(2, visit(*PAIR, at="", register_number="9"))]),
    ("near-duplicate", HIT, "a motive on one side only", lambda: [
        claim(1, visit(*PAIR, condition="malaria")), claim(2, visit(*PAIR, day=on(1)))]),
    ("near-duplicate", MISS, "two days later", lambda: [claim(1, visit(*PAIR)), claim(2, visit(*PAIR, day=on(2)))]),
    ("near-duplicate", MISS, "a dressing every day", lambda: [
        claim(number, visit(care("dressing", role="nurse"), day=on(number))) for number in (1, 2, 3)]),
    ("near-duplicate", MISS, "another motive", lambda: [
        claim(1, visit(*PAIR, condition="malaria")), claim(2, visit(*PAIR, day=on(1), condition="wound"))]),
    ("near-duplicate", MISS, "two days of one stay", lambda: [
        claim(number, visit(*PAIR, day=on(number), stay=Stay(on(0), on(4)))) for number in (1, 2)]),
    ("near-duplicate", MISS, "the same evening", lambda: [
        claim(1, visit(*PAIR)), claim(2, visit(*PAIR, at="18:30"))]),
    ("price-multiple", HIT, "twice the tariff", lambda: [claim(1, visit(care("delivery", price=7000)))]),
    ("price-multiple", HIT, "three times the tariff", lambda: [claim(1, visit(care("delivery", price=10_500)))]),
    ("price-multiple", MISS, "above the tariff, but no multiple", lambda: [
        claim(1, visit(care("delivery", price=7005)))]),
    ("price-multiple", MISS, "two units at the tariff", lambda: [claim(1, visit(care("dressing", 2, role="nurse")))]),
    ("two-facilities-one-hour", HIT, "twenty minutes apart", lambda: [
        claim(1), claim(2, visit(*PAIR, facility=OTHER_FACILITY, at="09:20"))]),
    ("two-facilities-one-hour", MISS, "an hour apart", lambda: [
        claim(1), claim(2, visit(facility=OTHER_FACILITY, at="10:00"))]),
    ("two-facilities-one-hour", MISS, "no hour on one side", lambda: [
        claim(1), claim(2, visit(facility=OTHER_FACILITY, at=""))]),
    ("two-facilities-one-hour", MISS, "an evacuation to the hospital", lambda: [
        claim(1, visit(referred_to=HOSPITAL)), claim(2, visit(facility=HOSPITAL, at="09:40"))]),
    ("two-facilities-one-hour", MISS, "a stay that ended with a referral", lambda: [
        claim(1, visit(stay=Stay(on(-1), on(0), outcome="referred"))), claim(2, visit(facility=HOSPITAL, at="09:40"))]),
    ("two-facilities-one-hour", HIT, "a stay that ended otherwise", lambda: [
        claim(1, visit(stay=Stay(on(-1), on(0), outcome="cured"))), claim(2, visit(facility=HOSPITAL, at="09:40"))]),
    ("two-facilities-one-hour", MISS, "the hospital names who sent her", lambda: [
        claim(1), claim(2, visit(facility=HOSPITAL, at="09:40", referred_from="CSPS-1"))]),
    ("two-facilities-one-hour", MISS, "carried to the next centre in an emergency", lambda: [
        claim(1), claim(2, visit(facility=OTHER_FACILITY, at="09:30", emergency=True))]),
    ("two-facilities-one-hour", MISS, "mother here, child there", lambda: [
        claim(1), claim(2, visit(facility=OTHER_FACILITY, beneficiary=CHILD, at="09:10"))]),
    ("delivery-twice", HIT, "four months later", lambda: [birth(1, 0), birth(2, 120)]),
    ("delivery-twice", HIT, "a caesarean after a delivery", lambda: [
        birth(1, 0), claim(2, visit(care("caesarean"), day=on(200), facility=HOSPITAL))]),
    ("delivery-twice", HIT, "a day less than eight months", lambda: [birth(1, 0), birth(2, 244)]),
    ("delivery-twice", MISS, "eight months to the day", lambda: [birth(1, 0), birth(2, 245)]),
    ("delivery-twice", HIT, "four days later", lambda: [birth(1, 0), birth(2, 4)]),
    ("delivery-twice", MISS, "three days later", lambda: [birth(1, 0), birth(2, 3)]),
    ("delivery-twice", MISS, "ten months later", lambda: [birth(1, 0), birth(2, 305)]),
    ("delivery-twice", MISS, "twins in one claim", lambda: [birth(1, 0, quantity=2)]),
    ("delivery-twice", MISS, "twins in two claims", lambda: [birth(1, 0, at="03:10"), birth(2, 0, at="03:40")]),
    ("delivery-twice", MISS, "begun at the centre, ended at the hospital", lambda: [
        birth(1, 0, at="23:00"),
        claim(2, visit(care("caesarean"), day=on(1), facility=HOSPITAL, referred_from="CSPS-1"))]),
    ("delivery-twice", MISS, "two women of one household", lambda: [
        birth(1, 0), birth(2, 60, beneficiary=beneficiary("KDG-000001-02"))]),
    ("repeated-follow-up", HIT, "five times in a month", lambda: consultations(0, 6, 12, 18, 24)),
    ("repeated-follow-up", HIT, "the fifth on the thirtieth day", lambda: consultations(0, 7, 14, 21, 29)),
    ("repeated-follow-up", MISS, "the fifth a day later", lambda: consultations(0, 7, 14, 21, 30)),
    ("repeated-follow-up", MISS, "four times in a month", lambda: consultations(0, 7, 14, 21)),
    ("repeated-follow-up", MISS, "five times in ten weeks", lambda: consultations(0, 15, 30, 45, 60)),
    ("repeated-follow-up", MISS, "a household of five ill at once", lambda: [
        claim(number, visit(beneficiary=beneficiary(f"KDG-000001-0{number}"))) for number in range(1, 6)]),
    ("quantity-outlier", HIT, "ninety tablets where twenty are given", lambda: doses(*[20] * 24, 90)),
    ("quantity-outlier", MISS, "the usual spread", lambda: doses(*range(15, 40))),
    ("quantity-outlier", MISS, "a facility with few lines", lambda: doses(*[20] * 18, 90)),
    ("provider-day-impossible", HIT, "thirty-three consultations of a quarter of an hour", lambda: busy_day(33)),
    ("provider-day-impossible", MISS, "thirty-two fill the day", lambda: busy_day(32)),
    ("provider-day-impossible", MISS, "two roles share the day", lambda: [
        *busy_day(30), claim(40, visit(care("delivery", role="midwife")))]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "hit", "case", "claims"), CASES, ids=[f"{row[0]}: {row[2]}" for row in CASES])
def test_an_edit_sees_what_it_is_for_and_nothing_else(
    code: str, hit: bool, case: str, claims: Callable[[], list[Claim]]
) -> None:
    flags = [flag for flag in seen(claims()) if flag.code == code]
    assert bool(flags) is hit
    assert all(flag.finding.weight in CATALOGUE[code].weights for flag in flags)


def test_every_flag_carries_the_fields_of_its_sentence() -> None:
    for _, _, _, claims in CASES:
        for flag in seen(claims()):
            assert set(flag.finding.evidence) == set(CATALOGUE[flag.code].fields), flag.code
            assert flag.code == flag.finding.code


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 200), min_size=20, max_size=30))
def test_an_outlier_is_one_by_the_formula_to_the_unit(quantities: list[int]) -> None:
    middle = Fraction(median(map(Fraction, quantities)))
    spread = max(Fraction(median(abs(value - middle) for value in quantities)), Fraction(1))
    expected = [value for value in quantities if Fraction(6745, 10_000) * (value - middle) / spread > 8]
    flags = [flag for flag in seen(doses(*quantities)) if flag.code == "quantity-outlier"]
    assert [flag.finding.evidence["quantity"] for flag in flags] == expected


def test_the_order_in_which_claims_arrive_changes_nothing() -> None:
    for _, _, _, claims in CASES:
        assert seen(claims()) == seen(reversed(claims()))


def test_only_the_later_minted_duplicates_are_refused_and_each_names_the_first() -> None:
    flags = [flag for flag in seen([claim(3), claim(1), claim(2)]) if flag.code == "exact-duplicate"]
    assert [flag.claims for flag in flags] == [(new_id(2), new_id(1)), (new_id(3), new_id(1))]
    assert [flag.money_at_risk for flag in flags] == [480, 480]
    assert all(flag.finding.weight == "refuse" and flag.finding.borne_by == "facility" for flag in flags)


def test_a_duplicate_of_an_earlier_month_is_refused_whichever_was_minted_first() -> None:
    earlier = claim(7, visit(*PAIR))
    (flag,) = (x for x in seen([claim(1, visit(*PAIR))], past=past_lines(earlier)) if x.code == "exact-duplicate")
    assert flag.claims == (new_id(1), earlier.id)


def test_a_claim_whose_own_lines_stand_in_the_past_is_not_its_own_duplicate() -> None:
    entry = claim(1, visit(*PAIR))
    assert seen([entry], past=past_lines(entry)) == []
    assert seen([entry], others=[entry]) == []


def test_an_earlier_claim_whose_referral_nobody_knows_leaves_the_question_open() -> None:
    elsewhere = claim(1, visit(care("dressing", role="nurse"), facility=OTHER_FACILITY, at="08:45"))
    (flag,) = seen([claim(2)], past=past_lines(elsewhere))
    assert (flag.code, flag.finding.weight, flag.finding.review) == ("two-facilities-one-hour", "unchecked", False)
    (known,) = seen([claim(2)], others=[elsewhere])
    assert (known.finding.weight, known.finding.review) == ("note", True)


def test_a_claim_of_another_batch_is_refused_and_the_batch_named() -> None:
    (flag,) = seen([claim(1), claim(2, visit(day=on(9)))], batched={new_id(2): "CSPS-1/MUT/7"})
    assert (flag.code, flag.about) == ("claim-in-another-batch", new_id(2))
    assert flag.finding.evidence["batch"] == "CSPS-1/MUT/7"


def test_a_claim_and_its_correction_are_not_both_paid() -> None:
    (flag,) = seen([claim(1), claim(2, visit(*PAIR), replaces=new_id(1))])
    assert (flag.code, flag.claims) == ("claim-replaced", (new_id(1), new_id(2)))


def test_the_correction_of_a_claim_of_another_batch_calls_a_person() -> None:
    (flag,) = seen([claim(2, replaces=new_id(1))], batched={new_id(1): "CSPS-1/MUT/7"}, past=past_lines(claim(1)))
    assert (flag.code, flag.finding.review, flag.money_at_risk) == ("correction-of-batched", True, 480)


def test_a_consultation_too_many_counts_those_of_earlier_months() -> None:
    first, *_, last = consultations(-20, -15, -10, -5, 0)
    earlier = consultations(-20, -15, -10, -5, 0)[:4]
    (flag,) = seen([last], past=past_lines(*earlier))
    assert flag.claims == (last.id, *(entry.id for entry in earlier))
    assert (flag.finding.evidence["count"], first.id in flag.claims) == (5, True)


def test_a_flag_about_an_act_names_its_lines_and_their_money_only() -> None:
    *earlier, last = (claim(number, visit(*PAIR, day=on(6 * number))) for number in range(1, 6))
    (flag,) = (x for x in seen([*earlier, last]) if x.code == "repeated-follow-up")
    assert (flag.lines, flag.money_at_risk) == (("consultation",), 480)
    second = claim(2, visit(care("delivery"), care("paracetamol", 10), day=on(90)))
    (flag,) = (x for x in seen([birth(1, 0), second]) if x.code == "delivery-twice")
    assert (flag.lines, flag.money_at_risk) == (("delivery",), 2800)


PRICED = [
    ("the tariff allows up to twice", Tariff(act="delivery", price=3500, maximum=7000), MISS),
    ("the tariff allows less than twice", Tariff(act="delivery", price=3500, maximum=5000), HIT),
    ("the facility's own price stands", Tariff(act="delivery", price=3500, basis="actual"), MISS),
    ("a price of nothing", Tariff(act="delivery", price=0), MISS),
    ("no price is known", Tariff(act="delivery", price="unknown"), MISS),
]


@pytest.mark.parametrize(("case", "row", "hit"), PRICED, ids=[row[0] for row in PRICED])
def test_a_multiple_is_one_of_a_tariff_that_binds(case: str, row: Tariff, hit: bool) -> None:
    under = arrangement(tariffs=(row,))
    flags = seen([claim(1, visit(care("delivery", price=7000)), under=under)], under=under)
    assert [flag.code for flag in flags] == ["price-multiple"] * hit


def test_a_day_too_long_names_the_first_claim_beyond_it_and_the_money_from_there() -> None:
    claims = busy_day(35)
    (flag,) = (x for x in seen(claims) if x.code == "provider-day-impossible")
    assert flag.about == claims[32].id
    assert len(flag.claims) == 35
    assert flag.money_at_risk == 3 * 480
    assert flag.finding.evidence == {"day": DAY.isoformat(), "role": "nurse", "minutes": 525, "limit": 480}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"clauses": Clauses(rounding="down", rounding_step=1)}, "provider_day_minutes"),
        ({"acts": tuple(msgspec.structs.replace(act, minutes=None) for act in arrangement().acts)}, "minutes"),
    ],
    ids=["no clause", "no standard minutes"],
)
def test_a_day_that_cannot_be_measured_is_unchecked_once(change: dict[str, Any], missing: str) -> None:
    flags = [flag for flag in seen(busy_day(40), under=arrangement(**change)) if flag.code == "provider-day-impossible"]
    assert [(flag.claims, flag.finding.weight, flag.finding.missing) for flag in flags] == [((), "unchecked", missing)]


def test_births_are_not_counted_while_nobody_says_what_a_birth_is() -> None:
    (flag,) = seen([birth(1, 0), birth(2, 100)], bars=Bars())
    assert (flag.code, flag.finding.weight, flag.claims) == ("delivery-twice", "unchecked", ())


def test_twins_written_apart_on_two_later_claims_name_the_first_birth() -> None:
    flags = seen([birth(1, 0), birth(2, 100, at="03:10"), birth(3, 100, at="03:40")])
    assert [flag.claims for flag in flags if flag.code == "delivery-twice"] == [
        (new_id(2), new_id(1)),
        (new_id(3), new_id(1)),
    ]


def wrong(**change: Any) -> Claim:
    entry = claim(1)
    line = msgspec.structs.replace(entry.adjudication.lines[0], **change)
    return msgspec.structs.replace(entry, adjudication=msgspec.structs.replace(entry.adjudication, lines=(line,)))


TOTALS = [
    ("the parts are more than the line", wrong(member_pays=300), (780, 600)),
    ("the line is not price times quantity", wrong(submitted=700, member_pays=220), (700, 600)),
    ("more is admitted than was billed", wrong(eligible=900), (900, 600)),
    ("a negative part", wrong(member_pays=-120, shares=(Share(MUTUAL, SCHEME, 720),)), (-120, 0)),
    ("a line that the visit does not have", wrong(id="ghost"), (600, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("case", "entry", "sums"), TOTALS, ids=[row[0] for row in TOTALS])
def test_sums_that_do_not_add_up_are_refused(case: str, entry: Claim, sums: tuple[int, int]) -> None:
    (flag,) = seen([entry])
    assert (flag.code, flag.finding.weight) == ("totals-do-not-add-up", "refuse")
    assert (flag.finding.evidence["stated"], flag.finding.evidence["computed"]) == sums


@pytest.mark.parametrize("field", ["due", "submitted", "member_pays", "other_payers", "facility_bears"])
def test_a_batch_that_says_something_else_than_its_claim_is_refused(field: str) -> None:
    entry = claim(1)
    sent = batch([entry])
    item = msgspec.structs.replace(sent.items[0], **{field: getattr(sent.items[0], field) + 5})
    assert seen([entry], batch=sent) == []
    (flag,) = seen([entry], batch=msgspec.structs.replace(sent, items=(item,)))
    assert flag.code == "totals-do-not-add-up"
    assert flag.finding.evidence["stated"] == flag.finding.evidence["computed"] + 5


def test_an_item_of_the_batch_without_its_claim_is_refused() -> None:
    (flag,) = seen([claim(1)], batch=batch([claim(1), claim(2, visit(day=on(9)))]))
    assert (flag.about, flag.money_at_risk) == (new_id(2), 480)


def test_lines_that_no_rule_could_multiply_still_add_up() -> None:
    odd = claim(1, visit(care("dressing", 0, role="nurse"), care("paracetamol", 1, price=-10)))
    assert seen([odd], batch=batch([odd])) == []


def test_flags_are_found_by_the_claim_that_they_are_about() -> None:
    flags = seen([claim(1), claim(2)], bars=Bars())
    assert set(by_claim(flags)) == {"", new_id(2)}


def test_an_empty_month_says_nothing() -> None:
    assert seen([]) == []
    assert len({edit.__name__ for edit in EDITS}) == len(EDITS) == 23
