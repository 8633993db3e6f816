"""Plain tables as a spreadsheet: one sheet each, text as text, so that nothing typed becomes a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

from facility_agent.documents.letters import clean


def tables_xlsx(sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]]) -> bytes:
    """Sheets as (title, column names, rows)."""
    # Imported late, like every library that writes files.
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    label = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for title, columns, rows in sheets:
        sheet = book.add_worksheet(clean(title)[:31])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 32)
            sheet.write_string(0, place, clean(column), label)
        for line, row in enumerate(rows, start=1):
            for place, text in enumerate(row):
                sheet.write_string(line, place, clean(text), wrapped)
    book.close()
    return target.getvalue()
