"""Cards as PDF: one to a page for a card printer (CR80), or ten on an A4 page with cut marks and a laminator.

On A4 the cards touch, so that one cut serves two. A line of 50 mm at the foot shows whether the printer kept the scale;
a shrunk symbol loses its whole number of dots. The same cards and day give the same bytes. Each face is compressed as
it comes, so that a hundred of them are never in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def card_pages(faces: Iterable[Image.Image], made_on: date, language: str = "fr") -> bytes:
    """The faces one to a page of 85.6 × 54 mm, dot for dot at 300 dots per inch: for a card printer."""
    document = _document(made_on, language, _CARD)
    for face in faces:
        document.add_page()
        document.image(face, x=0, y=0, w=_CARD[0], h=_CARD[1])
    return bytes(document.output())


def card_sheets(faces: Iterable[Image.Image], made_on: date, language: str = "fr", count: int | None = None) -> bytes:
    """The faces, ten to a page in reading order, as one PDF that says that it was made on that day.

    `count` is how many there are, when they are drawn one after another.
    """
    words = Words(language)
    document = _document(made_on, language, _PAGE)
    with resources.as_file(resources.files("facility_agent").joinpath("vendor", "dejavu", "DejaVuSans.ttf")) as file:
        document.add_font("DejaVu", fname=file)
        pages = -(-(count if count is not None else len(_counted(faces))) // PER_PAGE)
        for place, face in enumerate(faces):
            page, place = divmod(place, PER_PAGE)
            if not place:
                document.add_page()
                _frame(document, words("card.sheet.title", page=page + 1, pages=pages), words("card.sheet.ruler"))
            x, y = _LEFT + place % COLUMNS * _CARD[0], _TOP + place // COLUMNS * _CARD[1]
            document.image(face, x=x, y=y, w=_CARD[0], h=_CARD[1])
        return bytes(document.output())


def _counted(faces: Iterable[Image.Image]) -> Sequence[Image.Image]:
    if not isinstance(faces, Sequence):
        raise TypeError("faces that are drawn one after another come with their count")
    return faces


def _document(made_on: date, language: str, size: tuple[float, float]) -> FPDF:
    """An empty document; what its pages hold is compressed without loss."""
    from fpdf import FPDF  # half a second: only who prints waits for it

    # fpdf2 turns a page that is wider than high unless it is told that this is how it lies.
    lies = "landscape" if size[0] > size[1] else "portrait"
    document = FPDF(orientation=lies, unit="mm", format=(min(size), max(size)))
    document.set_creation_date(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC))
    document.set_lang(language)
    document.set_auto_page_break(False)
    document.set_image_filter("FlateDecode")
    return document


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
