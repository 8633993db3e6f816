"""Lists out of any office program: separators, encodings, workbooks; and what is none."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from facility_agent.exchange.tables import MOST_ROWS, as_csv, rows_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.words import LANGUAGES, Words


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


READ = {
    "commas": b"act,price\nx,100\n",
    "semicolons": b"act;price\nx;100\n",
    "a byte order mark": b"\xef\xbb\xbfact;price\r\nx;100\r\n",
    "spaces around": b" act ; price \n x ; 100 \n",
    "a workbook": workbook(["act", "price"], ["x", 100]),
    "a workbook of floats": workbook(["act", "price"], ["x", 100.0]),
    "a workbook with empty columns": workbook(["act", "price", None], ["x", 100, None]),
}


@pytest.mark.parametrize("how", READ)
def test_a_list_is_read_whatever_program_wrote_it(how: str) -> None:
    assert rows_of(READ[how], "list") == [["act", "price"], ["x", "100"]]


def test_windows_letters_days_and_words_come_through() -> None:
    assert rows_of("nom\nN’Dorola é\n".encode("cp1252"), "x") == [["nom"], ["N’Dorola é"]]
    assert rows_of(workbook(["d", "b"], [date(2028, 2, 29), True]), "x")[1] == ["2028-02-29", "yes"]


def test_a_blank_line_and_a_cell_of_two_lines_keep_the_count() -> None:
    rows = rows_of(b'a,b\n\n"x\ny",1\nz,2\n', "x")
    assert rows[4] == ["z", "2"] and rows[1] == []
    assert as_csv(rows).splitlines()[4] == "z,2"
    assert rows_of(workbook(["a"], [None], ["z"]), "x")[2] == ["z"]


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 1024 * 1024))
    return written.getvalue()


WRONG = {
    "empty": (b"", "table-empty"),
    "only separators": (b";;\n;;\n", "table-empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "table-unreadable"),
    "a broken workbook": (b"PK\x03\x04 nothing", "table-unreadable"),
    "an archive that is no workbook": (None, "table-unreadable"),
    "a workbook that swells": (None, "table-too-long"),
    "too many rows": (b"a\n" * (MOST_ROWS + 1), "table-too-long"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_list_is_an_error_with_a_sentence(what: str) -> None:
    data, code = WRONG[what]
    if data is None:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("hello.txt", "x")
        data = bomb() if code == "table-too-long" else written.getvalue()
    with pytest.raises(InputError) as caught:
        rows_of(data, "liste.xlsx")
    assert caught.value.code == code
    for language in LANGUAGES:
        said = Words(language)(f"error.{code}", **caught.value.fields)
        assert said != f"error.{code}" and "{" not in said
