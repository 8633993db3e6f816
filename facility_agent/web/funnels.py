"""Funnel plots on a page: the picture as SVG, and the same figures as a table beside it."""

from __future__ import annotations

from typing import Any, get_args

from aiohttp import web
from markupsafe import Markup

from facility_agent.audit.peers import Alike
from facility_agent.documents.funnel_plot import plot, svg
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.render import page
from facility_agent.web.speech import words_of
from facility_agent.workflows import outliers

routes = web.RouteTableDef()


@routes.get("/outliers")
@allowed("officer", "adviser", "manager")
async def show(request: web.Request) -> web.Response:
    """The funnels of a month."""
    site, query, words = request.app[SITE], request.query, words_of(request)
    by: Any = forms.choice(query, "by", ("facility", "prescriber")) or "facility"
    alike: Any = forms.choice(query, "peers", get_args(Alike)) or "level"
    view = await outliers.outliers(site, forms.text(query, "month", 7), forms.text(query, "measure", 80), by, alike)
    names = await site.names()
    plots = [Markup(svg(plot(group.funnel), words, names)) for group in view.groups]
    return await page(request, "outliers.html", view=view, plots=plots, kinds=get_args(Alike))
