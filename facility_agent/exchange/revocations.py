"""Cards that no longer count: one bit per card serial, numbered and dated, so that a desk knows them offline.

100,000 cards are 12.5 kB. The bit of serial n is bit n mod 8 (the lowest first) of byte n // 8, as in the IETF's
Token Status List. A replaced card has a new serial, and its old bit is set. A serial beyond the end is not revoked:
the list was made before the card.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: 16 MiB of bits; a mutual that numbers its cards from 1 on never comes near.
MAX_SERIAL: Final = (1 << 27) - 1


def is_set(bitmap: bytes, serial: int) -> bool:
    """Whether the card of this serial is revoked.

    >>> is_set(b"\\x02", 1), is_set(b"\\x02", 0), is_set(b"\\x02", 900)
    (True, False, False)
    """
    place, bit = divmod(serial, 8)
    return 0 <= place < len(bitmap) and bool(bitmap[place] >> bit & 1)


def with_set(bitmap: bytes, serials: Iterable[int]) -> bytes:
    """The bitmap with these serials revoked as well; ValueError for a serial that no list holds.

    >>> with_set(b"", [1, 9]).hex(), with_set(b"\\x02", [1]).hex()
    ('0202', '02')
    """
    made = bytearray(bitmap)
    for serial in serials:
        if not 0 <= serial <= MAX_SERIAL:
            raise ValueError(f"no revocation list holds serial {serial}")
        place, bit = divmod(serial, 8)
        made.extend(bytes(max(0, place + 1 - len(made))))
        made[place] |= 1 << bit
    return bytes(made)


def count(bitmap: bytes) -> int:
    """How many cards are revoked.

    >>> count(b"\\x02\\xff")
    9
    """
    return int.from_bytes(bitmap, "big").bit_count()
