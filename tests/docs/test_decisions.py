"""A decision has its day and at least three sentences, and what the code cites is there."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.docs.pages import headings, section, text_of

TEXT = text_of("docs/decisions.md")
ENTRIES = [title for level, title in headings(TEXT) if level == 3]


@pytest.mark.parametrize("title", ENTRIES)
def test_a_decision_has_its_day_and_its_reasons(title: str) -> None:
    day, _, what = title.partition(" · ")
    assert date.fromisoformat(day) <= date(2100, 1, 1) and what
    assert len(re.findall(r"[.:](?=\s|$)", section(TEXT, title).strip())) >= 3


def test_no_decision_stands_twice() -> None:
    assert len(ENTRIES) == len(set(ENTRIES)) >= 40
