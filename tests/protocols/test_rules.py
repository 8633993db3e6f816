"""What holds for every protocol, claim and person."""

from __future__ import annotations

import typing
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.arrangements.model import Text
from facility_agent.arrangements.protocol_checks import NEEDS, REDUCE, REFUSE, rule
from facility_agent.arrangements.protocols import SOURCED, Band, Rule
from facility_agent.arrangements.row import Evidence
from facility_agent.arrangements.rows import Raw
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import doses, order_set, pathway
from facility_agent.protocols.asked import every
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import Beneficiary, CareLine, History, PastLine, Visit
from facility_agent.workflows.protocol_examples import terms_of, with_items
from tests.protocols.shelf import library

LIBRARY = library()
EVERY = [version for country in LIBRARY.countries for version in LIBRARY.versions(country)]
BF, XX = LIBRARY.versions("BF")[-1], LIBRARY.versions("XX")[-1]
DAY = date(2026, 6, 15)
KNOWN = {
    country: terms_of(with_items(LIBRARY.versions(country)[-1]), level)
    for country, level in (("BF", "csps"), ("XX", "centre"))
}


def visits(known: Terms) -> st.SearchStrategy[Visit]:
    """Visits with any of the acts that rules look at, and any of the conditions."""
    acts = sorted({act for asked in every(known) for act in (*asked.acts, *asked.others)})
    codes = ["", *(row.code for row in known.arrangement.conditions), "B54", "Z99"]
    born = st.none() | st.dates(date(1960, 1, 1), DAY)
    line = st.builds(
        CareLine, st.uuids().map(str), st.sampled_from(acts), st.integers(1, 40), st.integers(0, 900),
        role=st.sampled_from(["", "nurse", "midwife"]), result=st.sampled_from(["", "positive", "negative"]),
        days=st.none() | st.integers(1, 60), justification=st.sampled_from(["", "parce que"]),
    )  # fmt: skip
    return st.builds(
        Visit, st.just("v"), st.just("facility"), st.just(DAY),
        st.builds(Beneficiary, st.just("P"), st.just("N'Diaye"), st.sampled_from(["F", "M", ""]), born),
        st.lists(line, min_size=1, max_size=5).map(tuple), condition=st.sampled_from(codes),
        pregnant=st.sampled_from([None, True, False]), gestation_weeks=st.none() | st.integers(1, 42),
        weight_grams=st.none() | st.integers(2_000, 90_000), emergency=st.booleans(),
    )  # fmt: skip


def histories(known: Terms) -> st.SearchStrategy[History]:
    acts = sorted({act for asked in every(known) for act in (*asked.acts, *asked.others)})
    line = st.builds(
        PastLine, st.uuids().map(str), st.just("P"), st.just(""), st.just("facility"),
        st.dates(date(2025, 1, 1), DAY), st.sampled_from(acts), st.just(""), st.integers(1, 9), st.just(0),
    )  # fmt: skip
    return st.lists(line, max_size=5).map(lambda lines: History(tuple(lines)))


country = pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)


@country
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_adding_a_compliant_test_never_adds_a_finding(known: Terms, data: st.DataObject) -> None:
    """A positive test, at its place and time, that no rule of its own is about."""
    visit, history = data.draw(visits(known)), data.draw(histories(known))
    tests = {act for asked in every(known) if asked.rule.kind == "test-first" for act in asked.others}
    free = sorted(tests - {act for asked in every(known) if asked.rule.kind not in ("expected",) for act in asked.acts})
    test = CareLine("test", data.draw(st.sampled_from(free)), 1, 500, role="nurse", result="positive", days=1)
    before = pathway.of_care(known, visit, Past(history, visit))
    more = msgspec.structs.replace(visit, lines=(*visit.lines, test))
    after = pathway.of_care(known, more, Past(history, more))
    assert {(line, finding.code, finding.weight) for line, finding in after} <= {
        (line, finding.code, finding.weight) for line, finding in before
    }


@country
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_finding_is_of_the_catalogue_with_all_its_fields_and_a_justification_refuses_nothing(
    known: Terms, data: st.DataObject
) -> None:
    visit, history = data.draw(visits(known)), data.draw(histories(known))
    justified = {line.id for line in visit.lines if line.justification}
    for line, finding in pathway.of_care(known, visit, Past(history, visit)):
        assert finding.weight in CATALOGUE[finding.code].weights, finding
        assert set(CATALOGUE[finding.code].fields) == set(finding.evidence), finding
        assert finding.clause
        assert (finding.weight in ("refuse", "reduce")) == bool(finding.borne_by)
        if line in justified:
            assert finding.weight in ("note", "unchecked"), finding
        if finding.weight == "unchecked":
            assert finding.cause == "fact" and finding.missing


@country
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_order_of_lines_changes_nothing(known: Terms, data: st.DataObject) -> None:
    visit, history = data.draw(visits(known)), data.draw(histories(known))
    turned = msgspec.structs.replace(visit, lines=visit.lines[::-1])
    found = sorted(map(repr, pathway.of_care(known, visit, Past(history, visit))))
    assert found == sorted(map(repr, pathway.of_care(known, turned, Past(history, turned))))


BANDED = [each for version in EVERY for each in version.rules if each.kind == "band"]


@pytest.mark.parametrize("banded", BANDED, ids=lambda banded: banded.code)
def test_a_heavier_or_older_person_never_gets_a_smaller_band(banded: Rule) -> None:
    for find, values in ((doses.of_weight, range(0, 120_000, 250)), (doses.of_age, range(0, 1_200))):
        quantities = [band.quantity for value in values if (band := find(banded.bands, value)) is not None]
        assert quantities == sorted(quantities)
        leasts = [band.least for value in values if (band := find(banded.bands, value)) is not None]
        assert leasts == sorted(leasts)


edges = st.lists(st.integers(1, 100_000), min_size=1, max_size=6, unique=True).map(sorted)


@given(edges, st.data())
def test_bands_that_the_reader_accepts_never_give_a_heavier_person_less(ends: list[int], data: st.DataObject) -> None:
    starts = [0, *ends]
    bands = [
        {"quantity": data.draw(st.integers(0, 30)), "from_grams": first, **({"to_grams": last} if last else {})}
        for first, last in zip(starts, [*ends, 0], strict=True)
    ]
    raw = Raw("x.toml", 1, {"code": "x", "kind": "band", "acts": ["a"], "bands": bands})
    if rule(raw):
        return
    made = tuple(msgspec.convert(band, Band) for band in bands)
    weights = sorted(data.draw(st.lists(st.integers(0, 120_000), min_size=2, max_size=8)))
    quantities = [doses.of_weight(made, weight).quantity for weight in weights]  # type: ignore[union-attr]
    assert quantities == sorted(quantities)


@given(
    st.sampled_from(sorted(NEEDS)), st.sampled_from(["note", "reduce", "refuse"]),
    st.sampled_from(typing.get_args(Evidence)),
    st.sampled_from(["", "https://example.org"]),
)  # fmt: skip
def test_no_rule_without_a_source_can_refuse_or_cut(kind: str, weight: str, evidence: Evidence, source: str) -> None:
    """Neither by the reader nor, where a rule is made otherwise, by the engine."""
    values = {"code": "x", "kind": kind, "weight": weight, "evidence": evidence, "source": source}
    refused_by_reader = any(each.key == "rule.weight" for each in rule(Raw("x.toml", 1, values)))
    sourced = evidence in SOURCED and bool(source)
    able = {"refuse": REFUSE, "reduce": REDUCE, "note": tuple(NEEDS)}[weight]
    assert refused_by_reader == (weight != "note" and (not sourced or kind not in able))
    own = Rule(name=Text("x", "x"), acts=("antimalarial",), **values)  # type: ignore[arg-type]
    made = msgspec.structs.replace(XX, rules=(own,), digest=f"{weight}{evidence}{source}{kind}")
    (asked,) = every(terms_of(made, "centre"))
    assert asked.weight == (weight if sourced else "note")


@pytest.mark.parametrize("version", EVERY, ids=lambda version: f"{version.country}-{version.start}")
def test_no_shipped_rule_without_a_source_weighs_more_than_a_note(version) -> None:
    assert [row.code for row in version.rules if not row.sourced and row.weight != "note"] == []
    assert [row.code for row in version.rules if not row.sourced and not row.note] == []


def test_without_a_medical_adviser_every_rule_only_notes() -> None:
    clauses = msgspec.structs.replace(XX.clauses, medical_adviser=False)
    alone = msgspec.structs.replace(XX, clauses=clauses, digest="no adviser")
    assert {asked.weight for asked in every(terms_of(alone, "centre"))} == {"note"}
    assert {asked.weight for asked in every(terms_of(XX, "centre"))} == {"note", "reduce", "refuse"}


def test_items_are_answered_by_code_alias_or_atc_and_quantities_by_code_alone() -> None:
    known = terms_of(XX, "centre")
    rules = {asked.rule.code: asked for asked in every(known)}
    assert rules["cough-without-antibiotic"].acts == {"injectable-antibiotic"}, "M01 but for the one excepted"
    assert rules["test-before-antimalarial"].others == {"malaria-test"}
    banded = {asked.rule.code: asked.acts for asked in every(KNOWN["BF"]) if asked.rule.kind == "band"}
    assert banded["artemether-lumefantrine-quantity"] == {"artemether-lumefantrine"}


def visit_of(condition: str, grams: int | None = None, born: date | None = None, *lines: str) -> Visit:
    given_lines = tuple(CareLine(str(at), act, 1, 1) for at, act in enumerate(lines))
    return Visit(
        "v", "facility", DAY, Beneficiary("P", "Awa", "F", born), given_lines, condition=condition, weight_grams=grams
    )


PROPOSED = [
    (visit_of("malaria", 12_000), [("malaria-rapid-test", 1, ""), ("artemether-lumefantrine", 6, "weight")]),
    (visit_of("malaria", None, date(2019, 1, 1)),
     [("malaria-rapid-test", 1, ""), ("artemether-lumefantrine", 12, "age")]),
    (visit_of("malaria"), [("malaria-rapid-test", 1, ""), ("artemether-lumefantrine", None, "")]),
    (visit_of("malaria", 12_000, None, "malaria-rapid-test"), [("artemether-lumefantrine", 6, "weight")]),
    (visit_of("diarrhoea", None, date(2026, 3, 1)), [("ors", 1, ""), ("zinc", 7, "age")]),
    (visit_of("diarrhoea", None, date(1980, 1, 1)), []),
    (visit_of("B50.0", 26_000), [("malaria-rapid-test", 1, ""), ("artesunate-injection", 6, "weight")]),
    (visit_of("cholera"), []),
    (visit_of(""), []),
]  # fmt: skip


@pytest.mark.parametrize(("visit", "lines"), PROPOSED, ids=range(len(PROPOSED)))
def test_a_condition_proposes_tests_and_medicines_with_the_quantity_of_the_person(
    visit: Visit, lines: list[tuple[str, int | None, str]]
) -> None:
    bare = terms_of(BF, "csps")
    assert [(row.act, row.quantity, row.by) for row in order_set.proposed(bare, visit)] == lines


@country
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_is_proposed_is_never_said_to_be_too_much_or_too_little(known: Terms, data: st.DataObject) -> None:
    visit = msgspec.structs.replace(data.draw(visits(known)), lines=())
    lines = tuple(
        CareLine(row.act, row.act, row.quantity, 1)
        for row in order_set.proposed(known, visit)
        if row.quantity is not None
    )
    taken = msgspec.structs.replace(visit, lines=lines)
    codes = {finding.code for _, finding in pathway.of_care(known, taken, Past(History(), taken))}
    assert codes.isdisjoint({"quantity-outside-band", "quantity-outside-age-band", "quantity-below-band"})
