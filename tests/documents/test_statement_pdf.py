"""The statement on paper, read back: sums, names, marks, seal, and the same bytes every time."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import unicodedata
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pytest

from facility_agent.documents.apart import Order, fulfil
from facility_agent.documents.statement_pdf import statement_pdf
from facility_agent.invoicing.statement import Statement, statement
from facility_agent.words import Words
from tests.documents.reading import codes_of, ink_outside, pages_of, text_of
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, batch

MADE = date(2026, 4, 6)
SEAL = "3f2a9c0d" * 7 + "12345678"


def stated(rows: int = 3, **changes: Any) -> Statement:
    """A statement of invented rows; `changes` go to the batch."""
    return statement(batch(rows, **changes), ARRANGEMENT, AGREEMENT)


def printed(rows: int = 3, seal: str = SEAL, language: str = "fr", **changes: Any) -> bytes:
    return statement_pdf(stated(rows, **changes), seal, language, made_on=MADE)


@pytest.mark.parametrize("rows", [0, 1, 40, 1000])
def test_every_claim_stands_once_and_the_sums_are_right(rows: int) -> None:
    said, pages = stated(rows), pages_of(printed(rows))
    numbers = [number for page in pages for number in re.findall(r"\b(\d{5})\s+KDG-", page)]
    assert numbers == [item.number for item in said.rows]
    total = re.search(r"Total\s+([\d \n]+)", pages[-1])
    amounts = (said.totals.submitted, said.totals.member_pays, said.totals.other_payers, said.totals.facility_bears)
    expected = "".join(str(amount) for amount in (*amounts, said.totals.due))
    assert total is not None and re.sub(r"\s", "", total[1]).startswith(expected)
    for position, page in enumerate(pages, start=1):
        assert f"Page {position} sur {len(pages)}" in page
        assert "Bordereau récapitulatif n° 2026-03-1" in page and "Montants en francs CFA" in page
        assert ("À reporter" in page, "\nReport" in page) == (position < len(pages), position > 1)


def test_what_is_carried_is_what_is_brought() -> None:
    pages = pages_of(printed(100))
    assert len(pages) > 3
    for earlier, later in pairwise(pages):
        carried = re.search(r"À reporter\s+([\d \n]+)", earlier)
        brought = re.search(r"\nReport\s+([\d \n]+)", later)
        assert carried is not None and brought is not None
        sums = re.sub(r"\s", "", carried[1])
        assert len(sums) > 8 and re.sub(r"\s", "", brought[1]).startswith(sums)


def test_the_sum_stands_in_words_and_figures() -> None:
    found = text_of(printed(30))
    assert (
        "Arrêté le présent bordereau à la somme de trente-trois mille quarante-cinq francs CFA (33 045 F CFA)." in found
    )
    assert "zéro franc CFA (0 F CFA)" in text_of(printed(0))
    english = text_of(printed(30, language="en"))
    assert "at the sum of thirty-three thousand and forty-five CFA francs" in english and "Page 1 of 2" in english


def test_a_currency_with_a_hundredth_shows_it() -> None:
    found = text_of(printed(1, currency="CDF"))
    assert "dix francs congolais" in found and "10,00" in found


NAMES = (
    "N’Diaye Aïcha",
    "O'Brien d'Almeida",
    "Ŋaa Ɓah Ɗiop Ƴaya Kɛlɛ Ɔna",
    "Marie-Thérèse Kaboré née Sawadogo épouse Nikiéma de Tenkodogo",
    "W" * 60,
    unicodedata.normalize("NFD", "Ouédraogo Ïsçêñ"),
    "{nb} {name}",
    "Zongo\nIdrissa\x00\ue000",
)


def test_names_are_printed_whole_whatever_their_letters() -> None:
    document = printed(len(NAMES), names=NAMES)
    found = "".join(text_of(document).split())
    for name in NAMES:
        whole = unicodedata.normalize("NFC", name).replace("\x00", "").replace("\ue000", "")
        assert "".join(whole.split()) in found
    assert "…" not in found
    assert ink_outside(document) == []


def test_numbers_that_are_too_long_stay_in_their_column() -> None:
    said = stated(2)
    item = msgspec.structs.replace(
        said.rows[0],
        due=9_999_999_999_999,
        number="CSPS-" * 12,
        member="M" * 60,
        register_number="9" * 40,
        name="i" * 400,
    )
    said = msgspec.structs.replace(said, rows=(item, said.rows[1]), facility_name="Centre " * 40, payer_name="M" * 300)
    document = statement_pdf(said, SEAL, made_on=MADE)
    assert ink_outside(document) == []
    assert "9 999 999 999 999" in text_of(document) and "…" in text_of(document)


@pytest.mark.parametrize("rows", [1, 100])
def test_marks_stand_on_every_page(rows: int) -> None:
    said = statement(batch(rows, invented=True), ARRANGEMENT, AGREEMENT, generic_form=True)
    pages = pages_of(statement_pdf(said, SEAL, made_on=MADE))
    assert all("EXEMPLE INVENTÉ" in page and "FORMULAIRE GÉNÉRAL" in page for page in pages)
    assert not any("EXEMPLE" in page or "FORMULAIRE" in page or "APERÇU" in page for page in pages_of(printed(rows)))


def test_the_seal_is_on_every_page_as_a_code_and_in_clear() -> None:
    document = printed(30)
    pages = pages_of(document)
    assert codes_of(document) == [SEAL] * len(pages) == [SEAL] * 2
    clear = " ".join(SEAL[start : start + 8] for start in range(0, 64, 8))
    assert all(clear in page for page in pages)


def test_a_month_that_is_not_sealed_says_so_and_has_no_code() -> None:
    document = printed(30, seal="")
    assert codes_of(document) == []
    assert all("APERÇU" in page and "Lot non scellé" in page for page in pages_of(document))


def test_the_one_person_of_a_small_facility_and_every_signer_are_said() -> None:
    said = statement(batch(9), ARRANGEMENT, AGREEMENT, one_person=True, signers=("facility", "endorser", "payer"))
    found = text_of(statement_pdf(said, SEAL, made_on=MADE))
    assert "la même personne a saisi" in found
    assert all(box in found for box in ("Pour la formation sanitaire", "Visa de la structure", "Pour le payeur"))
    assert found.count("Signature et cachet") == 3


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert printed(40) == printed(40)
    assert printed(40) != statement_pdf(stated(40), SEAL, made_on=date(2026, 4, 7))
    metadata = pypdf.PdfReader(io.BytesIO(printed())).xmp_metadata
    assert metadata is not None and str(metadata.xmp_create_date)[:19] == "2026-04-06 00:00:00"


def test_the_file_is_marked_to_be_kept_and_names_the_data_inside_it() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(3)))
    root: Any = reader.trailer["/Root"].get_object()
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3<" in xmp and "2026-04-06T00:00:00" in xmp and "n° 2026-03-1" in xmp
    (intent,) = [each.get_object() for each in root["/OutputIntents"]]
    assert intent["/S"] == "/GTS_PDFA1" and intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"
    (file,) = [each.get_object() for each in root["/AF"]]
    assert file["/AFRelationship"] == "/Data" and file["/UF"] == "bordereau-2026-03-1.json"
    assert "/ID" in reader.trailer and reader.pdf_header >= "%PDF-1.7"
    plain = fulfil(Order(stated(3), "", "fr", MADE, ("pdf",)))["pdf"]
    assert "/AF" not in pypdf.PdfReader(io.BytesIO(plain)).trailer["/Root"], "what is not sealed is nobody's data"


ELSEWHERE = """
import hashlib, sys
from tests.documents.test_statement_pdf import printed
print(hashlib.sha256(printed(3)).hexdigest())
"""


def test_another_process_gives_the_same_bytes() -> None:
    root = Path(__file__).resolve().parents[2]
    seen = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": "Asia/Tokyo"}
        run = subprocess.run(
            [sys.executable, "-c", ELSEWHERE], env=environment, capture_output=True, text=True, check=True
        )
        seen.add(run.stdout)
    assert len(seen) == 1


LAZY = """
import sys
import facility_agent.documents.agreement_pdf, facility_agent.documents.receipt_pdf
import facility_agent.documents.statement_csv, facility_agent.documents.statement_pdf
import facility_agent.documents.statement_xlsx
print(sorted({"fpdf", "xlsxwriter", "num2words", "qrcode", "PIL"} & set(sys.modules)))
"""


def test_a_desk_that_prints_nothing_loads_no_printing_library() -> None:
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", LAZY], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_months_and_kinds_are_said_in_the_language() -> None:
    found = text_of(printed(kind="regularisation"))
    assert "mars 2026" in found and "Bordereau de régularisation" in found
    assert Words("en").month("2026-03") in text_of(printed(language="en"))
