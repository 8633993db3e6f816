"""Photos as they come: large, broken, animated, empty, with two cards or none. Each has an answer."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
import qrcode
from PIL import Image, ImageFilter
from qrcode.util import MODE_8BIT_BYTE, QRData

import facility_agent.cards.read as reading
from facility_agent.cards.degrade import jpeg, photograph
from facility_agent.cards.draw import draw_card, draw_symbol, png
from facility_agent.cards.keyboard import read_typed
from facility_agent.cards.read import MAX_BYTES, WORK_PIXELS, decoders, opened, read_image, read_picture
from facility_agent.eligibility.digits import from_digits
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card

MakeCard = Callable[..., tuple[Card, str]]


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def symbol_of(data: str | bytes, mode: int = MODE_8BIT_BYTE) -> Image.Image:
    """A QR symbol as others make them, in byte mode."""
    code = qrcode.QRCode(border=4, box_size=6)
    code.add_data(QRData(data, mode=mode))
    made: Image.Image = code.make_image().get_image().convert("L")
    return made


def wifi_poster() -> Image.Image:
    return symbol_of("WIFI:T:WPA;S:centre;P:secret;;")


def side_by_side(*pictures: Image.Image) -> Image.Image:
    table = Image.new("L", (sum(one.width for one in pictures), max(one.height for one in pictures)), 255)
    left = 0
    for one in pictures:
        table.paste(one, (left, 0))
        left += one.width
    return table


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say that they are an enormous picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_photo_is_read_in_each_format(make_card: MakeCard, kind: str, mode: str) -> None:
    card, text = make_card()
    scene = photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(1)).convert(mode)
    assert read_picture(saved(scene, kind)) == text


def test_a_picture_with_transparency_or_a_palette_is_read(make_card: MakeCard) -> None:
    symbol = draw_symbol(make_card()[1])
    for mode in ("RGBA", "P", "1", "LA", "I;16"):
        assert read_picture(saved(symbol.convert("I").convert(mode) if mode == "I;16" else symbol.convert(mode), "PNG"))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_of_20_megapixels_is_read_in_a_smaller_size(make_card: MakeCard, progressive: bool) -> None:
    card, text = make_card()
    scene = photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(2), frame=(5472, 3648), share=0.4)
    data = saved(scene, "JPEG", progressive=progressive)
    picture = opened(data)
    assert 3_900_000 < picture.width * picture.height <= WORK_PIXELS
    assert read_picture(data) == text


def test_a_narrow_picture_of_many_pixels_is_made_smaller_too() -> None:
    picture = opened(saved(Image.new("L", (60_000, 90)), "JPEG"))
    assert picture.size == (51_639, 77)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_read_however_the_phone_was_held(make_card: MakeCard, orientation: int) -> None:
    """The camera stores what it saw and says how to turn it; a front camera may store a mirror's image."""
    card, text = make_card()
    scene = photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(3))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each orientation, as Pillow counts them
    stored = scene.transpose(Image.Transpose(back[orientation])) if orientation in back else scene
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read_picture(saved(stored, "JPEG", exif=exif)) == text


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_what_a_phone_writes_beside_the_photo_may_be_nonsense(make_card: MakeCard) -> None:
    symbol = draw_symbol(make_card()[1])
    assert read_picture(saved(symbol, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")) == make_card()[1]


def test_a_phone_that_puts_two_pictures_into_one_jpeg_is_read(make_card: MakeCard) -> None:
    symbol = draw_symbol(make_card()[1])
    double = saved(symbol, "MPO", save_all=True, append_images=[Image.new("L", symbol.size, 128)])
    assert read_picture(double) == make_card()[1]


@pytest.mark.parametrize(
    ("what", "data", "code"),
    [
        ("nothing", b"", "picture-empty"),
        ("a text", b"KDG-000123-02", "picture-format"),
        ("half a JPEG", jpeg(Image.new("L", (640, 480), 128))[:200], "picture-format"),
        ("most of a JPEG", saved(Image.effect_noise((640, 480), 60), "JPEG")[:-9_000], "picture-format"),
        (
            "an animated GIF",
            saved(Image.new("L", (64, 64)), "GIF", save_all=True, append_images=[Image.new("L", (64, 64), 255)]),
            "picture-format",
        ),
        ("the head of a GIF", b"GIF89a" + b"\0" * 40, "picture-format"),
        (
            "an animated WebP",
            saved(
                Image.new("RGB", (64, 64), "red"),
                "WEBP",
                save_all=True,
                append_images=[Image.new("RGB", (64, 64), "blue")],
            ),
            "picture-format",
        ),
        ("a GIF", saved(Image.new("L", (64, 64)), "GIF"), "picture-format"),
        ("a TIFF", saved(Image.new("L", (64, 64)), "TIFF"), "picture-format"),
        ("a bomb", png_that_claims(60_000, 60_000), "picture-too-large"),
        ("a smaller bomb", png_that_claims(9_000, 9_000), "picture-too-large"),
        ("a PNG larger than any screen", png_that_claims(4_000, 3_001), "picture-too-large"),
        ("a picture that ends early", png_that_claims(3_000, 4_000), "picture-format"),
        ("too many bytes", b"\0" * (MAX_BYTES + 1), "picture-too-large"),
        ("a grey wall", jpeg(Image.new("L", (640, 480), 128)), "picture-no-code"),
        ("one dot", png(Image.new("L", (1, 1))), "picture-no-code"),
        ("a line", png(Image.new("L", (3000, 1))), "picture-no-code"),
    ],
)
def test_what_is_no_photo_of_a_card_has_its_sentence(what: str, data: bytes, code: str) -> None:
    with pytest.raises(InputError) as problem:
        read_picture(data)
    assert problem.value.code == code, what


def test_two_cards_in_one_picture_are_an_error_and_the_same_card_twice_is_not(make_card: MakeCard) -> None:
    first, second = (draw_symbol(make_card(serial)[1]) for serial in (1, 2))
    with pytest.raises(InputError) as problem:
        read_picture(png(side_by_side(first, second)))
    assert (problem.value.code, problem.value.fields) == ("picture-several-cards", {"count": 2})
    assert read_picture(png(side_by_side(first, first))) == make_card(1)[1]


def test_a_card_is_preferred_to_the_poster_behind_it(make_card: MakeCard) -> None:
    text = make_card()[1]
    assert read_picture(png(side_by_side(draw_symbol(text), wifi_poster()))) == text
    assert read_picture(png(wifi_poster())).startswith("WIFI:")


def test_two_posters_without_a_card_are_an_error_of_their_own() -> None:
    with pytest.raises(InputError, match="picture-several-codes"):
        read_picture(png(side_by_side(wifi_poster(), symbol_of("https://example.org/"))))


def test_a_card_whose_digits_were_put_into_byte_mode_is_read_all_the_same(make_card: MakeCard) -> None:
    text = make_card()[1]
    assert read_picture(png(symbol_of(text))) == text


def test_a_card_printed_as_bytes_instead_of_digits_is_named(make_card: MakeCard) -> None:
    token = from_digits(make_card()[1])
    with pytest.raises(InputError, match="code-bytes"):
        read_typed(read_picture(png(symbol_of(token))), {}, date(2026, 3, 14))


@pytest.mark.parametrize(
    ("what", "data", "code"),
    [
        ("a web address", "https://example.org/menu", "code-web-address"),
        ("a Wi-Fi network", "WIFI:T:WPA;S:centre;P:secret;;", "code-wifi"),
        ("a certificate of the European Union", "HC1:NCFOXN%TS3DHZN4HAF*PQFKKGTNA.Q/R8WRU2FCGJ9", "code-certificate"),
        ("a business card", "BEGIN:VCARD\nFN:Awa Ouédraogo\nEND:VCARD", "code-contact"),
        ("bytes", bytes(range(128, 256)), "code-bytes"),
        ("the number of an article", "4006381333931", "card-not-ours"),
    ],
)
def test_the_code_of_somebody_else_is_named(what: str, data: str | bytes, code: str) -> None:
    with pytest.raises(InputError) as problem:
        read_typed(read_picture(png(symbol_of(data))), {}, date(2026, 3, 14))
    assert problem.value.code == code, what


def test_a_machine_without_zbar_reads_with_what_it_has(make_card: MakeCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_zbar", lambda: None)
    assert decoders() == ("zxing-cpp",)
    text = make_card()[1]
    assert read_picture(png(draw_symbol(text))) == text
    with pytest.raises(InputError, match="picture-no-code"):
        read_picture(png(Image.new("L", (200, 200), 255)))


class BrokenZbar:
    """zbar as it behaves on some real photos: it names an orientation that its own wrapper does not know."""

    class ZBarSymbol:
        QRCODE = 64

    @staticmethod
    def decode(*_: object, **__: object) -> list[object]:
        raise ValueError("4294967295 is not a valid ZBarOrientation")


def test_a_decoder_that_breaks_found_nothing_and_the_next_has_its_turn(
    make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Image.Image) -> list[str]:
        raise RuntimeError("no")

    monkeypatch.setattr(reading, "_zbar", lambda: BrokenZbar)
    assert decoders() == ("zxing-cpp", "zbar")
    with pytest.raises(InputError, match="picture-no-code"):
        read_picture(png(Image.new("L", (200, 200), 255)))
    monkeypatch.undo()
    monkeypatch.setattr(reading, "_find_zxing", broken)
    assert read_picture(png(draw_symbol(make_card()[1]))) == make_card()[1]


def test_later_attempts_are_made_on_a_sharpened_an_evenly_lit_and_an_enlarged_picture(
    make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is found last is found here: the first answers are blinded."""
    card, text = make_card()
    scene = photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(3)).filter(ImageFilter.BoxBlur(1))
    seen: list[bytes] = []

    def blinded(picture: Image.Image) -> list[str]:
        seen.append(picture.tobytes())
        return real(picture) if len(seen) == attempt else []

    real = reading._find_zxing
    monkeypatch.setattr(reading, "_zbar", lambda: None)
    monkeypatch.setattr(reading, "_find_zxing", blinded)
    for attempt in (1, 2, 3, 4):
        seen.clear()
        assert read_picture(jpeg(scene)) == text
        assert len(set(seen)) == attempt


async def test_several_pictures_are_read_one_at_a_time(make_card: MakeCard, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def counted(picture: Image.Image) -> list[str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        found = real(picture)
        running -= 1
        return found

    real = reading._find_zxing
    monkeypatch.setattr(reading, "_find_zxing", counted)
    texts = [make_card(serial)[1] for serial in range(1, 6)]
    read = await asyncio.gather(*(read_image(png(draw_symbol(text))) for text in texts))
    assert read == texts
    assert most == 1


async def test_a_picture_without_a_code_is_the_callers_error_too() -> None:
    with pytest.raises(InputError, match="picture-no-code"):
        await read_image(png(Image.new("L", (50, 50))))


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_lighting_evenly_strip_by_strip_leaves_no_seam(share: float) -> None:
    picture = Image.linear_gradient("L").resize((300, int(1000 * share)))
    made = reading._evenly_lit(picture)
    light = picture.filter(ImageFilter.GaussianBlur(max(picture.size) // 24))
    assert made.size == picture.size
    assert made.tobytes() == reading._divided(picture, light).tobytes()
