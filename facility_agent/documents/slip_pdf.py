"""A slip as PDF: a strip of 58 or 80 mm as long as it needs to be, or a sheet of A5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from importlib import resources
from typing import Any, Final

from facility_agent.documents.frame import FACE, symbol
from facility_agent.documents.letters import Letters, clean
from facility_agent.documents.slip import Paper, SlipLine

#: Width of the page, margin, size of the letters in points, width of the code; millimetres.
_SIZES: Final[dict[str, tuple[float, float, float, float]]] = {
    "58": (58, 3, 7.5, 34),
    "80": (80, 4, 9, 40),
    "a5": (148, 12, 10.5, 42),
}
_A5_HEIGHT: Final = 210.0
_LONG: Final = 4000.0
_MM_PER_POINT: Final = 25.4 / 72


def slip_pdf(
    lines: Sequence[SlipLine], code: str, paper: Paper, title: str, made_on: date, language: str = "fr"
) -> bytes:
    """The slip; the same content gives the same bytes."""
    if paper == "a5":
        return bytes(_drawn(lines, code, paper, _A5_HEIGHT, title, made_on, language)[0].output())
    # The first time only measures: the strip then is as long as what it says.
    end = _drawn(lines, code, paper, _LONG, title, made_on, language)[1]
    height = max(_SIZES[paper][0] + 1, end + _SIZES[paper][1])
    return bytes(_drawn(lines, code, paper, height, title, made_on, language)[0].output())


def _drawn(
    lines: Sequence[SlipLine], code: str, paper: Paper, height: float, title: str, made_on: date, language: str
) -> tuple[Any, float]:
    """The document on pages of a height, and where its writing ends."""
    # Imported late: it takes a second, and a desk that prints nothing should not wait for it.
    from fpdf import FPDF

    width, margin, size, square = _SIZES[paper]
    pdf = FPDF(format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(datetime.combine(made_on, time(), UTC))
    pdf.set_producer("facility-agent")
    pdf.set_title(clean(title))
    pdf.set_lang(language)
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font(FACE, style, str(resources.files("facility_agent").joinpath("vendor", "dejavu", name)))
    pdf.add_page()
    return pdf, _write(pdf, lines, code, width, margin, size, square, height)


def _write(
    pdf: Any, lines: Sequence[SlipLine], code: str, width: float, margin: float, size: float, square: float,
    bottom: float,
) -> float:  # fmt: skip
    """Write from top to bottom, on further pages when one is full; returns where the writing ends."""

    def advance(letter: str, bold: bool) -> float:
        pdf.set_font(FACE, "B" if bold else "", 100)
        return float(pdf.get_string_width(letter)) / 100

    letters, room, step, y = Letters(advance), width - 2 * margin, size * _MM_PER_POINT * 1.4, margin
    for line in lines:
        if line.rule:
            pdf.line(margin, y + step / 2, width - margin, y + step / 2)
            y += step
            continue
        taken = letters.measure(line.amount, size, line.bold) + 2 if line.amount else 0
        rows = letters.wrap(clean(line.text), room - taken, size, line.bold) or [""]
        for place, row in enumerate(rows):
            if y + step > bottom - margin:
                pdf.add_page()
                y = margin
            pdf.set_font(FACE, "B" if line.bold else "", size)
            pdf.text(margin, y + step * 0.75, row)
            if line.amount and place == len(rows) - 1:
                left = width - margin - letters.measure(line.amount, size, line.bold)
                pdf.set_font(FACE, "B" if line.bold else "", size)
                pdf.text(left, y + step * 0.75, clean(line.amount))
            y += step
    if code:
        if y + square + 2 > bottom - margin:
            pdf.add_page()
            y = margin
        pdf.image(symbol(code), x=(width - square) / 2, y=y + 2, w=square)
        y += square + 4
    return y
