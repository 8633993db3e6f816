"""The three scenes in a real browser, at the size of a cheap PC and of a phone; the pictures illustrate the docs.

`FACILITY_AGENT_SCREENSHOTS=docs/screenshots python -m pytest tests/screens` renews the pictures of the docs.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser, Page

from facility_agent.cards.draw import draw_card, png
from facility_agent.demo.sites import PASSPHRASE, PASSWORD
from facility_agent.exchange.messages import BatchMessage, encode
from facility_agent.exchange.seals import packed
from facility_agent.storage.store.endorsing import Passing
from facility_agent.web.app import create_app
from facility_agent.workflows import endorsing, month_end
from tests.services.browser import onward
from tests.web.world import World, open_world

SIZES = {"1366": (1366, 768), "360": (360, 740)}
NAMES = (
    *("sign-in", "desk", "desk-green", "desk-red", "desk-amber", "visit", "visit-page", "till", "report"),
    *("month", "batch", "audit", "audit-claim", "agreement-draft", "agreement-sign", "agreement"),
    "endorsements",
)
SHIPPED = Path(__file__).parents[2] / "docs" / "screenshots"


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world") / "sites") as opened:
        yield opened


class Visitor:
    """A page at one size, and where its pictures go."""

    def __init__(self, page: Page, size: str, folder: Path) -> None:
        self.page, self.size, self.folder = page, size, folder

    async def sign_in(self, login: str) -> None:
        await self.page.goto("/sign-in")
        await self.page.fill("#login", login)
        await self.page.fill("#password", PASSWORD)
        await self.page.click(".primary")
        await self.page.wait_for_url(lambda url: "sign-in" not in url)

    async def keep(self, name: str) -> None:
        """Take the picture, and see that nothing hangs over the side of the screen."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {self.size} px is {wide} px too wide"
        assert name in NAMES
        await self.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        await self.page.screenshot(path=self.folder / f"{name}-{self.size}.png")

    async def text(self) -> str:
        return await self.page.inner_text("main")


async def _at_the_health_centre(visitor: Visitor, world: World) -> None:
    page = visitor.page
    await page.goto("/sign-in")
    await visitor.keep("sign-in")
    await visitor.sign_in("responsable")
    await page.goto("/desk")
    await visitor.keep("desk")
    await page.locator("#text:focus").wait_for()
    await page.keyboard.type(world.cards["MLT-000001-01"].text)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/answers/*")
    assert "Droits ouverts" in await visitor.text()
    await visitor.keep("desk-green")
    await onward(page, ".actions .primary")
    for row, (act, quantity) in enumerate(
        (("consultation-nurse", "1"), ("malaria-rapid-test", "1"), ("artemether-lumefantrine", "24")), start=1
    ):
        await page.fill(f"#act-{row}", act)
        await page.fill(f"#quantity-{row}", quantity)
    await onward(page, ".actions button:not(.primary)")
    await visitor.keep("visit")
    await onward(page, ".actions .primary")
    await page.click("tr.fresh th a")
    await page.locator("#pay-amount").wait_for()
    await visitor.keep("visit-page")
    await page.fill("#pay-booklet", "0412")
    await onward(page, "[accesskey=p]")
    await page.goto("/till")
    await visitor.keep("till")
    await page.goto("/reports/2026-03")
    await visitor.keep("report")
    await page.goto("/desk")
    await page.fill("#text", "MLT-000003-01")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/answers/*")
    assert "soins possibles" in (await visitor.text()).lower()
    await visitor.keep("desk-red")
    await page.goto("/desk")
    await page.fill("#text", "MLT-000002-01")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/answers/*")
    await visitor.keep("desk-amber")
    await page.goto("/months/2026-03")
    await visitor.keep("month")
    await page.goto(f"/batches/{world.february.id}")
    await visitor.keep("batch")
    await _pass_through(world)
    await page.goto("/endorsements")
    assert await page.locator("input[name=batch]:checked").count() == 2
    await visitor.keep("endorsements")


async def _pass_through(world: World) -> None:
    """Two batches of other facilities wait for this one, as for a parent centre."""
    site, view = world.facility, await month_end.batch_of(world.facility, world.march.id)
    for place in ("1", "2"):
        batch = msgspec.structs.replace(view.batch, id=f"passing-{place}", number=f"PS-EX{place}-MLT-0003")
        core = encode(BatchMessage(batch, view.claims))
        held = Passing(
            batch.id, batch.number, f"PS de l’exemple {place}", "MLT", "2026-03", "received", "", core,
            packed([endorsing.own_seal(site, core, "closed")]),
        )  # fmt: skip
        await site.store.put_passing(held, site.now(), "essai")


async def _at_the_mutual(visitor: Visitor, world: World) -> None:
    await visitor.sign_in("medecin")
    await visitor.page.goto(f"/audit/{world.march.id}")
    await visitor.keep("audit")
    await visitor.page.goto(f"/audit/{world.march.id}/claims/{world.march.items[0].claim}")
    await visitor.keep("audit-claim")


async def _at_the_contract(visitor: Visitor, first: str) -> None:
    """An agreement for another mutual: drafted, signed by key and on paper, joined on paper, suspended and undone."""
    page = visitor.page
    await visitor.sign_in("responsable")
    await page.goto("/agreements")
    await page.click(".actions .primary")
    await page.fill("#start", first)
    await page.click(".actions .primary")
    await page.fill("#name-2", "Union des mutuelles de l’Est (nom inventé)")
    await page.fill("#code-2", "UNI")
    await page.select_option("#role-2", "payer")
    await page.select_option("[id='clause.rounding']", "down")
    await page.fill("[id='clause.rounding_step']", "1")
    await page.fill("#rate-1", "70 %")
    await visitor.keep("agreement-draft")
    tariffs = {
        "name": "tarifs.csv",
        "mimeType": "text/csv",
        "buffer": b"acte;prix;regime\nconsultation-nurse;500;gratuite\n",
    }
    await page.set_input_files("#tariffs", tariffs)  # type: ignore[arg-type]
    await page.click(".actions .primary")
    await page.get_by_text("Le projet est gardé").wait_for()
    await page.click(".actions .primary")
    await page.fill("#by", "La responsable (exemple)")
    await page.fill("#capacity", "ICP")
    await visitor.keep("agreement-sign")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press("Enter")
    await page.get_by_text("La convention est signée").wait_for()
    at = page.url.split("?")[0]
    scan = {"name": "page.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 invented"}
    await page.goto(f"{at}/paper")
    await page.select_option("#party", "UNI")
    await page.fill("#by", "La présidente (exemple)")
    await page.fill("#capacity", "présidente")
    await page.set_input_files("#scan", scan)  # type: ignore[arg-type]
    await page.click(".actions .primary")
    await page.get_by_text("La page est entrée").wait_for()
    assert "en vigueur" in await page.inner_text(".steps [aria-current]")
    await page.goto(f"{at}/join")
    await page.fill("#name-1", "CSPS de Tanghin (nom inventé)")
    await page.fill("#code-1", "CSPS-EX7")
    await page.fill("#level-1", "csps")
    await page.fill("#start", first)
    await page.fill("#by", "Le responsable (exemple)")
    await page.fill("#capacity", "ICP")
    await page.set_input_files("#scan", scan)  # type: ignore[arg-type]
    await page.click(".actions .primary")
    await page.get_by_text("L’adhésion est écrite").wait_for()
    await page.fill("#suspend_on", first)
    await page.click("form:has(#suspend_on) button")
    await page.get_by_text("La suspension est écrite").wait_for()
    await page.click(".message button")
    await page.get_by_text("C’est annulé").wait_for()
    await page.goto(at)
    await visitor.keep("agreement")
    # So that the walk at the next size finds the parties free again.
    await page.fill("#end_on", first)
    await page.click("form:has(#end_on) button")
    await page.get_by_text("La fin est écrite").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
async def test_the_three_scenes_can_be_walked_and_fit_the_screen(
    browser: Browser, world: World, size: str, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("FACILITY_AGENT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    width, height = SIZES[size]
    first = {"1366": "01/06/2026", "360": "02/06/2026"}[size]
    scenes = (
        (world.facility, _at_the_health_centre),
        (world.mutual, _at_the_mutual),
        (world.facility, lambda visitor, _: _at_the_contract(visitor, first)),
    )
    for site, walk in scenes:
        async with TestServer(create_app(site)) as server:
            context = await browser.new_context(
                base_url=str(server.make_url("/")), viewport={"width": width, "height": height}, locale="fr"
            )
            context.set_default_timeout(10_000)
            await walk(Visitor(await context.new_page(), size, folder), world)
            await context.close()
    for name in NAMES:
        with Image.open(folder / f"{name}-{size}.png") as picture:
            assert picture.size == (width, height)


@pytest.mark.browser
async def test_a_photo_of_a_card_gives_the_verdict_on_the_screen(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    entry = world.cards["MLT-000001-01"]
    photo = tmp_path / "card.png"
    photo.write_bytes(png(draw_card(entry.card, entry.text, payer="Mutuelle inventée", invented=True)))
    async with TestServer(create_app(world.facility)) as server:
        context = await browser.new_context(base_url=str(server.make_url("/")), locale="fr")
        visitor = Visitor(await context.new_page(), "1366", tmp_path)
        await visitor.sign_in("accueil")
        await visitor.page.goto("/desk")
        await visitor.page.set_input_files("#photo", photo)
        await visitor.page.wait_for_url("**/desk/answers/*")
        assert "Droits ouverts" in await visitor.text()
        assert entry.card.member in await visitor.text()
        await context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_the_docs_have_their_pictures(name: str, size: str) -> None:
    with Image.open(SHIPPED / f"{name}-{size}.png") as picture:
        assert picture.size == SIZES[size]
