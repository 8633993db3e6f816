"""A funnel as a picture: its curves and points in units of their own, for a page (SVG) and for paper."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, NamedTuple

from facility_agent.audit.funnel import INNER, OUTER, Funnel, Standing
from facility_agent.words import Words

#: The picture in its own units, and the ratio at its upper edge.
WIDTH, HEIGHT, LEFT, FOOT, TOP_RATIO = 640, 320, 44, 28, 3.0
_STEPS: Final = 48
#: The colour of the text around it.
INK: Final = "currentColor"
#: What is worth a look, and what is rare; both are said in the table too.
_TONES: Final = {"high": "#9a5b00", "low": "#9a5b00", "very high": "#a3160e", "very low": "#a3160e"}


class Dot(NamedTuple):
    """A unit on the picture."""

    x: float
    y: float
    name: str
    standing: Standing

    @property
    def tone(self) -> str:
        """Its colour; empty for the ink of the text."""
        return _TONES.get(self.standing, "")


class Plot(NamedTuple):
    """The curves as lists of points (`inner` or `outer`), the height of the line of one, and the dots."""

    curves: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    one: float
    dots: tuple[Dot, ...]


def plot(funnel: Funnel) -> Plot:
    """The picture of a funnel; a ratio beyond the edge is drawn on the edge."""
    most = max([*(point.expected for point in funnel.points), 1.0]) * 1.1
    grid = [most * (step + 1) / _STEPS for step in range(_STEPS)]
    curves = []
    for name, level in (("inner", INNER), ("outer", OUTER)):
        for side in (0, 1):
            curves.append((name, tuple(_place(at, funnel.limits(at, level)[side], most) for at in grid)))
    dots = tuple(Dot(*_place(point.expected, point.ratio, most), point.name, point.standing) for point in funnel.points)
    return Plot(tuple(curves), _place(0, 1, most)[1], dots)


def svg(picture: Plot, say: Words, names: dict[str, str] | None = None) -> str:
    """The picture as SVG, which takes the colour and size of the text around it; `names` are those of the dots."""
    known = names or {}
    base, right = HEIGHT - FOOT, WIDTH - 8
    looks = {"inner": 'stroke-dasharray="6 4"', "outer": 'stroke-width="1.5"'}
    lines = "".join(f'<polyline points="{_joined(points)}" {looks[name]}/>' for name, points in picture.curves)
    dots = "".join(
        f"<g><title>{escape(known.get(dot.name, dot.name))}</title>"
        f'<circle cx="{dot.x}" cy="{dot.y}" r="5" fill="{_fill(dot)}" stroke="{dot.tone or INK}"/></g>'
        for dot in picture.dots
    )
    label, axis = escape(say("page.outliers.picture")), escape(say("page.outliers.axis"))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" class="plot" fill="none"'
        f' stroke="currentColor"><path d="M{LEFT} 8V{base}H{right}"/>'
        f'<path d="M{LEFT} {picture.one}H{right}" stroke-dasharray="2 3"/>{lines}{dots}'
        f'<g fill="currentColor" stroke="none"><text x="6" y="20">3</text><text x="6" y="{picture.one + 4}">1</text>'
        f'<text x="6" y="{base}">0</text><text x="60" y="{HEIGHT - 8}">{axis}</text></g></svg>'
    )


def _fill(dot: Dot) -> str:
    return dot.tone or ("none" if dot.standing == "small" else INK)


def _place(across: float, ratio: float, most: float) -> tuple[float, float]:
    x = LEFT + (WIDTH - LEFT - 8) * across / most
    return round(x, 1), round(8 + (HEIGHT - FOOT - 8) * (1 - min(ratio, TOP_RATIO) / TOP_RATIO), 1)


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
