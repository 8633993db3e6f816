"""Every page of the desk by the rules of axe-core: WCAG 2.2 AA, both languages, phone and desk, light and dark."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page

from tests.services.browser import onward
from tests.web.test_browser import opened
from tests.web.world import World

VENDOR: Final = Path(__file__).parents[1] / "vendor" / "axe-core"
AXE: Final = VENDOR / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN: Final = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
  return {passes: found.passes.length,
          faults: found.violations.map(rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 120))])};
}"""
AWA, MARIAM, SALIF = "MLT-000001-01", "MLT-000003-01", "MLT-000004-01"


def test_the_rules_are_those_that_their_makers_published() -> None:
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() in (VENDOR / "README.md").read_text(encoding="utf-8")


async def pages(page: Page, world: World) -> AsyncIterator[str]:
    """The browser stands on one page of the desk after the other; the name of each."""
    for path in ("/desk", "/members?text=ouedraogo", "/members?text=bcdfgh", "/visits"):
        await page.goto(path)
        yield path
    for name, text in {"amber": AWA, "red": MARIAM, "green": world.cards[AWA].text, "revoked": SALIF}.items():
        await scan(page, text)
        yield f"answer {name}"
    for summary in await page.locator("details > summary").all():
        await summary.click()
    yield "answer with everything open"
    await page.goto("/desk")
    await page.click("details.box summary")
    await onward(page, "details.box form button")
    yield "desk with a mistake"
    await page.fill("#name", "INCONNUE Urgence")
    await page.check("details.box [name=emergency]")
    await onward(page, "details.box form button")
    await page.locator(".verdict").wait_for()
    yield "answer to an emergency"
    await page.goto("/desk/emergencies")
    yield "emergencies"
    await page.goto("/agreements/draft?start=2026-05-01")
    await page.locator('[name="open.limit.amount-1"]').fill("beaucoup")
    async with page.expect_navigation():
        await page.locator("#rows-limit > div > button").click()
    await page.locator('[name="limit.scheme-2"]').select_option("mutual")
    async with page.expect_navigation():
        await page.locator("button[form=draft]").click()
    await page.locator(".wrong").nth(1).wait_for()
    yield "draft of an annex with mistakes"


async def scan(page: Page, text: str) -> None:
    await page.goto("/desk")
    await page.fill("#text", text)
    async with page.expect_navigation():
        await page.press("#text", "Enter")
    await page.locator(".verdict").wait_for()


SIZES: Final = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1366, "height": 768}}


async def faults_of(page: Page, name: str, size: dict[str, int]) -> list[tuple[Any, ...]]:
    """What axe finds on the page where the browser stands, light and dark."""
    faults: list[tuple[Any, ...]] = []
    # As tall as the page: the bar that stays at the foot of the window then covers nothing.
    tall = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": size["width"], "height": tall})
    await page.add_script_tag(path=AXE)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = await page.evaluate(RUN, RULES)
        faults += [(name, scheme, *fault) for fault in found["faults"]]
        assert found["passes"] > 15, (name, scheme)
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    return faults


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size"), [("fr", "phone"), ("en", "desk")])
async def test_no_page_of_the_desk_has_a_fault(browser: Browser, world: World, language: str, size: str) -> None:
    # The page's own policy forbids scripts from elsewhere: only the checker is let through.
    options: dict[str, Any] = {"viewport": SIZES[size], "bypass_csp": True}
    faults = []
    async with opened(browser, world.facility, "responsable", **options) as page:
        await page.goto(f"/language/{language}?back=/desk")
        async for name in pages(page, world):
            faults += await faults_of(page, name, SIZES[size])
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.browser
async def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, world: World) -> None:
    # 200 % on a screen of 1366 pixels leaves 683 of the page's own, and 640 on a smaller one.
    async with opened(browser, world.facility, "responsable", viewport={"width": 640, "height": 360},
                      device_scale_factor=2) as page:  # fmt: skip
        async for name in pages(page, world):
            assert await page.evaluate("document.documentElement.scrollWidth") <= 640, name


@pytest.mark.browser
async def test_a_card_is_one_action_and_a_reload_or_a_step_back_asks_nothing_again(
    browser: Browser, world: World
) -> None:
    async with opened(browser, world.facility, "accueil") as page:
        await page.goto("/desk")
        await page.locator("#text:focus").wait_for()
        before = sum((await world.facility.store.colours()).values())
        actions = 1  # the trigger of the scanner, which types the digits and ends with Enter
        await page.keyboard.insert_text(world.cards[AWA].text)
        await page.keyboard.press("Enter")
        await page.locator(".verdict").wait_for()
        assert actions <= 2
        await page.wait_for_url("**/desk/answers/**")
        await page.reload()
        await page.locator(".verdict").wait_for()
        await page.click(".actions .primary")
        await page.locator("#act-1").wait_for()
        await page.go_back()
        await page.locator(".verdict").wait_for()
        assert sum((await world.facility.store.colours()).values()) == before + 1


@pytest.mark.browser
async def test_the_photo_is_confirmed_by_the_keyboard_alone(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "accueil") as page:
        await scan(page, world.cards[AWA].text)
        await page.locator("button[name=photo][value=no]").focus()
        await page.keyboard.press("Enter")
        await page.locator(".verdict.amber").wait_for()
        assert await page.get_attribute("button[name=photo][value=no]", "aria-pressed") == "true"
