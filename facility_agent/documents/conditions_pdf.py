"""The confidential list of a batch: what its people suffer from, for the payer's medical adviser alone.

It names claims and member numbers, and nobody: whoever finds a sheet of it learns little.
"""

from __future__ import annotations

from datetime import date

from facility_agent.documents.frame import Column, Frame
from facility_agent.documents.statement_pdf import marks_of
from facility_agent.invoicing.conditions import ConditionRow
from facility_agent.invoicing.statement import Statement
from facility_agent.words import Words

#: Widths in millimetres; together they fill a portrait page.
_COLUMNS = (("position", 14), ("day", 22), ("claim-number", 38), ("member", 36), ("condition-code", 24), ("text", 56))


def conditions_pdf(
    rows: tuple[ConditionRow, ...], statement: Statement, language: str = "fr", *, made_on: date
) -> bytes:
    """The list as PDF; every page says that it is confidential."""
    words = Words(language)
    title = words("doc.conditions.title", number=statement.number)
    frame = Frame(
        words, title, made_on, marks=(words("doc.mark.confidential"), *marks_of(statement, words)),
        foot=words("doc.conditions.foot", number=statement.number),
    )  # fmt: skip
    frame.page()
    frame.heading(title)
    sides = words("doc.facility", name=statement.facility_name, code=statement.facility)
    frame.paragraph(f"{sides} · {words('doc.payer', name=statement.payer_name, code=statement.payer)}")
    frame.paragraph(words("doc.conditions.count", count=len(rows), claims=len(statement.rows)))
    columns = [
        Column(words(f"doc.column.{name}"), width, "R" if name == "position" else "L") for name, width in _COLUMNS
    ]
    frame.table(
        columns,
        [(str(row.position), words.day(row.day), row.number, row.member, row.code, row.text) for row in rows],
    )
    return frame.finish()
