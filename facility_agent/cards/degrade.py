"""What happens to a card between the printer and the desk's camera: a scene, and its mild faults.

For demonstrations and benchmarks. Every draw comes from the `random.Random` that is given, so that a seed always
makes the same picture. `severity` goes from 0 (nothing) to 1 (as bad as a careless photo gets).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageOps

FRAME: Final = (1280, 720)
_TABLE: Final = 150


def photograph(card: Image.Image, chance: Random, frame: tuple[int, int] = FRAME, share: float = 0.9) -> Image.Image:
    """The card on a grey table, as large as `share` of the frame allows, somewhere in the frame."""
    scale = share * min(frame[0] / card.width, frame[1] / card.height)
    width, height = int(card.width * scale), int(card.height * scale)
    scene = Image.new("L", frame, _TABLE)
    corner = (chance.randint(0, frame[0] - width), chance.randint(0, frame[1] - height))
    scene.paste(card.convert("L").resize((width, height), Image.Resampling.LANCZOS), corner)
    return scene


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """The bytes that a camera would send."""
    made = io.BytesIO()
    image.save(made, "JPEG", quality=quality)
    return made.getvalue()


def rotation(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Turned by up to 180 degrees, from as far away as it takes to keep the whole scene in the frame."""
    angle = chance.uniform(-180, 180) * severity
    turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE)
    return ImageOps.pad(turned, image.size, Image.Resampling.LANCZOS, color=_TABLE)


def tilt(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Seen from one side: the far edge is shorter by up to 40 %."""
    width, height = image.size
    inset = int(0.2 * severity * height * chance.uniform(0.7, 1))
    near_left = chance.random() < 0.5
    left, right = (0, inset) if near_left else (inset, 0)
    corners = (0, -left, 0, height + left, width, height + right, width, -right)
    return image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=_TABLE)


def blur(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Out of focus by up to 3 pixels."""
    return image.filter(ImageFilter.GaussianBlur(3 * severity * chance.uniform(0.8, 1)))


def low_light(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Dark and grainy: contrast down to a quarter, noise up to 24 levels either way."""
    gain = 1 - 0.75 * severity
    dark = image.point([int(level * gain) for level in range(256)])
    reach = int(24 * severity)
    grain = Image.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    offsets = grain.point([level * (2 * reach + 1) // 256 for level in range(256)])
    return ImageChops.subtract(ImageChops.add(dark, offsets), Image.new("L", image.size, reach))


def strong_jpeg(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Compressed down to quality 10, as messaging applications do."""
    quality = int(85 - 75 * severity * chance.uniform(0.8, 1))
    return Image.open(io.BytesIO(jpeg(image, quality))).convert("L")


KINDS: Final[dict[str, Callable[[Image.Image, float, Random], Image.Image]]] = {
    "rotation": rotation,
    "tilt": tilt,
    "blur": blur,
    "low-light": low_light,
    "jpeg": strong_jpeg,
}


def degrade(image: Image.Image, kind: str, severity: float, chance: Random) -> Image.Image:
    """The picture with one fault of `KINDS`, in grey levels."""
    return KINDS[kind](image.convert("L"), severity, chance)
