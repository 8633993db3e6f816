"""Draw a card: the size of a bank card at 300 dots per inch, the signed QR symbol and the facts in clear.

The symbol holds digits only (numeric mode), at level Q, in version 8 to 11, with its quiet zone of 4 modules and a
whole number of printer dots per module: 7 up to version 9, 6 above, so that every symbol is 33 to 37 mm wide. The
same card gives the same bytes: nothing of the clock or of the machine's own fonts goes into the image. Names may be
long, the issuer's as well as the holder's: letters grow smaller, and the text takes a second line.
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
_HEAD: Final = 72
#: Portrait: 15 x 18.8 mm.
_PORTRAIT: Final = (177, 222)
_BLACK: Final = 0
_WHITE: Final = 255
_GREY: Final = 96


def draw_card(
    card: Card,
    text: str,
    *,
    payer: str,
    contact: str = "",
    invented: bool = False,
    language: str = "fr",
    portrait: bytes | None = None,
) -> Image.Image:
    """The face of a card, in grey levels.

    `text` is its digits, `contact` whom to tell when it is lost, `portrait` the holder's thumbnail as it is kept.
    """
    words = Words(language)
    image = Image.new("L", CARD_SIZE, _WHITE)
    pen = ImageDraw.Draw(image)
    symbol = draw_symbol(text)
    image.paste(symbol, (CARD_SIZE[0] - symbol.width - 12, _HEAD + 4))
    width = CARD_SIZE[0] - symbol.width - 12 - _MARGIN
    pen.rectangle((0, 0, CARD_SIZE[0], _HEAD), fill=_BLACK)
    _block(pen, (_MARGIN, 8), payer, "Bold", (34, 20), CARD_SIZE[0] - 2 * _MARGIN, 2, _HEAD - 14, _WHITE)

    _line(pen, (_MARGIN, 90), words(f"card.title.{card.kind}"), "", 26, width, _GREY)
    left, room = _MARGIN, width
    if portrait is not None:
        _paste(image, portrait, (_MARGIN, 130))
        left, room = _MARGIN + _PORTRAIT[0] + 20, width - _PORTRAIT[0] - 20
    _block(pen, (left, 128), card.name, "Bold", (40, 20), room, 2 if portrait is None else 3, 104)
    if card.birth_year is not None:
        _line(pen, (left, 242), words("card.born", year=card.birth_year), "", 26, room)
    if card.household and card.kind != "household":
        _line(pen, (left, 278), words("card.household", household=card.household), "", 24, room, _GREY)
    number = card.household if card.kind == "household" else card.member
    _line(pen, (left, 312), number, "Bold", 40, room)
    validity = words("card.valid", issued=card.issued, expires=card.expires)
    for row, sentence in enumerate(validity.split("\n")):
        _line(pen, (_MARGIN, 374 + 34 * row), sentence, "", 26, width)
    _line(pen, (_MARGIN, 446), words("card.serial", serial=card.serial), "", 22, width, _GREY)

    lost = words("card.lost.contact", contact=contact) if contact else words("card.lost")
    _block(pen, (_MARGIN, 536), lost, "", (22, 14), CARD_SIZE[0] - 2 * _MARGIN, 3, 96)
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


@lru_cache(maxsize=64)
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans in a pixel size; `weight` is `Bold` or nothing. The layout does not depend on other libraries."""
    name = f"DejaVuSans-{weight}.ttf" if weight else "DejaVuSans.ttf"
    return ImageFont.truetype(io.BytesIO(_font_file(name)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2)
def _font_file(name: str) -> bytes:
    return resources.files("facility_agent").joinpath("vendor", "dejavu", name).read_bytes()


def _paste(image: Image.Image, portrait: bytes, at: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(portrait), formats=("WEBP",)) as picture:
        face = picture.convert("L").resize(_PORTRAIT, Image.Resampling.LANCZOS)
    image.paste(face, at)


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


def _block(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, weight: str, sizes: tuple[int, int], width: int,
    lines: int, height: int, ink: int = _BLACK,
) -> None:  # fmt: skip
    """A text in one line as large as it goes, or else in more; the last line is cut when nothing helps."""
    largest, smallest = sizes
    ways = ((size, broken) for broken in (False, True) for size in range(largest, smallest - 1, -1))
    for size, broken in ways:
        rows = _wrapped(text, weight, size, width, broken)
        step = size * 5 // 4
        if len(rows) <= lines and len(rows) * step <= height and _fit(rows, weight, size, width):
            break
    for row, words_of_row in enumerate(rows[:lines]):
        _line(pen, (at[0], at[1] + step * row), words_of_row, weight, size, width, ink)


def _fit(rows: list[str], weight: str, size: int, width: int) -> bool:
    return all(font(weight, size).getlength(row) <= width for row in rows)


def _wrapped(text: str, weight: str, size: int, width: int, broken: bool = False) -> list[str]:
    """`text` in lines no wider than `width`; a word that is wider stands alone, or is `broken` where the line ends."""
    face = font(weight, size)
    lines: list[str] = []
    for word in text.split():
        while broken and len(word) > 1 and face.getlength(word) > width:
            end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or face.getlength(word[:end]) <= width)
            lines.append(word[:end])
            word = word[end:]
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
