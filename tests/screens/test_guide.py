"""The guide for reception takes four A4 pages, and the printed one says what the written one says."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from playwright.async_api import Browser

from tests.screens.guide import GUIDES, printed


def words(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+|\ufffe|-", "", text)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_guide_of_reception_takes_four_pages_as_printed(browser: Browser, language: str) -> None:
    made, kept = await printed(browser, language), (GUIDES / language / "reception.pdf").read_bytes()
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 4
    assert all(abs(page.get_width() - 595) < 2 and abs(page.get_height() - 842) < 2 for page in document)
    assert all(len(page.get_textpage().get_text_range()) > 300 for page in document), "no page is nearly empty"
    assert words(kept) == words(made), "run: python -m tests.screens.guide"
