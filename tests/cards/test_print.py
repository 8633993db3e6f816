"""Cards of every kind, on the printer's own page and on paper, come back through the real decoders."""

from __future__ import annotations

import io
from datetime import date
from random import Random

import msgspec
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader

from facility_agent.cards.degrade import jpeg
from facility_agent.cards.draw import CARD_SIZE, DPI, draw_card, draw_symbol, png
from facility_agent.cards.photo import photo_hash, thumbnail
from facility_agent.cards.read import read_picture
from facility_agent.cards.sheet import card_pages, card_sheets
from facility_agent.documents.certificate_pdf import certificate_pdf
from facility_agent.eligibility.card import Issuer, card_text, unsigned_token
from facility_agent.vocabulary.records import Card
from tests.cards.conftest import SECRET

DAY = date(2026, 3, 14)
LONG_PAYER = (
    "Union régionale des mutuelles de santé et de développement solidaire du Plateau Central (URMSDS-PC, nom inventé)"
)
NAMES = ["Awa", "N'Do Élise", "Ɓah Ŋaa N’Diaye", "Wendpouiré" * 6, "Marie-Thérèse Ouédraogo épouse de la Concession"]
Made = list[tuple[Card, str, bytes | None]]


@pytest.fixture(scope="module")
def portrait() -> bytes:
    picture = io.BytesIO()
    Image.effect_mandelbrot((400, 500), (-3, -2.5, 2, 2.5), 40).save(picture, "PNG")
    return thumbnail(picture.getvalue())


@pytest.fixture
def made(issuer: Issuer, portrait: bytes) -> Made:
    """Cards of every kind and of odd names, some with a portrait."""
    plain = Card(issuer.key, 1, "KDG-000123-02", "", 1991, "F", date(2026, 1, 5), date(2026, 12, 31), "KDG-000123")
    cards = [
        msgspec.structs.replace(plain, serial=place, name=name, photo=photo_hash(portrait) if place % 2 else "")
        for place, name in enumerate(NAMES, 1)
    ]
    cards.append(Card(issuer.key, 8, "", "N'Do Élise", None, "", plain.issued, plain.expires, "KDG-000123",
                      kind="household"))  # fmt: skip
    cards.append(msgspec.structs.replace(plain, serial=9, name="Awa", kind="certificate", replaces=4))
    found = []
    for card in cards:
        to_sign, assemble = unsigned_token(card, issuer)
        found.append((card, card_text(assemble(SECRET.sign(to_sign))), portrait if card.photo else None))
    return found


def faces(made: Made) -> list[Image.Image]:
    return [draw_card(card, text, payer=LONG_PAYER, contact="70 00 00 00", portrait=face) for card, text, face in made]


def scanned(page: Image.Image, seed: int) -> bytes:
    """The page as an office scanner sees it: not quite straight, a little soft, not quite white, JPEG."""
    chance = Random(seed)
    turned = page.convert("L").rotate(chance.uniform(-2, 2), Image.Resampling.BICUBIC, expand=True, fillcolor=235)
    soft = turned.filter(ImageFilter.GaussianBlur(0.5)).point([20 + level * 215 // 255 for level in range(256)])
    return jpeg(soft, 75)


def rendered(document: bytes, page: int, dots: int) -> Image.Image:
    picture: Image.Image = pypdfium2.PdfDocument(document)[page].render(scale=dots / 72).to_pil()
    return picture


def test_a_card_printers_page_is_the_card_dot_for_dot_and_reads_back(made: Made) -> None:
    drawn = faces(made)
    document = card_pages(drawn, DAY)
    for place, (face, (_, text, _)) in enumerate(zip(drawn, made, strict=True)):
        page = rendered(document, place, DPI).convert("L")
        assert page.size == CARD_SIZE and page.tobytes() == face.tobytes()
        assert read_picture(png(page)) == text
        assert read_picture(scanned(rendered(document, place, 150), place)) == text
    width, height = (float(side) / 72 * 25.4 for side in PdfReader(io.BytesIO(document)).pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((85.6, 54.0), abs=0.05)


def test_a_sheet_reads_back_after_an_office_scan_at_150_dots(made: Made) -> None:
    page = rendered(card_sheets(iter(faces(made)), DAY, count=len(made)), 0, 150)
    width, height = page.width / 2, page.height / 5
    for place, (_, text, _) in enumerate(made):
        x, y = place % 2 * width, place // 2 * height
        cell = page.crop((int(x), int(y), int(x + width), int(y + height)))
        assert read_picture(scanned(cell, place)) == text


def test_faces_that_are_drawn_one_after_another_come_with_their_count() -> None:
    with pytest.raises(TypeError):
        card_sheets(iter([Image.new("L", CARD_SIZE)]), DAY)


def test_what_a_card_says_stays_left_of_its_symbol_and_off_its_neighbours(
    made: Made,
) -> None:
    """The quiet zone is white whatever the names: nothing is written into it, and the foot stays empty below."""
    for face, (card, text, _) in zip(faces(made), made, strict=True):
        side = draw_symbol(text).width
        left = CARD_SIZE[0] - side - 12
        assert set(face.crop((left, 76, left + 24, 76 + side)).tobytes()) == {255}, card.name
        assert set(face.crop((0, 626, CARD_SIZE[0], 638)).tobytes()) == {255}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_certificate_says_what_it_replaces_and_until_when_and_reads_back(
    made: Made, portrait: bytes, language: str
) -> None:
    card, text, _ = made[-1]
    document = certificate_pdf(
        card, text, LONG_PAYER, language, portrait=portrait, contact="70 00 00 00", invented=True
    )
    for dots in (300, 150):
        assert read_picture(png(rendered(document, 0, dots))) == text
    assert read_picture(scanned(rendered(document, 0, 150), 5)) == text
    reader = PdfReader(io.BytesIO(document))
    said = " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    for part in ("KDG-000123-02", "31/12/2026", "70 00 00 00", "4", "Awa"):
        assert part in said
    assert certificate_pdf(card, text, LONG_PAYER, language, portrait=portrait, contact="70 00 00 00",
                           invented=True) == document  # fmt: skip


def test_a_certificate_with_odd_names_and_no_photo_is_one_page(issuer: Issuer) -> None:
    for name in NAMES:
        card = Card(issuer.key, 9, "KDG-000123-02", name, None, "", DAY, DAY, "", kind="certificate", replaces=4)
        to_sign, assemble = unsigned_token(card, issuer)
        text = card_text(assemble(SECRET.sign(to_sign)))
        document = certificate_pdf(card, text, "Mutuelle inventée")
        assert len(PdfReader(io.BytesIO(document)).pages) == 1
        assert read_picture(png(rendered(document, 0, 150))) == text
