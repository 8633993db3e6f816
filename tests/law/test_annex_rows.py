"""Annexes as TOML and on a form read back as they were; what the arrangement settles stays settled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.annex import LOCAL, annex_of, read_annex
from facility_agent.arrangements.annex_text import annex_text
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.openings import rate_settled
from facility_agent.vocabulary.errors import InputErrors
from facility_agent.web import agreement_form, annex_rows
from facility_agent.web.annex_shown import blocks
from facility_agent.web.sentences import beside
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows.drafting import make_annex
from tests.docs.pages import ROOT

LAW = load()


def law(country: str) -> Arrangement:
    found = LAW.on(country, date(2026, 6, 1))
    assert found is not None
    return found


BF = law("BF")
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
amounts = st.integers(0, 10**7)
ORDER = [row.code for row in BF.families]
families = st.lists(st.sampled_from(ORDER), max_size=3, unique=True).map(lambda found: sorted(found, key=ORDER.index))
acts = st.lists(st.sampled_from([row.code for row in BF.acts]), max_size=2, unique=True)
codes = st.sampled_from([row.code for row in BF.acts] + [""])


def rows(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A few rows with these keys; what is empty is not written, as in a file."""
    one = st.fixed_dictionaries(keys).map(lambda row: {key: v for key, v in row.items() if v not in ("", [], None)})
    return st.lists(one, max_size=3)


def apart(made: list[dict[str, Any]], start: str) -> list[dict[str, Any]]:
    return [{"code": f"{start}-{place}", **row} for place, row in enumerate(made)]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """What an annex under Burkina Faso's arrangement may hold in the tables of the form."""
    where = {
        "family": st.sampled_from(["", *(row.code for row in BF.families)]),
        "act": codes,
        "level": st.sampled_from(["", "csps"]),
        "ownership": st.sampled_from(["", "public"]),
        "dispenser": st.sampled_from(["", "CSPS"]),
    }
    rates = draw(rows(scheme=st.just("mutual"), rate=st.one_of(st.integers(0, 100), st.just("2/3")), **where))
    unique = {tuple(row.get(key, "") for key in where): row for row in rates}
    flat = draw(st.sampled_from([None, {"per": "visit"}, {"per": "episode", "episode_days": 7}, {}]))
    if flat is not None:
        unique["flat",] = {"scheme": "mutual", "copay": draw(amounts), "family": "surgery", "level": "cma", **flat}
    note = {"note": texts.map(str.strip)}
    per = st.sampled_from(["line", "visit", "stay", "day", "month", "coverage"])
    limits = rows(scheme=st.sampled_from(["", "mutual"]), amount=amounts, count=st.one_of(st.none(), amounts), per=per,
                  scope=st.sampled_from(["person", "household"]), families=families, acts=acts, **note)  # fmt: skip
    waitings = rows(scheme=st.just("mutual"), months=st.integers(0, 24), families=families, acts=acts, **note)
    deductibles = rows(scheme=st.just("mutual"), amount=amounts, per=st.sampled_from(["visit", "year"]), acts=acts)
    papers = rows(kind=st.just("document"), when=st.sampled_from(["", "stay"]), families=families, acts=acts)
    found = {
        "rate": list(unique.values()),
        "limit": apart(draw(limits), "limit"),
        "waiting": apart(draw(waitings), "waiting"),
        "deductible": apart(draw(deductibles), "deductible"),
        "requirement": apart(draw(papers), "bon"),
    }
    if draw(st.booleans()):
        found["waiting"].append({"code": "mutual-waiting", "scheme": "mutual", "months": 3})
        found["limit"].append({"code": "mutual-ceiling", "scheme": "mutual", "amount": 60_000})
        found["requirement"].append({"code": "weight", "kind": "fact", "refuses": True})
    return {table: made for table, made in found.items() if made}


def made_of(document: dict[str, Any]) -> Annex:
    annex, mistakes = annex_of(document, arrangement=BF)
    assert annex is not None, mistakes
    return annex


@given(documents(), texts, st.booleans())
@settings(max_examples=60, deadline=None)
def test_an_annex_written_as_toml_reads_back_as_itself(document: dict[str, Any], note: str, invented: bool) -> None:
    annex = made_of({**document, "annex": {"note": note, "invented": invented}})
    again, mistakes = read_annex(annex_text(annex), BF)
    assert (again, mistakes) == (annex, ())


@given(documents())
@settings(max_examples=60, deadline=None)
def test_an_annex_filled_in_on_the_form_is_the_same_annex(document: dict[str, Any]) -> None:
    annex = made_of(document)
    typed = agreement_form.typed_annex(annex, BF)
    form, _ = agreement_form.read_document(typed, BF, annex)
    again = make_annex(BF, form=form, base=annex)
    for table, field in LOCAL.items():
        assert sorted(map(repr, getattr(again, field))) == sorted(map(repr, getattr(annex, field))), table


def test_the_annex_of_the_demonstration_goes_through_both() -> None:
    text = (ROOT / "facility_agent/demo/data/annex.toml").read_text(encoding="utf-8")
    annex, _ = read_annex(text, BF)
    assert annex is not None
    assert read_annex(annex_text(annex), BF) == (annex, ())
    form, _ = agreement_form.read_document(agreement_form.typed_annex(annex, BF), BF, annex)
    again = make_annex(BF, form=form, base=annex)
    assert (again.limits, again.tariffs, again.clauses) == (annex.limits, annex.tariffs, annex.clauses)
    assert set(again.rates) == set(annex.rates) and set(again.waitings) == set(annex.waitings)


SETTLED = [
    ("BF", {"scheme": "ramu"}, True, "a known rate for all care"),
    ("BF", {"scheme": "ramu", "family": "medicine"}, True, "a narrower row says nothing that counts"),
    ("BF", {"scheme": "mutual"}, False, "the arrangement leaves it open"),
    ("BF", {"scheme": "mutual", "family": "medicine", "level": "csps"}, False, "open for all care"),
    ("SN", {"scheme": "classic"}, False, "open"),
    ("RW", {"scheme": "cbhi", "level": "health-post"}, False, "open at this level"),
    ("RW", {"scheme": "cbhi-full"}, True, "a known rate"),
]


@pytest.mark.parametrize(("country", "row", "settled", "why"), SETTLED, ids=[row[3] for row in SETTLED])
def test_what_the_arrangement_settles_is_no_row_of_an_annex(
    country: str, row: dict[str, Any], settled: bool, why: str
) -> None:
    assert rate_settled(law(country), row) is settled
    _, mistakes = annex_of({"rate": [{**row, "rate": 70}]}, arrangement=law(country))
    assert [mistake.code for mistake in mistakes] == (["settled"] if settled else []), why


#: What was typed → the input beside which something is said, and what.
WRONG: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "two of a rate": (
        {"rate.scheme-1": "mutual", "rate.rate-1": "70", "rate.copay-1": "200"}, {"rate.rate-1": "l’un des deux"}),
    "a rate above all": ({"rate.scheme-1": "mutual", "rate.rate-1": "170 %", "rate.family-1": "medicine"},
                         {"rate.rate-1": "« 170 »"}),
    "words for an amount": ({"limit.amount-1": "mille"}, {"limit.amount-1": "« mille »"}),
    "a ceiling of nothing": ({"limit.scheme-1": "mutual"}, {"limit.amount-1": "Donnez un montant"}),
    "an act that is none": ({"limit.count-1": "3", "limit.acts-1": "ors; rien"}, {"limit.acts-1": "« rien »"}),
    "no months": ({"waiting.scheme-1": "mutual"}, {"waiting.months-1": "Remplissez"}),
    "months for nobody": ({"waiting.months-2": "3"}, {"waiting.scheme-2": "Remplissez"}),
    "an open ceiling in words": ({"open.limit.amount-1": "x"}, {"open.limit.amount-1": "« x »"}),
    "a paper without its name": ({"requirement.kind-1": "document"}, {"requirement.code-1": "Remplissez"}),
    "an episode without days": (
        {"rate.scheme-1": "mutual", "rate.copay-1": "5", "rate.per-1": "episode"}, {"rate.per-1": "combien de jours"}),
    "a rate once": ({"rate.scheme-1": "mutual", "rate.rate-1": "5", "rate.per-1": "visit"}, {"rate.per-1": "fixe"}),
    "settled, and another mistake": (
        {"rate.scheme-1": "ramu", "rate.rate-1": "5", "rate.family-1": "medicine", "deductible.amount-1": "-"},
        {"rate.scheme-1": "fixe déjà", "deductible.amount-1": "« - »"}),
}  # fmt: skip
ROOM = {f"rows.{table}": "2" for table in annex_rows.COLUMNS}


@pytest.mark.parametrize("what", WRONG)
def test_every_mistake_stands_beside_its_own_input(what: str) -> None:
    typed, said = WRONG[what]
    form, places = agreement_form.read_document({**ROOM, **typed}, BF)
    with pytest.raises(InputErrors) as caught:
        make_annex(BF, form=form)
    error = annex_rows.RowErrors(caught.value, places)
    found = beside(Words("fr"), error)
    assert {name: text in found.get(name, "") for name, text in said.items()} == dict.fromkeys(said, True), found
    inputs = {
        cell.name for block in blocks(BF, Words("fr"), {}) for row in (*block.open, *block.added) for cell in row.cells
    }
    assert {name.replace("-2", "-1") for name in found} <= inputs | {"open.limit.amount-1"}, "each has its input"
    english = beside(Words("en"), error)
    assert found.keys() == english.keys() and all("{" not in text for text in (*found.values(), *english.values()))


def test_a_row_that_is_taken_away_or_empty_is_none_and_keeps_no_other_from_its_place() -> None:
    typed = {**ROOM, "limit.amount-1": "5", "limit.drop-1": "1", "limit.amount-2": "7 000", "limit.scheme-2": "mutual"}
    form, places = agreement_form.read_document(typed, BF)
    assert form["limit"] == [{"code": "annex-mutual-limit-1", "scheme": "mutual", "amount": 7000}]
    assert places["limit", 1] == ("limit.", 2) and form["waiting"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_shows_what_is_fixed_with_its_source_and_offers_only_what_is_open(language: str) -> None:
    for country in LAW.countries:
        for block in blocks(law(country), Words(language), {}):
            assert all(about and agreed for about, agreed, _ in block.fixed)
            assert all(row.about and not row.drop for row in block.open) and all(row.drop for row in block.added)
    rate = blocks(BF, Words(language), {})[0]
    (scheme,) = (cell for cell in rate.added[0].cells if cell.key == "scheme")
    assert [code for code, _ in scheme.options] == ["mutual"]
    assert len(rate.fixed) == 2 and any("http" in source or "art" in source for *_, source in rate.fixed)
