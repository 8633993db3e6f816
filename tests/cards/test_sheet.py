"""A sheet of cards, printed on paper by a machine that nobody supervises."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from pypdf import PdfReader

from facility_agent.cards.draw import CARD_SIZE, DPI, draw_card, png
from facility_agent.cards.read import read_picture
from facility_agent.cards.sheet import COLUMNS, PER_PAGE, ROWS, card_sheets
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card

DAY = date(2026, 3, 14)


def rendered(document: bytes, page: int) -> Image.Image:
    picture: Image.Image = pypdfium2.PdfDocument(document)[page].render(scale=DPI / 72).to_pil()
    return picture


def test_every_card_of_a_sheet_can_be_read_at_300_dots(make_card: Callable[..., tuple[Card, str]]) -> None:
    names = ["Awa", "Awa Ouédraogo", "Marie-Thérèse Ouédraogo épouse Diop"]
    made = [make_card(serial, names[serial % 3]) for serial in range(1, PER_PAGE + 3)]
    document = card_sheets([draw_card(card, text, payer="Mutuelle inventée") for card, text in made], DAY)
    pages = [rendered(document, 0), rendered(document, 1)]
    left = (pages[0].width - COLUMNS * CARD_SIZE[0]) / 2
    top = (pages[0].height - ROWS * CARD_SIZE[1]) / 2
    for place, (_, text) in enumerate(made):
        page, place = divmod(place, PER_PAGE)
        x, y = left + place % COLUMNS * CARD_SIZE[0], top + place // COLUMNS * CARD_SIZE[1]
        cell = pages[page].crop((int(x), int(y), int(x) + CARD_SIZE[0], int(y) + CARD_SIZE[1]))
        assert read_picture(png(cell)) == text
    with pytest.raises(InputError, match="picture-several-cards"):
        read_picture(png(pages[1]))


def test_the_same_cards_and_day_give_the_same_bytes(make_card: Callable[..., tuple[Card, str]]) -> None:
    card, text = make_card()
    sheets = [card_sheets([draw_card(card, text, payer="Mutuelle inventée")], DAY) for _ in range(2)]
    assert sheets[0] == sheets[1]


@pytest.mark.parametrize(("cards", "pages"), [(1, 1), (10, 1), (11, 2)])
def test_a_sheet_says_its_language_its_day_and_how_to_print_it(cards: int, pages: int) -> None:
    reader = PdfReader(io.BytesIO(card_sheets([Image.new("L", CARD_SIZE, 255)] * cards, DAY)))
    assert len(reader.pages) == pages
    assert str(reader.root_object["/Lang"]) == "fr"
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == DAY
    text = reader.pages[0].extract_text()
    assert f"Planche de cartes 1 sur {pages} : imprimer à 100 %" in text
    assert "Ce trait doit mesurer 50 mm" in text
