"""A batch on paper on its page: keyed with what repeats left out, or brought as a workbook; wrong cells are named."""

from __future__ import annotations

import pytest
from aiohttp import FormData
from playwright.async_api import Browser

from tests.web.conftest import Visit
from tests.web.test_browser import opened
from tests.web.world import World

FRONT = {"facility": "CSPS-EX1", "month": "2026-02", "received_on": "03/04/2026"}
LINE = {"sheet": "1", "day": "24/02/2026", "member": "MLT-000002-01", "register": "9", "act": "consultation-nurse"}


async def test_a_paper_batch_is_keyed_marked_and_left_to_somebody_else(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent")
    lines = {f"{key}-1": value for key, value in LINE.items()} | {"quantity-1": "1", "price-1": "100", "asked-1": "70"}
    more = {"act-2": "malaria-rapid-test", "quantity-2": "1", "price-2": "500", "asked-2": "trop"}
    wrong = await officer.post("/paper-batches", **FRONT, total="420", **lines, **more)
    assert wrong.status == 422 and "demande au payeur" in wrong.text and "en chiffres" in wrong.text
    assert wrong.value("member-1") == "MLT-000002-01" and wrong.value("asked-2") == "trop"
    done = await officer.post("/paper-batches", **FRONT, total="420", **lines, **{**more, "asked-2": "350"})
    assert done.status == 200 and "saisi par agent" in done.text
    path = f"/paper-batches{done.url.partition('?')[0].removeprefix('/audit')}/scans"
    for data, said in ((b"MZ", "ni un PDF"), (b"%PDF-1.7", "La page est gardée")):
        form = FormData({"csrf": officer.csrf})
        form.add_field("scan", data, filename="feuille.pdf")
        async with officer.client.post(path, data=form, headers={"Accept-Language": "fr"}) as answer:
            assert said in await answer.text()
    (link,) = [link for link in (await officer.get(done.url)).links if "/scans/" in link]
    async with officer.client.get(link) as answer:
        assert await answer.read() == b"%PDF-1.7" and "attachment" in answer.headers["Content-Disposition"]
    assert (await officer.get(f"{path}/0")).status == 404
    listed = await officer.get("/audit")
    assert "CSPS-EX1-MLT-P0001" in listed.text and "Reçu sur papier" in listed.text


async def test_rows_are_added_without_losing_what_was_typed(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent", "en")
    page = await officer.post("/paper-batches", do="more", rows="12", **FRONT, **{"member-12": "MLT-000001-01"})
    assert page.value("member-12") == "MLT-000001-01" and page.value("rows") == "24"


async def test_the_template_comes_back_filled_in_and_a_file_that_is_none_is_said(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent")
    async with officer.client.get("/paper-batches/files/template.xlsx") as response:
        book = await response.read()
    assert response.status == 200 and book.startswith(b"PK")
    for data, said in ((book, "aucune ligne"), (b"PK broken", "b.xlsx")):
        form = FormData({"csrf": officer.csrf, "total": "70", **FRONT})
        form.add_field("file", data, filename="b.xlsx")
        async with officer.client.post("/paper-batches", data=form, headers={"Accept-Language": "fr"}) as answer:
            assert answer.status == 422 and said in await answer.text()


@pytest.mark.browser
async def test_the_grid_is_usable_on_a_narrow_screen(world: World, browser: Browser) -> None:
    async with opened(browser, world.mutual, "agent", viewport={"width": 320, "height": 640}) as page:
        await page.goto("/paper-batches")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.fill("[name=member-1]", "MLT-000001-01")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "register-1"
