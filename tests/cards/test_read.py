"""Photos as they come: large, broken, animated, empty, with two cards or none. Each has an answer."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageFilter

import facility_agent.cards.read as reading
from facility_agent.cards.degrade import jpeg, photograph
from facility_agent.cards.draw import draw_card, draw_symbol, png
from facility_agent.cards.read import MAX_BYTES, decoders, read_image, read_picture
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card

MakeCard = Callable[..., tuple[Card, str]]


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def wifi_poster() -> Image.Image:
    import qrcode

    code = qrcode.QRCode(border=4, box_size=6)
    code.add_data("WIFI:T:WPA;S:centre;P:secret;;")
    made: Image.Image = code.make_image().get_image().convert("L")
    return made


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


def test_a_large_photo_is_read_in_a_smaller_size(make_card: MakeCard) -> None:
    card, text = make_card()
    scene = photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(2), frame=(4608, 3456))
    assert read_picture(jpeg(scene)) == text


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
        ("an animated GIF", b"GIF89a" + b"\0" * 40, "picture-format"),
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
        ("a picture that ends early", png_that_claims(4_000, 4_000), "picture-format"),
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
    with pytest.raises(InputError, match="picture-several-codes"):
        read_picture(png(side_by_side(first, second)))
    assert read_picture(png(side_by_side(first, first))) == make_card(1)[1]


def test_a_card_is_preferred_to_the_poster_behind_it(make_card: MakeCard) -> None:
    text = make_card()[1]
    assert read_picture(png(side_by_side(draw_symbol(text), wifi_poster()))) == text
    assert read_picture(png(wifi_poster())).startswith("WIFI:")


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

    class PyZbarError(Exception):
        pass

    @staticmethod
    def decode(*_: object, **__: object) -> list[object]:
        raise ValueError("4294967295 is not a valid ZBarOrientation")


def test_a_decoder_that_breaks_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_zbar", lambda: BrokenZbar)
    assert decoders() == ("zxing-cpp", "zbar")
    with pytest.raises(InputError, match="picture-no-code"):
        read_picture(png(Image.new("L", (200, 200), 255)))


def test_later_attempts_are_made_on_a_sharpened_and_an_evenly_lit_picture(
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
    for attempt in (1, 2, 3):
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
