"""A household's card, the paper that replaces a lost one, cards under a key that was stolen, and names of all kinds."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any

import cbor2
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.eligibility.card import card_text, photo_differs, read_card
from facility_agent.eligibility.digits import to_digits
from facility_agent.eligibility.token import CERTIFICATE, HOUSEHOLD, MAX_BYTES, PERSON
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card
from tests.eligibility.test_card import (
    CARD,
    HOUSEHOLD_CARD,
    ISSUER,
    ISSUERS,
    KEY,
    TODAY,
    refused,
    signed_token,
    token_of,
)

CERTIFICATE_CARD = msgspec.structs.replace(CARD, serial=4300, kind="certificate", replaces=4211)


def test_a_household_card_comes_back_and_names_nobody_in_particular() -> None:
    reading = read_card(card_text(token_of(HOUSEHOLD_CARD)), ISSUERS, TODAY)
    assert (reading.card, reading.kind, reading.member, reading.findings) == (HOUSEHOLD_CARD, "household", "", ())


def test_a_certificate_says_which_card_it_replaces_and_until_when() -> None:
    reading = read_card(card_text(token_of(CERTIFICATE_CARD)), ISSUERS, TODAY)
    assert (reading.card, reading.kind, reading.member) == (CERTIFICATE_CARD, "card", CARD.member)
    assert [(one.code, one.weight, one.evidence) for one in reading.findings] == [
        ("card-certificate", "note", {"serial": 4211, "until": "2026-12-31"})
    ]


def test_an_expired_certificate_is_refused_like_a_card() -> None:
    reading = read_card(card_text(token_of(CERTIFICATE_CARD)), ISSUERS, date(2027, 1, 1))
    assert [one.code for one in reading.findings] == ["card-expired", "card-certificate"]


@pytest.mark.parametrize(
    "card",
    [
        msgspec.structs.replace(CARD, member=""),
        msgspec.structs.replace(HOUSEHOLD_CARD, household=""),
        msgspec.structs.replace(CERTIFICATE_CARD, member=""),
    ],
)
def test_a_card_that_names_nobody_is_an_error(card: Card) -> None:
    with pytest.raises(InputError, match="card-without-number"):
        token_of(card)


@pytest.mark.parametrize(
    "card", [msgspec.structs.replace(CARD, replaces=7), msgspec.structs.replace(CERTIFICATE_CARD, replaces=0)]
)
def test_only_a_certificate_replaces_a_card(card: Card) -> None:
    with pytest.raises(ValueError):
        token_of(card)


@pytest.mark.parametrize("package", ["", "2", "base", "02", "panier-élargi"])
def test_a_package_comes_back_as_the_register_writes_it(package: str) -> None:
    for base in (CARD, HOUSEHOLD_CARD, CERTIFICATE_CARD):
        card = msgspec.structs.replace(base, package=package)
        assert read_card(card_text(token_of(card)), ISSUERS, TODAY).card == card


def mixed_claims() -> dict[str, dict[int, Any]]:
    """Claims of two kinds mixed: each signed, none of them ours."""
    parts = {
        kind: cbor2.loads(cbor2.loads(token_of(card)).value[2])
        for kind, card in ((PERSON, CARD), (HOUSEHOLD, HOUSEHOLD_CARD), (CERTIFICATE, CERTIFICATE_CARD))
    }
    head = {name: value for name, value in parts[PERSON].items() if name > 0}
    return {
        "two kinds at once": parts[PERSON] | {HOUSEHOLD: parts[HOUSEHOLD][HOUSEHOLD]},
        "a fourth kind": head | {-70004: parts[PERSON][PERSON]},
        "a person as a household": head | {HOUSEHOLD: parts[PERSON][PERSON]},
        "a household as a person": head | {PERSON: parts[HOUSEHOLD][HOUSEHOLD]},
        "a card as a certificate": head | {CERTIFICATE: parts[PERSON][PERSON]},
        "a certificate that replaces nothing": head | {CERTIFICATE: [*parts[PERSON][PERSON], 0]},
        "a certificate that replaces truth": head | {CERTIFICATE: [*parts[PERSON][PERSON], True]},
        "a certificate that replaces less than nothing": head | {CERTIFICATE: [*parts[PERSON][PERSON], -4]},
        "a package of 0 as text": head | {HOUSEHOLD: [123, "Awa", ""]},
        "a package of 2 as text": head | {HOUSEHOLD: [123, "Awa", "2"]},
    }


@pytest.mark.parametrize("what", mixed_claims())
def test_kinds_do_not_mix_though_signed(what: str) -> None:
    payload = cbor2.dumps(mixed_claims()[what], canonical=True)
    assert refused(to_digits(cbor2.dumps(cbor2.CBORTag(18, signed_token(payload))))) == "card-altered"


def compromised(day: date) -> dict[str, Any]:
    return {ISSUER.key: msgspec.structs.replace(ISSUER, revoked_on=day)}


def test_an_earlier_card_under_a_stolen_key_says_no_more_than_a_number() -> None:
    reading = read_card(card_text(token_of()), compromised(date(2026, 3, 1)), TODAY)
    assert (reading.card, reading.kind, reading.member) == (None, "number", CARD.member)
    (finding,) = reading.findings
    assert (finding.code, finding.weight, finding.cause, finding.review) == (
        "card-key-compromised", "unchecked", "fact", True
    )  # fmt: skip


@pytest.mark.parametrize("day", [CARD.issued, CARD.issued - timedelta(days=1), date(2025, 6, 1)])
def test_a_card_issued_from_the_day_of_the_theft_on_is_refused(day: date) -> None:
    reading = read_card(card_text(token_of()), compromised(day), TODAY)
    assert (reading.card, reading.kind) == (None, "card")
    assert [(one.code, one.weight) for one in reading.findings] == [("card-key-compromised", "refuse")]


def test_a_household_card_under_a_stolen_key_opens_no_list() -> None:
    reading = read_card(card_text(token_of(HOUSEHOLD_CARD)), compromised(date(2026, 3, 1)), TODAY)
    assert (reading.card, reading.kind, [one.weight for one in reading.findings]) == (None, "card", ["refuse"])


def test_the_photo_of_the_register_is_compared_with_that_of_the_card() -> None:
    assert photo_differs(CARD, CARD.photo) is None
    assert photo_differs(CARD, "") is None
    assert photo_differs(msgspec.structs.replace(CARD, photo=""), CARD.photo) is None
    found = photo_differs(CARD, "ff" * 8)
    assert found is not None
    assert (found.code, found.weight, found.review) == ("photo-differs", "note", True)


@pytest.mark.parametrize("typed", ["KDG-000123-02-N260310-1", "kdg-000123-02-n260310-1"])
def test_a_provisional_number_identifies_like_a_number(typed: str) -> None:
    reading = read_card(typed, ISSUERS, TODAY)
    assert (reading.kind, reading.member) == ("number", "KDG-000123-02-N260310-1")


def test_a_provisional_number_under_nobodys_mother_is_not_ours() -> None:
    with pytest.raises(InputError, match="card-not-ours"):
        read_card("VILLAGE-12-N260310-1", ISSUERS, TODAY)


NUMBERS = st.one_of(
    st.from_regex(r"KDG-[0-9]{6}-[0-9]{2}", fullmatch=True), st.text("ABC'é/ 019", min_size=1, max_size=12)
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@settings(max_examples=400, deadline=None)
@given(
    number=NUMBERS, household=NUMBERS, name=st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    year=st.none() | st.integers(1880, 2100), sex=st.sampled_from(["", "F", "M"]), issued=DAYS,
    lasting=st.integers(0, 4000), serial=st.integers(1, 2**32 - 1), photo=st.none() | st.binary(min_size=8, max_size=8),
    kind=st.sampled_from(["member", "household", "certificate"]), package=st.sampled_from(["", "1", "22", "base"]),
)  # fmt: skip
def test_any_card_fits_175_bytes_and_comes_back_with_its_name_cut_between_letters(
    number: str, household: str, name: str, year: int | None, sex: Any, issued: date, lasting: int, serial: int,
    photo: bytes | None, kind: Any, package: str,
) -> None:  # fmt: skip
    person = kind != "household"
    card = Card(
        KEY.hex(), serial, number if person else "", name, year if person else None, sex if person else "", issued,
        issued + timedelta(days=lasting), household, package, photo.hex() if photo and person else "", kind,
        7 if kind == "certificate" else 0,
    )  # fmt: skip
    issuers = {ISSUER.key: msgspec.structs.replace(ISSUER, start=date.min, until=None)}
    token = token_of(card)
    assert len(token) <= MAX_BYTES
    assert b"MUT-KDG" not in token  # no issuer: the key names it
    read = read_card(card_text(token), issuers, issued).card
    assert read is not None
    assert msgspec.structs.replace(read, name="") == msgspec.structs.replace(card, name="")
    whole = " ".join(unicodedata.normalize("NFC", name).split())
    assert whole.startswith(read.name)
    rest = whole[len(read.name) :]
    assert not rest or not unicodedata.category(rest[0]).startswith("M") or read.name == ""
    assert "\u200d" not in (rest[:1], read.name[-1:]) or not rest
