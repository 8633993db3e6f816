"""The edges of the rules: the last day that counts, the first gram of a band, what is said when nothing is known."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.model import Act, Text
from facility_agent.arrangements.protocols import Band, Condition, Protocol, Rule
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import doses, order_set, pathway, persons, repeats
from facility_agent.protocols.asked import conditions_of, every, meant_by
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import Beneficiary, CareLine, Guarantee, History, PastLine, Stay, Visit
from facility_agent.workflows.protocol_examples import terms_of
from tests.protocols.shelf import library

XX = library().versions("XX")[-1]
DAY = date(2026, 6, 15)
NAME = Text("x", "x")


def known(level: str = "centre", **says: object) -> Terms:
    """The invented country with one rule of our own."""
    row = {"code": "own", "name": NAME, "source": "—", "evidence": "invented", **says}
    rule = Rule(**row)  # type: ignore[arg-type]
    return terms_of(msgspec.structs.replace(XX, rules=(rule,), digest=repr(row)), level)


def care(*lines: CareLine, **facts: object) -> Visit:
    born = facts.pop("born", date(1990, 6, 15))
    person = Beneficiary("P", "Awa", facts.pop("sex", "F"), born)  # type: ignore[arg-type]
    return Visit("v", "facility", DAY, person, lines, at="10:00", **facts)  # type: ignore[arg-type]


def line(act: str = "antimalarial", quantity: int = 1, **says: object) -> CareLine:
    return CareLine(f"line-{act}", act, quantity, 80, **says)  # type: ignore[arg-type]


def before(act: str, days: int, quantity: int = 1, at: str = "09:00", **says: object) -> PastLine:
    return PastLine(f"c{days}{at}{act}", "P", "", "F", DAY - timedelta(days=days), act, "", quantity, 0, at, **says)  # type: ignore[arg-type]


def said(terms: Terms, visit: Visit, *past: PastLine) -> list[Finding]:
    return [finding for _, finding in pathway.of_care(terms, visit, Past(History(past), visit))]


def codes(terms: Terms, visit: Visit, *past: PastLine) -> list[str]:
    return [f"{finding.code}:{finding.weight}" for finding in said(terms, visit, *past)]


BANDS = (Band(6, 5_000, 15_000, 0, 36), Band(12, 15_000, 25_000, 36, 108), Band(24, 25_000, None, 108, None, 20))


@pytest.mark.parametrize(
    ("grams", "quantity"),
    [(4_999, None), (5_000, 6), (14_999, 6), (15_000, 12), (24_999, 12), (25_000, 24), (999_999, 24)],
)
def test_a_band_holds_its_first_gram_and_not_its_last(grams: int, quantity: int | None) -> None:
    found = doses.of_weight(BANDS, grams)
    assert (found.quantity if found else None) == quantity


@pytest.mark.parametrize(("months", "quantity"), [(0, 6), (35, 6), (36, 12), (107, 12), (108, 24), (1_200, 24)])
def test_a_band_holds_its_first_month_and_not_its_last(months: int, quantity: int) -> None:
    found = doses.of_age(BANDS, months)
    assert found is not None and found.quantity == quantity


@pytest.mark.parametrize(
    ("quantity", "axis", "whom"),
    [
        (6, "grams", "5000-15000"),
        (6, "months", "0-36"),
        (20, "grams", "25000-"),
        (24, "months", "108-"),
        (19, "grams", ""),
        (25, "grams", ""),
    ],
)
def test_whom_a_quantity_would_be_for(quantity: int, axis: str, whom: str) -> None:
    assert doses.fits(BANDS, quantity, axis) == whom


def banded(**says: object) -> Terms:
    return known(kind="band", acts=("antimalarial",), bands=BANDS, weight="reduce", clause="7.2", **says)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (care(line(quantity=6), weight_grams=12_000), []),
        (care(line(quantity=5), weight_grams=12_000), ["quantity-below-band:note"]),
        (care(line(quantity=7), weight_grams=12_000, born=date(2025, 1, 1)), ["quantity-outside-band:reduce"]),
        (care(line(quantity=7), weight_grams=12_000), ["quantity-outside-band:note"]),
        (care(line(quantity=7), weight_grams=12_000, born=None), ["quantity-outside-band:note"]),
        (care(line(quantity=25)), ["quantity-outside-age-band:note"]),
        (care(line(quantity=19)), ["quantity-below-band:note"]),
        (care(line(quantity=20)), []),
        (care(line(quantity=1), born=None), ["quantity-outside-band:unchecked"]),
        (care(line(quantity=1), weight_grams=4_999), ["not-for-person:note"]),
        (
            care(line(quantity=99, justification="x"), weight_grams=12_000, born=date(2025, 1, 1)),
            ["quantity-outside-band:note"],
        ),
    ],
)
def test_a_quantity_against_its_band(visit: Visit, expected: list[str]) -> None:
    found = codes(banded(), visit)
    assert [code for code in found if code != "weight-age-differ:note"] == expected


def test_what_a_quantity_says_of_itself() -> None:
    (cut,) = said(banded(), care(line(quantity=25), weight_grams=60_000))
    assert cut.evidence == {
        "act": "antimalarial", "quantity": 25, "expected": 24, "unit": "tablet", "grams": 60_000, "fits": "",
    }  # fmt: skip
    assert (cut.amount, cut.borne_by, cut.clause, cut.review) == (80, "facility", "7.2", False)
    (age,) = said(banded(), care(line(quantity=12), born=date(2025, 6, 15)))
    assert (age.evidence["age"], age.evidence["fits"], age.evidence["expected"]) == (12, "36-108", 6)
    (below,) = said(banded(), care(line(quantity=3), weight_grams=60_000))
    assert below.evidence == {"act": "antimalarial", "quantity": 3, "expected": 20, "unit": "tablet"}
    (unknown,) = said(banded(), care(line(quantity=3), born=None))
    assert unknown.missing == "weight" and unknown.evidence["expected"] == "" and unknown.evidence["quantity"] == 3
    (justified,) = said(banded(), care(line(quantity=25, justification="x"), weight_grams=60_000))
    assert (justified.weight, justified.review, justified.amount) == ("note", True, 0)
    differ = said(banded(), care(line(quantity=6), weight_grams=12_000))
    assert [finding.evidence for finding in differ] == [{"act": "antimalarial", "grams": 12_000, "age": 432}]


def test_one_side_of_a_band_is_looked_at_where_the_rule_says_so() -> None:
    assert codes(banded(side="under"), care(line(quantity=99), weight_grams=60_000)) == []
    assert codes(banded(side="over"), care(line(quantity=1), weight_grams=60_000)) == []
    assert codes(banded(side="under"), care(line(quantity=1), weight_grams=60_000)) == ["quantity-below-band:note"]


def test_bands_of_age_alone_ask_for_the_date_of_birth_and_ignore_the_weight() -> None:
    ages = (Band(7, None, None, 0, 6), Band(14, None, None, 6))
    terms = known(kind="band", acts=("antimalarial",), bands=ages)
    (unknown,) = said(terms, care(line(quantity=14), born=None, weight_grams=9_000))
    assert unknown.missing == "birth_date"
    assert codes(terms, care(line(quantity=14), born=date(2026, 5, 1), weight_grams=9_000)) == [
        "quantity-outside-age-band:note"
    ]


def test_a_band_for_everybody_needs_neither_weight_nor_age() -> None:
    terms = known(kind="band", acts=("antimalarial",), bands=(Band(3),), weight="reduce")
    assert codes(terms, care(line(quantity=3), born=None)) == []
    (over,) = said(terms, care(line(quantity=5), born=None))
    assert (over.weight, over.amount, over.evidence["grams"]) == ("reduce", 160, "")
    assert doses.proposed((Band(3),), None, None) == 3


@pytest.mark.parametrize(("days", "found"), [(0, []), (1, []), (3, []), (4, ["test-before-treatment:refuse"])])
def test_a_test_counts_as_many_days_as_the_rule_says(days: int, found: list[str]) -> None:
    terms = known(kind="test-first", acts=("antimalarial",), others=("malaria-test",), days=3, weight="refuse")
    assert codes(terms, care(line()), before("malaria-test", days)) == found


def test_one_positive_test_among_several_is_enough_and_an_unwritten_one_is_asked_for() -> None:
    terms = known(
        kind="test-first",
        acts=("antimalarial",),
        others=("malaria-test", "blood-count"),
        positive=True,
        weight="refuse",
    )
    both = (line("malaria-test", result="negative"), line("blood-count", result="positive"))
    assert codes(terms, care(line(), *both)) == []
    unwritten = (line("malaria-test", result="negative"), line("blood-count"))
    (asked,) = said(terms, care(line(), *unwritten))
    assert (asked.weight, asked.missing, asked.evidence) == (
        "unchecked", "result", {"act": "antimalarial", "tests": "malaria-test, blood-count"},
    )  # fmt: skip
    negative = (line("malaria-test", result="negative"), line("blood-count", result="negative"))
    (refused,) = said(terms, care(line(), *negative))
    assert (refused.code, refused.evidence) == ("test-result-negative", {"act": "antimalarial", "test": "blood-count"})
    (missing,) = said(terms, care(line()))
    assert missing.evidence == {"act": "antimalarial", "tests": "malaria-test, blood-count"}
    (none,) = said(known(kind="test-first", acts=("antimalarial",), others=("malaria-test",)), care(line()))
    assert none.clause == "rule:own"


@pytest.mark.parametrize(
    ("days", "found"), [(14, []), (13, ["interval-too-short:refuse"]), (0, []), (1, ["interval-too-short:refuse"])]
)
def test_two_of_a_kind_lie_so_many_days_apart(days: int, found: list[str]) -> None:
    terms = known(kind="repeat", acts=("antenatal",), days=14, weight="refuse")
    assert codes(terms, care(line("antenatal")), before("antenatal", days)) == found


def test_the_latest_of_several_earlier_ones_is_named() -> None:
    terms = known(kind="repeat", acts=("antenatal", "delivery"), days=14)
    (found,) = said(
        terms, care(line("antenatal")), before("antenatal", 9), before("delivery", 5), before("delivery", 5, at="11:00")
    )
    assert found.evidence == {"act": "antenatal", "previous": "2026-06-10", "days": 14}


@pytest.mark.parametrize(
    ("says", "facts", "past", "found"),
    [
        ({"per": "pregnancy", "maximum": 2}, {"gestation_weeks": 20}, [before("antenatal", 139)], []),
        ({"per": "pregnancy", "maximum": 2}, {"gestation_weeks": 20}, [before("antenatal", 140, 2)],
         ["count-reached:note"]),
        ({"per": "pregnancy", "maximum": 2}, {"gestation_weeks": 20}, [before("antenatal", 141, 2)], []),
        ({"per": "pregnancy", "maximum": 1}, {}, [before("antenatal", 294)], ["count-reached:note"]),
        ({"per": "pregnancy", "maximum": 1}, {}, [before("antenatal", 295)], []),
        ({"per": "episode", "maximum": 1, "days": 10}, {}, [before("antenatal", 10)], ["count-reached:note"]),
        ({"per": "episode", "maximum": 1, "days": 10}, {}, [before("antenatal", 11)], []),
        ({"per": "month", "maximum": 1}, {}, [before("antenatal", 14)], ["count-reached:note"]),
        ({"per": "month", "maximum": 1}, {}, [before("antenatal", 15)], []),
        ({"per": "year", "maximum": 1}, {}, [before("antenatal", 165)], ["count-reached:note"]),
        ({"per": "year", "maximum": 1}, {}, [before("antenatal", 166)], []),
        ({"per": "visit", "maximum": 1}, {}, [before("antenatal", 1)], []),
        ({"per": "month", "maximum": 1}, {}, [before("antenatal", 0, at="11:00")], []),
        ({"per": "month", "maximum": 1}, {}, [before("antenatal", 0)], ["count-reached:note"]),
    ],
)  # fmt: skip
def test_a_number_counts_over_its_period(
    says: dict[str, object], facts: dict[str, object], past: list[PastLine], found: list[str]
) -> None:
    terms = known(kind="repeat", acts=("antenatal",), **says)
    assert codes(terms, care(line("antenatal"), **facts), *past) == found


def test_a_number_says_how_many_there_were_and_over_how_many_months() -> None:
    terms = known(kind="repeat", acts=("antenatal",), maximum=2, per="pregnancy", weight="refuse")
    (found,) = said(terms, care(line("antenatal", 2), gestation_weeks=20), before("antenatal", 30))
    assert found.evidence == {"act": "antenatal", "count": 1, "maximum": 2, "months": 5}
    assert repeats.LONGEST_PREGNANCY == 42 * 7


@pytest.mark.parametrize(
    ("says", "facts", "missing", "found"),
    [
        ({"sex": "F"}, {"sex": "M"}, "", "sex"),
        ({"sex": "F"}, {"sex": ""}, "", ""),
        ({"from_months": 120}, {"born": date(2016, 6, 16)}, "", "age"),
        ({"from_months": 120}, {"born": date(2016, 6, 15)}, "", ""),
        ({"under_months": 120}, {"born": date(2016, 6, 16)}, "", ""),
        ({"under_months": 120}, {"born": date(2016, 6, 15)}, "", "age"),
        ({"under_months": 120}, {"born": None}, "birth_date", ""),
        ({"from_grams": 5_000}, {"weight_grams": 4_999}, "", "weight"),
        ({"from_grams": 5_000}, {"weight_grams": 5_000}, "", ""),
        ({"from_grams": 5_000}, {}, "weight", ""),
        ({"pregnant": True}, {"pregnant": False}, "", "pregnant"),
        ({"pregnant": False}, {"pregnant": True}, "", "pregnant"),
        ({"pregnant": True}, {}, "pregnant", ""),
        ({"pregnant": True, "from_grams": 5_000}, {}, "weight", ""),
        ({"from_months": 1, "from_grams": 5_000, "pregnant": True}, {"born": None}, "birth_date", ""),
        ({"from_months": 1, "sex": "F"}, {"born": None, "sex": "M"}, "", "sex"),
    ],
)  # fmt: skip
def test_for_whom_an_act_is(says: dict[str, object], facts: dict[str, object], missing: str, found: str) -> None:
    answer = said(
        known(kind="for-whom", acts=("antenatal",), weight="refuse", **says), care(line("antenatal"), **facts)
    )
    if not missing and not found:
        assert answer == []
        return
    (finding,) = answer
    assert (finding.weight, finding.missing) == ("unchecked" if missing else "refuse", missing)
    assert finding.evidence == {"act": "antenatal", "fact": missing or found}


@pytest.mark.parametrize(
    ("first", "last", "week", "weight"),
    [(13, None, 12, "refuse"), (13, None, 13, ""), (13, 28, 28, ""), (13, 28, 29, "refuse"), (None, 28, 1, ""),
     (13, None, None, "unchecked"), ({"XX": 16, "*": 13}, None, 15, "refuse"), ({"YY": 16, "*": 13}, None, 15, "")],
)  # fmt: skip
def test_the_week_of_pregnancy(first: object, last: int | None, week: int | None, weight: str) -> None:
    terms = known(kind="for-whom", acts=("antenatal",), from_week=first, until_week=last, weight="refuse")
    answer = said(terms, care(line("antenatal"), gestation_weeks=week))
    assert [finding.weight for finding in answer] == ([weight] if weight else [])
    for finding in answer:
        assert finding.missing == ("gestation_weeks" if weight == "unchecked" else "")
        assert finding.evidence["week"] == ("" if week is None else week)
        assert finding.evidence["last"] == (last or "")
        assert finding.evidence["first"] == (16 if isinstance(first, dict) else first)


def test_a_week_of_no_country_is_nobodys() -> None:
    rule = Rule(code="x", kind="for-whom", name=NAME, from_week={"BJ": 16})
    assert persons.first_week(rule, "XX") is None


@pytest.mark.parametrize(
    ("level", "says", "facts", "found"),
    [
        ("post", {"levels": ("centre",)}, {}, ["act-above-level:note"]),
        ("centre", {"levels": ("centre",)}, {}, []),
        ("post", {"from_rank": 2}, {}, ["act-above-level:note"]),
        ("centre", {"from_rank": 2}, {}, []),
        ("hospital", {"until_rank": 2}, {}, ["act-above-level:note"]),
        ("centre", {"until_rank": 2}, {}, []),
        ("post", {"from_rank": 2}, {"emergency": True}, []),
        ("", {"from_rank": 2}, {}, []),
        ("", {"levels": ("centre",)}, {}, []),
        ("hospital", {"levels": ("hospital",), "until_rank": 2}, {}, ["act-above-level:note"]),
    ],
)  # fmt: skip
def test_where_an_act_is_done(level: str, says: dict[str, object], facts: dict[str, object], found: list[str]) -> None:
    assert codes(known(level, kind="where", acts=("antenatal",), **says), care(line("antenatal"), **facts)) == found


def test_the_levels_that_would_do_are_named() -> None:
    (found,) = said(known("post", kind="where", acts=("antenatal",), from_rank=2), care(line("antenatal")))
    assert found.evidence == {"act": "antenatal", "level": "post", "required": "centre, hospital, institute"}
    (found,) = said(known("hospital", kind="where", acts=("antenatal",), until_rank=1), care(line("antenatal")))
    assert found.evidence["required"] == "post"
    (found,) = said(
        known("post", kind="where", acts=("antenatal",), levels=("hospital", "centre")), care(line("antenatal"))
    )
    assert found.evidence["required"] == "hospital, centre"


def guaranteed(start: int, until: int, act: str = "antenatal") -> Guarantee:
    return Guarantee("G", (act,), DAY + timedelta(days=start), DAY + timedelta(days=until))


@pytest.mark.parametrize(
    ("guarantee", "lifted"),
    [(guaranteed(0, 0), True), (guaranteed(-1, 0), True), (guaranteed(0, 1), True), (guaranteed(1, 2), False),
     (guaranteed(-2, -1), False), (guaranteed(0, 0, "delivery"), False)],
)  # fmt: skip
def test_a_guarantee_of_the_day_lifts_what_may_be_approved(guarantee: Guarantee, lifted: bool) -> None:
    roles = known(kind="where", acts=("antenatal",), roles=("doctor",), approved=True, weight="refuse")
    assert codes(roles, care(line("antenatal", role="nurse"), guarantees=(guarantee,))) == (
        [] if lifted else ["prescriber-not-allowed:refuse"]
    )
    days = known(kind="days-at-once", acts=("antenatal",), maximum=7, approved=True)
    assert codes(days, care(line("antenatal", days=8), guarantees=(guarantee,))) == (
        [] if lifted else ["days-over-maximum:note"]
    )
    never = known(kind="days-at-once", acts=("antenatal",), maximum=7)
    assert codes(never, care(line("antenatal", days=8), guarantees=(guarantee,))) == ["days-over-maximum:note"]


def test_roles_say_who_and_ask_who() -> None:
    terms = known(kind="where", acts=("antenatal",), roles=("doctor",), weight="refuse")
    (refused,) = said(terms, care(line("antenatal", role="nurse")))
    assert refused.evidence == {"act": "antenatal", "role": "nurse"}
    (asked,) = said(terms, care(line("antenatal")))
    assert (asked.weight, asked.missing, asked.evidence) == ("unchecked", "role", {"act": "antenatal", "role": ""})
    assert said(terms, care(line("antenatal", role="doctor"))) == []


def test_days_at_once_are_cut_to_the_units_that_they_allow() -> None:
    terms = known(kind="days-at-once", acts=("iron",), maximum=30, weight="reduce")
    assert codes(terms, care(line("iron", 60, days=30))) == []
    (cut,) = said(terms, care(line("iron", 61, days=31)))
    assert cut.evidence == {"act": "iron", "days": 31, "maximum": 30, "quantity": 61, "allowed": 59}
    assert cut.amount == 160
    (asked,) = said(terms, care(line("iron", 61)))
    assert (asked.weight, asked.missing, asked.evidence) == (
        "unchecked", "days", {"act": "iron", "days": "", "maximum": 30, "quantity": 61, "allowed": ""},
    )  # fmt: skip
    inside = known(kind="days-at-once", acts=("iron",), maximum=3, in_stay=True)
    assert codes(inside, care(line("iron", days=4))) == []
    assert codes(inside, care(line("iron", days=4), stay=Stay(DAY))) == ["days-over-maximum:note"]


@pytest.mark.parametrize(("days", "found"), [(5, []), (6, ["prerequisite-missing:note"]), (0, [])])
def test_a_prerequisite_counts_as_many_days_as_the_rule_says(days: int, found: list[str]) -> None:
    terms = known(kind="prerequisite", acts=("iron",), others=("blood-count",), days=5)
    assert codes(terms, care(line("iron")), before("blood-count", days)) == found
    ever = known(kind="prerequisite", acts=("iron",), others=("blood-count",))
    assert codes(ever, care(line("iron")), before("blood-count", 9_999)) == []
    (missing,) = said(ever, care(line("iron")))
    assert missing.evidence == {"act": "iron", "prerequisite": "blood-count"}
    assert codes(ever, care(line("iron"), line("blood-count"))) == []


def test_the_first_clash_is_named() -> None:
    terms = known(kind="incompatible", acts=("anticoagulant",), others=("iron", "anti-inflammatory"), weight="refuse")
    (found,) = said(terms, care(line("anticoagulant"), line("iron"), line("anti-inflammatory")))
    assert found.evidence == {"act": "anticoagulant", "other": "anti-inflammatory"}
    (noted,) = said(terms, care(line("anticoagulant", justification="x"), line("iron")))
    assert (noted.weight, noted.review, noted.borne_by) == ("note", True, "")


def test_what_is_not_for_a_condition_is_said_with_the_condition_and_its_age() -> None:
    terms = known(kind="forbidden", acts=("iron",), conditions=("cough",), weight="refuse", under_months=60)
    young = {"born": date(2024, 1, 1), "condition": "R05"}
    (found,) = said(terms, care(line("iron"), **young))
    assert (found.weight, found.evidence) == ("refuse", {"act": "iron", "condition": "R05"})
    assert codes(terms, care(line("iron"), condition="R05")) == []
    assert codes(terms, care(line("iron"), condition="R05", born=None)) == ["medicine-not-for-condition:refuse"]
    assert codes(terms, care(line("iron"), born=date(2024, 1, 1))) == []


@pytest.mark.parametrize(("days", "found"), [(3, []), (4, ["care-expected:note"])])
def test_what_is_expected_counts_as_many_days_as_the_rule_says(days: int, found: list[str]) -> None:
    terms = known(kind="expected", acts=("antimalarial",), others=("iron",), conditions=("malaria",), days=3)
    for act in ("antimalarial", "iron"):
        assert codes(terms, care(line("consultation"), condition="malaria"), before(act, days)) == found
    (said_now,) = said(terms, care(line("consultation"), condition="malaria"))
    assert said_now.evidence == {"condition": "malaria", "expected_acts": "antimalarial"}
    nothing = known(kind="expected", acts=("antimalarial",), conditions=("malaria",))
    assert codes(nothing, care(line("consultation"), condition="malaria"), before("antimalarial", 0)) == [
        "care-expected:note"
    ]
    idle = known(kind="expected", acts=("nowhere",), conditions=("malaria",))
    assert codes(idle, care(line("consultation"), condition="malaria")) == []


@pytest.mark.parametrize(
    ("level", "facts", "found"),
    [("post", {}, 1), ("centre", {}, 0), ("post", {"referred_to": "H"}, 0),
     ("post", {"stay": Stay(DAY, outcome="referred")}, 0),
     ("post", {"stay": Stay(DAY, outcome="cured")}, 1), ("", {}, 0)],
)  # fmt: skip
def test_a_referral_is_expected_up_to_a_rank(level: str, facts: dict[str, object], found: int) -> None:
    terms = known(level, kind="refer", conditions=("malaria",), until_rank=1)
    answer = said(terms, care(line("consultation"), condition="malaria", **facts))
    assert [finding.code for finding in answer] == ["referral-expected"] * found
    assert [finding.evidence for finding in answer] == [{"condition": "malaria", "level": "post"}] * found
    by_level = known("centre", kind="refer", conditions=("malaria",), levels=("centre",))
    assert codes(by_level, care(line("consultation"), condition="malaria")) == ["referral-expected:note"]


FACTS = [
    ("weight", {"weight_grams": 1}, {}),
    ("condition", {"condition": "cough"}, {}),
    ("gestation_weeks", {"gestation_weeks": 1}, {}),
    ("register_number", {"register_number": "7"}, {}),
    ("result", {}, {"result": "negative"}),
    ("role", {}, {"role": "nurse"}),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "facts", "on_line"), FACTS, ids=[fact for fact, _, _ in FACTS])
def test_a_fact_that_a_line_asks_for(fact: str, facts: dict[str, object], on_line: dict[str, object]) -> None:
    terms = known(kind="fact", acts=("iron",), fact=fact)
    (missing,) = said(terms, care(line("iron")))
    assert (missing.code, missing.weight, missing.missing, missing.evidence) == (
        "protocol-fact-missing", "unchecked", fact, {"fact": fact},
    )  # fmt: skip
    assert said(terms, care(line("iron", **on_line), **facts)) == []


def test_an_hour_stands_on_the_visit_or_on_the_line_and_ages_limit_what_is_asked() -> None:
    terms = known(kind="fact", acts=("iron",), fact="hour")
    assert said(terms, care(line("iron"))) == []
    nowhere = msgspec.structs.replace(care(line("iron")), at="")
    assert codes(terms, nowhere) == ["protocol-fact-missing:unchecked"]
    assert said(terms, msgspec.structs.replace(nowhere, lines=(line("iron", at="08:00"),))) == []
    young = known(kind="fact", conditions=("malaria",), fact="weight", under_months=60)
    assert codes(young, care(line("iron"), condition="malaria")) == []
    assert codes(young, care(line("iron"), condition="malaria", born=date(2024, 1, 1))) == [
        "protocol-fact-missing:unchecked"
    ]
    assert codes(young, care(line("iron"), condition="malaria", born=None)) == ["protocol-fact-missing:unchecked"]


CONDITIONS = (
    Condition(code="malaria", name=NAME, icd10=("B50.9", "B54")),
    Condition(code="severe", name=NAME, icd10=("B50.0",)),
    Condition(code="local", name=NAME),
)


@pytest.mark.parametrize(
    ("code", "meant"),
    [("malaria", {"malaria"}), ("MALARIA", {"malaria"}), ("B54", {"malaria"}), ("b54.1", {"malaria"}), ("B50", set()),
     ("B50.0", {"severe"}), ("local", {"local"}), ("Z99", set())],
)  # fmt: skip
def test_what_a_code_means(code: str, meant: set[str]) -> None:
    assert meant_by(CONDITIONS, code) == meant


def test_a_code_is_looked_up_once_and_an_empty_one_means_nothing() -> None:
    terms = known(kind="fact", acts=("iron",), fact="weight")
    assert conditions_of(terms, care()) == frozenset()
    first = conditions_of(terms, care(condition="B54"))
    assert first == {"malaria"} and conditions_of(terms, care(condition="B54")) is first
    assert every(terms) is every(terms)


def test_a_condition_that_two_sheets_share_is_said_once_and_rules_of_others_are_silent() -> None:
    terms = known(kind="expected", acts=("antimalarial",), conditions=("malaria", "cough"))
    both = msgspec.structs.replace(
        terms.arrangement,
        conditions=(
            Condition(code="malaria", name=NAME, icd10=("B",)),
            Condition(code="cough", name=NAME, icd10=("B5",)),
        ),
        digest="two",
    )
    assert codes(terms_of(both, "centre"), care(line("iron"), condition="B54")) == ["care-expected:note"]
    assert codes(terms, care(line("iron"), condition="wound")) == []


def sheeted(level: str = "centre", act: Act | None = None, **says: object) -> Terms:
    """The invented country with one sheet of our own, one rule of quantities, and perhaps one more act."""
    row = {"code": "own", "name": NAME, "conditions": ("malaria",), **says}
    rules = (Rule(code="q", kind="band", name=NAME, acts=("antimalarial",), bands=(Band(6, 5_000, 15_000),)),)
    made = msgspec.structs.replace(
        XX,
        protocols=(Protocol(**row),),  # type: ignore[arg-type]
        rules=rules,
        acts=(*XX.acts, *([act] if act else [])),
        digest=f"{row}{act}",
    )
    return terms_of(made, level)


def offered(terms: Terms, **facts: object) -> list[tuple[str, str, int | None, str]]:
    visit = care(condition="malaria", **facts)
    return [(row.protocol, row.act, row.quantity, row.by) for row in order_set.proposed(terms, visit)]


def test_an_item_is_offered_as_the_one_act_that_answers_to_it() -> None:
    terms = sheeted(order=("quick-test", "antimalarial", "consultation", "nowhere"))
    assert offered(terms) == [
        ("own", "malaria-test", 1, ""),
        ("own", "antimalarial", None, ""),
        ("own", "consultation", 1, ""),
    ]
    assert offered(terms, weight_grams=12_000)[1] == ("own", "antimalarial", 6, "weight")
    second = Act(code="another-test", name=NAME, family="laboratory")
    item = msgspec.structs.replace(XX.items[0], aliases=("malaria-test", "another-test"))
    both = msgspec.structs.replace(
        sheeted(order=("quick-test", "consultation"), act=second).arrangement, items=(item,), digest="both"
    )
    assert offered(terms_of(both, "centre")) == [("own", "consultation", 1, "")], "several answer: a person chooses"


def test_an_act_of_the_package_goes_before_an_item_of_its_name() -> None:
    item = msgspec.structs.replace(XX.items[0], code="consultation", aliases=("malaria-test",))
    made = msgspec.structs.replace(sheeted(order=("consultation",)).arrangement, items=(item,), digest="same name")
    assert offered(terms_of(made, "centre")) == [("own", "consultation", 1, "")]


def test_what_is_excluded_given_or_of_another_level_is_not_offered() -> None:
    order = ("tooth-crown", "caesarean", "consultation", "malaria-test")
    assert [row[1] for row in offered(sheeted("centre", order=order))] == ["consultation", "malaria-test"]
    assert [row[1] for row in offered(sheeted("hospital", order=order))] == [
        "caesarean",
        "consultation",
        "malaria-test",
    ]
    assert [row[1] for row in offered(sheeted("", order=order))] == ["caesarean", "consultation", "malaria-test"]
    given = care(line("consultation"), condition="malaria")
    assert [row.act for row in order_set.proposed(sheeted("centre", order=order), given)] == ["malaria-test"]


@pytest.mark.parametrize(
    ("says", "born", "shown"),
    [
        ({}, date(2026, 6, 15), True),
        ({"from_months": 12}, date(2025, 6, 15), True),
        ({"from_months": 12}, date(2025, 6, 16), False),
        ({"under_months": 12}, date(2025, 6, 16), True),
        ({"under_months": 12}, date(2025, 6, 15), False),
        ({"from_months": 12, "under_months": 24}, None, True),
    ],
)  # fmt: skip
def test_a_sheet_is_for_the_ages_that_it_names(says: dict[str, object], born: date | None, shown: bool) -> None:
    terms = sheeted(order=("consultation",), **says)
    assert bool(order_set.sheets_of(terms, care(condition="malaria", born=born))) == shown
    assert order_set.sheets_of(terms, care(condition="cough", born=born)) == ()


def test_an_act_that_the_package_does_not_know_is_nobodys_and_the_visit_has_no_line() -> None:
    terms = known(kind="expected", acts=("antimalarial",), conditions=("malaria",))
    visit = care(line("unheard-of"), condition="malaria")
    found = pathway.of_care(terms, visit, Past(History(), visit))
    assert [(at, finding.code) for at, finding in found] == [("", "care-expected")]


def test_a_reason_for_another_level_calls_a_person() -> None:
    terms = known("post", kind="where", acts=("antenatal",), levels=("centre",), weight="refuse")
    assert codes(terms, care(line("antenatal"))) == ["act-above-level:refuse"]
    (noted,) = said(terms, care(line("antenatal", justification="x")))
    assert (noted.weight, noted.review) == ("note", True)


def test_a_quantity_of_bands_by_age_is_for_no_weight() -> None:
    assert doses.fits((Band(7, None, None, 0, 6),), 7, "grams") == ""
