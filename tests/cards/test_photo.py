"""A portrait is small whatever the photo, and named by the bytes that are kept."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from facility_agent.cards.photo import MOST, SIZE, is_thumbnail, photo_hash, thumbnail
from facility_agent.vocabulary.errors import InputError


def encoded(image: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **more)
    return made.getvalue()


def noise(size: tuple[int, int]) -> Image.Image:
    """The hardest picture to make small."""
    return Image.frombytes("RGB", size, random.Random(7).randbytes(3 * size[0] * size[1]))


def opened(portrait: bytes) -> Image.Image:
    return Image.open(io.BytesIO(portrait))


PHOTOS = {
    "a phone's photo": encoded(Image.effect_mandelbrot((1200, 1600), (-3, -2.5, 2, 2.5), 40).convert("RGB")),
    "noise": encoded(noise((640, 800)), "PNG"),
    "one dot": encoded(Image.new("RGB", (1, 1), "red"), "PNG"),
    "very wide": encoded(noise((2000, 40)), "PNG"),
    "grey": encoded(Image.linear_gradient("L"), "PNG"),
    "see-through": encoded(Image.new("RGBA", (300, 300), (9, 9, 9, 0)), "PNG"),
    "WebP": encoded(noise((200, 250)), "WEBP"),
}


@pytest.mark.parametrize("what", PHOTOS)
def test_a_portrait_has_one_size_and_at_most_four_kilobytes(what: str) -> None:
    portrait = thumbnail(PHOTOS[what])
    assert len(portrait) <= MOST and is_thumbnail(portrait)
    assert (opened(portrait).size, opened(portrait).format) == (SIZE, "WEBP")
    assert len(bytes.fromhex(photo_hash(portrait))) == 8


def test_a_photo_that_lies_on_its_side_is_stood_up_and_tells_nothing_else() -> None:
    upright = Image.new("RGB", (400, 500), "white")
    upright.paste("black", (0, 0, 400, 250))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A telephone"  # orientation, maker
    portrait = thumbnail(encoded(upright.rotate(90, expand=True), "JPEG", exif=exif.tobytes()))
    image = opened(portrait).convert("L")
    assert image.getpixel((80, 10)) < 60 and image.getpixel((80, 190)) > 200  # type: ignore[operator]
    assert not opened(portrait).getexif() and b"telephone" not in portrait


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("picture-empty", b""),
        ("picture-format", b"%PDF-1.7"),
        ("picture-format", PHOTOS["a phone's photo"][:300]),
        ("picture-format", encoded(Image.new("RGB", (9, 9)), "GIF")),
        ("picture-format", encoded(Image.new("L", (9, 9)), "WEBP", save_all=True, append_images=[noise((9, 9))])),
        ("picture-too-large", b"\xff" * (16 * 1024 * 1024 + 1)),
        ("picture-too-large", encoded(Image.new("1", (6000, 6000)), "PNG")),
        ("picture-too-large", encoded(Image.new("1", (14_000, 14_000)), "PNG")),
    ],
)
def test_what_is_no_photo_is_said(code: str, data: bytes) -> None:
    with pytest.raises(InputError, match=code):
        thumbnail(data)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"x" * 5000, encoded(noise((160, 200))), encoded(Image.new("RGB", (80, 100)), "WEBP")]
)
def test_what_another_installation_sends_is_a_portrait_or_nothing(data: bytes) -> None:
    assert not is_thumbnail(data)
