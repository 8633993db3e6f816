"""A sealed envelope: compressed, signed by the sender's server, then encrypted to the recipient's.

It travels by USB key and e-mail, so that its clear head says, without any key, for whom it is and whether it is
whole. Bytes: `FAE1`, the length of the head (2 bytes), the head (canonical JSON), then the ciphertext.

- inside: MessagePack of [header, parts], compressed with zlib;
- signed: Ed25519 over a domain word, the sender's key name, the recipient's public key and the compressed bytes as
  they are; naming the recipient stops it from passing the letter on as if it had been written to somebody else;
- encrypted: X25519 with an ephemeral key, HKDF-SHA256 for key and nonce, ChaCha20-Poly1305 with the head as
  associated data. Each envelope has its own ephemeral key, hence its own key and nonce.

The part `core` is enough to decide on; others (PDF, XLSX, scans) travel beside it. Whatever arrives that is not
exactly so is an InputError, and nothing of it is used.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import date
from typing import BinaryIO, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from facility_agent.exchange.parties import PublicKeys
from facility_agent.exchange.randomness import Randomness
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.vocabulary.records import Record

Kind = Literal[
    "register",
    "revocations",
    "agreement",
    "arrangements",
    "batch",
    "receipt",
    "decision",
    "remittance",
    "keys",
    "guarantee",
    "notice",
    "contest",
    "endorsement",
    "count",
]

MAGIC: Final = b"FAE1"
SCHEMA: Final = 1
CORE: Final = "core"
MAX_SEALED: Final = 64 * 1024 * 1024
MAX_OPENED: Final = 128 * 1024 * 1024
_MAX_HEAD: Final = 1024
_DOMAIN: Final = b"facility-agent envelope 1"


class Header(Record, frozen=True, forbid_unknown_fields=True):
    """What the letter is. `sequence` counts the letters of a sender to a recipient, from 1 on."""

    id: str
    kind: Kind
    sender: str
    recipient: str
    sequence: int
    made_on: date
    schema: int = SCHEMA


class Head(Record, frozen=True, forbid_unknown_fields=True):
    """The clear head. Until the envelope is open it is only what somebody claims."""

    id: str
    sender: str
    recipient: str
    key: str
    ephemeral: str
    length: int


class Opened(Record, frozen=True):
    """A letter that is whole and genuine. `digest` is the SHA-256 of the signed bytes: one body, one digest."""

    header: Header
    parts: dict[str, bytes]
    digest: str


def seal(
    header: Header,
    parts: Mapping[str, bytes],
    sender_key: Ed25519PrivateKey,
    recipient_key: bytes,
    randomness: Randomness,
) -> bytes:
    """The envelope's bytes. `recipient_key` is the 32 public bytes of the recipient's `site-open` key.

    InputError `envelope-too-large`; ValueError when the core part is missing.
    """
    if CORE not in parts:
        raise ValueError("an envelope needs its core part")
    inside = msgspec.msgpack.encode([header, dict(parts)], order="sorted")
    if len(inside) > MAX_OPENED:
        raise InputError("envelope-too-large", limit=MAX_OPENED // 1024 // 1024)
    signed = _signed(zlib.compress(inside, 9), sender_key, recipient_key)
    sealed = _encrypted(header, signed, recipient_key, randomness)
    if len(sealed) > MAX_SEALED:
        raise InputError("envelope-too-large", limit=MAX_SEALED // 1024 // 1024)
    return sealed


def look_at(data: bytes) -> tuple[Head, int]:
    """The clear head and where the ciphertext starts, for a file that is whole.

    InputError `envelope-not-ours`, `envelope-version`, `envelope-too-large`, `envelope-truncated` or
    `envelope-altered`.
    """
    if not data.startswith(MAGIC[:3]):
        raise InputError("envelope-not-ours")
    if len(data) < 6:
        raise InputError("envelope-truncated")
    if data[:4] != MAGIC:
        raise InputError("envelope-version")
    if len(data) > MAX_SEALED:
        raise InputError("envelope-too-large", limit=MAX_SEALED // 1024 // 1024)
    start = 6 + int.from_bytes(data[4:6], "big")
    if start > 6 + _MAX_HEAD:
        raise InputError("envelope-altered")
    if len(data) < start:
        raise InputError("envelope-truncated")
    try:
        head = msgspec.json.decode(data[6:start], type=Head)
    except ValueError:
        raise InputError("envelope-altered") from None
    if canonical(head) != data[6:start]:
        raise InputError("envelope-altered")
    if len(data) < start + head.length:
        raise InputError("envelope-truncated")
    if len(data) > start + head.length:
        raise InputError("envelope-altered")
    return head, start


def read_envelope(stream: BinaryIO) -> bytes:
    """The envelope at the beginning of a file, as far as it is there: the parts of a register follow it.

    InputError as in `look_at`.
    """
    start = stream.read(6)
    head = stream.read(int.from_bytes(start[4:6], "big")) if len(start) == 6 else b""
    try:
        length = msgspec.json.decode(head, type=Head).length if start[:4] == MAGIC else 0
    except ValueError:
        length = 0
    data = start + head + stream.read(max(0, min(length, MAX_SEALED)))
    look_at(data)
    return data


def open_envelope(
    data: bytes, opening_keys: Mapping[str, X25519PrivateKey], senders: Mapping[str, PublicKeys]
) -> Opened:
    """Open, verify and unpack. `opening_keys` by key name, `senders` by party code; revoked keys count for nothing.

    Besides the InputErrors of `look_at`: `envelope-for-somebody-else`, `envelope-sender-unknown`,
    `envelope-altered`, `envelope-too-large`.
    """
    head, start = look_at(data)
    own = opening_keys.get(head.key)
    if own is None:
        raise InputError("envelope-for-somebody-else", recipient=head.recipient[:40])
    sender = senders.get(head.sender)
    if sender is None:
        raise InputError("envelope-sender-unknown", sender=head.sender[:40])
    own_public = own.public_key().public_bytes_raw()
    try:
        ephemeral = bytes.fromhex(head.ephemeral)
        key, nonce = _agreed(own, ephemeral, ephemeral, own_public)
        signed = ChaCha20Poly1305(key).decrypt(nonce, data[start:], data[:start])
    except (ValueError, InvalidTag):
        raise InputError("envelope-altered") from None
    signer, signature, packed = signed[:8], signed[8:72], signed[72:]
    known = {key.key: key.public for key in sender.of("site-seal")}
    if signer.hex() not in known:
        raise InputError("envelope-sender-unknown", sender=head.sender[:40])
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known[signer.hex()]))
        public.verify(signature, _to_sign(signer, own_public, packed))
    except (ValueError, InvalidSignature):
        raise InputError("envelope-altered") from None
    header, parts = _unpacked(packed)
    if (header.id, header.sender, header.recipient) != (head.id, head.sender, head.recipient) or header.sequence < 1:
        raise InputError("envelope-altered")
    return Opened(header, parts, digest(packed))


def _unpacked(packed: bytes) -> tuple[Header, dict[str, bytes]]:
    """Header and parts; a letter that swells beyond the limit is not unpacked to its end."""
    unpacking = zlib.decompressobj()
    try:
        inside = unpacking.decompress(packed, MAX_OPENED)
    except zlib.error:
        raise InputError("envelope-altered") from None
    if unpacking.unconsumed_tail:
        raise InputError("envelope-too-large", limit=MAX_OPENED // 1024 // 1024)
    if not unpacking.eof or unpacking.unused_data:
        raise InputError("envelope-altered")
    try:
        header, parts = msgspec.msgpack.decode(inside, type=tuple[msgspec.Raw, dict[str, bytes]])
        schema = msgspec.msgpack.decode(header, type=_Schema).schema
        if schema != SCHEMA:
            raise InputError("envelope-version")
        read = msgspec.msgpack.decode(header, type=Header)
    except ValueError:
        raise InputError("envelope-altered") from None
    if CORE not in parts:
        raise InputError("envelope-altered")
    return read, parts


class _Schema(msgspec.Struct):
    """The one field of a header that is read before all others: a later one may have other fields."""

    schema: int = SCHEMA


def _signed(packed: bytes, sender_key: Ed25519PrivateKey, recipient_key: bytes) -> bytes:
    """The signer's key name, the signature and the compressed bytes."""
    signer = key_id(sender_key.public_key().public_bytes_raw())
    return signer + sender_key.sign(_to_sign(signer, recipient_key, packed)) + packed


def _encrypted(header: Header, signed: bytes, recipient_key: bytes, randomness: Randomness) -> bytes:
    """The clear head and the ciphertext."""
    ephemeral = X25519PrivateKey.from_private_bytes(randomness(32))
    public = ephemeral.public_key().public_bytes_raw()
    key, nonce = _agreed(ephemeral, recipient_key, public, recipient_key)
    name, length = key_id(recipient_key).hex(), len(signed) + 16
    head = canonical(Head(header.id, header.sender, header.recipient, name, public.hex(), length))
    start = MAGIC + len(head).to_bytes(2, "big") + head
    return start + ChaCha20Poly1305(key).encrypt(nonce, signed, start)


def _to_sign(signer: bytes, recipient_key: bytes, packed: bytes) -> bytes:
    return _DOMAIN + signer + recipient_key + packed


def _agreed(own: X25519PrivateKey, other: bytes, ephemeral: bytes, recipient: bytes) -> tuple[bytes, bytes]:
    """Key and nonce, from the shared secret and both public keys; ValueError for a point that gives no secret."""
    shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    made = HKDF(SHA256(), 44, salt=ephemeral + recipient, info=_DOMAIN).derive(shared)
    return made[:32], made[32:]
