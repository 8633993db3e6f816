"""Pictures of every page, to be looked at: `python -m tests.web.gallery FOLDER [fr|en] [dark]`.

The pages are those of the tests' two installations, as a browser shows them on a desk screen and on a telephone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from facility_agent.demo.sites import PASSWORD
from facility_agent.web.app import create_app
from tests.services.browser import onward, running_browser
from tests.web.world import World, open_world

SIZES: Final = {"desk": (1366, 768), "phone": (360, 740)}


async def facility(page: Page, world: World) -> list[str]:
    """What is looked at in the health centre; each step leaves the browser on a page, and the name is the picture's."""
    return [
        "/desk", "/members?text=ouedraogo", "/members?text=nobody", "/visits", "/months", "/months/2026-02",
        "/months/2026-04", f"/batches/{world.february.id}", f"/batches/{world.march.id}", "/envelopes",
        "/agreements", "/agreements/clauses", "/agreements/new", "/agreements/draft", "/nowhere",
    ]  # fmt: skip


async def _sign_in(page: Page, login: str) -> None:
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await onward(page, ".primary")


async def _shoot(page: Page, folder: Path, name: str) -> None:
    """The whole page, on a screen as tall as the page."""
    await page.wait_for_load_state("load")
    size = page.viewport_size
    assert size is not None
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    await page.screenshot(path=folder / f"{name}.png")
    await page.set_viewport_size(size)


async def _at_facility(page: Page, world: World, folder: Path, prefix: str) -> None:
    await page.goto("/sign-in")
    await _shoot(page, folder, f"{prefix}-00-sign-in")
    await _sign_in(page, "responsable")
    for number, path in enumerate(await facility(page, world), 1):
        await page.goto(path)
        await _shoot(page, folder, f"{prefix}-{number:02d}{path.split('?')[0].replace('/', '-')[:20]}")
    people = {"amber": "MLT-000001-01", "unpaid": "MLT-000003-01", "hostile": "MLT-000005-01"}
    for name, number in people.items():
        await page.goto("/desk")
        await page.fill("#text", number)
        await onward(page, ".primary")
        await _shoot(page, folder, f"{prefix}-20-answer-{name}")
    await page.goto("/desk")
    await page.fill("#text", world.cards["MLT-000004-01"].text)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await _shoot(page, folder, f"{prefix}-21-answer-revoked")
    await page.goto("/desk")
    await page.fill("#text", world.cards["MLT-000001-01"].text)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await _shoot(page, folder, f"{prefix}-22-answer-card")
    await page.keyboard.press("Escape")
    await _shoot(page, folder, f"{prefix}-23-answer-blank")
    await page.keyboard.press("Escape")
    await onward(page, ".actions .primary")
    await _shoot(page, folder, f"{prefix}-30-visit")
    for row, (act, quantity, price) in enumerate(
        [("consultation-nurse", "", ""), ("malaria-rapid-test", "1", ""), ("artemether-lumefantrine", "24", "250")], 1
    ):
        await page.fill(f"#act-{row}", act)
        await page.fill(f"#quantity-{row}", quantity)
        await page.fill(f"#price-{row}", price)
    await onward(page, ".actions button:not(.primary)")
    await _shoot(page, folder, f"{prefix}-31-visit-judged")
    await page.fill("#quantity-2", "x")
    await onward(page, ".actions .primary")
    await _shoot(page, folder, f"{prefix}-32-visit-error")
    await page.fill("#quantity-2", "1")
    await onward(page, ".actions .primary")
    await _shoot(page, folder, f"{prefix}-33-visit-saved")
    await page.goto("/desk")
    await page.click("details.box summary")
    await page.fill("#name", "BARRO Fatou")
    await page.select_option("#programme", index=1)
    await _shoot(page, folder, f"{prefix}-40-admission")
    await onward(page, "details.box form button")
    await _shoot(page, folder, f"{prefix}-41-answer-admission")


async def _at_mutual(page: Page, world: World, folder: Path, prefix: str) -> None:
    await page.goto("/sign-in")
    await _sign_in(page, "medecin")
    march, claim = world.march.id, next(item.claim for item in world.march.items if item.member == "MLT-000004-01")
    for number, path in enumerate(
        ["/audit", f"/audit/{march}", f"/audit/{world.february.id}", f"/audit/{march}/claims/{claim}",
         f"/audit/{march}/decide", "/envelopes", "/agreements"], 50,
    ):  # fmt: skip
        await page.goto(path)
        await _shoot(page, folder, f"{prefix}-{number}{path.replace(march, 'x')[:24].replace('/', '-')}")


async def pictures(browser: Browser, world: World, folder: Path, language: str, scheme: str) -> None:
    """All pages at both sizes."""
    for size, (width, height) in SIZES.items():
        for site, walk in ((world.facility, _at_facility), (world.mutual, _at_mutual)):
            async with TestServer(create_app(site)) as server:
                context = await browser.new_context(
                    base_url=str(server.make_url("/")),
                    viewport={"width": width, "height": height},
                    locale=language,
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                context.set_default_timeout(8_000)
                await walk(await context.new_page(), world, folder, size)
                await context.close()


async def main(folder: Path, language: str = "fr", scheme: str = "light") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        async with open_world(Path(place)) as world, running_browser() as browser:
            await pictures(browser, world, folder, language, scheme)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
