"""Many documents of one kind in little space: JSON values turned into columns, and packed with xz.

A month of claims says the same few things again and again: acts, prices, people, payers. Values of one field stand
together; what repeats is said once and then counted; identifiers and numbers become bytes. What comes out of `unpack`
is what went into `pack`, to the value. Nothing here knows what a claim is.

Values stay encoded on the way in and out, and go through one by one: as a tree of Python's objects a large month would
take ten times the memory.

A packed column is a MessagePack array: its kind, then what the kind needs.
"""

from __future__ import annotations

import lzma
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise, repeat
from operator import itemgetter
from typing import Any, Final

import msgspec

from facility_agent.vocabulary.identifiers import canonical

MAGIC: Final = b"FAC1"
_FILTERS: Final = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 23, "lc": 3, "lp": 0, "pb": 0}]
_MEMORY: Final = 64 * 1024 * 1024
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX: Final = re.compile(r"(?:[0-9a-f]{2}){8,64}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")
_DIGITS: Final = re.compile(r"[0-9]")
#: Numbers that stand in eight bytes; larger ones stay as they are.
_WORD: Final = 1 << 62
#: How many times as long as what is opened the JSON of one value may be; a month of claims comes to twenty times.
_SWOLLEN: Final = 4
_DICT: Final = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_LIST: Final = msgspec.msgpack.Decoder(list[msgspec.Raw])
#: What a MessagePack value is, by its first byte; anything else is a kind of its own.
_KIND_OF: Final[dict[int, type]] = {
    **dict.fromkeys((*range(0x80), *range(0xE0, 0x100), *range(0xCC, 0xD4)), int),
    **dict.fromkeys((*range(0x80, 0x90), 0xDE, 0xDF), dict),
    **dict.fromkeys((*range(0x90, 0xA0), 0xDC, 0xDD), list),
    **dict.fromkeys((*range(0xA0, 0xC0), 0xD9, 0xDA, 0xDB), str),
}


def pack(values: Iterable[Any]) -> bytes:
    """The bytes of some JSON values (null, true, whole numbers, texts, lists and tables of them).

    What is MessagePack already, with its names in order, may stand in its place as `msgspec.Raw`.
    """
    column = _column(msgspec.msgpack.encode(value, order="sorted") for value in values)
    return MAGIC + lzma.compress(msgspec.msgpack.encode(_packed(column)), lzma.FORMAT_XZ, filters=_FILTERS)


def unpack(data: bytes, largest: int) -> list[bytes]:
    """The values again, each as canonical JSON.

    ValueError for anything that `pack` did not write, that opens to more than `largest` bytes or values, or whose
    JSON is more than `_SWOLLEN` times as long.
    """
    if not data.startswith(MAGIC):
        raise ValueError("not packed columns")
    opening = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    try:
        opened = opening.decompress(data[len(MAGIC) :], largest + 1)
        if not opening.eof or opening.unused_data or len(opened) > largest:
            raise ValueError("cut short, too long, or followed by something else")
        reader = _Reader(largest)
        return reader.held(reader.values(msgspec.msgpack.decode(opened)))
    except (lzma.LZMAError, msgspec.DecodeError, ArithmeticError, LookupError, TypeError) as problem:
        raise ValueError("not packed columns") from problem


class _Column:
    """The values of one field: each different one once, as MessagePack, and for every row the place of its own."""

    def __init__(self) -> None:
        self.places, self.once = array("I"), dict[bytes, int]()

    def add(self, value: bytes) -> None:
        self.places.append(self.once.setdefault(value, len(self.once)))

    def given(self) -> Iterator[bytes]:
        """The values row by row, for the last time: they take no room after this."""
        once, self.once = list(self.once), {}
        return (once[place] for place in self.places)


def _packed(column: _Column) -> list[Any]:
    """The shortest of the ways in which these values can be said."""
    kinds = {_KIND_OF.get(value[0], object) for value in column.once}
    if kinds in ({dict}, {list}, {str}) and 2 * len(column.once) <= len(column.places):
        places, column.places = column.places, array("I", range(len(column.once)))
        return ["said", _packed(column), _numbers(places)]
    if kinds == {dict}:
        return _table(column)
    if kinds == {list}:
        lengths = array("I")
        parts = _column(bytes(part) for part in _parts(column, lengths))
        return ["lists", _numbers(lengths), _packed(parts)]
    if kinds == {str}:
        return _texts([msgspec.msgpack.decode(value) for value in column.given()])
    if kinds == {int}:
        decoded = {value: msgspec.msgpack.decode(value) for value in column.once}
        if all(-_WORD < number < _WORD for number in decoded.values()):
            return ["numbers", _numbers([decoded[value] for value in column.given()])]
    return ["plain", [msgspec.Raw(value) for value in column.given()]]


def _column(values: Iterable[bytes]) -> _Column:
    column = _Column()
    for value in values:
        column.add(value)
    return column


def _parts(column: _Column, lengths: array[int]) -> Iterator[msgspec.Raw]:
    """What stands in the lists of a column, one list after the other; `lengths` hears how long each is."""
    for value in column.given():
        parts = _LIST.decode(value)
        lengths.append(len(parts))
        yield from parts


def _table(column: _Column) -> list[Any]:
    """One column a field; `held` says in which rows it stands, or nothing when in all of them."""
    count, fields = len(column.places), _fields(column)
    packed = []
    for name in sorted(fields):
        held, inside = fields.pop(name)
        packed.append([name, None if all(held) else _numbers(held), _packed(inside)])
    return ["tables", count, packed]


def _fields(column: _Column) -> dict[str, tuple[bytearray, _Column]]:
    """The values of each field, and a byte for each row that says whether it stands there."""
    fields: dict[str, tuple[bytearray, _Column]] = {}
    for row, value in enumerate(column.given()):
        for name, part in _DICT.decode(value).items():
            if name not in fields:
                fields[name] = bytearray(len(column.places)), _Column()
            held, inside = fields[name]
            held[row] = 1
            inside.add(bytes(part))
    return fields


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


def _numbers(values: Sequence[int]) -> list[Any]:
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
    """Unpacks columns to JSON, value by value. What they come to is bounded: a small file cannot fill the memory."""

    def __init__(self, largest: int) -> None:
        self._left, self._longest = largest, _SWOLLEN * largest

    def values(self, column: list[Any]) -> Iterator[bytes]:
        kind, *rest = column
        return _KINDS[kind](self, *rest)

    def held(self, values: Iterable[bytes]) -> list[bytes]:
        """Values that stand in memory at the same time."""
        found, length = [], 0
        for value in values:
            found.append(value)
            length += len(value)
            if length > self._longest:
                raise ValueError("longer than any letter")
        return found

    def joined(self, opening: bytes, values: Iterable[bytes], closing: bytes, count: int) -> bytes:
        """So many values as one; nothing is kept of them, because a whole month may be one list."""
        parts = self.held(values)
        if len(parts) != count:
            raise ValueError("rows or lists that do not add up")
        if not parts:
            return opening + closing
        parts[0] = opening + parts[0]
        parts[-1] += closing
        return b",".join(parts)

    def count(self, number: int) -> int:
        """A number of values that is still allowed."""
        self._left -= number
        if number < 0 or self._left < 0:
            raise ValueError("too many values")
        return number

    def whole(self, count: int, stepping: bool, lowest: int, width: int, planes: bytes) -> list[int]:
        """The numbers that `_numbers` wrote."""
        if not 0 < width <= 16 or len(planes) != self.count(count) * width:
            raise ValueError("not so many numbers")
        chosen = [int.from_bytes(planes[place::count], "big") + lowest for place in range(count)]
        return list(accumulate(chosen)) if stepping else chosen

    def numbers(self, numbers: list[Any]) -> Iterator[bytes]:
        return map(canonical, self.whole(*numbers))

    def said(self, once: list[Any], places: list[Any]) -> Iterator[bytes]:
        values = self.held(self.values(once))
        return (values[place] for place in self.whole(*places))

    def lists(self, lengths: list[Any], parts: list[Any]) -> Iterator[bytes]:
        values = self.values(parts)
        for length in self.whole(*lengths):
            yield self.joined(b"[", islice(values, length), b"]", length)
        if next(values, None) is not None:
            raise ValueError("lists that do not add up")

    def tables(self, count: int, fields: list[Any]) -> Iterator[bytes]:
        self.count(count)
        columns = [
            (canonical(name) + b":", repeat(1, count) if held is None else iter(self.whole(*held)), self.values(column))
            for name, held, column in sorted(fields, key=itemgetter(0))
        ]
        if len({name for name, _, _ in columns}) != len(columns):
            raise ValueError("a field twice")
        for _ in range(count):
            named = [(name, values) for name, stands, values in columns if next(stands)]
            cells = (name + value for name, values in named for value in islice(values, 1))
            yield self.joined(b"{", cells, b"}", len(named))
        if any(next(each, None) is not None for _, stands, values in columns for each in (stands, values)):
            raise ValueError("rows that do not fit")

    def uuid(self, count: int, planes: bytes) -> Iterator[bytes]:
        if len(planes) != 16 * self.count(count):
            raise ValueError("not so many identifiers")
        texts = (planes[place::count].hex() for place in range(count))
        return (canonical(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}") for text in texts)

    def hex(self, width: int, flat: bytes) -> Iterator[bytes]:
        if len(flat) % width:
            raise ValueError("not whole digests")
        return (canonical(flat[place : place + width].hex()) for place in range(0, self.count(len(flat)), width))

    def digits(self, numbers: list[Any]) -> Iterator[bytes]:
        return (canonical(str(number)) for number in self.whole(*numbers))

    def pattern(self, pattern: str, numbers: list[Any]) -> Iterator[bytes]:
        width = pattern.count("#")
        for number in self.whole(*numbers):
            digits = iter(f"{number:0{width}d}")
            yield canonical("".join(next(digits) if sign == "#" else sign for sign in pattern))

    def plain(self, values: list[Any]) -> Iterator[bytes]:
        self.count(len(values))
        return map(canonical, values)


_KINDS: Final[dict[str, Callable[..., Iterator[bytes]]]] = {
    "said": _Reader.said,
    "lists": _Reader.lists,
    "tables": _Reader.tables,
    "uuid": _Reader.uuid,
    "hex": _Reader.hex,
    "digits": _Reader.digits,
    "pattern": _Reader.pattern,
    "plain": _Reader.plain,
    "numbers": _Reader.numbers,
}
