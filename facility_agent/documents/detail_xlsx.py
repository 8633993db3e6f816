"""The payer's own table as a sheet of the spreadsheet."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from facility_agent.documents.layouts import AMOUNTS, SUMMED
from facility_agent.documents.letters import clean
from facility_agent.documents.statement_csv import looks_like_formula
from facility_agent.documents.statement_detail import COMMON, WIDE, day_in
from facility_agent.invoicing.statement import Detail, Statement
from facility_agent.vocabulary.money import major
from facility_agent.words import Words


def sheet(book: Any, statement: Statement, detail: Detail, words: Words, styles: dict[str, Any]) -> None:
    """The table as a sheet of its own: real days and numbers, and sums as formulas."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    page = book.add_worksheet(words("doc.detail.sheet"))
    for column, name in enumerate(detail.columns):
        page.set_column(column, column, 8 * WIDE.get(name, COMMON))
        page.write_string(0, column, words(f"doc.column.{name}"), styles["label"])
    for place, row in enumerate(detail.rows, 1):
        for column, (name, cell) in enumerate(zip(detail.columns, row, strict=True)):
            day = day_in(name, cell) if isinstance(cell, str) else None
            if day is not None:
                page.write_datetime(place, column, datetime.combine(day, time()), styles["day"])
            elif isinstance(cell, int):
                value = _major(cell, statement.currency) if name in AMOUNTS else cell
                page.write_number(place, column, value, styles["amount" if name in AMOUNTS else "text"])
            else:
                text = clean(str(cell))
                page.write_string(place, column, text, styles["quoted" if looks_like_formula(text) else "text"])
    last = max(1, len(detail.rows))
    for column, name in enumerate(detail.columns):
        if name in SUMMED:
            span = f"{xl_rowcol_to_cell(1, column)}:{xl_rowcol_to_cell(last, column)}"
            whole = sum(row[column] for row in detail.rows if isinstance(row[column], int))  # type: ignore[misc]
            page.write_formula(last + 1, column, f"=SUM({span})", styles["sum"], _major(whole, statement.currency))
    page.freeze_panes(1, 0)


def _major(amount: int, currency: str) -> Decimal:
    exact = major(amount, currency)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
