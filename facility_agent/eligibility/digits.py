"""A card's bytes as digits only: any scanner types digits, and a QR symbol holds them most densely.

The text is a prefix digit `1`, then big-endian blocks of 7 bytes as 17 digits, then a tail of 1 to 6 bytes as
3, 5, 8, 10, 13 or 15 digits; every number is padded with zeros. One byte string has one text, and back.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "1"
BLOCK_BYTES: Final = 7
BLOCK_DIGITS: Final = 17
_TAIL_DIGITS: Final = (0, 3, 5, 8, 10, 13, 15)
_TAIL_BYTES: Final = {digits: size for size, digits in enumerate(_TAIL_DIGITS)}


def to_digits(data: bytes) -> str:
    """The digits of `data`, prefix included.

    >>> to_digits(b"\\xff")
    '1255'
    >>> to_digits(b"\\x01" * 8)
    '100282578800148737001'
    """
    blocks = [data[start : start + BLOCK_BYTES] for start in range(0, len(data), BLOCK_BYTES)]
    return PREFIX + "".join(f"{int.from_bytes(block, 'big'):0{_width(len(block))}d}" for block in blocks)


def from_digits(text: str) -> bytes:
    """The bytes that `to_digits` made `text` of; ValueError for any text that it cannot have made.

    >>> from_digits("1255")
    b'\\xff'
    >>> from_digits("1256")
    Traceback (most recent call last):
    ...
    ValueError: a block is above its byte range
    """
    if not text.startswith(PREFIX) or not (text.isascii() and text.isdigit()):
        raise ValueError("not digits after the prefix")
    body = text[len(PREFIX) :]
    if len(body) % BLOCK_DIGITS not in _TAIL_BYTES:
        raise ValueError("a length that no tail can produce")
    made = bytearray()
    for start in range(0, len(body), BLOCK_DIGITS):
        block = body[start : start + BLOCK_DIGITS]
        size = BLOCK_BYTES if len(block) == BLOCK_DIGITS else _TAIL_BYTES[len(block)]
        value = int(block)
        if value >> 8 * size:
            raise ValueError("a block is above its byte range")
        made += value.to_bytes(size, "big")
    return bytes(made)


def _width(size: int) -> int:
    return BLOCK_DIGITS if size == BLOCK_BYTES else _TAIL_DIGITS[size]
