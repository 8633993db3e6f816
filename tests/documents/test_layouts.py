"""The payer's own table: the columns that were read, the amounts that add up, and no condition where none is asked."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from facility_agent.arrangements.layouts import CONDITIONS, asks_conditions, layout_of
from facility_agent.arrangements.library import load
from facility_agent.documents.apart import Order, fulfil
from facility_agent.documents.layouts import BY_HAND, SUMMED, detail
from facility_agent.invoicing.batch import gather
from facility_agent.invoicing.statement import Statement, statement
from facility_agent.words import LANGUAGES, Words
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, CLOSED, FACILITY, MUTUAL, STATE, claim, line

CLAIMS = tuple(claim(number, date(2026, 3, 1 + number % 28), name="=N’Diaye Aı̈cha") for number in range(1, 121))
BATCH = gather(CLAIMS, FACILITY, MUTUAL, "classic", "2026-03", "2026-03-1", "b1", "main", CLOSED, True)
ACTS, SERVICES = {"consult": "Consultation"}, {"consult": "Consultations"}


KNOWN = {country: load().versions(country)[-1] for country in ("BF", "CI", "RW", "SN", "TG", "XX")}
#: Every form whose columns are known, by country and scheme.
FORMS = [
    (country, scheme)
    for country, version in KNOWN.items()
    for form in version.layouts
    for scheme in form.schemes
    if layout_of(version, scheme) is not None
]


def page(scheme: str, country: str = "SN") -> Statement:
    layout = layout_of(KNOWN[country], scheme)
    assert layout is not None
    made = statement(BATCH, ARRANGEMENT, AGREEMENT)
    return msgspec.structs.replace(made, detail=detail(layout, BATCH, CLAIMS, ACTS, SERVICES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_name_and_every_table_a_source(language: str) -> None:
    words = Words(language)
    for country, scheme in FORMS:
        form = layout_of(KNOWN[country], scheme)
        assert form is not None and (form.evidence == "invented") == (country == "XX")
        assert (form.source and form.source_date) or country == "XX"
        assert all(words.has(f"doc.column.{name}") for name in form.columns)
        assert len(set(form.columns)) == len(form.columns)


def test_what_no_source_gives_stays_open_and_the_general_table_says_that_it_is_ours() -> None:
    assert {country for country, _ in FORMS} == {"CI", "SN", "XX"}
    open_ones = [
        (country, form.code) for country, known in KNOWN.items() for form in known.layouts if form.columns == "unknown"
    ]
    assert open_ones == [("BF", "gratuite"), ("XX", "company")]
    free = next(row for row in KNOWN["XX"].schemes if row.code == "early-years")
    for version, scheme, marked in ((KNOWN["BF"], "gratuite", True), (KNOWN["XX"], free.code, False)):
        batch = gather(CLAIMS, FACILITY, MUTUAL, "classic", "2026-03", "1", "b", "main", CLOSED, False)
        made = statement(msgspec.structs.replace(batch, scheme=scheme), version)
        assert ("generic-form" in made.marks) == marked
    ours = statement(BATCH, ARRANGEMENT, AGREEMENT)
    files = fulfil(Order(ours, "ab" * 32, "fr", CLOSED, ("pdf", "xlsx")))
    said = "ce payeur"
    assert said in PdfReader(io.BytesIO(files["pdf"])).pages[0].extract_text().replace("\n", " ")
    assert any(said in str(cell) for (cell, *_) in load_workbook(io.BytesIO(files["xlsx"])).worksheets[0].values)


@pytest.mark.parametrize(("country", "scheme"), FORMS)
def test_the_rows_say_what_the_claims_say(country: str, scheme: str) -> None:
    made = page(scheme, country).detail
    assert made is not None and len(made.rows) == len(CLAIMS)
    items = BATCH.items
    whole = {
        "total": BATCH.submitted, "billed": BATCH.due, "member-pays": sum(item.member_pays for item in items),
        "other-payers": sum(item.other_payers for item in items),
    }  # fmt: skip
    for name in SUMMED:
        if name in made.columns:
            column = made.columns.index(name)
            assert sum(row[column] for row in made.rows) == whole[name]  # type: ignore[misc]
    assert asks_conditions(KNOWN[country], scheme) == bool(CONDITIONS & set(made.columns))
    named = {"diagnosis", "indication"} & set(made.columns)
    assert ("Paludisme grave" in str(made.rows)) == bool(named)
    for name in BY_HAND:
        if name in made.columns:
            assert {row[made.columns.index(name)] for row in made.rows} == {""}


def test_a_cover_that_counts_says_what_the_claims_say() -> None:
    two = line("1", ((MUTUAL, "classic", 70), (STATE, "free", 20)), 10), line("2", ((MUTUAL, "classic", 40),))
    claims = (claim(1, CLOSED, *two), claim(2, CLOSED, line("1", ((MUTUAL, "classic", 5),))))
    batch = gather(claims, FACILITY, MUTUAL, "classic", "2026-04", "1", "b", "main", CLOSED, False)
    layout = layout_of(KNOWN["CI"], "ram")
    assert layout is not None
    found = detail(layout, batch, claims, ACTS, SERVICES, {STATE: "Assureur B"})
    assert dict(found.cover) == {
        "claims": 2, "acts": 3, "billed": 115, "insurer": "Assureur B", "other-payers": 20
    }  # fmt: skip
    made = msgspec.structs.replace(statement(batch, ARRANGEMENT, AGREEMENT), detail=found)
    files = fulfil(Order(made, "ab" * 32, "fr", CLOSED, ("pdf", "xlsx")))
    said = " ".join(PdfReader(io.BytesIO(files["pdf"])).pages[0].extract_text().split())
    assert "Factures : 2 · Actes : 3 · Part du régime : 115" in said and "complémentaire : Assureur B" in said
    book = load_workbook(io.BytesIO(files["xlsx"]))
    assert any("Factures : 2 · Actes : 3" in str(cell) for (cell, *_) in book.worksheets[0].values)
    assert {form.code for version in KNOWN.values() for form in version.layouts if form.cover} == {"ecmu", "safe-birth"}


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
