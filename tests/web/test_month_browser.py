"""A month of a thousand visits is checked, closed and sealed by hand in the browser, and every action is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import msgspec
import pytest
from playwright.async_api import Browser, Page

from facility_agent.storage.store import Store
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows.site import OUTBOX
from tests.web.test_browser import opened
from tests.web.world import World, open_world

pytestmark = pytest.mark.browser

#: What the month may take of the person who closes it, the sign-in included.
MOST_ACTIONS = 25
SIGN_IN = 3
VISITS = 1_000


class Hand:
    """Somebody's hand: a click is an action, and so is a field that is filled in."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, SIGN_IN

    async def click(self, selector: str) -> None:
        self.actions += 1
        await self.page.click(selector, timeout=60_000)
        await self.page.wait_for_load_state("load", timeout=60_000)


@pytest.fixture
async def full_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """April with a thousand more visits, all of them recorded and none of them a claim yet."""
    async with open_world(tmp_path_factory.mktemp("full")) as world:
        site = world.facility
        (first,) = await site.store.visits(states=("recorded",))
        world.clock.set(datetime(2026, 4, 30, 18, tzinfo=UTC))
        async with site.store.transaction():
            for number in range(VISITS - 1):
                day = date(2026, 4, 4 + number % 26)
                made = msgspec.structs.replace(
                    first.visit, id=site.new_id(), day=day, register_number=str(10_000 + number),
                    at=f"{7 + number % 10:02d}:{number % 60:02d}", entered_on=date(2026, 4, 30),
                )  # fmt: skip
                await store_visit(site.store, made, world)
        world.clock.set(datetime(2026, 5, 2, 8, tzinfo=UTC))
        yield world


async def store_visit(store: Store, visit: Visit, world: World) -> None:
    """The visit as the desk leaves it."""
    await store.save_visit(visit, "recorded", None, world.clock.now(), "soins")


@pytest.mark.timeout(300)
async def test_a_month_of_a_thousand_visits_closes_in_few_actions(browser: Browser, full_world: World) -> None:
    site = full_world.facility
    async with opened(browser, site, "responsable") as page:
        hand = Hand(page)
        await hand.click("nav a[href='/visits']")
        await hand.click("form[action='/visits/close'] button, button[form='close']")
        await hand.click("nav a[href='/months']")
        await hand.click("main a[href='/months/2026-04']")
        await hand.click("main a[href^='/months/2026-04/check']")
        await hand.click(".actions a.primary")
        await hand.click("form[action='/months/2026-04/close'] button")
        assert "/batches/" in page.url
        await hand.click("button[form='export']")
        # A month of this size shows its steps, and the page looks again by itself until they are done.
        await page.locator("a[href*='/files/bordereau-']").nth(2).wait_for(timeout=120_000)
        await page.locator("#work").wait_for(state="detached", timeout=120_000)
        assert hand.actions <= MOST_ACTIONS
    (entry,) = await site.store.batches("2026-04")
    claims = await site.store.claims_of_month(site.config.code, "2026-04")
    owed = {c.id for c in claims if any(share.amount for share in c.adjudication.shares if share.payer == "MLT")}
    assert len(claims) == VISITS, "every visit has become a claim"
    assert {item.claim for item in entry.batch.items} == owed and len(owed) > VISITS // 2 and entry.state == "sent"
    assert (site.folder / OUTBOX / f"batch-{entry.batch.number}.fae").is_file()
