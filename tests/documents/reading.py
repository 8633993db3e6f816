"""Reads printed pages back: their text, their codes, and where the ink stands."""

from __future__ import annotations

import io

import pypdf
import pypdfium2
import zxingcpp


def pages_of(document: bytes) -> list[str]:
    """The text of every page, with plain spaces and one line per printed line."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    return [page.extract_text().replace("\u202f", " ").replace("\u00a0", " ") for page in reader.pages]


def text_of(document: bytes) -> str:
    """All the text on one line, so that a sentence is found wherever it breaks."""
    return " ".join(" ".join(pages_of(document)).split())


def codes_of(document: bytes, scale: float = 200 / 72) -> list[str]:
    """What the QR symbol of every page says, read from the page as a printer at 200 dots per inch draws it."""
    return [
        code.text
        for page in pypdfium2.PdfDocument(document)
        for code in zxingcpp.read_barcodes(page.render(scale=scale).to_pil())
    ]


def ink_outside(document: bytes, margin: float = 20.0) -> list[str]:
    """Letters that stand nearer to the edge of their page than `margin` points."""
    found = []
    for page in pypdfium2.PdfDocument(document):
        width, height = page.get_size()
        text = page.get_textpage()
        for position in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(position)
            if left < margin or bottom < margin or right > width - margin or top > height - margin:
                found.append(text.get_text_range(position, 1))
    return [letter for letter in found if letter.strip()]
