"""Ten cards on an A4 page with cut marks, as a PDF: for a mutual that has a paper printer and a laminator.

The cards touch, so that one cut serves two. A line of 50 mm at the foot shows whether the printer kept the scale;
a shrunk symbol loses its whole number of dots. The same cards and day give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib import resources
from typing import TYPE_CHECKING, Final

from PIL import Image

from facility_agent.cards.draw import CARD_SIZE, DPI
from facility_agent.words import Words

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS: Final = 2
ROWS: Final = 5
PER_PAGE: Final = COLUMNS * ROWS
_PAGE: Final = (210.0, 297.0)
_CARD: Final = (CARD_SIZE[0] / DPI * 25.4, CARD_SIZE[1] / DPI * 25.4)
_LEFT: Final = (_PAGE[0] - COLUMNS * _CARD[0]) / 2
_TOP: Final = (_PAGE[1] - ROWS * _CARD[1]) / 2
_MARK: Final = 5.0


def card_sheets(faces: Sequence[Image.Image], made_on: date, language: str = "fr") -> bytes:
    """The faces, ten to a page in reading order, as one PDF that says that it was made on that day."""
    from fpdf import FPDF  # half a second: only who prints waits for it

    words = Words(language)
    document = FPDF(unit="mm", format="A4")
    document.set_creation_date(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC))
    document.set_lang(language)
    document.set_auto_page_break(False)
    document.set_image_filter("FlateDecode")
    with resources.as_file(resources.files("facility_agent").joinpath("vendor", "dejavu", "DejaVuSans.ttf")) as file:
        document.add_font("DejaVu", fname=file)
        pages = -(-len(faces) // PER_PAGE)
        for page in range(pages):
            document.add_page()
            _frame(document, words("card.sheet.title", page=page + 1, pages=pages), words("card.sheet.ruler"))
            for place, face in enumerate(faces[page * PER_PAGE : (page + 1) * PER_PAGE]):
                x, y = _LEFT + place % COLUMNS * _CARD[0], _TOP + place // COLUMNS * _CARD[1]
                document.image(face, x=x, y=y, w=_CARD[0], h=_CARD[1])
        return bytes(document.output())


def _frame(document: FPDF, title: str, ruler: str) -> None:
    """What stands around the cards: the title, the cut marks and the line of 50 mm."""
    document.set_font("DejaVu", size=7)
    document.set_line_width(0.1)
    document.text(_LEFT, 6, title)
    for column in range(COLUMNS + 1):
        x = _LEFT + column * _CARD[0]
        document.line(x, _TOP - 1 - _MARK, x, _TOP - 1)
        document.line(x, _PAGE[1] - _TOP + 1, x, _PAGE[1] - _TOP + 1 + _MARK)
    for row in range(ROWS + 1):
        y = _TOP + row * _CARD[1]
        document.line(_LEFT - 1 - _MARK, y, _LEFT - 1, y)
        document.line(_PAGE[0] - _LEFT + 1, y, _PAGE[0] - _LEFT + 1 + _MARK, y)
    foot = _PAGE[1] - 5
    document.line(_LEFT, foot, _LEFT + 50, foot)
    for end in (_LEFT, _LEFT + 50):
        document.line(end, foot - 1, end, foot + 1)
    document.text(_LEFT + 52, foot + 1, ruler)
