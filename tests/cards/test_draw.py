"""The card's face: a symbol that printers and scanners like, and the facts in clear."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from importlib import resources

import pytest
from PIL import Image

from facility_agent.cards.draw import CARD_SIZE, QUIET, dots_per_module, draw_card, draw_symbol, png
from facility_agent.cards.read import read_picture
from facility_agent.vocabulary.records import Card

MakeCard = Callable[..., tuple[Card, str]]


@pytest.mark.parametrize(
    ("digits", "version"), [(40, 8), (259, 8), (260, 9), (312, 9), (313, 10), (364, 10), (365, 11), (426, 11)]
)
def test_a_symbol_has_whole_dots_a_quiet_zone_and_a_version_of_8_to_11(digits: int, version: int) -> None:
    text = "1" + "7" * (digits - 1)
    symbol = draw_symbol(text)
    modules, dots = 17 + 4 * version, dots_per_module(version)
    assert symbol.size == ((modules + 2 * QUIET) * dots,) * 2
    assert set(symbol.crop((0, 0, symbol.width, QUIET * dots)).tobytes()) == {255}
    corner = symbol.crop((QUIET * dots, QUIET * dots, (QUIET + 7) * dots, (QUIET + 1) * dots))
    assert set(corner.tobytes()) == {0}
    assert read_picture(png(symbol)) == text


@pytest.mark.parametrize("text", ["", "https://example.org", "12a", "١٢٣", "1" * 427, "1" * 8000])
def test_a_symbol_of_something_else_than_a_token_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError):
        draw_symbol(text)


NAMES = ["", "Awa", "Marie-Thérèse Ouédraogo épouse Ɓah Ŋaa de la Concession N’Diaye", "X" * 60]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_drawn_card_can_be_read_whatever_its_name(make_card: MakeCard, name: str, language: str) -> None:
    card, text = make_card(name=name)
    face = draw_card(card, text, payer="Mutuelle inventée du Kadiogo", contact="70 00 00 00", language=language)
    assert face.size == CARD_SIZE
    assert read_picture(png(face)) == text


def test_the_same_card_gives_the_same_bytes_and_no_date(make_card: MakeCard) -> None:
    card, text = make_card()
    faces = [png(draw_card(card, text, payer="Mutuelle inventée", invented=True)) for _ in range(2)]
    assert faces[0] == faces[1]
    assert b"tIME" not in faces[0]
    assert Image.open(io.BytesIO(faces[0])).info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_an_invented_card_says_so(make_card: MakeCard) -> None:
    card, text = make_card()
    plain = draw_card(card, text, payer="Mutuelle inventée")
    marked = draw_card(card, text, payer="Mutuelle inventée", invented=True)
    band = (40, 484, 300, 522)
    assert set(plain.crop(band).tobytes()) == {255}
    assert marked.crop(band).tobytes().count(0) > 5000


def test_the_fonts_are_those_that_their_page_names() -> None:
    folder = resources.files("facility_agent").joinpath("vendor", "dejavu")
    page = folder.joinpath("README.md").read_text("utf-8")
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        assert f"| {name} | {hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest()} |" in page
