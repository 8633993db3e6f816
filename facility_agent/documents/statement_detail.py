"""The payer's own table on paper: its columns, its rows, and the sums carried forward."""

from __future__ import annotations

from datetime import date
from typing import Final

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.layouts import AMOUNTS, DAYS, SUMMED
from facility_agent.invoicing.statement import Detail, Statement
from facility_agent.words import Words

ROW: Final = 5.5
#: How wide a column is beside the others; the widths fill the page.
WIDE: Final = {
    "names": 4.0, "act": 4.0, "address": 2.4, "diagnosis": 3.0, "indication": 3.0, "service": 2.4, "paper": 2.4,
    "member": 2.4, "national-id": 2.4, "operated-at": 2.0, "sex": 1.0, "quantity": 1.0,
}  # fmt: skip
COMMON: Final = 1.6


def table(frame: Frame, statement: Statement, detail: Detail) -> None:
    """The table from a new page on; a page ends with what it comes to so far, and the next one begins with it."""
    words, currency = frame.words, statement.currency
    columns = _columns(frame, detail)
    summed = [place for place, name in enumerate(detail.columns) if name in SUMMED]
    sums = [0] * len(summed)
    frame.page()
    _title(frame, detail, columns)
    for row in detail.rows:
        if frame.y + 2 * ROW > frame.bottom:
            _sum(frame, columns, summed, sums, "doc.carried", currency)
            frame.page()
            _title(frame, detail, columns)
            _sum(frame, columns, summed, sums, "doc.brought", currency)
        frame.row(
            columns, [_text(name, cell, words, currency) for name, cell in zip(detail.columns, row, strict=True)], ROW
        )
        for place, column in enumerate(summed):
            cell = row[column]
            sums[place] += cell if isinstance(cell, int) else 0
    _sum(frame, columns, summed, sums, "doc.total", currency)


def _columns(frame: Frame, detail: Detail) -> list[Column]:
    shares = [WIDE.get(name, COMMON) for name in detail.columns]
    unit = frame.width / sum(shares)
    right, one_line = {*AMOUNTS, "quantity", "stay-days"}, {*DAYS, "phone", "sex", "member", "register-number"}
    widths = {name: share * unit for name, share in zip(detail.columns, shares, strict=True)}
    return [
        Column(frame.words(f"doc.column.{name}"), width, "R", 1)
        if name in right
        else Column(frame.words(f"doc.column.{name}"), width, "L", 1 if name in one_line else 2)
        for name, width in widths.items()
    ]


def _title(frame: Frame, detail: Detail, columns: list[Column]) -> None:
    frame.say(frame.words("doc.detail.title"), MARGIN, frame.y, frame.width, 6, size=10, bold=True)
    frame.y += 6
    frame.say(frame.words("doc.detail.source", source=detail.source), MARGIN, frame.y, frame.width, 4, size=7)
    frame.y += 4.5
    frame.labels(columns)


def _sum(frame: Frame, columns: list[Column], summed: list[int], sums: list[int], key: str, currency: str) -> None:
    """A row of sums; a table without amounts has none."""
    if not summed:
        return
    texts = ["" for _ in columns]
    texts[0] = frame.words(key)
    for column, amount in zip(summed, sums, strict=True):
        texts[column] = frame.words.amount(amount, currency, symbol=False)
    frame.row(columns, texts, ROW, bold=True)


def _text(name: str, cell: int | str, words: Words, currency: str) -> str:
    if isinstance(cell, int):
        return words.amount(cell, currency, symbol=False) if name in AMOUNTS else words.number(cell)
    day = day_in(name, cell)
    return words.day(day) if day is not None else cell


def day_in(name: str, cell: str) -> date | None:
    """The day in a cell that holds a whole one; of some people only the year of birth is known."""
    return date.fromisoformat(cell) if name in DAYS and len(cell) == 10 else None
