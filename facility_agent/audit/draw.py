"""Which claims of a batch are looked at: a draw that either side can make again, byte for byte.

The payer commits to a value before the batch is sealed (it publishes its SHA-256), the facility seals the batch, and
the seed is the SHA-256 over both: neither side could choose it. Every item gets a rank, the SHA-256 over seed and
item; in each stratum the smallest ranks are drawn, so that a replacement order is part of the draw. No random module
of any language is involved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from typing import Literal

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Record

#: Raised when the same frame and seed would give another sample.
DRAW_VERSION = 1

Method = Literal["random", "stratified", "monetary-unit"]


class Item(Record, frozen=True):
    """One item of the frame: its name, and what it asks in minor units."""

    id: str
    amount: int


class Stratum(Record, frozen=True):
    """Items of one kind of amount: from `floor` on, up to the next stratum's floor."""

    floor: int
    items: tuple[str, ...]
    drawn: tuple[str, ...]


class Draw(Record, frozen=True):
    """A draw with all that is needed to make it again. `certain` items are too large to be left to chance."""

    method: Method
    frame: str
    seed: str
    size: int
    strata: tuple[Stratum, ...]
    certain: tuple[str, ...] = ()
    version: int = DRAW_VERSION

    @property
    def drawn(self) -> tuple[str, ...]:
        """Everything that is looked at, the certain items first."""
        return (*self.certain, *(item for stratum in self.strata for item in stratum.drawn))


def commitment(value: bytes) -> str:
    """What the payer publishes before the batch is sealed: the SHA-256 of a value that it keeps."""
    return sha256(value).hexdigest()


def seed_of(batch_digest: str, value: bytes, committed: str) -> str:
    """The seed of a sealed batch; InputError `sample-commitment-broken` when the value is not the one committed to.

    >>> seed_of("ab" * 32, b"v", commitment(b"v")) == seed_of("ab" * 32, b"v", commitment(b"v"))
    True
    """
    if commitment(value) != committed:
        raise InputError("sample-commitment-broken", committed=committed[:16])
    return sha256(b"facility-agent draw " + bytes.fromhex(batch_digest) + value).hexdigest()


def frame_of(items: Iterable[Item]) -> str:
    """The digest of the frame: every item with its amount, in order of their names. An item stands in it once."""
    ordered = sorted(items, key=lambda item: item.id)
    if len({item.id for item in ordered}) < len(ordered):
        raise InputError("sample-frame-doubled", item=_doubled(ordered))
    return digest(canonical(ordered))


def random_draw(items: Sequence[Item], size: int, seed: str) -> Draw:
    """`size` items, each with the same chance; all of them when there are no more."""
    return _by_strata("random", items, [0], [min(size, len(items))], seed, ())


def stratified_draw(items: Sequence[Item], floors: Sequence[int], size: int, seed: str, least: int = 30) -> Draw:
    """`size` items shared out by the money of each stratum, at least `least` (or all) of each.

    `floors` are the lowest amounts of the strata, ascending, the first one 0. A stratum gets no more than it has.
    """
    if list(floors) != sorted(set(floors)) or not floors or floors[0] != 0:
        raise InputError("sample-strata-wrong", floors=", ".join(map(str, floors)))
    groups = _grouped(items, floors)
    money = [sum(item.amount for item in group) for group in groups]
    wanted = _shared_out(size, money)
    sizes = [min(len(group), max(least, share)) for group, share in zip(groups, wanted, strict=True)]
    return _by_strata("stratified", items, floors, sizes, seed, ())


def monetary_draw(items: Sequence[Item], size: int, seed: str) -> Draw:
    """Monetary units: one in every interval of money, from a start that the seed gives, over the ranked items.

    An item of an interval or more is certain. Items that ask nothing are never drawn.
    """
    asked = [item for item in items if item.amount > 0]
    certain: list[Item] = []
    left, interval = asked, Fraction(0)
    while size > len(certain) and left:
        interval = Fraction(sum(item.amount for item in left), size - len(certain))
        large = [item for item in left if item.amount >= interval]
        if not large:
            break
        certain += large
        left = [item for item in left if item.amount < interval]
    picks = max(0, size - len(certain)) if left else 0
    start = interval * int(rank(seed, "start"), 16) / (1 << 256)
    drawn: list[str] = []
    reached, point = Fraction(0), start
    for item in sorted(left, key=lambda entry: rank(seed, entry.id)):
        reached += item.amount
        if point < reached and len(drawn) < picks:
            drawn.append(item.id)
            point += interval
    stratum = Stratum(0, tuple(item.id for item in left), tuple(drawn))
    names = tuple(item.id for item in certain)
    return Draw("monetary-unit", frame_of(items), seed, len(names) + len(drawn), (stratum,), names)


def rank(seed: str, item: str) -> str:
    """The place of an item in the draw, as hexadecimal text: the smaller, the earlier."""
    return sha256(bytes.fromhex(seed) + item.encode()).hexdigest()


def _by_strata(
    method: Method, items: Sequence[Item], floors: Sequence[int], sizes: Sequence[int], seed: str,
    certain: tuple[str, ...],
) -> Draw:  # fmt: skip
    strata = []
    for floor, group, size in zip(floors, _grouped(items, floors), sizes, strict=True):
        ranked = sorted((item.id for item in group), key=lambda name: rank(seed, name))
        strata.append(Stratum(floor, tuple(sorted(ranked)), tuple(ranked[:size])))
    return Draw(method, frame_of(items), seed, sum(sizes), tuple(strata), certain)


def _grouped(items: Sequence[Item], floors: Sequence[int]) -> list[list[Item]]:
    groups: list[list[Item]] = [[] for _ in floors]
    for item in items:
        place = max(place for place, floor in enumerate(floors) if place == 0 or item.amount >= floor)
        groups[place].append(item)
    return groups


def _shared_out(size: int, weights: Sequence[int]) -> list[int]:
    """`size` in whole parts by weight; what rounding leaves goes to the largest remainders."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    exact = [Fraction(size * weight, whole) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[: size - sum(parts)]:
        parts[place] += 1
    return parts


def _doubled(ordered: Sequence[Item]) -> str:
    return next(one.id for one, other in pairwise(ordered) if one.id == other.id)
