"""What a slip or a sheet says in its code, and how it is signed: a COSE_Sign1 like a card's, by the facility's own key.

The code tells who signed, which visit or sheet is meant, its day, and what the next reader needs offline: amounts of a
slip, the path of a referral, the medicines of a prescription. It names nobody: a person is eight bytes of SHA-256 over
the document and the member's number, which whoever knows the number can check. No condition stands in it.

The bytes that are signed begin with words of their own, so that no card is ever taken for a slip, nor the reverse; the
digits begin with 2, a card's with 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final, Literal, get_args
from uuid import UUID

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.eligibility.digits import from_digits, to_digits
from facility_agent.eligibility.token import assemble
from facility_agent.vocabulary.bedside import Item
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Record

ProofKind = Literal["slip", "referral", "evacuation", "counter-referral", "prescription", "guarantee"]
PREFIX: Final = "2"
#: The largest symbol that a telephone reads off a thermal slip; a longer prescription goes on two sheets.
MAX_BYTES: Final = 420
CLAIM: Final = -70101
_KINDS: Final[tuple[ProofKind, ...]] = get_args(ProofKind)
_ABOUT: Final = b"facility-agent slip or sheet"
_PROTECTED: Final = bytes.fromhex("a201270448")
_EPOCH: Final = date(1970, 1, 1)


class Proof(Record, frozen=True):
    """A signed slip, sheet or letter of guarantee, as its code says it. `id` is the visit of a slip, or the sheet, or
    the guarantee.

    `amounts` are the slip's: submitted, covered by payers, the member's share, paid; minor units.
    """

    kind: ProofKind
    id: str
    number: str
    day: date
    person: str
    to: str = ""
    level: str = ""
    until: date | None = None
    amounts: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()
    sender: str = ""


def person_tag(id: str, member: str) -> str:
    """What tells, to whoever knows the number, that a document is this person's: 8 bytes in hexadecimal.

    >>> person_tag("019d0000-0000-7000-8000-000000000000", "MLT-000001-01")
    '61fcdfcb850c13f9'
    """
    return sha256(f"{id}|{member}".encode()).hexdigest()[:16]


def unsigned_proof(proof: Proof, public_key: bytes) -> tuple[bytes, Callable[[bytes], str]]:
    """The bytes to sign, and the function that makes the digits of their signature.

    InputError `proof-too-large` when it holds more than a code can.
    """
    payload, key = _payload(proof), key_id(public_key)
    token = assemble(key, payload, bytes(64))
    if len(token) > MAX_BYTES:
        raise InputError("proof-too-large", number=proof.number)
    return _to_sign(key, payload), lambda signature: PREFIX + to_digits(assemble(key, payload, signature))[1:]


def read_proof(text: str, keys: Mapping[str, tuple[str, str]]) -> Proof:
    """The proof of a code whose signature holds. `keys`: the name of a key to its party and its public bytes in hex.

    InputError `proof-not-ours` for another text, `proof-misread` for one that is not whole, `proof-key-unknown` for a
    facility whose keys were never exchanged, `proof-altered` when the signature does not hold.
    """
    text = "".join(text.split())
    if not (text.isascii() and text.isdigit() and text.startswith(PREFIX)) or not 100 < len(text) <= 3 * MAX_BYTES:
        raise InputError("proof-not-ours")
    try:
        token = from_digits("1" + text[1:])
        tag = cbor2.loads(token)
        protected, _, payload, signature = tag.value
        key = protected[-8:]
        if assemble(key, payload, signature) != token:
            raise ValueError("another frame")
    except (ValueError, TypeError, AttributeError, LookupError, cbor2.CBORDecodeError):
        raise InputError("proof-misread") from None
    if key.hex() not in keys:
        raise InputError("proof-key-unknown", key=key.hex())
    party, public = keys[key.hex()]
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, _to_sign(key, payload))
        return _proof_of(payload, party)
    except (InvalidSignature, ValueError):
        raise InputError("proof-altered", party=party) from None


def _to_sign(key: bytes, payload: bytes) -> bytes:
    made: bytes = cbor2.dumps(["Signature1", _PROTECTED + key, _ABOUT, payload])
    return made


def _payload(proof: Proof) -> bytes:
    claims: dict[int, Any] = {
        6: _days(proof.day),
        7: UUID(proof.id).bytes,
        CLAIM: [
            _KINDS.index(proof.kind), proof.number, bytes.fromhex(proof.person), proof.to, proof.level,
            0 if proof.until is None else _days(proof.until), list(proof.amounts),
            [[item.act, item.quantity] for item in proof.items],
        ],
    }  # fmt: skip
    made: bytes = cbor2.dumps(claims, canonical=True)
    return made


def _proof_of(payload: bytes, party: str) -> Proof:
    """The proof that a payload says; ValueError for any other payload."""
    try:
        claims = cbor2.loads(payload)
        kind, number, person, to, level, until, amounts, items = claims[CLAIM]
        proof = Proof(
            kind=_KINDS[kind],
            id=str(UUID(bytes=claims[7])),
            number=number,
            day=_day(claims[6]),
            person=person.hex(),
            to=to,
            level=level,
            until=_day(until) if until else None,
            amounts=tuple(amounts),
            items=tuple(Item(act, quantity) for act, quantity in items),
            sender=party,
        )
        same = _payload(proof) == payload
    except (cbor2.CBORDecodeError, LookupError, TypeError, AttributeError, ArithmeticError) as problem:
        raise ValueError("not the claims of a sheet") from problem
    if not same:
        raise ValueError("not the only way to write these claims")
    return proof


def _days(day: date) -> int:
    return (day - _EPOCH).days


def _day(days: int) -> date:
    return _EPOCH + timedelta(days=days)
