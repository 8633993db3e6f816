"""What a scanner types into a field, on the keyboards of the countries concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from facility_agent.cards.keyboard import candidates, read_typed
from facility_agent.eligibility.card import Issuer
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card

MakeCard = Callable[..., tuple[Card, str]]
TODAY = date(2026, 3, 14)

# What the keys 0 to 9 type: Windows from the CLDR keyboard files, Linux through libxkbcommon.
LAYOUTS = {
    "US": "0123456789",
    "US, Caps Lock": "0123456789",
    "French, Windows": "à&é\"'(-è_ç",
    "French, Windows, Caps Lock": "0123456789",
    "French, Linux": "à&é\"'(-è_ç",
    "French, Linux, Caps Lock": "À&É\"'(-È_Ç",
    "Belgian, Windows": "à&é\"'(§è!ç",
    "Belgian, Windows, Caps Lock": "0123456789",
    "Belgian, Linux": "à&é\"'(§è!ç",
    "Belgian, Linux, Caps Lock": "À&É\"'(§È!Ç",
    "French AFNOR, Linux": "»àéèê()‘’«",
    "French AFNOR, Linux, Caps Lock": "»ÀÉÈÊ()‘’«",
    "Canadian, Swiss, German, British, Portuguese, Spanish": "0123456789",
}


@pytest.mark.parametrize("row", LAYOUTS.values(), ids=LAYOUTS)
def test_a_card_is_read_whatever_the_keyboard(row: str, make_card: MakeCard, issuer: Issuer) -> None:
    for serial in range(1, 30):
        card, text = make_card(serial)
        typed = text.translate(str.maketrans("0123456789", row))
        assert candidates(typed)[0] == text
        assert read_typed(typed + "\n", {issuer.key: issuer}, TODAY).card == card


def test_accents_typed_in_two_signs_are_the_same_keys(make_card: MakeCard) -> None:
    import unicodedata

    text = make_card()[1]
    typed = unicodedata.normalize("NFD", text.translate(str.maketrans("0123456789", LAYOUTS["French, Linux"])))
    assert candidates(typed)[0] == text


@pytest.mark.parametrize("typed", ["KDG-000123-02", "12-34", "(", "à", "", "O'Neil", "70 00 00 00"])
def test_what_a_person_types_is_left_alone(typed: str) -> None:
    assert candidates(f" {typed} ") == (typed,)


def test_a_number_typed_by_hand_identifies(issuer: Issuer) -> None:
    reading = read_typed("kdg-000123-02", {issuer.key: issuer}, TODAY)
    assert (reading.card, reading.member) == (None, "KDG-000123-02")


def test_a_code_of_something_else_stays_what_it_is(issuer: Issuer) -> None:
    with pytest.raises(InputError, match="card-not-ours"):
        read_typed("https://example.org/a/very/long/address/that/has/no/end", {issuer.key: issuer}, TODAY)


def test_a_key_that_fell_silent_leaves_a_card_that_is_misread_or_altered(make_card: MakeCard, issuer: Issuer) -> None:
    _, text = make_card()
    typed = text.translate(str.maketrans("0123456789", LAYOUTS["French, Windows"]))
    for place in range(1, len(typed), 7):
        try:
            reading = read_typed(typed[:place] + typed[place + 1 :], {issuer.key: issuer}, TODAY)
        except InputError as problem:
            assert problem.code == "card-misread"
        else:
            assert [finding.code for finding in reading.findings] == ["card-altered"]


def test_a_wrong_card_is_answered_for_the_likeliest_reading(make_card: MakeCard) -> None:
    reading = read_typed(make_card()[1], {}, TODAY)
    assert [finding.code for finding in reading.findings] == ["card-issuer-unknown"]
