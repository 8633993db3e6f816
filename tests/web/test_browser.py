"""The pages in a real browser: a narrow screen, thick fingers, bright sun, a scanner, and no script at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, Route

from facility_agent.demo.sites import PASSWORD
from facility_agent.web.app import create_app
from facility_agent.workflows.site import Site
from tests.services.browser import onward
from tests.web.world import World

pytestmark = pytest.mark.browser

NARROW: Final = {"width": 320, "height": 640}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("dark", "light")
AWA, SALIF = "MLT-000001-01", "MLT-000004-01"

#: What is smaller than a thumb, by its name: controls and links that stand alone.
SMALL: Final = """() => {
  const controls = 'button, .button, select, input, summary, nav a, label.tick, .blank-key';
  return [...document.querySelectorAll(controls)]
    .filter(it => it.offsetParent && !['hidden', 'checkbox'].includes(it.type))
    .filter(it => !it.matches('.unseen, .blanker') && !it.closest('.unseen, .reasons'))
    .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 43.5);
}"""

#: Text with too little contrast against what lies behind it (WCAG's formula; what decides something wants 7).
PALE: Final = """() => {
  const part = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const light = colour => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number);
    return .2126 * part(red) + .7152 * part(green) + .0722 * part(blue);
  };
  const behind = it => {
    for (; it; it = it.parentElement) {
      const colour = getComputedStyle(it).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const it of document.querySelectorAll('main *, .actions *, .standing *, nav a')) {
    const own = [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !it.offsetParent || it.matches('.unseen, .unseen *, option')) continue;
    const [more, less] = [light(getComputedStyle(it).color), light(behind(it))].sort((x, y) => y - x);
    const contrast = (more + .05) / (less + .05);
    if (contrast < 7) found.push([it.outerHTML.slice(0, 90), contrast]);
  }
  return found;
}"""


@asynccontextmanager
async def opened(
    browser: Browser, site: Site, login: str, *, complains: tuple[str, ...] = (), **options: Any
) -> AsyncIterator[Page]:
    """A browser on a site, somebody signed in; what it complains of fails the test, but for what is expected."""
    complaints: list[str] = []
    async with TestServer(create_app(site)) as server:
        context = await browser.new_context(base_url=str(server.make_url("/")), locale="fr", **options)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/sign-in")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await onward(page, ".primary")
        yield page
        await context.close()
    # No complaint: a form answered with its mistakes, a field that was filled before it could ask for it.
    expected = ("status of 422", "Autofocus processing was blocked", *complains)
    assert [text for text in complaints if not any(some in text for some in expected)] == []


async def walk(page: Page, world: World, site: Site) -> AsyncIterator[str]:
    """The browser stands on one page after the other; the name of each."""
    february, march = world.february.id, world.march.id
    if site is world.mutual:
        claim = next(item.claim for item in world.march.items if item.member == SALIF)
        paths = ["/audit", f"/audit/{march}", f"/audit/{march}/claims/{claim}", f"/audit/{march}/decide"]
    else:
        paths = ["/desk", "/visits", "/visits?day=12/03/2026", "/members?text=a", "/months", "/months/2026-03",
                 "/months/2026-04", f"/batches/{february}", "/envelopes", "/agreements", "/phone", "/till",
                 "/stays", "/sheets", "/confirm", "/scoreboard", "/register?day=12/03/2026", "/reports/2026-03",
                 f"/visits/{world.march.items[0].claim}", "/agreements/clauses", "/agreements/new",
                 "/agreements/draft"]  # fmt: skip
        (held,) = await world.facility.store.agreements()
        paths += [f"/agreements/{held.id}{page}" for page in ("", "/sign", "/paper", "/join", "/amend")]
    for path in paths:
        await page.goto(path)
        yield path
    if site is world.facility:
        for number in (AWA, "MLT-000003-01"):
            await page.goto("/desk")
            await page.fill("#text", number)
            await onward(page, ".actions .primary")
            yield f"answer {number}"
        await onward(page, ".actions .primary")
        await page.fill("#act-1", "malaria-rapid-test")
        await page.fill("#price-1", "900")
        await onward(page, ".actions button:not(.primary)")
        yield "visit"
        await page.goto("/desk")
        await page.click("details.box summary")
        await onward(page, "details.box form button")
        yield "desk with a mistake"


@pytest.mark.parametrize("side", ["facility", "mutual"])
async def test_pages_fit_a_small_phone_a_thumb_and_the_sun(browser: Browser, world: World, side: str) -> None:
    site, login = (world.facility, "responsable") if side == "facility" else (world.mutual, "medecin")
    async with opened(browser, site, login, viewport=NARROW) as page:
        async for name in walk(page, world, site):
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= NARROW["width"], f"{name} is {wide} px wide"
            assert await page.evaluate(SMALL) == [], name
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                assert await page.evaluate(PALE) == [], (name, scheme)


async def scanned(page: Page, text: str) -> None:
    """What a scanner does: key by key at first, then faster than anybody types."""
    await page.keyboard.type(text[:6])
    await page.keyboard.insert_text(text[6:])


async def test_a_scanner_works_wherever_the_focus_is(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "accueil") as page:
        await page.goto("/desk")
        await page.locator("#text:focus").wait_for()
        await page.evaluate("document.activeElement.blur()")
        await scanned(page, world.cards[AWA].text)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert "Droits ouverts" in await page.inner_text(".verdict")
        await page.goto("/desk")
        await page.locator("#text:focus").wait_for()
        await scanned(page, world.cards[SALIF].text)
        async with page.expect_navigation():
            await page.keyboard.press("Tab")
        assert "Non couvert ce jour" in await page.inner_text(".verdict")


async def test_one_key_hides_the_reasons_until_it_is_pressed_again(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "accueil") as page:
        await page.goto("/desk")
        await page.fill("#text", "MLT-000003-01")
        await page.keyboard.press("Enter")
        reasons = page.locator(".private .reasons")
        await reasons.wait_for(state="visible")
        await page.keyboard.press("Escape")
        assert not await reasons.is_visible()
        slow = asyncio.Event()

        async def held(route: Route) -> None:
            await slow.wait()
            await route.continue_()

        await page.route("**/blank.js", held)
        await page.reload(wait_until="commit")
        await page.locator(".blanker").wait_for(state="attached")
        assert await page.locator(".private").count() == 0, "nothing private shows before the page can be covered"
        slow.set()
        await page.wait_for_load_state()
        assert not await reasons.is_visible(), "the page stays covered"
        await page.keyboard.press("Escape")
        assert await reasons.is_visible()


async def test_everything_works_without_a_script(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "responsable", java_script_enabled=False) as page:
        await page.goto("/desk")
        await page.fill("#text", world.cards[AWA].text)
        async with page.expect_navigation():
            await page.press("#text", "Enter")
        assert "Droits ouverts" in await page.inner_text(".verdict")
        await page.click("label.blank-key")
        assert not await page.locator(".private > *").first.is_visible()
        await page.click(".actions .primary")
        await page.click("button[value=more]:not(.unseen)")
        await page.locator("#act-7").wait_for()
        await page.fill("#act-7", "consultation-nurse")
        async with page.expect_navigation():
            await page.press("#act-7", "Enter")
        assert "100" in await page.inner_text(".shares .whole")
        assert await page.input_value("#price-7") == "100"
        await page.click(".actions .primary")
        await page.get_by_text("La visite est enregistrée").wait_for()
        await page.click(".message button")
        await page.get_by_text("La visite est annulée").wait_for()


async def test_the_keyboard_alone_goes_round(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "accueil") as page:
        await page.goto("/agreements")
        await page.keyboard.press("Tab")
        assert "Aller au contenu" in await page.evaluate("document.activeElement.innerText")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        outline = "getComputedStyle(document.activeElement).outlineWidth"
        await page.keyboard.press("Tab")
        assert await page.evaluate(outline) == "3px"


async def test_a_long_name_leaves_language_and_sign_out_on_the_first_line(browser: Browser, world: World) -> None:
    """Beside the name of an exercise they fell onto a second line; on a narrower screen the links go below instead."""
    async with opened(browser, world.facility, "responsable") as page:
        for width, one_line in ((1366, True), (1024, False), (360, False)):
            await page.set_viewport_size({"width": width, "height": 768})
            await page.goto("/desk")
            tops = await page.evaluate("""() => {
              document.querySelector('.brand').textContent = 'Exercice — poste de santé inventé';
              return ['.bar', '.end', '.bar nav a'].map(it => document.querySelector(it).getBoundingClientRect().top);
            }""")
            assert tops[1] == tops[0] and (tops[2] == tops[0]) is one_line, (width, tops)
