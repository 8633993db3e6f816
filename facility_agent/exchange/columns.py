"""Many documents of one kind in little space: JSON values turned into columns, and packed with xz.

A month of claims says the same few things again and again: acts, prices, people, payers. Values of one field stand
together; what repeats is said once and then counted; identifiers and numbers become bytes. What comes out of `unpack`
is what went into `pack`, to the value. Nothing here knows what a claim is.

A packed column is a MessagePack array: its kind, then what the kind needs.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any, Final

import msgspec

MAGIC: Final = b"FAC1"
_FILTERS: Final = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 23, "lc": 3, "lp": 0, "pb": 0}]
_MEMORY: Final = 64 * 1024 * 1024
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX: Final = re.compile(r"(?:[0-9a-f]{2}){8,64}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")
_DIGITS: Final = re.compile(r"[0-9]")
#: Numbers that stand in eight bytes; larger ones stay as they are.
_WORD: Final = 1 << 62


def pack(values: list[Any]) -> bytes:
    """The bytes of some JSON values (null, true, whole numbers, texts, lists and tables of them)."""
    return MAGIC + lzma.compress(msgspec.msgpack.encode(_column(values)), lzma.FORMAT_XZ, filters=_FILTERS)


def unpack(data: bytes, largest: int) -> list[Any]:
    """The values again; ValueError for anything that `pack` did not write, or that opens to more than `largest`."""
    if not data.startswith(MAGIC):
        raise ValueError("not packed columns")
    opening = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    try:
        opened = opening.decompress(data[len(MAGIC) :], largest + 1)
        if not opening.eof or opening.unused_data or len(opened) > largest:
            raise ValueError("cut short, too long, or followed by something else")
        return _Reader(largest).values(msgspec.msgpack.decode(opened))
    except (lzma.LZMAError, msgspec.DecodeError, ArithmeticError, LookupError, TypeError) as problem:
        raise ValueError("not packed columns") from problem


def _column(values: list[Any]) -> list[Any]:
    """The shortest of the ways in which these values can be said."""
    kinds = {type(value) for value in values}
    if kinds == {dict} or kinds == {list} or kinds == {str}:
        keys = values if kinds == {str} else [msgspec.msgpack.encode(value, order="sorted") for value in values]
        places: dict[Any, int] = {}
        for key in keys:
            places.setdefault(key, len(places))
        if 2 * len(places) <= len(values):
            first: dict[Any, Any] = dict(zip(reversed(keys), reversed(values), strict=True))
            return ["said", _column([first[key] for key in places]), _numbers([places[key] for key in keys])]
    if kinds == {dict}:
        return _table(values)
    if kinds == {list}:
        parts = [part for value in values for part in value]
        return ["lists", _numbers([len(value) for value in values]), _column(parts)]
    if kinds == {str}:
        return _texts(values)
    if kinds == {int} and all(-_WORD < value < _WORD for value in values):
        return ["numbers", _numbers(values)]
    return ["plain", values]


def _table(values: list[dict[str, Any]]) -> list[Any]:
    """One column a field; `held` says in which rows it stands, or nothing when in all of them."""
    fields = []
    for name in sorted({name for value in values for name in value}):
        held = [name in value for value in values]
        column = _column([value[name] for value in values if name in value])
        fields.append([name, None if all(held) else _numbers([int(each) for each in held]), column])
    return ["tables", len(values), fields]


def _texts(values: list[str]) -> list[Any]:
    if all(_UUID.fullmatch(value) for value in values):
        return ["uuid", len(values), _planes(bytes.fromhex("".join(values).replace("-", "")), 16)]
    if len({len(value) for value in values}) == 1 and all(_HEX.fullmatch(value) for value in values):
        return ["hex", len(values[0]) // 2, bytes.fromhex("".join(values))]
    if all(len(value) < 18 and _NUMBER.fullmatch(value) for value in values):
        return ["digits", _numbers([int(value) for value in values])]
    patterns = {_DIGITS.sub("#", value) for value in values}
    marked = any("#" in value for value in values)
    if len(patterns) == 1 and not marked and 0 < (pattern := patterns.pop()).count("#") < 18:
        return ["pattern", pattern, _numbers([int("".join(_DIGITS.findall(value))) for value in values])]
    return ["plain", values]


def _numbers(values: list[int]) -> list[Any]:
    """Whole numbers, or their steps where these are smaller, as bytes of one width, the high bytes together."""
    steps = [values[0], *(later - earlier for earlier, later in pairwise(values))] if values else []
    stepping = sum(map(abs, steps[1:])) * 4 < sum(map(abs, values[1:]))
    chosen = steps if stepping else values
    lowest = min(chosen, default=0)
    width = max(1, (max(chosen, default=0) - lowest).bit_length() + 7 >> 3)
    flat = b"".join((value - lowest).to_bytes(width, "big") for value in chosen)
    return [len(values), stepping, lowest, width, _planes(flat, width)]


def _planes(flat: bytes, width: int) -> bytes:
    """All first bytes of items of `width` bytes, then all second ones, and so on."""
    return b"".join(flat[place::width] for place in range(width))


class _Reader:
    """Unpacks columns; what they come to together is bounded, so that a small file cannot fill the memory."""

    def __init__(self, largest: int) -> None:
        self._left = largest

    def values(self, column: list[Any]) -> list[Any]:
        kind, *rest = column
        found: list[Any] = _KINDS[kind](self, *rest)
        return found

    def count(self, number: int) -> int:
        """A number of values that is still allowed."""
        self._left -= number
        if number < 0 or self._left < 0:
            raise ValueError("too many values")
        return number

    def numbers(self, count: int, stepping: bool, lowest: int, width: int, planes: bytes) -> list[int]:
        if not 0 < width <= 16 or len(planes) != self.count(count) * width:
            raise ValueError("not so many numbers")
        chosen = [int.from_bytes(planes[place::count], "big") + lowest for place in range(count)]
        return list(accumulate(chosen)) if stepping else chosen

    def said(self, once: list[Any], places: list[Any]) -> list[Any]:
        values = self.values(once)
        return [values[place] for place in self.numbers(*places)]

    def lists(self, lengths: list[Any], parts: list[Any]) -> list[Any]:
        values, start, found = self.values(parts), 0, []
        for length in self.numbers(*lengths):
            found.append(values[start : start + length])
            start += length
        if start != len(values):
            raise ValueError("lists that do not add up")
        return found

    def tables(self, count: int, fields: list[Any]) -> list[Any]:
        found: list[dict[str, Any]] = [{} for _ in range(self.count(count))]
        for name, held, column in fields:
            rows = found
            if held is not None:
                rows = [row for row, stands in zip(found, self.numbers(*held), strict=True) if stands]
            for row, value in zip(rows, self.values(column), strict=True):
                row[name] = value
        return found

    def uuid(self, count: int, planes: bytes) -> list[str]:
        if len(planes) != 16 * self.count(count):
            raise ValueError("not so many identifiers")
        texts = (planes[place::count].hex() for place in range(count))
        return [f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" for text in texts]

    def hex(self, width: int, flat: bytes) -> list[str]:
        if len(flat) % width:
            raise ValueError("not whole digests")
        return [flat[place : place + width].hex() for place in range(0, self.count(len(flat)), width)]

    def digits(self, numbers: list[Any]) -> list[str]:
        return [str(number) for number in self.numbers(*numbers)]

    def pattern(self, pattern: str, numbers: list[Any]) -> list[str]:
        width, found = pattern.count("#"), []
        for number in self.numbers(*numbers):
            digits = iter(f"{number:0{width}d}")
            found.append("".join(next(digits) if sign == "#" else sign for sign in pattern))
        return found

    def plain(self, values: list[Any]) -> list[Any]:
        self.count(len(values))
        return values


_KINDS: Final[dict[str, Callable[..., list[Any]]]] = {
    "said": _Reader.said,
    "lists": _Reader.lists,
    "tables": _Reader.tables,
    "uuid": _Reader.uuid,
    "hex": _Reader.hex,
    "digits": _Reader.digits,
    "pattern": _Reader.pattern,
    "plain": _Reader.plain,
    "numbers": lambda reader, numbers: reader.numbers(*numbers),
}
