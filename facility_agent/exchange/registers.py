"""The parts of a register, which follow its letter in the same file: a few hundred people each.

The letter is a sealed envelope: it names every part by the SHA-256 of its bytes and carries the key that opens them.
So each part is known to be genuine by itself, whatever was lost on the way before or after it, and a register of any
size is written, carried and taken in with little memory. Bytes of a part: ChaCha20-Poly1305 of zlib of MessagePack
`[rows, gone]`; the nonce is the number of the part, and a key is used for one register only.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from facility_agent.exchange.messages import Part, understood
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.records import Counter, Coverage

#: Rows of a part: few enough that a desk waits some hundredths of a second while they are written.
ROWS: Final = 500
#: A picture of a person, in bytes.
MOST_PICTURE: Final = 4096
#: What a part may unfold to: its rows with their pictures, and room to spare.
_MOST_PART: Final = 8 * 1024 * 1024
_DOMAIN: Final = b"facility-agent register 1"
_MODULUS: Final = 1 << 256


class Entry(msgspec.Struct, frozen=True):
    """One row: an entitlement as canonical bytes, its counters, and the person's picture.

    `photo` names the picture by 8 bytes of its SHA-256; `picture` is empty where the receiver has it already.
    """

    document: bytes
    counters: bytes = b""
    photo: str = ""
    picture: bytes = b""

    @property
    def coverage(self) -> Coverage:
        return msgspec.json.decode(self.document, type=Coverage)

    @property
    def weight(self) -> int:
        """What the row adds to the content of a register."""
        seed = b"\0".join((self.document, self.counters, self.photo.encode()))
        return int.from_bytes(hashlib.sha256(seed).digest(), "big")


#: An entitlement that is no longer there: number and scheme.
Gone = tuple[str, str]


class Rows(msgspec.Struct, frozen=True):
    """What one part says: rows that are new or other, with their entitlements decoded, and those that are gone."""

    entries: tuple[Entry, ...]
    coverages: tuple[Coverage, ...]
    gone: tuple[Gone, ...] = ()


def added(content: int, rows: Iterable[Entry], lost: Iterable[Entry] = ()) -> int:
    """What a register's rows add up to after some came and some went, whatever their order."""
    return (content + sum(row.weight for row in rows) - sum(row.weight for row in lost)) % _MODULUS


def photo_name(picture: bytes) -> str:
    """How a picture is named: the first 8 bytes of its SHA-256, as on a card."""
    return digest(picture)[:16] if picture else ""


def seal_part(key: bytes, place: int, entries: Iterable[Entry], gone: Iterable[Gone] = ()) -> bytes:
    """The bytes of a part; ValueError for a picture that is too large."""
    rows = [(row.document, row.counters, row.photo, row.picture) for row in entries]
    if any(len(row[3]) > MOST_PICTURE for row in rows):
        raise ValueError("a picture in a register holds at most 4,096 bytes")
    packed = zlib.compress(msgspec.msgpack.encode([rows, list(gone)]), 6)
    return ChaCha20Poly1305(key).encrypt(place.to_bytes(12, "big"), packed, _DOMAIN)


def part_of(sealed: bytes) -> Part:
    """What the letter says of a part."""
    return Part(digest(sealed), len(sealed))


def open_part(key: bytes, place: int, part: Part, sealed: bytes) -> Rows:
    """What a part says; InputError `register-damaged` unless it is the one that the letter names."""
    try:
        if part_of(sealed) != part:
            raise ValueError("another part")
        packed = ChaCha20Poly1305(key).decrypt(place.to_bytes(12, "big"), sealed, _DOMAIN)
        unpacking = zlib.decompressobj()
        inside = unpacking.decompress(packed, _MOST_PART)
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError("too large")
        rows, gone = msgspec.msgpack.decode(
            inside, type=tuple[list[tuple[bytes, bytes, str, bytes]], list[tuple[str, str]]]
        )
        entries = tuple(Entry(*row) for row in rows)
        return Rows(entries, tuple(_checked(entry) for entry in entries), tuple(gone))
    except (ValueError, InvalidTag, zlib.error):
        raise InputError("register-damaged", part=place + 1) from None


def _checked(entry: Entry) -> Coverage:
    """The entitlement of a row that is written as it must be."""
    if len(entry.picture) > MOST_PICTURE or (entry.picture and photo_name(entry.picture) != entry.photo):
        raise ValueError("picture")
    if entry.counters:
        understood(entry.counters, tuple[Counter, ...])
    return understood(entry.document, Coverage)
