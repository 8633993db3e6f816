"""The statement as a spreadsheet, read back: numbers are numbers, totals are formulas, and text stays text."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from facility_agent.documents.statement_xlsx import statement_xlsx
from facility_agent.invoicing.statement import Statement, statement
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, batch

MADE = date(2026, 4, 6)
SEAL = "3f2a9c0d" * 8


def stated(rows: int = 3, **changes: Any) -> Statement:
    return statement(batch(rows, **changes), ARRANGEMENT, AGREEMENT)


def sheet_of(document: bytes, *, values: bool = False) -> Worksheet:
    """The sheet, with its formulas or with the values stored beside them."""
    return openpyxl.load_workbook(io.BytesIO(document), data_only=values).worksheets[0]


def labelled(sheet: Worksheet, label: str, column: int = 1) -> int:
    """The row of a label."""
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == label)


@pytest.mark.parametrize("rows", [0, 1, 40, 1000])
def test_totals_are_formulas_over_all_rows_with_their_values(rows: int) -> None:
    said = stated(rows)
    document = statement_xlsx(said, SEAL, made_on=MADE)
    formulas, values = sheet_of(document), sheet_of(document, values=True)
    first = labelled(formulas, "N°") + 1
    total = labelled(formulas, "Total", 6)
    assert total == first + max(rows, 1)
    sums = said.totals
    expected = (sums.submitted, sums.member_pays, sums.other_payers, sums.facility_bears, sums.due)
    for column, (letter, amount) in enumerate(zip("GHIJK", expected, strict=True), start=7):
        assert formulas.cell(total, column).value == f"=SUM({letter}{first}:{letter}{total - 1})"
        assert values.cell(total, column).value == amount
        assert sum(values.cell(row, column).value or 0 for row in range(first, total)) == amount
    assert formulas.cell(total + 1, 7).value == f"=G{total}-SUM(H{total}:K{total})"
    assert values.cell(total + 1, 7).value == 0


def test_days_are_days_and_amounts_are_numbers() -> None:
    sheet = sheet_of(statement_xlsx(stated(2), SEAL, made_on=MADE))
    row = labelled(sheet, "N°") + 1
    assert sheet.cell(row, 1).value == 1
    assert sheet.cell(row, 2).value == datetime(2026, 3, 1) and sheet.cell(row, 2).number_format == "dd/mm/yyyy"
    assert [sheet.cell(row, column).value for column in range(3, 7)] == [
        "1/2026",
        "00001",
        "KDG-000000-01",
        "Awa Ouédraogo",
    ]
    for column in range(7, 12):
        assert sheet.cell(row, column).data_type == "n" and sheet.cell(row, column).number_format == "#,##0"


def test_a_currency_with_a_hundredth_keeps_it_exactly() -> None:
    said = stated(2, currency="CDF")
    sheet = sheet_of(statement_xlsx(said, SEAL, made_on=MADE), values=True)
    row = labelled(sheet, "N°") + 2
    assert said.rows[1].due == 1007
    assert sheet.cell(row, 11).value == 10.07 and sheet.cell(row, 11).number_format == "#,##0.00"


FORMULAS = ("=1+1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1+1", "=cmd|'/C calc'!A0")


def test_text_that_begins_like_a_formula_stays_text() -> None:
    sheet = sheet_of(statement_xlsx(stated(len(FORMULAS), names=FORMULAS), SEAL, made_on=MADE))
    first = labelled(sheet, "N°") + 1
    for row, name in enumerate(FORMULAS, start=first):
        cell = sheet.cell(row, 6)
        assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", name.strip(), True)
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) == 6 and all(
        str(formula).startswith(("=SUM(G", "=SUM(H", "=SUM(I", "=SUM(J", "=SUM(K", "=G")) for formula in formulas
    )


def test_names_keep_their_letters() -> None:
    names = ("N’Diaye Aïcha", "O'Brien", "Ŋaa Ɓah Ɗiop", "é" * 60)
    sheet = sheet_of(statement_xlsx(stated(4, names=names), SEAL, made_on=MADE))
    first = labelled(sheet, "N°") + 1
    assert tuple(sheet.cell(row, 6).value for row in range(first, first + 4)) == names


def test_marks_stand_on_the_sheet_and_on_every_printed_page() -> None:
    said = statement(batch(3, invented=True), ARRANGEMENT, AGREEMENT, generic_form=True)
    sheet = sheet_of(statement_xlsx(said, "", made_on=MADE))
    texts = [str(sheet.cell(row, 1).value) for row in range(1, 6)]
    for mark in ("EXEMPLE INVENTÉ", "FORMULAIRE GÉNÉRAL", "APERÇU"):
        assert any(text.startswith(mark) for text in texts)
        assert mark in str(sheet.oddHeader.center.text)
    plain = sheet_of(statement_xlsx(stated(), SEAL, made_on=MADE))
    assert not any("INVENTÉ" in str(cell.value) for row in plain.iter_rows() for cell in row)


def test_the_heading_names_both_sides_and_the_sum_in_words() -> None:
    sheet = sheet_of(statement_xlsx(stated(), SEAL, made_on=MADE))
    texts = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    assert "Centre de santé de l’Étoile (CSPS-KOS)" in texts and "Mutuelle Laafi de N’Dorola (MUT-KDG)" in texts
    assert "trois mille vingt et un francs CFA" in texts and SEAL in texts


def test_the_same_statement_gives_the_same_bytes() -> None:
    one, other = (statement_xlsx(stated(5), SEAL, made_on=MADE) for _ in range(2))
    assert one == other
    properties = openpyxl.load_workbook(io.BytesIO(one)).properties
    assert properties.created == datetime(2026, 4, 6) and properties.modified == datetime(2026, 4, 6)
