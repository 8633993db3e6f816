"""The report of an audit as a page: whatever the letters hold is text, and illness is not named."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.audit.funnel import Unit
from facility_agent.audit.peers import Traits
from facility_agent.audit.report import AuditReport, CodeTotal, ToLookAt
from facility_agent.documents.audit_html import audit_html
from facility_agent.documents.audit_outline import Audited, outline
from facility_agent.documents.audit_pdf import audit_pdf
from facility_agent.vocabulary.findings import note
from facility_agent.words import LANGUAGES, Words
from tests.builders import batch, claim
from tests.documents.reading import ink_outside, text_of

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


def many(high: int) -> list[Audited]:
    """Twelve facilities with one finding each in some claims; the first one has it more often."""
    found: list[Audited] = []
    for place in range(12):
        facility = f"CSPS-{place:02d}"
        units = (Unit(facility, high if place == 0 else 10, 40),)
        found.append((batch([claim()], facility=facility, number=facility), report("F-1"), {"exact-hour": units}))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_facilities_are_set_side_by_side(language: str) -> None:
    say = Words(language)
    page, paper = audit_html(many(38), say), text_of(audit_pdf(many(38), say, date(2026, 4, 1)))
    for text in (page, paper.replace("\n", " ")):
        assert say("audit.report.compared") in text and say("page.outliers.standing.very-high") in text
    assert page.count("<svg") == 1 and page.count("<circle") == 12
    assert say("audit.report.compared") not in audit_html(many(10), say) + audit_html(many(38)[:9], say)


def test_facilities_are_compared_with_their_peers_and_small_numbers_are_marked() -> None:
    audits, say = many(38), Words("en")
    tiny = (Unit("CSPS-11", 0, 4),)
    audits[11] = (batch([claim()], facility="CSPS-11", number="CSPS-11"), report("F-1"), {"exact-hour": tiny})
    level = {f"CSPS-{place:02d}": Traits("csps", claims=40, district="CS-1") for place in range(12)}
    whole = outline(audits, say, level)[-1].tables
    # One level, one size, one district: one group, named once.
    assert [table.title for table in whole] == [f"{say('page.finding.exact-hour')} · csps"]
    assert [(row[0], row[1]) for row in whole[0].rows] == [
        ("CSPS-00", say("page.outliers.standing.very-high")), ("CSPS-11", say("page.outliers.standing.small")),
    ]  # fmt: skip
    # The one that stands out among hospitals has too few peers to say so.
    apart = {**level, "CSPS-00": Traits("hospital", claims=40)}
    assert outline(audits, say, apart)[-1].title != say("audit.report.compared")
    halves = {
        f"F-{place:02d}": Traits("csps", claims=40 if place < 12 else 400, district=f"CS-{place % 2}")
        for place in range(24)
    }
    found = [
        (batch([claim()], facility=name, number=name), report("F-1"),
         {"exact-hour": (Unit(name, 38 if name == "F-00" else 10, 40),)})
        for name in halves
    ]  # fmt: skip
    titles = [table.title.split(" · ", 1)[1] for table in outline(found, say, halves)[-1].tables]
    assert titles == ["csps", f"csps · {say('page.outliers.size.small')}", "csps · CS-0"]


def test_the_paper_says_what_the_page_says() -> None:
    paper = text_of(audit_pdf([(batch([claim()]), report("F-0001"), {})], Words("en"), date(2026, 4, 1)))
    clinical = Words("en").finding(report("F-0001").look_at[0].findings[0], True)
    assert clinical not in paper and "F-0001" in paper
    for amount in ("12,000", "11,000", "2,800"):
        assert amount in paper.replace("\u202f", " ")
    assert not ink_outside(audit_pdf(many(38), Words("fr"), date(2026, 4, 1)))


def test_an_audit_of_nothing_is_a_page_too() -> None:
    assert audit_html([], Words("fr")).rstrip().endswith("</html>")
