"""The statement as CSV, as a French spreadsheet opens it."""

from __future__ import annotations

import csv
import io

from facility_agent.documents.statement_csv import statement_csv
from facility_agent.invoicing.statement import statement
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, batch


def rows_of(document: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(document.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_one_line_per_claim_under_one_heading() -> None:
    said = statement(batch(3), ARRANGEMENT, AGREEMENT)
    document = statement_csv(said)
    assert document.startswith(b"\xef\xbb\xbfDate;N\xc2\xb0 du registre;") and document.endswith(b"\r\n")
    heading, *rows = rows_of(document)
    assert len(rows) == 3 and all(len(row) == len(heading) for row in rows)
    assert rows[1] == [
        "2026-03-11",
        "2/2026",
        "00002",
        "KDG-000001-01",
        "Awa Ouédraogo",
        "1368",
        "301",
        "50",
        "10",
        "1007",
        "XOF",
        "",
    ]
    assert sum(int(row[9]) for row in rows) == said.totals.due


def test_a_month_without_claims_has_its_heading() -> None:
    assert len(rows_of(statement_csv(statement(batch(0), ARRANGEMENT)))) == 1


def test_hundredths_follow_a_comma_and_english_headings_are_english() -> None:
    heading, row = rows_of(statement_csv(statement(batch(1, currency="CDF"), ARRANGEMENT), "en"))
    assert (row[9], heading[9]) == ("10,00", "Due by the payer")


def test_no_text_is_taken_for_a_formula_and_none_breaks_a_line() -> None:
    names = ("=1+1", "+225 07", "-2", "@SUM(A1)", "\t=1", "Awa;\r\nDiop", '"quoted"', "N’Diaye-Sow")
    document = statement_csv(statement(batch(len(names), names=names), ARRANGEMENT))
    found = [row[4] for row in rows_of(document)[1:]]
    assert found == ["'=1+1", "'+225 07", "'-2", "'@SUM(A1)", "'=1", "Awa; Diop", '"quoted"', "N’Diaye-Sow"]
    assert document.count(b"\r\n") == len(names) + 1


def test_every_line_carries_the_mark_of_what_is_invented() -> None:
    said = statement(batch(4, invented=True), ARRANGEMENT, AGREEMENT)
    assert all(row[11].startswith("EXEMPLE INVENTÉ") for row in rows_of(statement_csv(said))[1:])


def test_the_same_statement_gives_the_same_bytes() -> None:
    said = statement(batch(4), ARRANGEMENT, AGREEMENT)
    assert statement_csv(said) == statement_csv(said)
