"""The payer's own table: the columns that were read, the amounts that add up, and no condition where none is asked."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from facility_agent.documents.apart import Order, fulfil
from facility_agent.documents.layouts import BY_HAND, SUMMED, detail, layout_of, layouts
from facility_agent.invoicing.batch import gather
from facility_agent.invoicing.statement import Statement, statement
from facility_agent.words import LANGUAGES, Words
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, CLOSED, FACILITY, MUTUAL, claim

CLAIMS = tuple(claim(number, date(2026, 3, 1 + number % 28), name="=N’Diaye Aı̈cha") for number in range(1, 121))
BATCH = gather(CLAIMS, FACILITY, MUTUAL, "classic", "2026-03", "2026-03-1", "b1", "main", CLOSED, True)
ACTS, SERVICES = {"consult": "Consultation"}, {"consult": "Consultations"}


def page(scheme: str) -> Statement:
    layout = layout_of("SN", scheme)
    assert layout is not None
    made = statement(BATCH, ARRANGEMENT, AGREEMENT)
    return msgspec.structs.replace(made, detail=detail(layout, BATCH, CLAIMS, ACTS, SERVICES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_name_and_every_table_a_source(language: str) -> None:
    words = Words(language)
    for layout in layouts():
        assert layout.source and layout.source_date and layout.schemes
        assert all(words.has(f"doc.column.{name}") for name in layout.columns)
        assert len(set(layout.columns)) == len(layout.columns)


def test_another_country_has_no_table_of_senegal() -> None:
    assert layout_of("BF", "classic") is None and layout_of("SN", "classic") is not None


@pytest.mark.parametrize("scheme", [scheme for layout in layouts() for scheme in layout.schemes])
def test_the_rows_say_what_the_claims_say(scheme: str) -> None:
    made = page(scheme).detail
    assert made is not None and len(made.rows) == len(CLAIMS)
    for name in SUMMED:
        if name in made.columns:
            column = made.columns.index(name)
            whole = sum(row[column] for row in made.rows)  # type: ignore[misc]
            assert whole == (BATCH.submitted if name == "total" else BATCH.due)
    shown = {"diagnosis", "indication"} & set(made.columns)
    assert ("Paludisme grave" in str(made.rows)) == bool(shown)
    for name in BY_HAND:
        if name in made.columns:
            assert {row[made.columns.index(name)] for row in made.rows} == {""}


def test_the_prints_hold_the_table_with_its_sums() -> None:
    made = page("classic")
    files = fulfil(
        msgspec.msgpack.decode(
            msgspec.msgpack.encode(Order(made, "ab" * 32, "fr", CLOSED, ("pdf", "xlsx"))), type=Order
        )
    )
    reader = PdfReader(io.BytesIO(files["pdf"]))
    text = "\n".join(sheet.extract_text() for sheet in reader.pages)
    assert text.count("Tableau du régime") >= 3 and "Report" in text and "Paludisme" not in text
    assert list(reader.attachments) == ["bordereau-2026-03-1.json"]
    said = msgspec.json.decode(reader.attachments["bordereau-2026-03-1.json"][0], type=Statement)
    assert said == made
    book = load_workbook(io.BytesIO(files["xlsx"]), data_only=True)
    sheet = book.worksheets[1]
    rows = list(sheet.values)
    assert rows[-1][rows[0].index("Total")] == BATCH.submitted and rows[1][0] == "=N’Diaye Aı̈cha"
    formulas = load_workbook(io.BytesIO(files["xlsx"])).worksheets[1]
    assert str(list(formulas.values)[-1][rows[0].index("Total")]).startswith("=SUM(")
