"""The report of an audit as a page: whatever the letters hold is text, and illness is not named."""

from __future__ import annotations

import pytest

from facility_agent.audit.funnel import Unit
from facility_agent.audit.report import AuditReport, CodeTotal, ToLookAt
from facility_agent.documents.audit_html import audit_html
from facility_agent.vocabulary.findings import note
from facility_agent.words import LANGUAGES, Words
from tests.builders import batch, claim

HOSTILE = "<script>alert(1)</script>"


def report(number: str) -> AuditReport:
    births = note("delivery-twice", "deliveries", review=True, claim=number, day="2026-03-10", months=8)
    return AuditReport(
        "B", "XOF", 40, 90, 12_000, 11_000, 400, 600, 38, 3,
        codes=(CodeTotal("delivery-twice", "note", 1, 0, 2_800),),
        look_at=(ToLookAt("C", number, 2_800, 2_800, 2_800, (births,)),),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_letter_holds_is_shown_as_text(language: str) -> None:
    rates = {"exact-hour": (Unit(HOSTILE, 3, 9),)}
    page = audit_html([(batch([claim()], number=HOSTILE), report(HOSTILE), rates)], Words(language))
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4
    assert f'<html lang="{language}">' in page


def test_the_page_says_the_neutral_sentence_and_the_sums() -> None:
    page = audit_html([(batch([claim()]), report("F-0001"), {})], Words("en")).replace("\u202f", " ")
    clinical = Words("en").finding(report("F-0001").look_at[0].findings[0], True)
    assert "deliver" in clinical and clinical not in page
    for amount in ("12,000", "11,000", "400", "600", "2,800"):
        assert f'<td class="n">{amount}</td>' in page


def test_an_audit_of_nothing_is_a_page_too() -> None:
    assert audit_html([], Words("fr")).rstrip().endswith("</html>")
