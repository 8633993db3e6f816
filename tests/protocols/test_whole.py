"""What a finding holds besides its code: the clause, the fact that is missing, the numbers that its sentence shows."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.gathered import UnderScheme
from facility_agent.arrangements.model import Act, Limit, Requirement, Text
from facility_agent.arrangements.protocols import Band, Item, Protocol
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import limits, order_set, package, pathway, rulebook
from facility_agent.vocabulary.findings import Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.histories import Counted, Counter
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import CareLine, Coverage, History, PastLine, Stay, Visit
from facility_agent.workflows.protocol_examples import terms_of
from tests.protocols.test_edges import DAY, NAME, XX, before, care, codes, known, line, said
from tests.protocols.test_guarantees import EXTENSION, GRANTED, ROW, SCAN, asked, shown

EDGE = (Band(6, 5_000, 15_000, 0, 36), Band(12, 15_000, 25_000, 36, 108))
LOWEST = (Band(6, 0, 15_000, 0, 36), Band(12, 15_000, None, 36, None))


def banded(bands: tuple[Band, ...] = EDGE) -> Terms:
    return known(kind="band", acts=("antimalarial",), bands=bands)


def test_a_band_begins_with_its_first_gram_and_its_first_month() -> None:
    assert codes(banded(), care(line(quantity=6), weight_grams=5_000, born=date(2025, 6, 15))) == []
    (light,) = said(banded(), care(line(quantity=6), weight_grams=4_999))
    assert light.evidence == {"act": "antimalarial", "fact": "weight"}
    (newborn,) = said(banded(), care(line(quantity=7), born=DAY))
    assert (newborn.code, newborn.evidence["age"]) == ("quantity-outside-age-band", 0)
    (nothing,) = said(banded(LOWEST), care(line(quantity=7), weight_grams=0, born=DAY))
    assert (nothing.code, nothing.evidence["grams"]) == ("quantity-outside-band", 0)
    differ = said(banded(LOWEST), care(line(quantity=12), weight_grams=20_000, born=DAY))
    assert [found.evidence for found in differ] == [{"act": "antimalarial", "grams": 20_000, "age": 0}]
    differ = said(banded(LOWEST), care(line(quantity=6), weight_grams=0, born=date(2020, 1, 1)))
    assert [found.evidence for found in differ] == [{"act": "antimalarial", "grams": 0, "age": 77}]


def test_bands_without_a_weight_refuse_no_weight() -> None:
    ages = (Band(7, None, None, 0, 6), Band(14, None, None, 6))
    assert codes(banded(ages), care(line(quantity=14), weight_grams=0, born=date(2020, 1, 1))) == []


MISSING = unchecked("not-for-person", "7.2", "fact", "birth_date", act="antimalarial", fact="birth_date")


@pytest.mark.parametrize(
    ("says", "facts", "found"),
    [
        ({"from_months": 6}, {"born": None}, [MISSING]),
        ({"under_months": 6}, {"born": None}, [MISSING]),
        ({"under_months": 6, "from_grams": 9}, {"born": None}, [MISSING]),
        ({"from_grams": 9}, {}, [msgspec.structs.replace(MISSING, missing="weight",
                                                         evidence={"act": "antimalarial", "fact": "weight"})]),
        ({"under_months": 6}, {"born": DAY}, []),
        ({"under_months": 6}, {"born": date(2025, 12, 16)}, []),
        ({"under_months": 6}, {"born": date(2025, 12, 15)},
         [note("not-for-person", "7.2", act="antimalarial", fact="age")]),
        ({"from_months": 6}, {"born": date(2025, 12, 15)}, []),
        ({"from_grams": 9}, {"weight_grams": 9}, []),
        ({"from_grams": 9}, {"weight_grams": 8}, [note("not-for-person", "7.2", act="antimalarial", fact="weight")]),
        ({"from_grams": 9, "under_months": 6}, {"weight_grams": 8, "born": None},
         [note("not-for-person", "7.2", act="antimalarial", fact="weight")]),
        ({"until_week": 8}, {"gestation_weeks": 0}, []),
        ({"until_week": 8}, {"gestation_weeks": 9},
         [note("pregnancy-week-outside", "7.2", act="antimalarial", week=9, first=1, last=8)]),
        ({"from_week": 13}, {"gestation_weeks": 12},
         [note("pregnancy-week-outside", "7.2", act="antimalarial", week=12, first=13, last="")]),
    ],
)  # fmt: skip
def test_for_whom(says: dict[str, object], facts: dict[str, object], found: list[Finding]) -> None:
    terms = known(kind="for-whom", acts=("antimalarial",), clause="7.2", **says)
    assert said(terms, care(line(), **facts)) == found


def test_the_first_rank_is_a_place_too() -> None:
    terms = known("post", kind="where", acts=("antimalarial",), until_rank=1)
    assert codes(terms, care(line())) == []
    (above,) = said(known("hospital", kind="where", acts=("antimalarial",), until_rank=1), care(line()))
    assert above.evidence["required"] == "post"


def test_a_number_per_period_says_over_how_many_months() -> None:
    terms = known(kind="repeat", acts=("antimalarial",), maximum=1, per="episode", days=46)
    (found,) = said(terms, care(line()), before("antimalarial", 5))
    assert found.evidence == {
        "act": "antimalarial",
        "count": 1,
        "maximum": 1,
        "months": 2,
    }  # 46 days are nearer to two months
    (found,) = said(known(kind="days-at-once", acts=("antimalarial",)), care(line(days=1)))
    assert found.evidence["maximum"] == 0 and found.evidence["allowed"] == 0


def test_expected_care_names_every_act_of_the_rule() -> None:
    both, ill = tuple(act.code for act in XX.acts[:2]), XX.conditions[0].code
    (found,) = said(known(kind="expected", acts=both, conditions=(ill,)), care(condition=ill))
    assert found.evidence == {"condition": ill, "expected_acts": ", ".join(both)}


def test_a_line_outside_the_package_is_asked_nothing() -> None:
    visit = care(line("no-such-act"), line())
    assert pathway.of_care(
        known(kind="fact", acts=("antimalarial",), fact="role"), visit, Past(History(()), visit)
    ) == (("line-antimalarial", unchecked("protocol-fact-missing", "rule:own", "fact", "role", fact="role")),)


# --- items stand for the acts with their code, alias or ATC code; quantities only for the very act -------------------

TABLET = Item(code="tablet", name=NAME, kind="medicine", atc="P01B", aliases=("own-tablet",))
ACTS = tuple(Act(code=code, name=NAME, family="medicine", atc=atc)
             for code, atc in (("own-tablet", ""), ("strong-tablet", "P01BF01"), ("other", "J01")))  # fmt: skip


def with_items(*rows: Protocol, **says: object) -> Terms:
    terms = known(**{"kind": "fact", "acts": (), **says})
    changed = msgspec.structs.replace(
        terms.arrangement, items=(TABLET,), acts=(*XX.acts, *ACTS), protocols=rows, digest=repr((rows, says))
    )
    return terms_of(changed, "centre")


@pytest.mark.parametrize(("act", "spoken"), [("own-tablet", True), ("strong-tablet", True), ("other", False)])
def test_a_rule_about_an_item_speaks_of_every_act_that_answers_to_it(act: str, spoken: bool) -> None:
    terms = with_items(kind="fact", acts=("tablet",), fact="role")
    assert bool(codes(terms, care(line(act)))) == spoken
    partner = with_items(kind="incompatible", acts=("consultation",), others=("tablet",))
    assert bool(codes(partner, care(line("consultation"), line(act)))) == spoken


def test_a_quantity_is_compared_for_the_very_act_only() -> None:
    terms = with_items(kind="band", acts=("tablet",), bands=LOWEST)
    assert codes(terms, care(line("own-tablet", 99))) == ["quantity-outside-age-band:note"]
    assert codes(terms, care(line("strong-tablet", 99))) == []


@pytest.mark.parametrize(
    ("acts", "proposed"), [(ACTS, []), (ACTS[1:], ["strong-tablet"]), (ACTS[2:], []), (ACTS[:1], ["own-tablet"])]
)
def test_an_item_is_proposed_as_the_one_act_that_answers_to_it(acts: tuple[Act, ...], proposed: list[str]) -> None:
    sheet = Protocol(code="sheet", name=NAME, conditions=(XX.conditions[0].code,), order=("tablet",))
    terms = with_items(sheet)
    changed = msgspec.structs.replace(terms.arrangement, acts=acts, digest=repr(acts))
    visit = care(condition=XX.conditions[0].code)
    assert [entry.act for entry in order_set.proposed(terms_of(changed, "centre"), visit)] == proposed


# --- the package ------------------------------------------------------------------------------------------------------

PLAIN = Act(code="plain", name=Text("x", "x"), family="care", day_of_stay=True)
NOW = CareLine("now", "plain", 5, 700)


def ruled(**clauses: object) -> Terms:
    says = msgspec.structs.replace(XX.clauses, **clauses)
    return terms_of(msgspec.structs.replace(XX, clauses=says, digest=repr(clauses)), "centre")


def test_what_the_package_leaves_open_is_not_asked() -> None:
    visit = care(NOW)
    assert package.not_excluded(ruled(), visit, NOW, PLAIN) is None
    assert package.level(ruled(), visit, NOW, PLAIN) is None
    young = msgspec.structs.replace(PLAIN, maximum_age_months=60)
    unborn = care(NOW, born=None)
    assert package.age(ruled(), unborn, NOW, young) == unchecked(
        "age-incompatible", "package", "fact", "birth_date", act="plain", age="", minimum=0, maximum=60
    )


@pytest.mark.parametrize(("days", "over"), [(-1, True), (0, False), (10, False), (11, True)])
def test_a_prescription_counts_from_its_day_to_its_last(days: int, over: bool) -> None:
    written = msgspec.structs.replace(NOW, prescribed_on=DAY - timedelta(days=days))
    found = package.prescription(ruled(prescription_days=10), care(written), written, PLAIN)
    day = (DAY - timedelta(days=days)).isoformat()
    expected = refuse("prescription-expired", "prescription_days", "facility", act="plain", written=day, days=10)
    assert found == (expected if over else None)


def test_days_beyond_the_stay_are_cut_at_their_price() -> None:
    visit = care(NOW, stay=Stay(DAY - timedelta(days=2), DAY))
    assert package.days_of_stay(ruled(stay_days="entry-to-eve"), visit, NOW, PLAIN) == reduce(
        "stay-days-over", "stay_days", "facility", 2_100, act="plain", days=5, counted=2
    )
    assert package.days_of_observation(ruled(observation_days=3), visit, NOW, PLAIN) == reduce(
        "observation-days-over", "observation_days", "facility", 1_400, act="plain", days=5, maximum=3
    )


STATED: dict[str, dict[str, object]] = {
    "condition": {"condition": "B54"}, "weight": {"weight_grams": 0}, "role": {"role": "nurse"},
    "result": {"result": "positive"}, "register_number": {"register_number": "12"}, "hour": {"at": "09:00"},
    "referred_to": {"referred_to": "F-2"}, "reason": {"reason": "fever"}, "stay": {"stay": Stay(DAY, None)},
}  # fmt: skip


@pytest.mark.parametrize("fact", [*STATED, "no-such-fact"])
def test_a_demanded_fact_is_stated_or_missing(fact: str) -> None:
    row = Requirement(code=fact, kind="fact", clause="3.1")
    of_line = {"role", "result"}
    for name, says in STATED.items():
        entry = msgspec.structs.replace(NOW, **(says if name in of_line else {}))
        visit = msgspec.structs.replace(care(entry), **{"at": "", **({} if name in of_line else says)})
        missing = unchecked("fact-missing", "3.1", "fact", fact, review=True, fact=fact)
        assert package.requirement(visit, entry, row) == (None if name == fact else missing)
    at_line = msgspec.structs.replace(NOW, at="08:00")
    visit = msgspec.structs.replace(care(at_line), at="")
    assert (package.requirement(visit, at_line, row) is None) == (fact == "hour")


# --- dates, and what one scheme asks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "found"),
    [
        (DAY, []),
        (DAY - timedelta(days=1),
         [refuse("visit-in-future", "dates", "facility", day="2026-06-15", today="2026-06-14")]),
        (DAY + timedelta(days=1), [note("late-entry", "dates", day="2026-06-15", entered="2026-06-16")]),
    ],
)  # fmt: skip
def test_the_day_of_care_and_the_day_of_entry(entered: date, found: list[Finding]) -> None:
    visit = care(line(), entered_on=entered)
    dated = [each for each in rulebook.of_visit(ruled(), visit, Past(History(()), visit)) if each.clause == "dates"]
    assert dated == found


YEARLY = Limit(code="yearly", acts=("plain",), count=3, per="year", clause="9", approvable=True)
STAYS = Limit(code="stays", acts=("plain",), count=3, per="stay", clause="9")
SPACED = Limit(code="spaced", acts=("plain",), interval=30, clause="9")
LATELY = Counter("spaced", DAY - timedelta(days=5), 0, 1, "plain")
HELD = Counted("scheme", DAY, (Counter("yearly", date(2026, 1, 1), 0, 3), LATELY))


def earlier(days: int) -> PastLine:
    return PastLine("c-1", "P", "", "F", DAY - timedelta(days=days), "plain", "care", 3, 500)


def of_scheme(visit: Visit, past: History, *counts: Limit, **says: object) -> list[Finding]:
    """What the scheme asks of the last line, with `plain` in the package."""
    terms = ruled()
    changed = msgspec.structs.replace(terms.arrangement, acts=(*XX.acts, PLAIN), digest="with plain")
    coverage = Coverage(visit.beneficiary, "M", "scheme", date(2020, 1, 1))
    rows = {name: () for name in UnderScheme.__struct_fields__}
    made = {**rows, "scheme": "scheme", "rate": None, "ratio": None, "asks": True, "covers": True, "shared": None}
    under = UnderScheme(**{**made, "counts": counts, **says})
    return rulebook.of_scheme(
        terms_of(changed, "centre"), under, coverage, visit, visit.lines[-1], [], Past(past, visit)
    )


ONE = msgspec.structs.replace(NOW, quantity=1)
FULL = refuse("count-reached", "9", "member", act="plain", count=3, maximum=3, months=12)


def test_a_register_counts_what_happened_elsewhere() -> None:
    visit = care(ONE)
    assert of_scheme(visit, History(counted=(HELD,)), YEARLY) == [FULL]
    assert of_scheme(visit, History(counted=(msgspec.structs.replace(HELD, scheme="other"),)), YEARLY) == []
    assert of_scheme(visit, History(counted=(HELD,)), msgspec.structs.replace(YEARLY, code="another")) == []
    soon = refuse("interval-too-short", "9", "member", act="plain", previous="2026-06-10", days=30)
    assert of_scheme(visit, History(counted=(HELD,)), SPACED) == [soon]
    assert of_scheme(visit, History(counted=(HELD,)), msgspec.structs.replace(SPACED, code="another")) == []
    assert limits.spaced(SPACED, ONE, None, Past(History(counted=(HELD,)), visit)) is None
    assert limits.counted(YEARLY, visit, ONE, "care", None, Past(History(counted=(HELD,)), visit), 0) is None
    unnamed = msgspec.structs.replace(HELD, scheme="")
    assert limits.spaced(SPACED, ONE, None, Past(History(counted=(unnamed,)), visit)) == soon
    assert limits.counted(YEARLY, visit, ONE, "care", None, Past(History(counted=(unnamed,)), visit), 0) == FULL


def test_a_count_per_stay_looks_at_the_days_of_the_stay() -> None:
    visit = care(ONE, stay=Stay(DAY - timedelta(days=4), None))
    assert of_scheme(visit, History((earlier(4),)), STAYS) == [FULL]
    assert of_scheme(visit, History((earlier(5),)), STAYS) == []


def test_every_thing_that_a_scheme_asks_is_said() -> None:
    """An approval of the whole family lifts the count; the guarantee that the scheme demands is looked at beside it."""
    visit = care(ONE, guarantees=(shown(acts=("care",)),))
    lifted = note("guarantee-used", "9", act="plain", number="G-1")
    used = note("guarantee-used", "11.1", act="plain", number="G-1")
    assert of_scheme(visit, History((earlier(9),)), YEARLY, guarantees=(ROW,)) == [lifted, used]


def test_what_a_scheme_asks_is_asked_of_the_very_line() -> None:
    role = Requirement(code="role", kind="fact", clause="3.1")
    done = msgspec.structs.replace(ONE, role="nurse")
    missing = unchecked("fact-missing", "3.1", "fact", "role", review=True, fact="role")
    assert of_scheme(care(ONE, done), History(), requirements=(role,)) == []
    assert of_scheme(care(done, ONE), History(), requirements=(role,)) == [missing]
    beyond = msgspec.structs.replace(ROW, above=1)
    lacking = refuse("prior-approval-missing", "11.1", "facility", act="plain")
    assert of_scheme(care(NOW, ONE), History(), guarantees=(beyond,)) == []
    assert of_scheme(care(ONE, NOW), History(), guarantees=(beyond,)) == [lacking]


def test_prior_approval_is_asked_beside_a_letter() -> None:
    letter = msgspec.structs.replace(ROW, kind="letter", acts=("scan",), without="unchecked", clause="11.2")
    terms = ruled()
    duties = msgspec.structs.replace(XX.duties, guarantees=(letter,))
    changed = msgspec.structs.replace(terms.arrangement, acts=(*XX.acts, SCAN), duties=duties, digest="letter beside")
    visit = care(line("scan"))
    found = rulebook.of_line(terms_of(changed, "centre"), visit, visit.lines[0], SCAN, [], Past(History(()), visit))
    assert [(each.code, each.clause) for each in found] == [
        ("guarantee-missing", "11.2"),
        ("prior-approval-missing", "5.1"),
    ]


# --- delays of guarantees in working days -----------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "counts"), [(1, True), (2, True), (3, False)])
def test_an_emergency_is_put_right_within_working_days(start: int, counts: bool) -> None:
    """From Monday 15 June; Tuesday is a day of rest here, so one working day ends on Wednesday."""
    rest = {"rest_days": ("tuesday",), "delay_units": {"*": "working"}, "emergency_days": 1}
    by_row = msgspec.structs.replace(ROW, emergency_hours=24, hours_unit="working")
    by_clause = msgspec.structs.replace(ROW, emergency_hours="unknown")
    only = {**rest, "delay_units": {"emergency_days": "working", "*": "calendar"}}
    for row, clauses in ((by_row, rest), (by_clause, rest), (by_clause, only)):
        found = asked(row, shown(start=start, until=9), emergency=True, clauses=clauses)
        assert (found == [GRANTED]) == counts


def test_only_days_of_a_stay_are_answered_as_an_extension() -> None:
    extension = msgspec.structs.replace(EXTENSION, acts=("scan",), silence="refused")
    late = shown(state="asked", asked_on=DAY - timedelta(days=3))
    assert asked(ROW, late, rows=(extension,)) == [GRANTED]


@pytest.mark.parametrize(
    ("admitted", "discharged", "across"), [(0, 0, False), (-1, 0, True), (0, 1, True), (-1, 1, True)]
)
def test_a_stay_from_the_first_day_of_a_version_to_its_last_is_in_one(
    admitted: int, discharged: int, across: bool
) -> None:
    first, until = DAY - timedelta(days=3), DAY + timedelta(days=3)
    version = msgspec.structs.replace(XX, start=first, until=until, digest="a week")
    stay = Stay(first + timedelta(days=admitted), until + timedelta(days=discharged))
    visit = care(line(), stay=stay)
    found = rulebook.of_visit(terms_of(version, "centre"), visit, Past(History(()), visit))
    said_of_it = note(
        "stay-across-versions", "arrangement", review=True, admitted=stay.admitted.isoformat(),
        discharged=(until + timedelta(days=discharged)).isoformat(), start=first.isoformat(),
    )  # fmt: skip
    assert (said_of_it in found) == across and any(each.code == "stay-across-versions" for each in found) == across
