"""What a card says and how it is signed: a CWT (RFC 8392) in a COSE_Sign1 (RFC 9052), Ed25519, at most 175 bytes.

The frame is fixed to the byte: tag 18, protected header {1: -8, 4: the key's 8 bytes}, empty unprotected header.
The claims, in deterministic CBOR, are 4 (exp), 6 (iat), 7 (the card's serial, 4 bytes) and one private key, which
tells the three kinds apart:

- a member card: [member, household, name, birth year, sex, photo hash, package];
- a household card: [household, the policyholder's name, package];
- a paper certificate: what a member card holds, then the serial of the card that it replaces.

There is no issuer claim: the key names the issuer. Days are whole: iat is 00:00 UTC of the day of issue; exp is 00:00
UTC of the day *after* the last valid day, since a CWT expires "on or after" exp, so that the last valid day is
included. 175 bytes are what a QR symbol of version 11, level Q, holds as digits; the name is what gives way, at the
end of a letter with its accents.
"""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any, Final

import cbor2

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import MemberNumbers
from facility_agent.vocabulary.records import Card, CardKind, Record, Sex

MAX_BYTES: Final = 175
PERSON: Final = -70001
HOUSEHOLD: Final = -70002
CERTIFICATE: Final = -70003
_KINDS: Final[dict[int, CardKind]] = {PERSON: "member", HOUSEHOLD: "household", CERTIFICATE: "certificate"}
_KEYS: Final = {kind: key for key, kind in _KINDS.items()}
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400
_SEXES: Final[tuple[Sex, ...]] = ("", "M", "F")  # ISO/IEC 5218: 0 not known, 1 male, 2 female
_ZERO_WIDTH_JOINER: Final = "\u200d"

_HEAD: Final = bytes.fromhex("d2844da201270448")  # tag 18, array of 4, 13 protected bytes: {1: -8, 4: 8 bytes}
_PROTECTED: Final = bytes.fromhex("a201270448")
_SIGNATURE: Final = bytes.fromhex("5840")  # 64 bytes
_FRAME: Final = len(_HEAD) + 8 + 1 + 2 + len(_SIGNATURE) + 64


class Patterns(Record, frozen=True):
    """How an issuer's numbers look; a number that fits its pattern travels as a whole number."""

    member: str
    household: str


def sign_input(key: bytes, payload: bytes) -> bytes:
    """The bytes that the issuer signs: CBOR of ["Signature1", protected, b"", payload]."""
    made: bytes = cbor2.dumps(["Signature1", _PROTECTED + key, b"", payload])
    return made


def assemble(key: bytes, payload: bytes, signature: bytes) -> bytes:
    """The whole token."""
    if len(signature) != 64:
        raise ValueError("an Ed25519 signature has 64 bytes")
    return _HEAD + key + b"\xa0" + cbor2.dumps(payload) + _SIGNATURE + signature


def take_apart(token: bytes) -> tuple[bytes, bytes, bytes]:
    """Key, payload and signature of a token; ValueError unless `assemble` gives the same bytes back.

    Another tag, algorithm or header, a longer form of a length, a byte too many: none of them can be said here.
    """
    if not _FRAME < len(token) <= MAX_BYTES:
        raise ValueError("no token has this size")
    key, payload, signature = token[8:16], token[19:-66], token[-64:]
    if assemble(key, payload, signature) != token:
        raise ValueError("not the frame of a card")
    return key, payload, signature


def payload_of(card: Card, patterns: Patterns) -> bytes:
    """The claims of a card, its name cut so that the token stays within 175 bytes.

    InputError `card-too-large` when even a card without a name does not fit, `card-dates` when it ends before it
    begins, `card-without-number` when it names nobody; ValueError for a serial, a photo hash or a combination that
    the format does not know.
    """
    if card.expires < card.issued:
        raise InputError("card-dates", issued=card.issued.isoformat(), expires=card.expires.isoformat())
    if not (card.household if card.kind == "household" else card.member):
        raise InputError("card-without-number", name=card.name)
    photo = bytes.fromhex(card.photo)
    if len(photo) not in (0, 8) or photo.hex() != card.photo:
        raise ValueError("a photo hash is 8 bytes, in lower-case hexadecimal")
    if (card.kind == "certificate") != (card.replaces > 0):
        raise ValueError("a certificate replaces a card, and nothing else does")
    name = " ".join(unicodedata.normalize("NFC", card.name).split())
    made = _claims(card, patterns, name, photo)
    while len(made) + _FRAME > MAX_BYTES:
        if not name:
            raise InputError("card-too-large", member=card.member or card.household)
        name = name[: _last_letter(name)].rstrip()
        made = _claims(card, patterns, name, photo)
    return made


def _claims(card: Card, patterns: Patterns, name: str, photo: bytes) -> bytes:
    """The claims in deterministic CBOR, with the name as it is given."""
    household, package = _packed(patterns.household, card.household), _package(card.package)
    if card.kind == "household":
        said: list[Any] = [household, name, package]
    else:
        sex = _SEXES.index(card.sex)
        said = [_packed(patterns.member, card.member), household, name, card.birth_year, sex, photo, package]
    if card.kind == "certificate":
        said.append(card.replaces)
    claims = {
        4: _seconds(card.expires + timedelta(days=1)),
        6: _seconds(card.issued),
        7: card.serial.to_bytes(4, "big"),
        _KEYS[card.kind]: said,
    }
    made: bytes = cbor2.dumps(claims, canonical=True)
    return made


def card_of(payload: bytes, key: str, patterns: Patterns) -> Card:
    """The card that `payload_of` made this payload of; ValueError for any other payload."""
    try:
        claims = cbor2.loads(payload)
        (private,) = claims.keys() & _KINDS.keys()
        card = _said(_KINDS[private], claims, claims[private], key, patterns)
        _check_types(card)
        same = payload_of(card, patterns) == payload
    except (cbor2.CBORDecodeError, InputError, LookupError, TypeError, AttributeError, ArithmeticError) as problem:
        raise ValueError("not the claims of a card") from problem
    if not same:
        raise ValueError("not the only way to write these claims")
    return card


def _said(kind: CardKind, claims: dict[int, Any], said: list[Any], key: str, patterns: Patterns) -> Card:
    """The card that these claims speak of, if they are of the right kinds."""
    member, year, sex, photo, replaces = "", None, 0, b"", 0
    if kind == "household":
        household, name, package = said
    elif kind == "certificate":
        member, household, name, year, sex, photo, package, replaces = said
    else:
        member, household, name, year, sex, photo, package = said
    return Card(
        key=key,
        serial=int.from_bytes(claims[7], "big"),
        member=_unpacked(patterns.member, member),
        name=name,
        birth_year=year,
        sex=_SEXES[sex],
        issued=_EPOCH + timedelta(days=claims[6] // _DAY),
        expires=_EPOCH + timedelta(days=claims[4] // _DAY - 1),
        household=_unpacked(patterns.household, household),
        package=_package_of(package),
        photo=photo.hex(),
        kind=kind,
        replaces=replaces,
    )


def _check_types(card: Card) -> None:
    """A frozen record checks nothing of itself, and CBOR may hold anything."""
    whole = [card.replaces, *([] if card.birth_year is None else [card.birth_year])]
    if any(type(value) is not int or not 0 <= value < 1 << 32 for value in whole) or type(card.name) is not str:
        raise ValueError("a claim of the wrong kind")


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * _DAY


def _packed(pattern: str, number: str) -> int | str:
    value = MemberNumbers(pattern).pack(number)
    return number if value is None else value


def _unpacked(pattern: str, value: Any) -> str:
    if type(value) is int:
        return MemberNumbers(pattern).unpack(value)
    if type(value) is str:
        return value
    raise ValueError("a number is whole or text")


def _package(code: str) -> int | str:
    """A package by its number where its code is one; no package is 0.

    >>> _package("2"), _package(""), _package("base"), _package("02")
    (2, 0, 'base', '02')
    """
    number = code.isascii() and code.isdecimal() and not code.startswith("0")
    return int(code) if number else code or 0


def _package_of(value: Any) -> str:
    if type(value) is int:
        return str(value) if value else ""
    if type(value) is str:
        return value
    raise ValueError("a package is a number or a code")


def _last_letter(text: str) -> int:
    """Where the last letter of `text` begins, its combining marks and joined signs included.

    >>> _last_letter("Awa"), _last_letter("Ame\u0301"), _last_letter("n\u200dx")
    (2, 2, 0)
    """
    start = len(text) - 1
    while start > 0 and (
        unicodedata.category(text[start]).startswith("M")
        or text[start] == _ZERO_WIDTH_JOINER
        or text[start - 1] == _ZERO_WIDTH_JOINER
    ):
        start -= 1
    return start
