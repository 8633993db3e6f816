"""A member's portrait: from any photo to at most 4 kB of WebP, and the 8 bytes by which a card knows it.

160 × 200 dots in colour. At 4,096 bytes WebP keeps 34 to 36 dB of such a picture, JPEG 32 (decisions, 2026-11-24);
100,000 portraits are at most 400 MB, and what a facility holds of 5,000 members at most 20 MB. Position, camera and
hour of the photo are left behind. The hash is of the bytes as they are kept, and never of a picture drawn again.
"""

from __future__ import annotations

import hashlib
import io
from typing import Final

from PIL import Image, ImageOps

from facility_agent.cards.read import MAX_BYTES, MAX_PIXELS
from facility_agent.vocabulary.errors import InputError

SIZE: Final = (160, 200)
MOST: Final = 4096
_QUALITIES: Final = range(80, 4, -5)


def thumbnail(data: bytes) -> bytes:
    """The portrait of a photo: its middle, upright, at most 4,096 bytes of WebP.

    InputError `picture-empty`, `picture-too-large`, `picture-format`.
    """
    if not data:
        raise InputError("picture-empty")
    if len(data) > MAX_BYTES:
        raise InputError("picture-too-large", limit=f"{MAX_BYTES // 1024 // 1024} Mo")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            limit = MAX_PIXELS[image.format or ""]
            if image.width * image.height > limit:
                raise InputError("picture-too-large", limit=f"{limit // 1_000_000} Mpx")
            if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
                raise InputError("picture-format")
            image.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError("picture-too-large", limit=f"{MAX_PIXELS['JPEG'] // 1_000_000} Mpx") from None
    except InputError:
        raise
    except Exception as problem:  # Pillow's readers raise a dozen kinds of exception on broken files
        raise InputError("picture-format") from problem
    # A face stands above the middle of a portrait.
    return _squeezed(ImageOps.fit(upright, SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.4)))


def is_thumbnail(data: bytes) -> bool:
    """Whether these bytes, from another installation, are a portrait as `thumbnail` makes them."""
    if not 0 < len(data) <= MOST:
        return False
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            image.load()
            return image.size == SIZE and getattr(image, "n_frames", 1) == 1
    except Exception:  # as above: whatever it is, it is no portrait
        return False


def photo_hash(portrait: bytes) -> str:
    """What a card says of the portrait: the first 8 bytes of its SHA-256, in hexadecimal.

    >>> photo_hash(b"")
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(portrait).hexdigest()[:16]


def _squeezed(picture: Image.Image) -> bytes:
    """The best quality that fits; of a picture of nothing but noise, a smoother one."""
    for quality in _QUALITIES:
        made = io.BytesIO()
        picture.save(made, "WEBP", quality=quality, method=6)
        if made.tell() <= MOST:
            return made.getvalue()
    half = picture.resize((SIZE[0] // 2, SIZE[1] // 2), Image.Resampling.BOX)
    return _squeezed(half.resize(SIZE, Image.Resampling.BICUBIC))
