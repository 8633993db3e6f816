"""The code of a slip or sheet: read with keys that are known, altered by nobody, and never taken for a card."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.eligibility.card import read_card
from facility_agent.eligibility.proof import PREFIX, Proof, person_tag, read_proof, unsigned_proof
from facility_agent.vocabulary.bedside import Item
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {key_id(PUBLIC).hex(): ("CSPS-EX1", PUBLIC.hex())}
ID = "019d0000-0000-7000-8000-000000000001"
SLIP = Proof("slip", ID, "12", date(2026, 3, 2), person_tag(ID, "MLT-000001-01"), amounts=(804, 657, 63, 63))


def text_of(proof: Proof) -> str:
    to_sign, text = unsigned_proof(proof, PUBLIC)
    return text(KEY.sign(to_sign))


proofs = some.builds(
    Proof,
    kind=some.sampled_from(["slip", "referral", "evacuation", "counter-referral", "prescription"]),
    id=some.uuids().map(str),
    number=some.text(max_size=30),
    day=some.dates(date(1970, 1, 2), date(2100, 1, 1)),
    person=some.binary(min_size=8, max_size=8).map(bytes.hex),
    to=some.text(max_size=20),
    level=some.sampled_from(["", "csps"]),
    until=some.none() | some.dates(date(1970, 1, 2), date(2100, 1, 1)),
    amounts=some.lists(some.integers(0, 10**9), max_size=4).map(tuple),
    items=some.lists(some.builds(Item, some.text(max_size=20), some.integers(1, 900)), max_size=3).map(tuple),
)


@given(proofs)
def test_what_is_signed_is_read_again(proof: Proof) -> None:
    read = read_proof(text_of(proof), KEYS)
    assert read == msgspec.structs.replace(proof, sender="CSPS-EX1")


@given(some.integers(1, 400), some.integers(1, 9))
def test_a_digit_that_changed_is_never_believed(place: int, more: int) -> None:
    text = text_of(SLIP)
    place %= len(text)
    changed = text[:place] + str((int(text[place]) + more) % 10) + text[place + 1 :]
    with pytest.raises(InputError, match=r"proof-(not-ours|misread|altered|key-unknown)"):
        read_proof(changed, KEYS)


def test_a_signature_of_somebody_unknown_does_not_count() -> None:
    with pytest.raises(InputError, match="proof-key-unknown"):
        read_proof(text_of(SLIP), {})


@pytest.mark.parametrize("text", ["", "2", "12345", "https://example.org", "2" * 150, "1" * 200])
def test_other_texts_are_an_answer(text: str) -> None:
    with pytest.raises(InputError, match=r"proof-(not-ours|misread)"):
        read_proof(text, KEYS)


def test_a_slip_is_no_card_and_says_so() -> None:
    with pytest.raises(InputError, match="card-not-ours"):
        read_card(text_of(SLIP), {}, date(2026, 3, 2))


def test_a_slip_names_nobody_and_no_care() -> None:
    text = text_of(SLIP)
    assert text.startswith(PREFIX) and text.isdigit()
    assert read_proof(text, KEYS).person == person_tag(ID, "MLT-000001-01") != person_tag(ID, "MLT-000001-02")


def test_a_prescription_too_long_for_one_code_is_an_answer() -> None:
    long = msgspec.structs.replace(SLIP, kind="prescription", items=tuple(Item("x" * 30, n) for n in range(1, 20)))
    with pytest.raises(InputError, match="proof-too-large"):
        unsigned_proof(long, PUBLIC)
