"""The page of what the answers come to, at both sides."""

from __future__ import annotations

from tests.web.conftest import Visit
from tests.web.world import World


async def test_both_sides_have_the_page(world: World, visit: Visit) -> None:
    for site, login in ((world.mutual, "agent"), (world.facility, "responsable")):
        page = await (await visit(site, login)).get("/published")
        assert page.status == 200 and page.faults == []
        assert "Jours de la réception à la décision" in page.text and "100 %" in page.text
