"""A member card's text: what it holds, how small it is, and everything that is not accepted as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import cbor2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cwt import COSE, COSEKey
from cwt.cose_key_interface import COSEKeyInterface
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.eligibility.card import Issuer, Reading, card_text, read_card, unsigned_token
from facility_agent.eligibility.digits import from_digits, to_digits
from facility_agent.eligibility.token import MAX_BYTES, PERSON, sign_input
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Card

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
KEY = key_id(PUBLIC)
ISSUER = Issuer(
    key=KEY.hex(),
    public_key=PUBLIC.hex(),
    payer="MUT-KDG",
    member_pattern="KDG-######-##",
    household_pattern="KDG-######",
    start=date(2025, 1, 1),
    until=date(2027, 12, 31),
)
ISSUERS = {ISSUER.key: ISSUER}
CARD = Card(
    key=KEY.hex(),
    serial=4211,
    member="KDG-000123-02",
    name="Awa Ouédraogo",
    birth_year=1991,
    sex="F",
    issued=date(2026, 1, 5),
    expires=date(2026, 12, 31),
    household="KDG-000123",
    package="2",
    photo="00112233445566ff",
)
TODAY = date(2026, 3, 14)


def token_of(card: Card = CARD, issuer: Issuer = ISSUER, secret: Ed25519PrivateKey = SECRET) -> bytes:
    signed, assemble = unsigned_token(card, issuer)
    return assemble(secret.sign(signed))


def signed_token(payload: bytes, protected: bytes = b"\xa2\x01\x27\x04\x48" + KEY) -> list[Any]:
    """The four parts of a COSE_Sign1 over any payload, with a signature that holds."""
    signature = SECRET.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return [protected, {}, payload, signature]


def refused(text: str) -> str:
    """Why `text` is not accepted, as a code; a text that is accepted fails the test."""
    try:
        reading = read_card(text, ISSUERS, TODAY)
    except InputError as problem:
        return problem.code
    assert reading.card is None, reading
    return reading.findings[0].code


def test_a_card_comes_back_as_it_was_issued() -> None:
    assert read_card(card_text(token_of()), ISSUERS, TODAY) == Reading(CARD, (), "card", CARD.member)


def test_the_enter_key_of_a_scanner_does_not_matter() -> None:
    assert read_card(f" {card_text(token_of())}\r\n", ISSUERS, TODAY).card == CARD


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"birth_year": None, "sex": ""},
        {"household": "", "photo": "", "package": ""},
        {"member": "VILLAGE/17 bis", "household": "Concession Traoré"},
        {"serial": 2**32 - 1, "sex": "M"},
        {"name": "Ŋaa Ɓah N’Diaye"},
    ],
    ids=str,
)
def test_what_a_card_leaves_out_stays_out(changes: dict[str, Any]) -> None:
    card = msgspec.structs.replace(CARD, **changes)
    assert read_card(card_text(token_of(card)), ISSUERS, TODAY).card == card


SIZES = [("", 130), ("Awa Ouédraogo", 144), ("x" * 23, 153), ("x" * 44, 175), ("Marie-Thérèse " * 4 + "Diop", 174)]


@pytest.mark.parametrize(("name", "size"), SIZES)
def test_a_token_fits_a_symbol_of_version_11_level_q(name: str, size: int) -> None:
    assert len(token_of(msgspec.structs.replace(CARD, name=name))) == size <= MAX_BYTES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a" * 60, "a" * 44),
        ("é" * 30, "é" * 22),
        ("a" * 42 + "e\u0327\u0301" + "b" * 9, "a" * 42),
        ("a" * 36 + "n\u200dn\u200dn" + "b" * 9, "a" * 36),
        ("a" * 43 + " bcd", "a" * 43),
        ("  Awa \n Diop ", "Awa Diop"),
    ],
)
def test_a_long_name_is_cut_at_the_end_of_a_letter(name: str, expected: str) -> None:
    reading = read_card(card_text(token_of(msgspec.structs.replace(CARD, name=name))), ISSUERS, TODAY)
    assert reading.card is not None
    assert reading.card.name == expected


def test_numbers_too_long_for_the_symbol_are_an_error_that_names_the_member() -> None:
    with pytest.raises(InputError) as problem:
        token_of(msgspec.structs.replace(CARD, member="N°" * 30))
    assert (problem.value.code, problem.value.fields["member"]) == ("card-too-large", "N°" * 30)


def test_a_card_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(InputError, match="card-dates"):
        token_of(msgspec.structs.replace(CARD, expires=date(2026, 1, 4)))


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (date(2026, 1, 4), ["card-not-yet-valid"]),
        (date(2026, 1, 5), []),
        (date(2026, 12, 31), []),
        (date(2027, 1, 1), ["card-expired"]),
    ],
)
def test_a_card_counts_on_its_first_and_last_day_and_always_says_who_it_is(on: date, codes: list[str]) -> None:
    reading = read_card(card_text(token_of()), ISSUERS, on)
    assert reading.card == CARD
    assert [finding.code for finding in reading.findings] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"start": date(2026, 1, 6)},
        {"until": date(2026, 1, 4)},
    ],
    ids=str,
)
def test_a_key_that_does_not_count_leaves_only_a_name_to_look_up(changes: dict[str, Any]) -> None:
    issuers = {ISSUER.key: msgspec.structs.replace(ISSUER, **changes)}
    reading = read_card(card_text(token_of()), issuers, TODAY)
    assert (reading.card, reading.member) == (None, CARD.member)
    assert [finding.code for finding in reading.findings] == ["card-issuer-unknown"]


def test_a_key_counts_until_the_day_before_it_is_revoked() -> None:
    issuers = {ISSUER.key: msgspec.structs.replace(ISSUER, revoked_on=date(2026, 3, 15))}
    assert read_card(card_text(token_of()), issuers, TODAY).card == CARD


def test_a_card_of_another_issuer_is_refused_with_the_name_of_its_key() -> None:
    reading = read_card(card_text(token_of()), {}, TODAY)
    assert reading.card is None
    assert [(one.code, one.evidence) for one in reading.findings] == [("card-issuer-unknown", {"key": KEY.hex()})]


def test_a_key_under_the_name_of_another_opens_nothing() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    posing = msgspec.structs.replace(ISSUER, public_key=other.public_key().public_bytes_raw().hex())
    reading = read_card(card_text(token_of()), {ISSUER.key: posing}, TODAY)
    assert (reading.card, reading.findings[0].code) == (None, "card-issuer-unknown")


@pytest.mark.parametrize("typed", ["KDG-000123-02", "kdg-000123-02", " KDG-000123-02\n"])
def test_a_bare_number_identifies_and_verifies_nothing(typed: str) -> None:
    reading = read_card(typed, ISSUERS, TODAY)
    assert (reading.card, reading.kind, reading.member) == (None, "number", "KDG-000123-02")
    assert [(one.code, one.weight, one.cause) for one in reading.findings] == [
        ("identified-not-verified", "unchecked", "fact")
    ]


OTHER_PEOPLES_CODES = [
    "",
    "0",
    "https://example.org/card/KDG-000123-02",
    "WIFI:T:WPA;S:centre;P:secret;;",
    "HC1:6BFOXN%TSMAHN-H3ZSUZK+.V0ET9%6-AH-R61R39D$TU",
    "BEGIN:VCARD\nFN:Awa\nEND:VCARD",
    "KDG-000123",
    "1234567890123",
    "2" * 380,
    "٣" * 380,
    "1" * 5000,
    "\x00" * 300,
]


@pytest.mark.parametrize("text", OTHER_PEOPLES_CODES)
def test_other_peoples_codes_are_not_ours(text: str) -> None:
    with pytest.raises(InputError, match="card-not-ours"):
        read_card(text, ISSUERS, TODAY)


def test_the_bare_frame_of_our_tokens_is_what_the_reader_wants() -> None:
    parts = cbor2.loads(token_of()).value
    assert refused(to_digits(token_of() + b"\0")) == "card-misread"
    assert to_digits(cbor2.dumps(cbor2.CBORTag(18, parts))) == card_text(token_of())


def wrong_frames() -> dict[str, bytes]:
    payload = cbor2.loads(token_of()).value[2]
    good = signed_token(payload)
    es256 = signed_token(payload, b"\xa2\x01\x26\x04\x48" + KEY)
    long_form = signed_token(payload, b"\xa2\x01\x38\x07\x04\x48" + KEY)
    no_kid = signed_token(payload, b"\xa1\x01\x27")
    more = signed_token(payload, cbor2.dumps({1: -8, 3: 0, 4: KEY}))
    return {
        "another tag": cbor2.dumps(cbor2.CBORTag(17, good)),
        "no tag": cbor2.dumps(good),
        "another algorithm": cbor2.dumps(cbor2.CBORTag(18, es256)),
        "an algorithm in a longer form": cbor2.dumps(cbor2.CBORTag(18, long_form)),
        "no key": cbor2.dumps(cbor2.CBORTag(18, no_kid)),
        "a header more": cbor2.dumps(cbor2.CBORTag(18, more)),
        "an unprotected header": cbor2.dumps(cbor2.CBORTag(18, [good[0], {4: KEY}, good[2], good[3]])),
        "a fifth part": cbor2.dumps(cbor2.CBORTag(18, [*good, b""])),
        "a payload length in a longer form": cbor2.dumps(cbor2.CBORTag(18, good)).replace(
            b"\xa0\x58", b"\xa0\x59\x00", 1
        ),
        "a byte after the end": cbor2.dumps(cbor2.CBORTag(18, good)) + b"\x00",
        "nothing": b"",
        "a short signature": cbor2.dumps(cbor2.CBORTag(18, [*good[:3], good[3][:63]])),
    }


@pytest.mark.parametrize(("what", "token"), wrong_frames().items(), ids=wrong_frames())
def test_another_frame_is_not_a_card(what: str, token: bytes) -> None:
    assert refused(to_digits(token)) in {"card-misread", "card-not-ours"}, what


def wrong_claims() -> dict[str, bytes]:
    claims = cbor2.loads(cbor2.loads(token_of()).value[2])

    def put(position: int, value: object) -> bytes:
        person = [value if index == position else part for index, part in enumerate(claims[PERSON])]
        return cbor2.dumps(claims | {PERSON: person}, canonical=True)

    def claim(name: int, value: object) -> bytes:
        return cbor2.dumps(claims | {name: value}, canonical=True)

    return {
        "an entry more": claim(1, "MUT"),
        "no serial": cbor2.dumps({name: value for name, value in claims.items() if name != 7}, canonical=True),
        "a serial of five bytes": claim(7, b"\0\0\0\1\2"),
        "a serial as a number": claim(7, 4211),
        "an hour of the day": claim(6, claims[6] + 1),
        "a time with a point": claim(6, float(claims[6])),
        "a time out of the calendar": claim(4, 2**60),
        "an end before the beginning": claim(4, claims[6]),
        "a member number as text that fits the pattern": put(0, "KDG-000123-02"),
        "a member number too large for the pattern": put(0, 10**8),
        "a negative member number": put(0, -1),
        "a name that is not composed": put(2, "Oue\u0301draogo"),
        "a name with spaces around it": put(2, " Awa"),
        "a name as bytes": put(2, b"Awa"),
        "a year as text": put(3, "1991"),
        "a negative year": put(3, -1),
        "a fourth sex": put(4, 3),
        "a sex as truth": put(4, True),
        "a photo of seven bytes": put(5, b"\0" * 7),
        "a negative package": put(6, -1),
        "a package as truth": put(6, True),
        "six facts": cbor2.dumps(claims | {PERSON: claims[PERSON][:6]}, canonical=True),
        "keys in another order": cbor2.dumps(dict(reversed(claims.items()))),
        "a list": cbor2.dumps(list(claims.values())),
        "a map without end": b"\xbf" + cbor2.dumps(claims)[1:] + b"\xff",
        "a byte after the end": cbor2.dumps(claims, canonical=True) + b"\x00",
        "not CBOR": b"\xff" * 40,
        "a number in a longer form": cbor2.dumps(claims, canonical=True)[:-1] + b"\x18\x02",
    }


@pytest.mark.parametrize(("what", "payload"), wrong_claims().items(), ids=wrong_claims())
def test_claims_that_we_would_not_have_written_are_refused_though_signed(what: str, payload: bytes) -> None:
    parts = signed_token(payload)
    assert refused(to_digits(cbor2.dumps(cbor2.CBORTag(18, parts)))) == "card-altered", what


@given(st.binary(max_size=300))
def test_digits_give_back_the_bytes_they_were_made_of(data: bytes) -> None:
    assert from_digits(to_digits(data)) == data


@pytest.mark.parametrize(
    "text", ["", "0", "2255", "1256", "11", "112", "1" + "9" * 17, "1 255", "1" + "٣٣٣", "1-25", "1+25", "1_25"]
)
def test_digits_that_no_bytes_give_are_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        from_digits(text)


HOUSEHOLD_CARD = Card(
    KEY.hex(), 5, "", "Awa Ouédraogo", None, "", date(2026, 1, 5), date(2026, 12, 31), "KDG-000123", kind="household"
)
TOKENS = [
    *(
        token_of(msgspec.structs.replace(CARD, name=name, serial=serial, member=member))
        for name, serial, member in [
            ("Awa Ouédraogo", 1, "KDG-000123-02"),
            ("Awa Ouédraogo", 2, "KDG-000123-02"),
            ("Issa Diop", 3, "KDG-000124-01"),
            ("", 4, "KDG-000999-07"),
        ]
    ),
    token_of(HOUSEHOLD_CARD),
    token_of(msgspec.structs.replace(CARD, serial=6, kind="certificate", replaces=4211)),
]
KNOWN = set(TOKENS)


def flip_bits(data: st.DataObject, token: bytes) -> str:
    changed = bytearray(token)
    bits = data.draw(st.sets(st.integers(0, 8 * len(token) - 1), min_size=1, max_size=4))
    for bit in bits:
        changed[bit // 8] ^= 1 << bit % 8
    return to_digits(bytes(changed))


def change_digits(data: st.DataObject, token: bytes) -> str:
    text = list(to_digits(token))
    for place in data.draw(st.sets(st.integers(0, len(text) - 1), min_size=1, max_size=3)):
        text[place] = data.draw(st.sampled_from("0123456789"))
    return "".join(text)


def cut_or_lengthen(data: st.DataObject, token: bytes) -> str:
    text = to_digits(token)
    if data.draw(st.booleans()):
        return text[: data.draw(st.integers(0, len(text) - 1))]
    return text + data.draw(st.text("0123456789", min_size=1, max_size=40))


def splice(data: st.DataObject, token: bytes) -> str:
    other = data.draw(st.sampled_from(TOKENS))
    return to_digits(token[: data.draw(st.integers(0, len(token)))] + other[data.draw(st.integers(0, len(other))) :])


def change_length(data: st.DataObject, token: bytes) -> str:
    """Drop or double some bytes and mend the payload's length, so that the frame still looks right."""
    payload, signature = token[19:-66], token[-64:]
    place = data.draw(st.integers(0, len(payload) - 1))
    payload = payload[:place] + data.draw(st.binary(max_size=3)) + payload[place + 1 :]
    return to_digits(token[:17] + cbor2.dumps(payload) + b"\x58\x40" + signature)


WAYS: list[Callable[[st.DataObject, bytes], str]] = [flip_bits, change_digits, cut_or_lengthen, splice, change_length]


@settings(max_examples=3000, deadline=None)
@given(st.data(), st.sampled_from(TOKENS), st.sampled_from(WAYS))
def test_a_changed_card_is_never_accepted(
    data: st.DataObject, token: bytes, way: Callable[[st.DataObject, bytes], str]
) -> None:
    text = way(data, token)
    if text not in {to_digits(known) for known in KNOWN}:
        refused(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered_without_breaking(text: str) -> None:
    assert refused(text)


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=24, max_size=90))
def test_any_signed_bytes_are_answered_without_breaking(payload: bytes) -> None:
    assert refused(to_digits(cbor2.dumps(cbor2.CBORTag(18, signed_token(payload))))) == "card-altered"


def referee_key() -> COSEKeyInterface:
    return COSEKey.new({1: 1, -1: 6, 3: -8, 2: KEY, -2: PUBLIC, -4: SECRET.private_bytes_raw()})


def test_an_independent_library_verifies_our_token() -> None:
    protected, _, payload = COSE.new().decode_with_headers(token_of(), referee_key())
    claims = cbor2.loads(payload)
    assert protected == {1: -8, 4: KEY}
    assert claims[7] == (4211).to_bytes(4, "big")
    assert claims[PERSON] == [12302, 123, "Awa Ouédraogo", 1991, 2, bytes.fromhex(CARD.photo), 2]


def test_we_read_a_token_that_an_independent_library_signed() -> None:
    payload = cbor2.loads(token_of()).value[2]
    token = COSE.new(deterministic_header=True).encode_and_sign(
        payload, referee_key(), protected={1: -8, 4: KEY}, unprotected={}
    )
    assert read_card(to_digits(token), ISSUERS, TODAY).card == CARD


def test_the_bytes_to_sign_are_those_of_the_standard() -> None:
    signed, _ = unsigned_token(CARD, ISSUER)
    payload = cbor2.loads(token_of()).value[2]
    assert cbor2.loads(signed) == ["Signature1", b"\xa2\x01\x27\x04\x48" + KEY, b"", payload]
    assert signed == sign_input(KEY, payload)
