"""Care sheets to fill in by hand without power: two to a page of A4, each with its own number, to be cut apart.

A sheet is entered once, under its number. Its fields are those that a claim needs, and a tick or a line for every
fact and paper that the arrangement demands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from facility_agent.documents.frame import MARGIN, Frame, symbol
from facility_agent.words import Words

#: Half a page: A5 across.
_HALF = 148.5
_ROWS = 6


class Sheets(msgspec.Struct, frozen=True):
    """What the sheets of one printing share. `facts` and `papers` are demanded here, in words."""

    facility: str
    code: str
    list: int
    day: date
    facts: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    invented: bool = False


def care_sheets_pdf(sheets: Sheets, numbers: Sequence[int], language: str = "fr") -> bytes:
    """One half page for each number."""
    words = Words(language)
    frame = Frame(words, words("doc.sheet.title"), sheets.day)
    for place, number in enumerate(numbers):
        if place % 2 == 0:
            frame.pdf.add_page()
        else:
            frame.pdf.set_line_width(0.1)
            frame.pdf.set_dash_pattern(dash=2, gap=2)
            frame.pdf.line(0, _HALF, frame.pdf.w, _HALF)
            frame.pdf.set_dash_pattern()
        _sheet(frame, sheets, number, _HALF * (place % 2) + 7)
    return frame.finish()


def sheet_number(code: str, number: int) -> str:
    """A sheet's number as it is printed and typed.

    >>> sheet_number("CSPS-1", 42)
    'CSPS-1/F000042'
    """
    return f"{code}/F{number:06d}"


def _sheet(frame: Frame, sheets: Sheets, number: int, top: float) -> None:
    words, left, width = frame.words, MARGIN, frame.width
    printed = sheet_number(sheets.code, number)
    frame.say(words("doc.sheet.title"), left, top, width - 70, 7, size=12, bold=True)
    frame.say(sheets.facility, left, top + 7, width - 70, 5, size=9)
    said = words("doc.sheet.list", list=sheets.list, day=sheets.day)
    frame.say(said, left, top + 12, width - 70, 4.5, size=7.5)
    if sheets.invented:
        frame.say(words("doc.mark.invented"), left, top + 16, width - 70, 4.5, size=7.5, bold=True)
    frame.say(printed, left + width - 70, top, 52, 8, size=12, bold=True, align="R")
    frame.pdf.image(symbol(printed), left + width - 16, top, 16, 16)
    y = top + 21
    for row in (
        (("name", 2.2), ("number", 1.4)),
        (("born", 1), ("sex", 0.6), ("scheme", 1.4), ("village", 1.2)),
        (("day", 1), ("hour", 0.6), ("register", 1), ("letter", 1.4)),
        (("motive", 2), ("companion", 1.6)),
    ):
        y = _blanks(frame, [(words(f"doc.sheet.{name}"), share) for name, share in row], y)
    y = _lines(frame, y + 1)
    ticks = [words("doc.sheet.emergency"), *sheets.papers]
    frame.say(" · ".join(f"☐ {tick}" for tick in ticks), left, y, width, 8, size=8, lines=2)
    y += 8.5
    if sheets.facts:
        asked = " · ".join(f"{fact} ………" for fact in sheets.facts)
        frame.say(asked, left, y, width, 8, size=8, lines=2)
        y += 8.5
    for place, name in enumerate(("giver", "received")):
        x = left + place * (width / 2 + 1)
        frame.pdf.set_line_width(0.2)
        frame.pdf.rect(x, y, width / 2 - 1, top + _HALF - 14 - y)
        frame.say(words(f"doc.sheet.{name}"), x, y, width / 2 - 1, 5, size=7.5)


def _blanks(frame: Frame, blanks: Sequence[tuple[str, float]], y: float) -> float:
    """Fields beside each other, each over its line; the room for each is its share."""
    whole, x = sum(share for _, share in blanks), MARGIN
    frame.pdf.set_line_width(0.2)
    for label, share in blanks:
        width = frame.width * share / whole
        frame.say(label, x, y, width - 2, 4, size=7)
        frame.pdf.rect(x, y, width - 1.5, 9.5)
        x += width
    return y + 10.5


def _lines(frame: Frame, y: float) -> float:
    """The table of what was given, empty."""
    words, x = frame.words, MARGIN
    widths = (("act", 92.0), ("quantity", 18.0), ("price", 26.0), ("amount", 28.0), ("role", frame.width - 164))
    frame.pdf.set_line_width(0.2)
    for name, width in widths:
        frame.say(words(f"doc.sheet.{name}"), x, y, width, 4.5, size=7, bold=True)
        frame.pdf.rect(x, y, width, 4.5 + 6 * _ROWS)
        x += width
    for row in range(_ROWS):
        frame.pdf.line(MARGIN, y + 4.5 + 6 * row, MARGIN + frame.width, y + 4.5 + 6 * row)
    return y + 4.5 + 6 * _ROWS + 1
