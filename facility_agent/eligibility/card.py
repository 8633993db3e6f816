"""Who is this? The text of a card's QR symbol, read and verified with keys that are known beforehand.

`unsigned_token` and `card_text` make the text, the signature itself being made elsewhere, by whoever holds the
private key; `read_card` reads it. A signature stops forgery, not copying: the desk still looks at the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.eligibility.digits import PREFIX, from_digits, to_digits
from facility_agent.eligibility.newborn import provisional
from facility_agent.eligibility.token import Patterns, assemble, card_of, payload_of, sign_input, take_apart
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import MEMBER, Finding, note, refuse, unchecked
from facility_agent.vocabulary.identifiers import MemberNumbers, key_id
from facility_agent.vocabulary.records import Card, Record

#: A longer text is nobody's card; it is not looked at.
MAX_TEXT: Final = 4_096
#: Digits fewer than these are the number of something else; a whole card has more than 200 of them.
MIN_DIGITS: Final = 40


class Issuer(Record, frozen=True):
    """A key that signs cards, pinned beforehand: whose it is, from when to when, and how its numbers look.

    `key` is the name of the key and `public_key` its 32 bytes, both in lower-case hexadecimal. Cards issued from
    `start` to `until`, both included, count. `revoked_on` is the day from which somebody else may have signed with the
    key: a card issued from that day on is refused, and an earlier one says no more than a number that was typed.
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
    number that the text names, believed or not; a household's card names none, and somebody chooses the person from
    the register. `kind` is `card` for the signed text of a card or certificate, `household` for a household's, and
    `number` for what identifies without proof: a bare number, or an old card under a key that was compromised since.
    """

    card: Card | None
    findings: tuple[Finding, ...]
    kind: Literal["card", "household", "number"]
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
        _public(issuer.public_key).verify(signature, sign_input(key, payload))
        card = card_of(payload, issuer.key, _patterns(issuer))
    except (InvalidSignature, ValueError):
        return Reading(None, (refuse("card-altered", "", MEMBER),), "card")
    if card.issued < issuer.start or (issuer.until is not None and card.issued > issuer.until):
        return Reading(None, (refuse("card-issuer-unknown", "", MEMBER, key=issuer.key),), "card", card.member)
    if issuer.revoked_on is not None and issuer.revoked_on <= on:
        return _under_compromised(card, issuer.revoked_on)
    kind: Literal["card", "household"] = "household" if card.kind == "household" else "card"
    return Reading(card, (*_days(card, on), *_certificate(card)), kind, card.member)


def _under_compromised(card: Card, day: date) -> Reading:
    """A card under a key that somebody else may hold from that day on.

    Whoever holds it writes any date: an earlier card therefore proves nothing, but its holder is most likely the
    member, and is received as with a bare number. Refusing the cards of a whole mutual would punish the wrong people.
    """
    evidence = {"member": card.member or card.household, "day": day.isoformat()}
    if card.issued >= day or card.kind == "household":
        return Reading(None, (refuse("card-key-compromised", "", MEMBER, **evidence),), "card", card.member)
    doubt = unchecked("card-key-compromised", "", "fact", "card", review=True, **evidence)
    return Reading(None, (doubt,), "number", card.member)


def _days(card: Card, on: date) -> tuple[Finding, ...]:
    if on > card.expires:
        return (refuse("card-expired", "", MEMBER, expires=card.expires.isoformat()),)
    if on < card.issued:
        return (refuse("card-not-yet-valid", "", MEMBER, issued=card.issued.isoformat()),)
    return ()


def _certificate(card: Card) -> tuple[Finding, ...]:
    """A paper certificate says which card it replaces, and until when."""
    if card.kind != "certificate":
        return ()
    return (note("card-certificate", serial=card.replaces, until=card.expires.isoformat()),)


def photo_differs(card: Card, held: str) -> Finding | None:
    """The photo of the register is another one than that of the day of issue; both hashes in hexadecimal.

    Without a photo on either side there is nothing to compare.

    >>> from datetime import date
    >>> card = Card("", 1, "KDG-1", "Awa", 1990, "F", date(2026, 1, 1), date(2026, 12, 31), photo="00" * 8)
    >>> photo_differs(card, "00" * 8) is None, photo_differs(card, "") is None
    (True, True)
    >>> photo_differs(card, "01" * 8).code
    'photo-differs'
    """
    if not card.photo or not held or card.photo == held:
        return None
    return note("photo-differs", "card", review=True, member=card.member, issued=card.issued.isoformat())


def _number(text: str, issuers: Iterable[Issuer]) -> str:
    """The member number that `text` is, in capitals if need be, or nothing; a newborn's stands under the mother's."""
    if len(text) >= MIN_DIGITS:
        return ""
    patterns = [MemberNumbers(issuer.member_pattern) for issuer in issuers]
    for form in (text, text.upper()):
        child = provisional(form)
        number = child.mother if child else form
        if any(pattern.pack(number) is not None for pattern in patterns):
            return form
    return ""


def _patterns(issuer: Issuer) -> Patterns:
    return Patterns(issuer.member_pattern, issuer.household_pattern)


@lru_cache(maxsize=256)
def _public(key: str) -> Ed25519PublicKey:
    """The key of these hexadecimal digits, ready to verify with."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))


@lru_cache(maxsize=256)
def _key_of(issuer: Issuer) -> bytes:
    return key_id(bytes.fromhex(issuer.public_key))
