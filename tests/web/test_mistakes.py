"""What goes wrong is a page with a sentence, and an unknown error tells nothing but its reference."""

from __future__ import annotations

import logging

import pytest

from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import finding, month_end
from tests.web.visitor import Visitor


async def test_a_page_that_does_not_exist_says_so(clerk: Visitor) -> None:
    page = await clerk.get("/nowhere")
    assert page.status == 404 and "n’existe pas" in page.text and "/desk" in page.links


async def test_an_address_that_only_takes_forms_says_so(clerk: Visitor) -> None:
    assert (await clerk.get("/desk/scan")).status == 405


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_bad_input_becomes_a_page_with_its_sentence(
    language: str, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise InputError("form-month", value="2026-04")

    monkeypatch.setattr(month_end, "preview", fails)
    clerk.language = language
    page = await clerk.get("/months/2026-04")
    assert page.status == 422 and "form-month" not in page.text
    assert ("Rien n’a été changé" if language == "fr" else "Nothing was changed") in page.text


async def test_an_unknown_error_shows_a_reference_and_logs_the_rest(
    clerk: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("secret of the machine room")

    monkeypatch.setattr(finding, "seek", breaks)
    with caplog.at_level(logging.ERROR, "facility_agent.web"):
        page = await clerk.get("/members?text=awa")
    assert page.status == 500 and "secret" not in page.html and page.faults == []
    reference = next(word for word in page.text.split() if word in caplog.text and len(word) == 8)
    assert f"reference {reference}" in caplog.text and "secret of the machine room" in caplog.text


async def test_an_answer_that_is_gone_says_what_to_do(clerk: Visitor) -> None:
    page = await clerk.get("/desk/answers/019d0000-0000-7000-8000-000000000000")
    assert page.status == 422 and "Vérifiez la personne de nouveau" in page.text
