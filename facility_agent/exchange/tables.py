"""A list that people keep in a spreadsheet, as rows of texts: CSV as it comes out of any office program, or XLSX.

Comma or semicolon, UTF-8 or Windows-1252; of a workbook the first sheet. A list that is too large is refused before it
is unpacked.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Final

from facility_agent.vocabulary.errors import InputError

MOST_ROWS: Final = 20_000
_MOST_BYTES: Final = 64 * 1024 * 1024


def rows_of(data: bytes, name: str) -> list[list[str]]:
    """The rows, the heading first; a row's place in the list is its line in the file. InputError `table-*`."""
    rows = _workbook(data, name) if data.startswith(b"PK") else _csv(data, name)
    if len(rows) > MOST_ROWS:
        raise InputError("table-too-long", name=name, most=MOST_ROWS)
    if not any(any(row) for row in rows):
        raise InputError("table-empty", name=name)
    return rows


def as_csv(rows: list[list[str]]) -> str:
    """The rows as one CSV text, a row to a line, so that line numbers stay."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for row in rows:
        if any(row):
            writer.writerow(row)
        else:
            written.write("\n")
    return written.getvalue()


def _csv(data: bytes, name: str) -> list[list[str]]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError("table-unreadable", name=name)
    if "\0" in text:
        raise InputError("table-unreadable", name=name)
    head = text.split("\n", 1)[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows: list[list[str]] = []
        for row in reader:
            # A cell that holds line breaks makes the row longer than a line: blank rows keep the count.
            rows += [[] for _ in range(reader.line_num - 1 - len(rows))]
            rows.append([_plain(cell) for cell in row])
    except csv.Error:
        raise InputError("table-unreadable", name=name) from None
    return rows


def _workbook(data: bytes, name: str) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                raise InputError("table-too-long", name=name, most=MOST_ROWS)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        found = [[_cell(cell) for cell in row] for row in sheet.iter_rows(max_row=MOST_ROWS + 1, values_only=True)]
        book.close()
    except InputError:
        raise
    except Exception:  # a broken workbook breaks in many ways, and each of them is the same news
        raise InputError("table-unreadable", name=name) from None
    width = max((place for row in found for place, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] for row in found]


def _cell(value: object) -> str:
    """A cell as people read it: whole numbers without a point, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    shown = value.date().isoformat() if hasattr(value, "date") else str(value)
    return _plain(shown)


def _plain(text: str) -> str:
    return " ".join(text.split())
