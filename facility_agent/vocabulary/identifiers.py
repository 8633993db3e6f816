"""How things are named: UUIDv7 inside, the country's numbers outside, 8 bytes of SHA-256 for a key."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

_canonical = msgspec.json.Encoder(order="sorted")


def uuid7(milliseconds: int, randomness: bytes) -> str:
    """A UUIDv7 (RFC 9562) from a Unix time in milliseconds and ten random bytes, both given.

    >>> uuid7(0x017F22E279B0, bytes(range(10)))
    '017f22e2-79b0-7001-8203-040506070809'
    """
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(randomness[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def milliseconds_of(identifier: str) -> int:
    """The Unix time in a UUIDv7, in milliseconds; 0 for anything else.

    >>> milliseconds_of(uuid7(1_700_000_000_123, bytes(10))), milliseconds_of("exemple")
    (1700000000123, 0)
    """
    try:
        known = UUID(identifier)
    except ValueError:
        return 0
    return known.int >> 80 if known.version == 7 else 0


def canonical(value: Any) -> bytes:
    """Canonical bytes: UTF-8 JSON, keys sorted, no insignificant space.

    Signed bytes are stored as they arrived; nobody re-serialises before checking a signature.

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    return _canonical.encode(value)


def digest(data: bytes) -> str:
    """SHA-256 as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def key_id(public_key: bytes) -> bytes:
    """A key's name: the first 8 bytes of the SHA-256 of its 32 public bytes."""
    return hashlib.sha256(public_key).digest()[:8]


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(r"(\d)" if sign == "#" else re.escape(sign) for sign in pattern), re.ASCII)


class MemberNumbers(msgspec.Struct, frozen=True):
    """A scheme's member numbers as whole numbers: `#` in the pattern stands for a digit.

    >>> kdg = MemberNumbers("KDG-######-##")
    >>> kdg.pack("KDG-000123-02"), kdg.unpack(12302)
    (12302, 'KDG-000123-02')
    >>> kdg.pack("KDG-123-02") is None
    True
    """

    pattern: str

    def pack(self, number: str) -> int | None:
        """The digits of `number` as one whole number, or None when it does not fit the pattern."""
        match = _expression(self.pattern).fullmatch(number)
        return int("".join(match.groups())) if match and match.groups() else None

    def unpack(self, value: int) -> str:
        """The number that `pack` made `value` of; ValueError when it has too many digits."""
        width = self.pattern.count("#")
        text = f"{value:0{width}d}"
        if value < 0 or len(text) > width:
            raise ValueError(f"{value} does not fit {self.pattern}")
        taken = iter(text)
        return "".join(next(taken) if sign == "#" else sign for sign in self.pattern)
