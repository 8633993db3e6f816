"""What may stand in a field, and the sentence when something else stands there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.arrangements.model import Act, Text
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.money import MINOR_DIGITS
from facility_agent.vocabulary.records import Beneficiary, Visit
from facility_agent.web import forms
from facility_agent.web.choosing import find_act
from facility_agent.web.sentences import error_sentence
from facility_agent.web.visit_form import read_visit, shown_again, written_amount
from facility_agent.words import Words

DAY = date(2026, 4, 3)
DRAFT = Visit(
    "v1", "CSPS-EX1", DAY, Beneficiary("MLT-000001-01", "OUEDRAOGO Awa"), (), identified="card", card_serial=1
)
ACTS = {
    "consultation": Act(
        code="consultation", name=Text("Consultation", "Visit"), family="c", aliases=("C",), roles=("nurse",)
    ),
    "test": Act(code="test", name=Text("Test rapide", "Rapid test"), family="l"),
}
PRICES = {"consultation": 500}


def read(clinical: bool = True, **fields: str) -> Visit:
    form = {name.replace("_", "-") if name[-1].isdigit() else name: value for name, value in fields.items()}
    return read_visit(form, DRAFT, ACTS, PRICES, "XOF", DAY, "awa", clinical)


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({}, "form-no-lines", "act-1"),
    ({"act_1": "consultation", "quantity_1": "x"}, "form-number", "quantity-1"),
    ({"act_1": "consultation", "quantity_1": "0"}, "form-number", "quantity-1"),
    ({"act_1": "consultation", "quantity_1": "-2"}, "form-number", "quantity-1"),
    ({"act_1": "consultation", "quantity_1": "1" * 40}, "form-number", "quantity-1"),
    ({"act_1": "consultation", "price_1": "cinq cents"}, "form-amount", "price-1"),
    ({"act_1": "consultation", "price_1": "12,50"}, "form-amount", "price-1"),
    ({"act_2": "test"}, "form-price-missing", "price-2"),
    ({"act_3": "massage"}, "form-act-unknown", "act-3"),
    ({"quantity_2": "3", "act_1": "consultation"}, "form-act-missing", "act-2"),
    ({"act_1": "consultation", "at": "25:00"}, "form-hour", "at"),
    ({"act_1": "consultation", "day": "31/02/2026"}, "form-day", "day"),
    ({"act_1": "consultation", "weight": "lourd"}, "form-weight", "weight"),
    ({"act_1": "consultation", "pregnant": "perhaps"}, "form-choice", "pregnant"),
    ({"act_1": "consultation", "result_1": "maybe"}, "form-choice", "result-1"),
    ({"act_1": "consultation", "register_number": "9" * 31}, "form-too-long", "register_number"),
]


@pytest.mark.parametrize(("fields", "code", "field"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_field_is_named(fields: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        read(**fields)
    assert (caught.value.code, caught.value.fields["field"]) == (code, field)
    sentence = error_sentence(Words("fr"), caught.value)
    assert "{" not in sentence and field not in sentence.split(), sentence


def test_the_sentence_says_the_label_and_the_line() -> None:
    error = InputError("form-number", field="quantity-2", value="x", lowest=1)
    assert error_sentence(Words("fr"), error).startswith("«\u00a0Quantité (ligne 2)\u00a0»")
    assert error_sentence(Words("en"), error).startswith("“Quantity (line 2)”")


def test_a_visit_is_read_with_the_tariff_where_no_price_was_written() -> None:
    visit = read(act_1="C", act_2="test · Test rapide", quantity_2="2", price_2="1 500", at="8h05", weight="8,4")
    assert [(line.act, line.quantity, line.price) for line in visit.lines] == [
        ("consultation", 1, 500),
        ("test", 2, 1500),
    ]
    assert (visit.at, visit.weight_grams, visit.identified, visit.card_serial) == ("08:05", 8400, "card", 1)
    assert (visit.entered_by, visit.entered_on, visit.currency) == ("awa", DAY, "XOF")


def test_only_papers_that_the_contract_names_can_be_ticked() -> None:
    form = {"act-1": "consultation", "document.prescription": "1", "document.bribe": "1"}
    visit = read_visit(form, DRAFT, ACTS, PRICES, "XOF", DAY, "awa", papers=("prescription", "voucher"))
    assert visit.documents == ("prescription",)


def test_rows_left_empty_are_no_lines_and_the_others_keep_their_place() -> None:
    assert [line.id for line in read(act_2="consultation", act_5="consultation").lines] == ["2", "5"]


def test_without_the_care_role_clinical_fields_are_not_read_whatever_is_sent() -> None:
    fields = {"act_1": "test", "price_1": "1", "result_1": "positive", "condition_text": "fièvre", "weight": "9"}
    visit = read(clinical=False, **fields)
    assert (visit.condition_text, visit.weight_grams, visit.lines[0].result) == ("", None, "")
    assert read(**fields).condition_text == "fièvre"


@pytest.mark.parametrize(
    ("text", "act"),
    [("consultation", "consultation"), ("CONSULTATION", "consultation"), ("c", "consultation"),
     ("Visit", "consultation"), ("test · Test rapide", "test"), ("rapid test", "test"), ("tes", "test"),
     ("cons", "consultation"),
     ("tr", "test"), ("te rap", "test")],
)  # fmt: skip
def test_an_act_is_found_by_code_entry_name_other_name_or_first_letters(text: str, act: str) -> None:
    assert find_act(text, ACTS) == act


@pytest.mark.parametrize("text", ["massage", "·", "zz"])
def test_an_act_that_nobody_knows_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match="form-act-unknown"):
        find_act(text, ACTS)


def test_of_several_acts_the_usual_one_is_meant_and_otherwise_all_are_named() -> None:
    acts = {
        code: Act(code=code, name=Text(code, code), family="f") for code in ("paracetamol", "parasites", "pansement")
    }
    assert find_act("par", acts, usual=("paracetamol",)) == "paracetamol"
    with pytest.raises(InputError) as caught:
        find_act("par", acts, "act-2", usual=("paracetamol", "parasites"))
    assert (caught.value.code, caught.value.fields["acts"]) == ("form-act-several", "paracetamol, parasites")


def test_what_the_contract_filled_in_is_shown_again() -> None:
    form: dict[str, Any] = {"act-1": "c", "quantity-1": "", "price-1": "", "at": "8:05"}
    visit = read_visit(form, DRAFT, ACTS, PRICES, "XOF", DAY, "awa")
    again = shown_again(form, visit, "XOF", ACTS, "fr")
    assert again == {"act-1": "consultation · Consultation", "quantity-1": "1", "price-1": "500", "at": "8:05"}


@given(some.integers(0, 10**11), some.sampled_from(sorted(MINOR_DIGITS)))
def test_an_amount_that_is_written_is_read_again(minor: int, currency: str) -> None:
    assert forms.amount({"price": written_amount(minor, currency)}, "price", currency) == minor


@given(some.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    form = {"field": text}
    for reader in (forms.text, forms.number, forms.kilograms, forms.day, forms.hour):
        try:
            reader(form, "field")
        except InputError as error:
            assert error.fields["field"] == "field"


@given(some.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_is_read_as_it_is_shown(day: date) -> None:
    assert forms.day({"day": Words("fr").day(day)}, "day") == day == forms.day({"day": day.isoformat()}, "day")
