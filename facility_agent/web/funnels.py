"""Funnel plots on a page: the picture as SVG, and the same figures as a table beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from aiohttp import web

from facility_agent.audit.funnel import INNER, OUTER, Funnel, Standing
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.workflows import outliers

routes = web.RouteTableDef()

#: The picture in its own units, and the ratio at its upper edge.
WIDTH, HEIGHT, LEFT, FOOT, TOP_RATIO = 640, 320, 44, 28, 3.0
_STEPS: Final = 48


class Dot(NamedTuple):
    """A unit on the picture."""

    x: float
    y: float
    name: str
    standing: Standing


class Plot(NamedTuple):
    """A funnel as a picture: its curves as lists of points, the line of one, the dots, and the largest expected."""

    curves: tuple[tuple[str, str], ...]
    one: float
    dots: tuple[Dot, ...]
    most: float


@routes.get("/outliers")
@allowed("officer", "adviser", "manager")
async def show(request: web.Request) -> web.Response:
    """The funnels of a month."""
    query = request.query
    by: Any = forms.choice(query, "by", ("facility", "prescriber")) or "facility"
    view = await outliers.outliers(
        request.app[SITE], forms.text(query, "month", 7), forms.text(query, "measure", 80), by
    )
    return await page(request, "outliers.html", view=view, plots=[plot(group.funnel) for group in view.groups])


def plot(funnel: Funnel) -> Plot:
    """The picture of a funnel; a ratio beyond the edge is drawn on the edge."""
    most = max([*(point.expected for point in funnel.points), 1.0]) * 1.1
    grid = [most * (step + 1) / _STEPS for step in range(_STEPS)]
    curves = []
    for name, level in (("inner", INNER), ("outer", OUTER)):
        for side in (0, 1):
            points = ((at, funnel.limits(at, level)[side]) for at in grid)
            curves.append((name, _line(points, most)))
    dots = tuple(Dot(*_place(point.expected, point.ratio, most), point.name, point.standing) for point in funnel.points)
    return Plot(tuple(curves), _place(0, 1, most)[1], dots, most)


def _place(expected: float, ratio: float, most: float) -> tuple[float, float]:
    across = LEFT + (WIDTH - LEFT - 8) * expected / most
    return round(across, 1), round(8 + (HEIGHT - FOOT - 8) * (1 - min(ratio, TOP_RATIO) / TOP_RATIO), 1)


def _line(points: Iterable[tuple[float, float]], most: float) -> str:
    return " ".join(f"{x},{y}" for x, y in (_place(at, ratio, most) for at, ratio in points))
