"""A protocol's sheet: one page each, in both languages, every text escaped, the same bytes for the same content."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import pytest
from pypdf import PdfReader

from facility_agent.arrangements.library import load, shared_sets, shipped_folder
from facility_agent.arrangements.model import Text
from facility_agent.documents.protocol_print import protocol_html, protocol_pdf
from facility_agent.documents.protocol_sheet import sheets
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows.protocol_examples import trial_package

DAY = date(2026, 11, 24)
WHO = trial_package(shared_sets(shipped_folder())[-1])
LIBRARY = load()
assert WHO is not None
EVERY = [WHO, *(version for country in LIBRARY.countries for version in LIBRARY.versions(country) if version.rules)]
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@pytest.mark.parametrize("arrangement", EVERY, ids=lambda each: f"{each.country}-{each.start}")
def test_every_rule_has_words_and_no_code_is_left(arrangement, language: str) -> None:
    for sheet in sheets(arrangement, Words(language)):
        assert sheet.title and sheet.rules, sheet.code
        for rule in sheet.rules:
            text = " ".join((rule.name, *rule.details, rule.neutral, rule.clinical, rule.weight, rule.evidence))
            assert "protocol." not in text and "finding." not in text and "{" not in text, rule
            assert rule.source or rule.note, rule.code
            assert rule.evidence in (Words(language)("protocol.sourced"), Words(language)("protocol.unsourced"))


@every_language
def test_each_sheet_takes_one_page(language: str) -> None:
    for sheet in sheets(WHO, Words(language)):
        pages = PdfReader(io.BytesIO(protocol_pdf([sheet], Words(language), DAY))).pages
        assert len(pages) == 1, sheet.code
        assert sheet.title in " ".join(pages[0].extract_text().split())


def test_the_same_sheets_are_the_same_bytes() -> None:
    made = [protocol_pdf(sheets(WHO, Words("fr")), Words("fr"), DAY) for _ in range(2)]
    assert made[0] == made[1]
    assert len(PdfReader(io.BytesIO(made[0])).pages) == 15


def test_texts_are_escaped() -> None:
    evil = Text('<script>alert(1)</script> & "l\'ami"', "x")
    protocol = msgspec.structs.replace(WHO.protocols[0], name=evil, danger_signs=(evil,))
    wrong = msgspec.structs.replace(WHO, protocols=(protocol,), digest="evil")
    html = protocol_html(sheets(wrong, Words("fr")), Words("fr"))
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_a_rule_without_a_sheet_stands_on_a_sheet_of_its_own() -> None:
    (sheet,) = sheets(LIBRARY.versions("RW")[1], Words("en"))
    assert [rule.code for rule in sheet.rules] == ["pickup-alone"]
