"""Pages of which most is the same for everybody: made once, and filled in for each person.

A template shows its `frame`, a record that names everything it depends on, and leaves `slots` for the rest. The page
of a frame is kept in the parts between its slots; a busy desk then only joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Final, Generic, TypeVar

from markupsafe import Markup

T = TypeVar("T")
S = TypeVar("S", str, bytes)

#: A slot's mark: no text that a person types or a contract holds has this sign, which forms leave out.
_MARK: Final = "\x00"


class Pieces(Generic[T]):
    """What was made for a key, made once; the oldest piece leaves when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, T] = {}

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """The piece of this key."""
        piece = self._made.get(key)
        if piece is None:
            piece = make()
            while len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            self._made[key] = piece
        return piece


def marks(names: tuple[str, ...]) -> dict[str, Markup]:
    """What a template is given for its slots."""
    return {name: Markup(f"{_MARK}{name}{_MARK}") for name in names}


def parts(page: str) -> tuple[str, ...]:
    """The page cut at its slots: text, name of a slot, text, and so on.

    >>> parts(f"<p>{marks(('name',))['name']}</p>")
    ('<p>', 'name', '</p>')
    """
    return tuple(page.split(_MARK))


def filled(cut: tuple[S, ...], slots: Mapping[S, S]) -> S:
    """The page with what stands in its slots, which is HTML already; text, or bytes that are ready to be sent.

    >>> filled(("<p>", "name", "</p>"), {"name": "Awa"}), filled((b"<p>", b"name", b"</p>"), {b"name": b"Awa"})
    ('<p>Awa</p>', b'<p>Awa</p>')
    """
    return cut[0][:0].join([part if place % 2 == 0 else slots[part] for place, part in enumerate(cut)])
