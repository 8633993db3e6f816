"""Read the code on a photo of a card, whatever the photo: bounded in size, then one decoder after another.

zxing-cpp comes first (2 ms when it finds the code), then zbar, which reads some that it misses, then zxing-cpp on
the sharpened and on the evenly lit picture. Without the system library of zbar the others do. Nothing here knows
whether a code is genuine: the signature decides.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final

import zxingcpp
from PIL import Image, ImageFilter, ImageMath

from facility_agent.vocabulary.errors import InputError

MAX_BYTES: Final = 16 * 1024 * 1024
#: A phone's photo has 12 to 50 megapixels; a JPEG can be read in a smaller size, the others must be unpacked whole.
MAX_PIXELS: Final = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
WORK_PIXELS: Final = 4_000_000
_CARD_DIGITS: Final = 200
_QR: Final = zxingcpp.barcode_formats_from_str("QRCode")
_ONE_AT_A_TIME: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-card")


async def read_image(data: bytes) -> str:
    """`read_picture` in a thread of its own, one picture at a time, so that a desk never waits behind ten photos."""
    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, read_picture, data)


def read_picture(data: bytes) -> str:
    """The text of the QR code on a photo.

    InputError `picture-empty`, `picture-too-large`, `picture-format`, `picture-no-code`, or
    `picture-several-codes` when two cards lie in one picture. A card is preferred to other codes around it.
    """
    others: tuple[str, ...] = ()
    for find, picture in _attempts(_opened(data)):
        texts = tuple(sorted(set(find(picture))))
        cards = tuple(text for text in texts if _may_be_a_card(text))
        if cards:
            return _only(cards)
        others = others or texts
    if not others:
        raise InputError("picture-no-code")
    return _only(others)


def decoders() -> tuple[str, ...]:
    """The decoders at work on this machine, in their order."""
    return ("zxing-cpp", "zbar") if _zbar() else ("zxing-cpp",)


def _opened(data: bytes) -> Image.Image:
    """The picture in grey levels, at most 4 megapixels; anything else about it is an error with a sentence."""
    if not data:
        raise InputError("picture-empty")
    if len(data) > MAX_BYTES:
        raise InputError("picture-too-large", limit=f"{MAX_BYTES // 1024 // 1024} Mo")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            pixels = image.width * image.height
            limit = MAX_PIXELS[image.format or ""]
            if pixels > limit:
                raise InputError("picture-too-large", limit=f"{limit // 1_000_000} Mpx")
            if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
                raise InputError("picture-format")
            size = image.size
            if pixels > WORK_PIXELS:
                scale = (WORK_PIXELS / pixels) ** 0.5
                size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
                image.draft("L", size)
            grey = image.convert("L")
            return grey if grey.size == size else grey.resize(size, Image.Resampling.BILINEAR, reducing_gap=2)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError("picture-too-large", limit=f"{MAX_PIXELS['JPEG'] // 1_000_000} Mpx") from None
    except InputError:
        raise
    except Exception as problem:  # Pillow's readers raise a dozen kinds of exception on broken files
        raise InputError("picture-format") from problem


Find = Callable[[Image.Image], list[str]]


def _attempts(picture: Image.Image) -> Iterator[tuple[Find, Image.Image]]:
    """Each decoder with the picture it is given, the cheapest first."""
    yield _find_zxing, picture
    if _zbar():
        yield _find_zbar, picture
    yield _find_zxing, picture.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0))
    yield _find_zxing, _evenly_lit(picture)


def _find_zxing(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=_QR)]


def _find_zbar(picture: Image.Image) -> list[str]:
    """What zbar finds. It raises ValueError on some real photos (an orientation of its own): then it found nothing."""
    pyzbar = _zbar()
    try:
        found = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
        return [one.data.decode("utf-8") for one in found]
    except (ValueError, pyzbar.PyZbarError):
        return []


@lru_cache(maxsize=1)
def _zbar() -> Any:
    """The module of zbar, or None where its system library (Debian: libzbar0) is missing."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return None
    return pyzbar


def _evenly_lit(picture: Image.Image) -> Image.Image:
    """The picture divided by its own blur: shadows and bright corners go, the code stays."""
    light = picture.filter(ImageFilter.GaussianBlur(max(picture.size) // 24))
    made: Image.Image = ImageMath.lambda_eval(
        lambda parts: parts["convert"](parts["min"](parts["picture"] * 200 / (parts["light"] + 1), 255), "L"),
        picture=picture,
        light=light,
    )
    return made


def _may_be_a_card(text: str) -> bool:
    return len(text) >= _CARD_DIGITS and text.isascii() and text.isdigit()


def _only(texts: tuple[str, ...]) -> str:
    if len(texts) > 1:
        raise InputError("picture-several-codes", count=len(texts))
    return texts[0]
