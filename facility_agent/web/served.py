"""The mutuals that a technical centre serves, for its manager: powers, people, and who shares with whom."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms, people
from facility_agent.web.guard import allowed, redirect
from facility_agent.web.keys import CENTRE, SIGNED_IN
from facility_agent.web.render import again, page
from facility_agent.web.speech import words_of
from facility_agent.workflows import sharing

routes = web.RouteTableDef()
manages = allowed("manager")


@routes.get("/served")
@manages
async def show(request: web.Request) -> web.Response:
    """All mutuals with what their contracts let the centre do, and what was agreed between them."""
    return await page(request, "served.html", **await _served(request))


@routes.post("/served")
@manages
async def agree(request: web.Request) -> web.Response:
    """Two of them share from now on, or no more."""
    form, centre = await request.post(), request.app[CENTRE]
    try:
        pair = [forms.needed(form, name, 60) for name in ("one", "other")]
        standing: Any = forms.choice(form, "standing", ("shared", "apart")) or "shared"
        await sharing.agree(centre, pair[0], pair[1], request[SIGNED_IN].account.login, standing)
    except InputError as error:
        return await again(request, "served.html", form, error, **await _served(request))
    return redirect("/served?done=sharing-apart" if standing == "apart" else "/served?done=sharing-shared")


async def _served(request: web.Request) -> dict[str, Any]:
    centre = request.app[CENTRE]
    names = {code: site.config.name for code, site in centre.mutuals.items()}
    changes = await centre.site.store.changes(what="sharing")
    pairs = {change.about: change.new for change in reversed(changes)}
    shared = [tuple(pair.split(" ")) for pair, word in sorted(pairs.items()) if word == "shared"]
    told = people.told(
        words_of(request), centre.site,
        ((" + ".join(names.get(code, code) for code in change.about.split()), change) for change in changes),
    )  # fmt: skip
    return {"served": await sharing.served(centre), "names_of": names, "shared": shared, "changes": told}
