"""Read the code on a photo of a card, whatever the photo: bounded in size, then one decoder after another.

zxing-cpp comes first (2 ms when it finds the code), then zbar, which reads some that it misses, then zxing-cpp on
the sharpened, on the evenly lit and on the enlarged picture. Without the system library of zbar the others do.
Nothing here knows whether a code is genuine: the signature decides. How a photo is held, or what its EXIF says of
that, does not matter to the decoders, so that it is never asked.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ctypes import CDLL
from functools import lru_cache
from typing import Any, Final, NamedTuple

import zxingcpp
from PIL import Image, ImageFilter, ImageMath

from facility_agent.vocabulary.errors import InputError

MAX_BYTES: Final = 16 * 1024 * 1024
#: A phone's photo has 12 to 50 megapixels. A JPEG is read in a smaller size; the others, which cameras do not make,
#: are unpacked whole, at 4 bytes or more a pixel.
MAX_PIXELS: Final = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 12_000_000, "WEBP": 12_000_000}
WORK_PIXELS: Final = 4_000_000
_CARD_DIGITS: Final = 200
#: Bytes of a photo after which the memory that reading it took is worth handing back.
_LARGE: Final = 512 * 1024
_STRIP: Final = 128
_QR: Final = zxingcpp.barcode_formats_from_str("QRCode")
_ONE_AT_A_TIME: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-card")

Find = Callable[[Image.Image], list[str]]


class Attempt(NamedTuple):
    """A decoder and the picture that it is given, under the name by which benchmarks count it."""

    name: str
    find: Find
    picture: Image.Image


async def read_image(data: bytes) -> str:
    """`read_picture` in a thread of its own, one picture at a time, so that a desk never waits behind ten photos."""
    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, read_picture, data)


def read_picture(data: bytes) -> str:
    """The text of the QR code on a photo.

    InputError `picture-empty`, `picture-too-large`, `picture-format`, `picture-no-code`, `picture-several-cards`
    when two cards lie in one picture, `picture-several-codes` when two other codes do. A card is preferred to other
    codes around it.
    """
    try:
        return read_opened(opened(data))
    finally:
        if len(data) > _LARGE:
            _give_memory_back()


def read_opened(picture: Image.Image) -> str:
    """The text of the QR code on a picture that has been opened; the errors of `read_picture`."""
    others: tuple[str, ...] = ()
    for attempt in attempts(picture):
        texts = found_by(attempt)
        cards = tuple(text for text in texts if _may_be_a_card(text))
        if len(cards) > 1:
            raise InputError("picture-several-cards", count=len(cards))
        if cards:
            return cards[0]
        others = others or texts
    if not others:
        raise InputError("picture-no-code")
    if len(others) > 1:
        raise InputError("picture-several-codes", count=len(others))
    return others[0]


def opened(data: bytes) -> Image.Image:
    """The picture in grey levels, at most 4 megapixels; anything else about it is an InputError of `read_picture`."""
    if not data:
        raise InputError("picture-empty")
    if len(data) > MAX_BYTES:
        raise InputError("picture-too-large", limit=f"{MAX_BYTES // 1024 // 1024} Mo")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            return _made_smaller(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError("picture-too-large", limit=f"{MAX_PIXELS['JPEG'] // 1_000_000} Mpx") from None
    except InputError:
        raise
    except Exception as problem:  # Pillow's readers raise a dozen kinds of exception on broken files
        raise InputError("picture-format") from problem


def attempts(picture: Image.Image) -> Iterator[Attempt]:
    """Each decoder with the picture it is given, the cheapest first."""
    yield Attempt("zxing-cpp", _find_zxing, picture)
    if _zbar():
        yield Attempt("zbar", _find_zbar, picture)
    yield Attempt("sharpened", _find_zxing, picture.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0)))
    yield Attempt("evenly-lit", _find_zxing, _evenly_lit(picture))
    if (scale := min(2.0, (WORK_PIXELS / (picture.width * picture.height)) ** 0.5)) > 1.1:
        # A turned symbol of 2 to 3 pixels a module falls between them now and then.
        size = (int(picture.width * scale), int(picture.height * scale))
        yield Attempt("enlarged", _find_zxing, picture.resize(size, Image.Resampling.BICUBIC))


def found_by(attempt: Attempt) -> tuple[str, ...]:
    """The different texts that an attempt finds, in order.

    zbar raises on some real photos (it names an orientation that its own wrapper does not know); whatever a decoder
    raises, it found nothing, and the next one has its turn.
    """
    try:
        return tuple(sorted(set(attempt.find(attempt.picture))))
    except Exception:
        return ()


def decoders() -> tuple[str, ...]:
    """The decoders at work on this machine, in their order."""
    return ("zxing-cpp", "zbar") if _zbar() else ("zxing-cpp",)


def _made_smaller(image: Image.Image) -> Image.Image:
    """The picture in grey levels, drafted and resized to what the decoders need, or an InputError."""
    pixels = image.width * image.height
    limit = MAX_PIXELS[image.format or ""]
    if pixels > limit:
        raise InputError("picture-too-large", limit=f"{limit // 1_000_000} Mpx")
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise InputError("picture-format")
    if pixels <= WORK_PIXELS:
        return image.convert("L")
    scale = (WORK_PIXELS / pixels) ** 0.5
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    image.draft("L", size)
    return image.convert("L").resize(size, Image.Resampling.BILINEAR, reducing_gap=2)


def _give_memory_back() -> None:
    """Hand freed memory to the system: after a large photo the C library would keep up to 90 MB of it."""
    with suppress(AttributeError, OSError):  # only the C library of GNU can
        CDLL(None).malloc_trim(0)


def _find_zxing(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain)]


def _find_zbar(picture: Image.Image) -> list[str]:
    pyzbar = _zbar()
    found = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [one.data.decode("utf-8", "replace") for one in found]


@lru_cache(maxsize=1)
def _zbar() -> Any:
    """The module of zbar, or None where its system library (Debian: libzbar0) is missing."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return None
    return pyzbar


def _evenly_lit(picture: Image.Image) -> Image.Image:
    """The picture divided by its own blur: shadows and bright corners go, the code stays.

    Strip by strip: the division needs six times the memory of what it divides.
    """
    light = picture.filter(ImageFilter.GaussianBlur(max(picture.size) // 24))
    made = Image.new("L", picture.size)
    for top in range(0, picture.height, _STRIP):
        strip = (0, top, picture.width, min(top + _STRIP, picture.height))
        made.paste(_divided(picture.crop(strip), light.crop(strip)), strip)
    return made


def _divided(picture: Image.Image, light: Image.Image) -> Image.Image:
    made: Image.Image = ImageMath.lambda_eval(
        lambda parts: parts["convert"](parts["min"](parts["picture"] * 200 / (parts["light"] + 1), 255), "L"),
        picture=picture,
        light=light,
    )
    return made


def _may_be_a_card(text: str) -> bool:
    return len(text) >= _CARD_DIGITS and text.isascii() and text.isdigit()
