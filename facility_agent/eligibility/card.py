"""Who is this? The text of a card's QR symbol, read and verified with keys that are known beforehand.

`unsigned_token` and `card_text` make the text, the signature itself being made elsewhere, by whoever holds the
private key; `read_card` reads it. A signature stops forgery, not copying: the desk still looks at the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.eligibility.digits import PREFIX, from_digits, to_digits
from facility_agent.eligibility.token import Patterns, assemble, card_of, payload_of, sign_input, take_apart
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import MEMBER, Finding, refuse, unchecked
from facility_agent.vocabulary.identifiers import MemberNumbers, key_id
from facility_agent.vocabulary.records import Card, Record

#: A longer text is nobody's card; it is not looked at.
MAX_TEXT: Final = 4_096
#: Digits fewer than these are the number of something else; a whole card has more than 200 of them.
MIN_DIGITS: Final = 40


class Issuer(Record, frozen=True):
    """A key that signs cards, pinned beforehand: whose it is, from when to when, and how its numbers look.

    `key` is the name of the key and `public_key` its 32 bytes, both in lower-case hexadecimal. Cards issued from
    `start` to `until`, both included, count. From the day `revoked_on` on no card of the key counts any more,
    whenever it says that it was issued: who stole the key can write any date.
    """

    key: str
    public_key: str
    payer: str
    member_pattern: str
    start: date
    household_pattern: str = ""
    until: date | None = None
    revoked_on: date | None = None


class Reading(Record, frozen=True):
    """What a scanned or typed text turned out to be.

    `card` stands when the signature holds under a key that counts, even if the card has expired: the desk then
    knows who it is, and the findings say what is wrong. It is None when nothing can be believed. `member` is the
    number that the text names, believed or not; `kind` is `card` for a signed text, `number` for a bare number.
    """

    card: Card | None
    findings: tuple[Finding, ...]
    kind: Literal["card", "number"]
    member: str = ""


def unsigned_token(card: Card, issuer: Issuer) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The bytes to sign, and the function that makes the token of their Ed25519 signature.

    A name too long for the symbol is cut; `card.key` is not read, the token carries the issuer's key.
    """
    key = _key_of(issuer)
    payload = payload_of(card, _patterns(issuer))
    return sign_input(key, payload), lambda signature: assemble(key, payload, signature)


def card_text(token: bytes) -> str:
    """The digits to print in the QR symbol."""
    return to_digits(token)


def read_card(text: str, issuers: Mapping[str, Issuer], on: date) -> Reading:
    """Read the text of a scan, or a typed member number, with the keys known on that day.

    `issuers` maps the name of a key to its issuer. Raises InputError `card-not-ours` for a text that is no card
    (a web address, a Wi-Fi code, a health certificate) and `card-misread` for digits that are no whole card.
    """
    text = text[: MAX_TEXT + 1].strip()
    number = _number(text, issuers.values())
    if number:
        finding = unchecked("identified-not-verified", "", cause="fact", missing="card", member=number)
        return Reading(None, (finding,), "number", number)
    digits_only = text.isascii() and text.isdigit() and text.startswith(PREFIX)
    if not digits_only or not MIN_DIGITS <= len(text) <= MAX_TEXT:
        raise InputError("card-not-ours")
    try:
        key, payload, signature = take_apart(from_digits(text))
    except ValueError:
        raise InputError("card-misread") from None
    issuer = issuers.get(key.hex())
    if issuer is None or _key_of(issuer) != key:
        return Reading(None, (refuse("card-issuer-unknown", "", MEMBER, key=key.hex()),), "card")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(issuer.public_key))
        public.verify(signature, sign_input(key, payload))
        card = card_of(payload, issuer.key, _patterns(issuer))
    except (InvalidSignature, ValueError):
        return Reading(None, (refuse("card-altered", "", MEMBER),), "card")
    if not _key_counts(issuer, card.issued, on):
        return Reading(None, (refuse("card-issuer-unknown", "", MEMBER, key=issuer.key),), "card", card.member)
    return Reading(card, _days(card, on), "card", card.member)


def _days(card: Card, on: date) -> tuple[Finding, ...]:
    if on > card.expires:
        return (refuse("card-expired", "", MEMBER, expires=card.expires.isoformat()),)
    if on < card.issued:
        return (refuse("card-not-yet-valid", "", MEMBER, issued=card.issued.isoformat()),)
    return ()


def _key_counts(issuer: Issuer, issued: date, on: date) -> bool:
    in_time = issuer.start <= issued and (issuer.until is None or issued <= issuer.until)
    return in_time and (issuer.revoked_on is None or on < issuer.revoked_on)


def _number(text: str, issuers: Iterable[Issuer]) -> str:
    """The member number that `text` is, in capitals if need be, or nothing."""
    if len(text) >= MIN_DIGITS:
        return ""
    patterns = [MemberNumbers(issuer.member_pattern) for issuer in issuers]
    fits = (form for form in (text, text.upper()) if any(pattern.pack(form) is not None for pattern in patterns))
    return next(fits, "")


def _patterns(issuer: Issuer) -> Patterns:
    return Patterns(issuer.member_pattern, issuer.household_pattern)


def _key_of(issuer: Issuer) -> bytes:
    return key_id(bytes.fromhex(issuer.public_key))
