"""A letter that is to be brought is announced first, signed: only who is known here may lay bytes on this disk.

An announcement names the file by its SHA-256 and size. It opens nothing: what counts is the letter itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from facility_agent.exchange.envelope import MAX_SEALED
from facility_agent.exchange.parties import PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, key_id
from facility_agent.vocabulary.records import Record

_DOMAIN: Final = b"facility-agent letter announced 1\0"
#: No announcement is longer.
MOST: Final = 1_000


class Announced(Record, frozen=True, forbid_unknown_fields=True):
    """A letter by its SHA-256 (hex) and its size in bytes, from whom to whom."""

    sender: str
    recipient: str
    digest: str
    size: int


class _Signed(Record, frozen=True, forbid_unknown_fields=True):
    announced: Announced
    key: str
    signature: str


def announce(announced: Announced, key: Ed25519PrivateKey) -> bytes:
    """The announcement, signed by the sender's `site-seal` key."""
    name = key_id(key.public_key().public_bytes_raw()).hex()
    return canonical(_Signed(announced, name, key.sign(_DOMAIN + canonical(announced)).hex()))


def read_announcement(data: bytes, recipient: str, senders: Mapping[str, PublicKeys]) -> Announced:
    """What is announced to us by somebody known.

    InputError `announcement-malformed`, `envelope-for-somebody-else`, `envelope-too-large`, `envelope-sender-unknown`.
    """
    try:
        said = msgspec.json.decode(data[: MOST + 1], type=_Signed)
        signature, bare = bytes.fromhex(said.signature), bytes.fromhex(said.announced.digest)
    except ValueError:
        raise InputError("announcement-malformed") from None
    found = said.announced
    if len(data) > MOST or len(bare) != 32 or found.digest != bare.hex() or found.size < 1:
        raise InputError("announcement-malformed")
    if found.recipient != recipient:
        raise InputError("envelope-for-somebody-else", recipient=found.recipient[:40])
    if found.size > MAX_SEALED:
        raise InputError("envelope-too-large", limit=MAX_SEALED // 1024 // 1024)
    known = senders.get(found.sender)
    public = {key.key: key.public for key in known.of("site-seal")}.get(said.key) if known is not None else None
    try:
        if public is None:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, _DOMAIN + canonical(found))
    except InvalidSignature:
        raise InputError("envelope-sender-unknown", sender=found.sender[:40]) from None
    return found
