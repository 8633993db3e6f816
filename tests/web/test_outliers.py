"""The funnel on its page: the picture has its table, small numbers are said, nobody is accused."""

from __future__ import annotations

import pytest

from facility_agent.audit.funnel import INNER, OUTER, Unit, funnel
from facility_agent.audit.peers import Peers, Traits, peers
from facility_agent.documents.funnel_plot import FOOT, HEIGHT, WIDTH, plot
from tests.web.conftest import Visit
from tests.web.world import World


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?by=prescriber",
        "?measure=act:malaria-rapid-test&month=2026-03",
        "?peers=size",
        "?peers=region",
        "?peers=district",
    ],
)
async def test_the_only_facility_is_small_numbers_and_nothing_more(world: World, visit: Visit, query: str) -> None:
    officer = await visit(world.mutual, "agent")
    page = await officer.get(f"/outliers{query}")
    assert page.status == 200 and page.faults == []
    assert ("petits nombres" in page.text) == ("prescriber" not in query)
    assert "n’accuse personne" in page.text
    assert (await officer.get("/outliers?month=mars")).status == 422


async def test_an_indicator_that_nobody_counts_gives_no_picture(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent", "en")
    page = await officer.get("/outliers?measure=indicator:none")
    assert page.status == 200 and "No claim has come" in page.text


def test_the_picture_holds_all_points_and_its_curves_close_in() -> None:
    units = [Unit(f"F{place}", 20 + place % 5, 200 + 10 * place) for place in range(20)] + [Unit("HIGH", 90, 200)]
    made = funnel(units)
    drawn = plot(made)
    assert [dot.name for dot in drawn.dots] == [unit.name for unit in units]
    assert {dot.name for dot in drawn.dots if dot.standing == "very high"} == {"HIGH"}
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT - FOOT for dot in drawn.dots)
    for level in (INNER, OUTER):
        assert made.limits(5, level)[1] > made.limits(50, level)[1] > 1 > made.limits(50, level)[0]


def test_peers_share_a_level_and_what_else_was_asked() -> None:
    known = {
        "A": Traits("csps", "Nord", 10),
        "B": Traits("csps", "Est", 40),
        "C": Traits("csps", "Est", 40),
        "H": Traits("chr", "Est", 900),
    }
    assert set(peers(known).values()) == {Peers("csps"), Peers("chr")}
    assert [group.apart for group in peers(known, "region").values()] == ["Nord", "Est", "Est", "Est"]
    assert [group.apart for group in peers(known, "size").values()] == ["small", "small", "small", "small"]
    grown = {**known, "C": Traits("csps", "Est", 41)}
    assert peers(grown, "size")["C"] == Peers("csps", "large")
    assert peers({}, "size") == {}
    assert peers({"A": Traits("csps", district="CS-1")}, "district") == {"A": Peers("csps", "CS-1")}


def test_a_funnel_of_nothing_is_drawn_empty() -> None:
    assert plot(funnel(())).dots == ()
