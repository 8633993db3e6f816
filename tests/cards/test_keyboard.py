"""What a scanner types into a field, on the keyboards of the countries concerned."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facility_agent.cards import keyboard
from facility_agent.cards.keyboard import candidates, read_typed
from facility_agent.eligibility.card import Issuer
from facility_agent.eligibility.digits import to_digits
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card
from tests.cards.layouts import STATES, typed

MakeCard = Callable[..., tuple[Card, str]]
TODAY = date(2026, 3, 14)

every_state = pytest.mark.parametrize("state", STATES)


def test_all_states_of_the_computer_are_told() -> None:
    assert len(STATES) == 26
    assert all(len(set(row)) == 10 for row in STATES.values())


@every_state
def test_a_card_is_read_whatever_the_keyboard(state: str, make_card: MakeCard, issuer: Issuer) -> None:
    for serial in range(1, 30):
        card, text = make_card(serial)
        assert candidates(typed(text, state))[0] == text
        assert read_typed(typed(text, state) + "\n", {issuer.key: issuer}, TODAY).card == card


@every_state
@given(token=st.binary(min_size=76, max_size=175))
def test_every_token_comes_back_whatever_the_keyboard(state: str, token: bytes) -> None:
    text = to_digits(token)
    assert candidates(typed(text, state))[0] == text


@given(serial=st.integers(1, 999_999), name=st.text(min_size=1, max_size=60), state=st.sampled_from(sorted(STATES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_signature_decides_which_candidate_was_meant(
    make_card: MakeCard, issuer: Issuer, serial: int, name: str, state: str
) -> None:
    card, text = make_card(serial, name)
    reading = read_typed(typed(text, state), {issuer.key: issuer}, TODAY)
    assert reading.card is not None
    assert (reading.card.serial, reading.card.member) == (serial, card.member)


def test_a_first_candidate_that_is_not_signed_gives_way_to_the_second(
    make_card: MakeCard, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the union map makes of a text may be digits too: they are tried, and the signature says no."""
    card, text = make_card()
    other = text[:-1] + str((int(text[-1]) + 1) % 10)
    monkeypatch.setattr(keyboard, "candidates", lambda _: (other, text))
    assert keyboard.read_typed(text, {issuer.key: issuer}, TODAY).card == card


def test_accents_typed_in_two_signs_are_the_same_keys(make_card: MakeCard) -> None:
    text = make_card()[1]
    apart = unicodedata.normalize("NFD", typed(text, "linux-fr"))
    assert apart != typed(text, "linux-fr")
    assert candidates(apart)[0] == text


@pytest.mark.parametrize("by_hand", ["KDG-000123-02", "12-34", "(", "à", "", "O'Neil", "70 00 00 00"])
def test_what_a_person_types_is_left_alone(by_hand: str) -> None:
    assert candidates(f" {by_hand} ") == (by_hand,)


def test_a_number_typed_by_hand_identifies(issuer: Issuer) -> None:
    reading = read_typed("kdg-000123-02", {issuer.key: issuer}, TODAY)
    assert (reading.card, reading.member) == (None, "KDG-000123-02")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://example.org/a/very/long/address/that/has/no/end", "code-web-address"),
        ("HTTP://EXAMPLE.ORG", "code-web-address"),
        ("www.example.org", "code-web-address"),
        ("https://[half-an-address", "code-web-address"),
        ("WIFI:T:WPA;S:centre;P:secret;;", "code-wifi"),
        ("HC1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE", "code-certificate"),
        ("shc:/5676290952432060346029243740446031222959532654603460292540772804336028", "code-certificate"),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Awa\nEND:VCARD", "code-contact"),
        ("MECARD:N:Awa;;", "code-contact"),
        ("\ufffd\x01\x02\x03", "code-bytes"),
        ("4006381333931", "card-not-ours"),
        ("1" * 4097, "card-not-ours"),
        ("", "card-not-ours"),
    ],
)
def test_a_code_of_somebody_else_is_named(text: str, code: str, issuer: Issuer) -> None:
    with pytest.raises(InputError) as problem:
        read_typed(text, {issuer.key: issuer}, TODAY)
    assert problem.value.code == code
    if code == "code-web-address":
        assert problem.value.fields["site"] in ("example.org", "www.example.org", "?")


def test_a_key_that_fell_silent_leaves_a_card_that_is_misread_or_altered(make_card: MakeCard, issuer: Issuer) -> None:
    _, text = make_card()
    whole = typed(text, "win-fr")
    for place in range(1, len(whole), 7):
        try:
            reading = read_typed(whole[:place] + whole[place + 1 :], {issuer.key: issuer}, TODAY)
        except InputError as problem:
            assert problem.code == "card-misread"
        else:
            assert [finding.code for finding in reading.findings] == ["card-altered"]


def test_a_wrong_card_is_answered_for_the_likeliest_reading(make_card: MakeCard) -> None:
    reading = read_typed(make_card()[1], {}, TODAY)
    assert [finding.code for finding in reading.findings] == ["card-issuer-unknown"]
