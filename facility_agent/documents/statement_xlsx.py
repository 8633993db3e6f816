"""The statement as a spreadsheet: real dates and numbers, totals as formulas, and a check that they add up.

The values of the formulas are stored beside them, for readers that do not calculate. Whatever a person typed stays
text, also when it begins like a formula. The same statement gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from facility_agent.documents.detail_xlsx import sheet as detail_sheet
from facility_agent.documents.letters import clean
from facility_agent.documents.statement_csv import AMOUNTS, TEXTS, looks_like_formula
from facility_agent.documents.statement_pdf import cover_of, marks_of, month_of
from facility_agent.invoicing.amounts import currency_name, in_words
from facility_agent.invoicing.statement import Statement
from facility_agent.vocabulary.money import digits, major
from facility_agent.words import Words

_WIDTHS = (6, 11, 14, 20, 20, 38, 14, 14, 14, 14, 14)
_LAST = len(_WIDTHS) - 1


def statement_xlsx(statement: Statement, seal_hash: str, language: str = "fr", *, made_on: date) -> bytes:
    """One sheet: heading, claims, totals; an empty `seal_hash` means that nothing is sealed yet."""
    # Imported late, like every library that writes files.
    import xlsxwriter

    words = Words(language)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": clean(statement.number), "created": datetime.combine(made_on, time(), UTC)})
    places = digits(statement.currency)
    number = "#,##0" + ("." + "0" * places if places else "")
    styles: dict[str, Any] = {
        "text": book.add_format({"valign": "top"}),
        "quoted": book.add_format({"valign": "top", "quote_prefix": True}),
        "bold": book.add_format({"bold": True}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "mark": book.add_format({"bold": True, "border": 2}),
        "label": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "top": 1, "valign": "top"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
        "amount": book.add_format({"num_format": number}),
        "sum": book.add_format({"num_format": number, "bold": True, "top": 1}),
    }
    sheet = book.add_worksheet(words("doc.sheet"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    marks = marks_of(statement, words, sealed=bool(seal_hash))
    labels = _heading(sheet, statement, seal_hash, marks, words, styles)
    for column, name in enumerate(("position", "day", *TEXTS, *AMOUNTS)):
        sheet.write_string(labels, column, words(f"doc.column.{name}"), styles["label"])
    first = labels + 1
    for position, item in enumerate(statement.rows):
        row = first + position
        sheet.write_number(row, 0, position + 1, styles["text"])
        sheet.write_datetime(row, 1, datetime.combine(item.day, time()), styles["day"])
        for column, text in enumerate((item.register_number, item.number, item.member, item.name), start=2):
            _text(sheet, row, column, text, styles)
        amounts = (item.submitted, item.member_pays, item.other_payers, item.facility_bears, item.due)
        for column, amount in enumerate(amounts, start=6):
            sheet.write_number(row, column, _major(amount, statement.currency), styles["amount"])
    _sums(sheet, statement, first, words, styles)
    _print_setup(sheet, labels, marks, words)
    if statement.detail is not None:
        detail_sheet(book, statement, statement.detail, words, styles)
    book.close()
    return target.getvalue()


def _heading(
    sheet: Any, statement: Statement, seal_hash: str, marks: tuple[str, ...], words: Words, styles: dict[str, Any]
) -> int:
    """What the sheet is about, one line each; returns the row of the column headings."""
    language = words.language
    lines = [
        (words("doc.statement.title", number=statement.number), "title"),
        *((mark, "mark") for mark in marks),
        (words(f"doc.kind.{statement.kind}"), "bold"),
        (words("doc.facility", name=statement.facility_name, code=statement.facility), "text"),
        (words("doc.payer", name=statement.payer_name, code=statement.payer), "text"),
        (words("doc.scheme", name=statement.scheme_name.say(language), code=statement.scheme), "text"),
        (month_of(statement, words), "text"),
        *(
            [(cover_of(statement, statement.detail, words), "bold")]
            if statement.detail and statement.detail.cover
            else []
        ),
        (words("doc.under", title=statement.arrangement.say(language), start=statement.arrangement_start), "text"),
        (words("doc.agreement", id=statement.agreement) if statement.agreement else words("doc.no-agreement"), "text"),
        (words("doc.amounts-in", currency=currency_name(statement.currency, language)), "text"),
        *([(words("doc.form.ours"), "text")] if statement.detail is None else []),
        (f"{words('doc.seal')} {seal_hash}" if seal_hash else words("doc.unsealed"), "text"),
    ]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, clean(text), styles[style])
    return len(lines) + 1


def _text(sheet: Any, row: int, column: int, text: str, styles: dict[str, Any]) -> None:
    """Text that stays text: a cell that begins like a formula is marked as quoted, so that editing keeps it so."""
    text = clean(text)
    sheet.write_string(row, column, text, styles["quoted" if looks_like_formula(text) else "text"])


def _sums(sheet: Any, statement: Statement, first: int, words: Words, styles: dict[str, Any]) -> None:
    """Totals and what is left between the whole and its parts (nothing), as formulas with their values."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    # Without claims the sums still have a cell to look at: the empty row below the headings.
    last = first + max(0, len(statement.rows) - 1)
    row = last + 1
    sums = statement.totals
    amounts = (sums.submitted, sums.member_pays, sums.other_payers, sums.facility_bears, sums.due)
    sheet.write_string(row, 5, words("doc.total"), styles["sum"])
    for column, amount in enumerate(amounts, start=6):
        span = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.write_formula(row, column, f"=SUM({span})", styles["sum"], _major(amount, statement.currency))
    whole, parts = xl_rowcol_to_cell(row, 6), f"{xl_rowcol_to_cell(row, 7)}:{xl_rowcol_to_cell(row, _LAST)}"
    difference = sums.submitted - sum(amounts[1:])
    sheet.write_string(row + 1, 5, words("doc.difference"), styles["text"])
    formula = f"={whole}-SUM({parts})"
    sheet.write_formula(row + 1, 6, formula, styles["amount"], _major(difference, statement.currency))
    said = words(
        "doc.statement.sum",
        words=in_words(sums.due, statement.currency, words.language),
        figures=words.amount(sums.due, statement.currency),
    )
    sheet.write_string(row + 3, 0, said, styles["bold"])


def _print_setup(sheet: Any, labels: int, marks: tuple[str, ...], words: Words) -> None:
    """On paper: landscape, one page wide, headings and marks on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(labels)
    sheet.freeze_panes(labels + 1, 0)
    # A header holds 255 characters at most, and & has a meaning of its own there.
    shown = " — ".join(marks).replace("&", "&&")[:240]
    sheet.set_header(f"&C&B{shown}" if shown else "")
    sheet.set_footer(f"&R{words('doc.page', page='&P', pages='&N')}")


def _major(amount: int, currency: str) -> Decimal:
    exact = major(amount, currency)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
