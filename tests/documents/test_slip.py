"""Slips: what stands on them and what never does, on every paper."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.documents.escpos import escpos
from facility_agent.documents.slip import Given, Slip, SlipLine, shortage_lines, slip_lines
from facility_agent.documents.slip_pdf import slip_pdf
from facility_agent.documents.symbol_svg import symbol_path
from facility_agent.documents.till_pdf import till_pdf
from facility_agent.vocabulary.bedside import CareNote, TillCount, TillEntry
from facility_agent.words import Words
from tests.documents.reading import codes_of, text_of

DAY = date(2026, 2, 28)
CODE = "2" + "0123456789" * 25
PAID = TillEntry("a", "v", "paid", 60, DAY, "caisse", "CSPS-EX1-R2026-000007")
SLIP = Slip(
    facility="CSPS de N’Dorola",
    number="41 bis",
    claim="CSPS-EX1-2026-000012",
    day=DAY,
    name="Zoë-Élise N’DIAYE OUÉDRAOGO ZONGO " + "x" * 30,
    member="MLT-000001-01",
    currency="XOF",
    given=(Given("Consultation curative infirmière", 1, 100, 70, 30), Given("Paracétamol 500 mg", 12, 204, 90, 33)),
    facility_bears=84,
    entries=(PAID, TillEntry("b", "v", "rounded", 3, DAY, "caisse", borne_by="facility")),
    due=0,
    code=CODE,
    made_on=DAY,
    by="Caisse",
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("paper", ["58", "80", "a5"])
def test_a_slip_as_pdf_says_what_was_given_covered_and_paid(paper: str, language: str) -> None:
    words = Words(language)
    data = slip_pdf(slip_lines(SLIP, words), CODE, paper, "Reçu", DAY, language)  # type: ignore[arg-type]
    said = " ".join(text_of(data).split())
    for part in ("41 bis", "28/02/2026", "CSPS-EX1-R2026-000007", "304", "160", "63", words("slip.share")):
        assert part in said, part
    assert codes_of(data, 203 / 72) == [CODE], "a telephone reads it as a thermal printer prints it"
    assert data == slip_pdf(slip_lines(SLIP, words), CODE, paper, "Reçu", DAY, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_of_a_slip_speaks_of_arrears_poverty_fraud_or_refusal(language: str) -> None:
    said = " ".join(line.text for line in slip_lines(SLIP, Words(language))).casefold()
    for word in ("arriér", "arrear", "indigent", "fraud", "rejet", "refus", "diagnos", "palu", "malaria"):
        assert word not in said


@pytest.mark.parametrize(("paper", "signs"), [("58", 32), ("80", 48)])
def test_a_thermal_slip_keeps_to_its_width_and_ends_with_its_code(paper: str, signs: int) -> None:
    data = escpos(slip_lines(SLIP, Words("fr")), CODE, paper)
    assert data.startswith(b"\x1b@") and data.endswith(b"\x1dV\x42\x00")
    assert CODE.encode() in data and data.count(b"\x1d(k") == 5
    text = data.partition(b"\x1ba\x01")[0].replace(b"\x1bE\x01", b"").replace(b"\x1bE\x00", b"")[5:]
    rows = text.decode("cp858").split("\n")
    assert max(map(len, rows)) <= signs
    assert any("infirmière" in row for row in rows) and any(row.endswith("304") for row in rows)


def test_a_letter_that_a_printer_lacks_is_written_without_its_accent() -> None:
    assert b"Ha noi 5\n" in escpos([SlipLine("Ha nội 5")], "")


def test_a_stock_out_slip_says_what_is_missing_and_that_nobody_is_billed() -> None:
    note = CareNote("v:2", "out-of-stock", DAY, "v", "paracetamol", 12)
    lines = shortage_lines("CSPS", "Awa", DAY, [(note, "Paracétamol")], Words("fr"))
    assert ("Paracétamol", "12") in [(line.text, line.amount) for line in lines]
    assert "facturées à personne" in lines[-1].text


def test_the_symbol_of_a_page_is_square_and_dark_where_it_should_be() -> None:
    path, size = symbol_path(CODE)
    assert size > 40 and path.count("M") > size and "M4 4h1v1h-1z" in path and "M0 0" not in path


def test_a_close_is_printed_to_be_signed() -> None:
    count = TillCount("n", "caisse", DAY, 2, 60, 55, "La comptable", "pièce tombée")
    said = text_of(till_pdf(count, [PAID], "CSPS", "XOF", made_on=DAY))
    for part in ("CSPS-EX1-R2026-000007", "Montant attendu", "pièce tombée", "La comptable", "cinquante-cinq"):
        assert part in said, part
