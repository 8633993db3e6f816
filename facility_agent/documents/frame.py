"""The page that all printed documents share: A4, black on white, DejaVu Sans, marks on top, seal and number below.

The same content gives the same bytes: the only date is the one that is given, and nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

from facility_agent.documents.archive import PROFILE, metadata
from facility_agent.documents.letters import Letters, clean
from facility_agent.words import Words

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 10.0
FACE = "DejaVu"
PRODUCER = "facility-agent"
#: Stands for the number of pages until it is known; no text of a person holds it, because `clean` takes it out.
_PAGES = "\ue000" * 4
_PADDING = 1.1
_MM_PER_POINT = 25.4 / 72

Align = Literal["L", "C", "R"]


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its heading, width in millimetres, alignment, and how many lines a text may take."""

    label: str
    width: float
    align: Align = "L"
    lines: int = 1


class Frame:
    """A document being written from top to bottom; `y` is where the next thing goes, in millimetres."""

    def __init__(
        self,
        words: Words,
        title: str,
        made_on: date,
        *,
        landscape: bool = False,
        marks: Iterable[str] = (),
        foot: str = "",
        code: str = "",
        head: Callable[[Frame], None] | None = None,
        archive: bool = False,
    ) -> None:
        # Imported late: it takes a second, and a desk that prints nothing should not wait for it.
        from fpdf import FPDF

        self.words = words
        side: Literal["landscape", "portrait"] = "landscape" if landscape else "portrait"
        self.pdf = FPDF(orientation=side, format="A4", enforce_compliance=PROFILE if archive else None)
        self.pdf.set_auto_page_break(False)
        self.pdf.c_margin = _PADDING
        self.pdf.alias_nb_pages(_PAGES)
        self.pdf.set_creation_date(datetime.combine(made_on, time(), UTC))
        self.pdf.set_producer(PRODUCER)
        self.pdf.set_title(clean(title))
        if archive:
            self.pdf.set_xmp_metadata(metadata(clean(title), made_on, PRODUCER))
        self.pdf.set_lang(words.language)
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            file = resources.files("facility_agent").joinpath("vendor", "dejavu", name)
            self.pdf.add_font(FACE, style, str(file))
        self.width = self.pdf.w - 2 * MARGIN
        self.letters = Letters(self._advance)
        self._marks, self._foot, self._head = tuple(marks), foot, head
        self._made = words("doc.made-on", day=made_on)
        self._code, self._symbol = code, symbol(code) if code else None
        self.bottom = self.pdf.h - MARGIN - (18.0 if code else 7.0)
        self.y = self.bottom

    def page(self) -> None:
        """Open the next page: marks, foot, then what the document repeats on top."""
        self.pdf.add_page()
        self.y = MARGIN - 2
        for mark in self._marks:
            self.pdf.set_line_width(0.6)
            self.pdf.rect(MARGIN, self.y, self.width, 6)
            self.say(mark, MARGIN, self.y, self.width, 6, size=9, bold=True, align="C")
            self.y += 7.5
        self._print_foot()
        if self._head is not None:
            self._head(self)

    def need(self, height: float) -> None:
        """Go to a new page when less than `height` millimetres are left on this one."""
        if self.y + height > self.bottom:
            self.page()

    def say(
        self, text: str, x: float, y: float, width: float, height: float, *, size: float = 8, bold: bool = False,
        align: Align = "L", lines: int = 1,
    ) -> None:  # fmt: skip
        """Text in a box, in at most `lines` lines, as large as `size` points allow."""
        text, room = clean(text), width - 2 * _PADDING
        if lines > 1 and self.letters.measure(text, size, bold) > room:
            # Two lines must not touch the rules above and below.
            size = min(size, height / lines / _MM_PER_POINT / 1.18)
        size, rows = self.letters.fit(text, room, size, bold, lines)
        self._write(rows, x, y, width, height, size, bold, align)

    def _write(
        self, rows: list[str], x: float, y: float, width: float, height: float, size: float, bold: bool, align: Align
    ) -> None:
        """Lines that are known to fit, in the middle of the height of their box."""
        point = size * _MM_PER_POINT
        step = min(height / max(1, len(rows)), point * 1.25)
        base = y + (height - step * len(rows)) / 2 + step / 2 + 0.3 * point
        for position, row in enumerate(rows):
            left = x + _PADDING
            if align != "L":
                left += (width - 2 * _PADDING - self.letters.measure(row, size, bold)) / (1 if align == "R" else 2)
            # After measuring, which may set another size; widths are known, so that cell() need not measure again.
            self.pdf.set_font(FACE, "B" if bold else "", size)
            self.pdf.text(left, base + step * position, row)

    def heading(self, text: str) -> None:
        """A heading, never alone at the foot of a page: a table's labels and first row have room behind it."""
        self.need(28)
        self.y += 3
        self.say(text, MARGIN, self.y, self.width, 6, size=10.5, bold=True)
        self.y += 7

    def paragraph(self, text: str, *, size: float = 8.5, bold: bool = False, indent: float = 0) -> None:
        """Running text over the whole width, over as many pages as it takes."""
        step = size * _MM_PER_POINT * 1.35
        for row in self.letters.wrap(clean(text), self.width - indent - 2 * _PADDING, size, bold):
            self.need(step)
            self.say(row, MARGIN + indent, self.y, self.width - indent, step, size=size, bold=bold)
            self.y += step
        self.y += 1

    def rule(self, thickness: float = 0.1) -> None:
        """A line over the whole width."""
        self.pdf.set_line_width(thickness)
        self.pdf.line(MARGIN, self.y, MARGIN + self.width, self.y)

    def row(
        self, columns: Sequence[Column], texts: Sequence[str], height: float, *, size: float = 7.5, bold: bool = False
    ) -> None:
        """One row of cells and the line below it."""
        x = MARGIN
        for column, text in zip(columns, texts, strict=True):
            self.say(
                text, x, self.y, column.width, height, size=size, bold=bold, align=column.align, lines=column.lines
            )
            x += column.width
        self.y += height
        self.rule(0.3 if bold else 0.1)

    def labels(self, columns: Sequence[Column]) -> None:
        """The headings of a table."""
        self.rule(0.3)
        self.row(
            [Column(c.label, c.width, c.align, 2) for c in columns], [c.label for c in columns], 8, size=7, bold=True
        )

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """A table that runs over pages: as many lines in a row as its texts need, headings on every page."""
        self.need(18)
        self.labels(columns)
        for texts in rows:
            tallest, height = self._tallest(columns, texts)
            if self.y + height > self.bottom:
                self.page()
                self.labels(columns)
            self.row([Column(c.label, c.width, c.align, tallest) for c in columns], texts, height)
        self.y += 2

    def height_of(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> float:
        """How much room a table takes, in millimetres."""
        return 10 + sum(self._tallest(columns, texts)[1] for texts in rows)

    def boxes(self, titles: Sequence[tuple[str, str]], height: float = 32) -> None:
        """Boxes to sign, up to three beside each other: a title, and what is already known of the signature."""
        for first in range(0, len(titles), 3):
            several = titles[first : first + 3]
            self.need(height + 2)
            width = (self.width - 4 * (len(several) - 1)) / len(several)
            for position, (title, known) in enumerate(several):
                x = MARGIN + position * (width + 4)
                self.pdf.set_line_width(0.3)
                self.pdf.rect(x, self.y, width, height)
                self.say(title, x, self.y + 0.5, width, 7, size=8.5, bold=True, lines=2)
                if known:
                    self.say(known, x, self.y + 8, width, 14, size=7.5, lines=4)
                    continue
                for line, asked in enumerate(self.words("doc.box.asked").split("|")):
                    self.say(asked, x, self.y + 8 + 5 * line, width, 5, size=7.5)
            self.y += height + 3

    def attach(self, name: str, data: bytes, kind: str, made_on: date) -> None:
        """A file inside the document, to be read by machine: the data from which the page was made."""
        made = datetime.combine(made_on, time(), UTC)
        self.pdf.embed_file(
            bytes=data, basename=name, mime_type=kind, associated_file_relationship="Data", compress=True,
            creation_date=made, modification_date=made,
        )  # fmt: skip

    def finish(self) -> bytes:
        """The document as PDF."""
        return bytes(self.pdf.output())

    def _tallest(self, columns: Sequence[Column], texts: Sequence[str]) -> tuple[int, float]:
        """The most lines that a text of this row needs, and the height of the row."""
        lines = max(
            len(self.letters.wrap(clean(text), column.width - 2 * _PADDING, 7.5))
            for column, text in zip(columns, texts, strict=True)
        )
        return lines, 1.6 + 3.4 * lines

    def _advance(self, letter: str, bold: bool) -> float:
        """The width of a letter of one point; letters stand side by side, without kerning."""
        self.pdf.set_font(FACE, "B" if bold else "", 100)
        return self.pdf.get_string_width(letter) / 100

    def _print_foot(self) -> None:
        top, left = self.bottom + 1, MARGIN
        self.pdf.set_line_width(0.3)
        self.pdf.line(MARGIN, top, MARGIN + self.width, top)
        if self._symbol is not None:
            self.pdf.image(self._symbol, MARGIN, top + 1, 16, 16)
            left += 18
        room = MARGIN + self.width - left - 42
        self.say(self._foot, left, top + 1, room, 4.5, size=7)
        self.say(grouped(self._code), left, top + 5.5, room, 4.5, size=7)
        right = MARGIN + self.width - 42
        # Left-aligned, because the number of pages takes its place only when the document is closed.
        self.pdf.set_font(FACE, "", 7)
        self.pdf.set_xy(right, top + 1)
        self.pdf.cell(42, 4.5, self.words("doc.page", page=self.pdf.page, pages=_PAGES))
        self.say(self._made, right, top + 5.5, 42, 4.5, size=7)


def grouped(text: str) -> str:
    """A long code in groups of eight, as people read it out.

    >>> grouped("0123456789abcdef01")
    '01234567 89abcdef 01'
    """
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))


def symbol(text: str) -> Image:
    """The QR symbol of a text, without quiet zone, eight dots to a module: the page leaves white around it."""
    import qrcode
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    small = Image.frombytes(
        "L", (len(matrix), len(matrix)), bytes(0 if dark else 255 for row in matrix for dark in row)
    )
    return small.resize((len(matrix) * 8, len(matrix) * 8), Image.Resampling.NEAREST).convert("1")
