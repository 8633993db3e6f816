"""What happens to a card between the printer and the desk's camera: a scene, and one fault of it.

For demonstrations, benchmarks and tests. Every draw comes from the `random.Random` that is given, so that a seed always
makes the same picture. `severity` goes from 0 (nothing) to 1 (as bad as said beside each fault). Faults of the card
itself (`ON_CARD`) happen before it is photographed, the others to the photo.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

FRAME: Final = (1280, 720)
_TABLE: Final = 150
#: The camera stands so many widths of the scene away.
_DISTANCE: Final = 1.6


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
    """Turned away from the camera by up to 50 degrees, to one of four sides, from far enough to stay in the frame."""
    if not severity:
        return image
    angle = math.radians(50 * severity) * chance.choice((-1, 1))
    upright = chance.random() < 0.5
    width, height = image.size
    centre = (width / 2, height / 2) if upright else (height / 2, width / 2)
    away = _DISTANCE * width
    zoom = 1 - abs(math.sin(angle)) * centre[0] / away
    # A point x, y of the picture shows the point x / (cos · d), y / d of the card's plane, d = 1 - x · tan / distance.
    slope = math.tan(angle) / (away * zoom)
    depth = 1 + centre[0] * slope
    along = (1 / (zoom * math.cos(angle)) - centre[0] * slope, 0.0)
    across = (-centre[1] * slope, 1 / zoom)
    shift = (centre[0] * depth - centre[0] / (zoom * math.cos(angle)), centre[1] * depth - centre[1] / zoom)
    rows = ((*along, shift[0]), (*across, shift[1]))
    if not upright:
        rows = ((across[1], across[0], shift[1]), (along[1], along[0], shift[0]))
    vanish = (-slope, 0.0) if upright else (0.0, -slope)
    data = tuple(value / depth for value in (*rows[0], *rows[1], *vanish))
    return image.transform(image.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC, fillcolor=_TABLE)


def curvature(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Bent like a card from a trouser pocket: an arc of up to 1.5 radians, on a table."""
    if not severity:
        return image
    arc = 1.5 * severity * chance.uniform(0.8, 1)
    radius, middle, away = image.width / arc, image.height / 2, _DISTANCE * image.width
    half = radius * math.sin(arc / 2)

    def source(x: float) -> tuple[float, float]:
        """Where on the flat card a column of the picture lies, and by how much it looks shorter."""
        turn = math.asin(max(-1.0, min(1.0, x / radius)))
        return image.width / 2 + turn * radius, (away + radius * (1 - math.cos(turn))) / away

    strips, width = 48, int(2 * half)
    edges = [round(step * width / strips) for step in range(strips + 1)]
    mesh = []
    for left, right in pairwise(edges):
        (x0, s0), (x1, s1) = source(left - half), source(right - half)
        corners = (
            x0,
            middle - middle * s0,
            x0,
            middle + middle * s0,
            x1,
            middle + middle * s1,
            x1,
            middle - middle * s1,
        )
        mesh.append(((left, 0, right, image.height), corners))
    size = (width, image.height)
    return image.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=_TABLE)


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


def glare(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """A lamp on the varnish: a white spot of up to 15 % of the card, with a soft edge."""
    area = 0.15 * severity * image.width * image.height
    stretch = chance.uniform(0.6, 1.6)
    reach = (math.sqrt(area * stretch / math.pi), math.sqrt(area / stretch / math.pi))
    x, y = chance.uniform(0, image.width), chance.uniform(0, image.height)
    spot = Image.new("L", image.size, 0)
    ImageDraw.Draw(spot).ellipse((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), fill=255)
    return ImageChops.lighter(image, spot.filter(ImageFilter.GaussianBlur(8 * severity)))


def scratches(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Keys and coins: thin white lines over up to 12 % of the card."""
    lines = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(lines)
    wanted = 0.12 * severity * image.width * image.height
    while lines.histogram()[255] < wanted:
        x, y = chance.uniform(0, image.width), chance.uniform(0, image.height)
        length, turn = chance.uniform(40, 400), chance.uniform(0, math.tau)
        pen.line((x, y, x + length * math.cos(turn), y + length * math.sin(turn)), 255, chance.randint(1, 3))
    return ImageChops.lighter(image, lines)


def low_resolution(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """A small picture of the same scene: down to half the width and height, then some."""
    scale = 1 + 1.2 * severity * chance.uniform(0.9, 1)
    return image.resize((int(image.width / scale), int(image.height / scale)), Image.Resampling.BILINEAR)


def strong_jpeg(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Compressed down to quality 10, as messaging applications do."""
    quality = int(85 - 75 * severity * chance.uniform(0.8, 1))
    return Image.open(io.BytesIO(jpeg(image, quality))).convert("L")


def shadow(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """A hand or a head before the lamp: one side of a slanted, soft line is darker by up to 75 %."""
    size = (image.width, image.height)
    x, lean = chance.uniform(0.3, 0.7) * size[0], chance.uniform(-0.5, 0.5) * size[1]
    edge = 0 if chance.random() < 0.5 else size[0]
    light = Image.new("L", size, 255)
    corners = ((edge, 0), (x + lean, 0), (x - lean, size[1]), (edge, size[1]))
    ImageDraw.Draw(light).polygon(corners, fill=int(255 * (1 - 0.75 * severity)))
    return ImageChops.multiply(image, light.filter(ImageFilter.GaussianBlur(size[1] // 36)))


def faded(image: Image.Image, severity: float, chance: Random) -> Image.Image:
    """Years in the sun: black becomes a light grey, down to a quarter of the contrast."""
    rest = 1 - 0.75 * severity * chance.uniform(0.9, 1)
    return image.point([int(255 - (255 - level) * rest) for level in range(256)])


KINDS: Final[dict[str, Callable[[Image.Image, float, Random], Image.Image]]] = {
    "rotation": rotation,
    "tilt": tilt,
    "shadow": shadow,
    "faded": faded,
    "low-resolution": low_resolution,
    "low-light": low_light,
    "jpeg": strong_jpeg,
    "blur": blur,
    "glare": glare,
    "scratches": scratches,
    "curvature": curvature,
}
ON_CARD: Final = frozenset({"faded", "glare", "scratches", "curvature"})


def degrade(image: Image.Image, kind: str, severity: float, chance: Random) -> Image.Image:
    """The picture with one fault of `KINDS`, in grey levels."""
    return KINDS[kind](image.convert("L"), severity, chance)
