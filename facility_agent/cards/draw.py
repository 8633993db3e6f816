"""Draw a member card: the size of a bank card at 300 dots per inch, the signed QR symbol and the facts in clear.

The symbol holds digits only (numeric mode), at level Q, in version 8 to 11, with its quiet zone of 4 modules and a
whole number of printer dots per module: 7 up to version 9, 6 above, so that every symbol is 33 to 37 mm wide.
The same card gives the same bytes: nothing of the clock or of the machine's own fonts goes into the image.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from typing import Final

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.util import MODE_NUMBER, QRData

from facility_agent.vocabulary.records import Card
from facility_agent.words import Words

DPI: Final = 300
CARD_SIZE: Final = (1011, 638)  # 85.6 x 54 mm, ISO/IEC 7810 ID-1
VERSIONS: Final = range(8, 12)
MAX_DIGITS: Final = 426  # 175 bytes and the prefix
QUIET: Final = 4
_MARGIN: Final = 40
_BLACK: Final = 0
_WHITE: Final = 255
_GREY: Final = 96


def draw_card(
    card: Card, text: str, *, payer: str, contact: str = "", invented: bool = False, language: str = "fr"
) -> Image.Image:
    """The face of a card, in grey levels. `text` is its digits, `contact` whom to tell when it is lost."""
    words = Words(language)
    image = Image.new("L", CARD_SIZE, _WHITE)
    pen = ImageDraw.Draw(image)
    symbol = draw_symbol(text)
    image.paste(symbol, (CARD_SIZE[0] - symbol.width - 12, 72))
    width = CARD_SIZE[0] - symbol.width - 12 - _MARGIN

    pen.rectangle((0, 0, CARD_SIZE[0], 64), fill=_BLACK)
    _line(pen, (_MARGIN, 12), payer, "Bold", 34, CARD_SIZE[0] - 2 * _MARGIN, _WHITE)
    _line(pen, (_MARGIN, 84), words("card.title"), "", 26, width, _GREY)
    size = next((size for size in range(40, 20, -1) if len(_wrapped(card.name, "Bold", size, width)) <= 2), 20)
    for row, words_of_name in enumerate(_wrapped(card.name, "Bold", size, width)[:2]):
        _line(pen, (_MARGIN, 128 + 50 * row), words_of_name, "Bold", size, width)
    _line(pen, (_MARGIN, 246), words("card.number"), "", 22, width, _GREY)
    _line(pen, (_MARGIN, 272), card.member, "Bold", 40, width)
    if card.birth_year is not None:
        _line(pen, (_MARGIN, 332), words("card.born", year=card.birth_year), "", 26, width)
    validity = words("card.valid", issued=card.issued, expires=card.expires)
    for row, sentence in enumerate(validity.split("\n")):
        _line(pen, (_MARGIN, 372 + 34 * row), sentence, "", 26, width)
    _line(pen, (_MARGIN, 448), words("card.serial", serial=card.serial), "", 22, width, _GREY)

    lost = words("card.lost.contact", contact=contact) if contact else words("card.lost")
    for row, sentence in enumerate(_wrapped(lost, "", 22, CARD_SIZE[0] - 2 * _MARGIN)[:3]):
        _line(pen, (_MARGIN, 534 + 30 * row), sentence, "", 22, CARD_SIZE[0] - 2 * _MARGIN)
    if invented:
        mark = words("card.invented")
        length = int(font("Bold", 26).getlength(mark)) + 24
        pen.rectangle((_MARGIN, 484, _MARGIN + length, 522), fill=_BLACK)
        _line(pen, (_MARGIN + 12, 488), mark, "Bold", 26, length, _WHITE)
    return image


def draw_symbol(text: str) -> Image.Image:
    """The QR symbol of a card's digits, quiet zone included, at 300 dots per inch.

    ValueError for anything but the digits of a token, which is never too large for version 11 at level Q.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValueError("a card's symbol holds the digits of a token and nothing else")
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=QUIET)
    code.add_data(QRData(text, mode=MODE_NUMBER))
    code.best_fit(start=VERSIONS.start)
    code.make(fit=False)
    matrix = code.get_matrix()
    modules = bytes(_BLACK if dark else _WHITE for row in matrix for dark in row)
    dots = dots_per_module(code.version)
    small = Image.frombytes("L", (len(matrix), len(matrix)), modules)
    return small.resize((len(matrix) * dots, len(matrix) * dots), Image.Resampling.NEAREST)


def dots_per_module(version: int) -> int:
    """Printer dots per module: a symbol of any version stays between 33 and 37 mm at 300 dots per inch.

    >>> [round((17 + 4 * version + 2 * QUIET) * dots_per_module(version) / DPI * 25.4, 1) for version in VERSIONS]
    [33.8, 36.2, 33.0, 35.1]
    """
    return 7 if version <= 9 else 6


def png(image: Image.Image) -> bytes:
    """The image as PNG, with its size in millimetres and nothing else."""
    made = io.BytesIO()
    image.save(made, "PNG", dpi=(DPI, DPI))
    return made.getvalue()


def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans in a pixel size; `weight` is `Bold` or nothing. The layout does not depend on other libraries."""
    name = f"DejaVuSans-{weight}.ttf" if weight else "DejaVuSans.ttf"
    return ImageFont.truetype(io.BytesIO(_font_file(name)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2)
def _font_file(name: str) -> bytes:
    return resources.files("facility_agent").joinpath("vendor", "dejavu", name).read_bytes()


def _line(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, weight: str, size: int, width: int, ink: int = _BLACK
) -> None:
    """One line, in smaller letters when it is too wide, and cut when even those do not help."""
    face = font(weight, size)
    while size > 14 and face.getlength(text) > width:
        size -= 1
        face = font(weight, size)
    while text and face.getlength(text) > width:
        text = text[:-1]
    pen.text(at, text, fill=ink, font=face)


def _wrapped(text: str, weight: str, size: int, width: int) -> list[str]:
    """`text` in lines no wider than `width`, unless one word is."""
    face = font(weight, size)
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
