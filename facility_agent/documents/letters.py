"""Letters on paper: how wide a text is, how it breaks into lines, and how it is made to fit.

A text that is too wide is set smaller, then in several lines, and only at the very end cut, with an ellipsis that
can be seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

#: Points: below this nobody reads a print.
SMALLEST = 4.5
#: French puts a space before these signs, and no line ends there.
_BOUND = re.compile(r" (?=[:;!?»%])|(?<=«) ")


class Letters:
    """Measures text. `advance` gives the width of one letter, of 1 point, regular or bold, in millimetres."""

    def __init__(self, advance: Callable[[str, bool], float]) -> None:
        self._advance = advance
        self._known: dict[tuple[str, bool], float] = {}

    def fit(self, text: str, width: float, size: float, bold: bool, lines: int) -> tuple[float, list[str]]:
        """The size in points and the lines in which a text goes into a width."""
        if not text:
            return size, []
        needed = self.measure(text, size, bold)
        if needed <= width:
            return size, [text]
        if lines == 1 and needed * SMALLEST <= width * size:
            return size * width / needed * 0.999, [text]
        smaller = size
        while lines > 1 and smaller >= SMALLEST:
            rows = self.wrap(text, width, smaller, bold)
            if len(rows) <= lines:
                return smaller, rows
            smaller -= 0.5
        rows = self.wrap(text, width, SMALLEST, bold)
        if len(rows) > lines:
            rows = rows[:lines]
            while rows[-1] and self.measure(rows[-1] + "…", SMALLEST, bold) > width:
                rows[-1] = rows[-1][:-1]
            rows[-1] += "…"
        return SMALLEST, rows

    def wrap(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """The lines of a text at a size; a word that is wider than the line is broken where the line ends."""
        rows: list[str] = []
        for word in bound(text).split(" "):
            joined = f"{rows[-1]} {word}" if rows else word
            if rows and self.measure(joined, size, bold) <= width:
                rows[-1] = joined
                continue
            while len(word) > 1 and self.measure(word, size, bold) > width:
                end = next(
                    n for n in range(len(word) - 1, 0, -1) if n == 1 or self.measure(word[:n], size, bold) <= width
                )
                rows.append(word[:end])
                word = word[end:]
            rows.append(word)
        return rows

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a text in millimetres; letters stand side by side, without kerning."""
        total = 0.0
        for sign in text:
            advance = self._known.get((sign, bold))
            if advance is None:
                advance = self._known[sign, bold] = self._advance(sign, bold)
            total += advance
        return total * size


def clean(text: str) -> str:
    """A text as it is printed: letters composed, spaces and line ends single, no invisible control signs.

    >>> clean("  N\\u2019Diaye\\n Aı\\u0308cha\\x00 ")
    'N’Diaye Aı̈cha'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    kept = "".join(" " if sign.isspace() and sign not in "\u00a0\u202f" else sign for sign in text)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cc", "Cs", "Co"))
    return unicodedata.normalize("NFC", " ".join(part for part in kept.split(" ") if part))


def bound(text: str) -> str:
    """A text whose spaces before `:` and inside « » do not end a line.

    >>> bound("« clause ouverte » : 7 %") == "«\u00a0clause ouverte\u00a0»\u00a0: 7\u00a0%"
    True
    """
    return _BOUND.sub("\u00a0", text)
