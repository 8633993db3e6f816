"""The review queue on its pages: what waits, one claim on one screen, a word kept, and who may say it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from facility_agent.workflows import accounts
from tests.web.conftest import Visit
from tests.web.test_browser import opened
from tests.web.world import World, open_world


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[World]:
    """A world of one's own: the words that these tests keep stay in it."""
    async with open_world(tmp_path) as made:
        yield made


async def test_the_queue_is_checked_opened_and_ruled(fresh: World, visit: Visit) -> None:
    officer = await visit(fresh.mutual, "agent")
    page = await officer.get("/review")
    assert "pas encore contrôlés : 1" in page.text
    page = await officer.post("/review/check")
    assert page.status == 200 and "sont contrôlés" in page.text
    claims = sorted(link for link in page.links if "/claims/" in link)
    assert claims
    one = await officer.get(claims[0])
    assert "Votre mot" in one.text and "paludisme simple" not in one.text
    wrong = await officer.post(claims[0], do="rule", reason="", **{_first(one.html): "5"})
    assert wrong.status == 422 and "Écrivez le motif" in wrong.text
    await officer.post(claims[0], do="rule", reason="Prix non convenu", **{_first(one.html): "5"})
    one = await officer.get(claims[0])
    assert "Prix non convenu" in one.text and "Dit par agent" in one.text
    again = await officer.post(claims[0], do="withdraw")
    assert "Le mot est repris" in again.text


async def test_many_claims_take_one_word_with_its_reason(fresh: World, visit: Visit) -> None:
    officer = await visit(fresh.mutual, "agent", "en")
    await officer.post("/review/check")
    page = await officer.get("/review")
    chosen = [field["value"] for field in page.every("input") if field.get("name") == "chosen"]
    bare = await officer.post("/review", what="hold", chosen=chosen[0])
    assert bare.status == 422
    done = await officer.post("/review", what="hold", reason="Prescription awaited", chosen=chosen[0])
    assert done.status == 200 and "Your word is kept" in done.text and "Said by agent" in done.text


async def test_the_adviser_reads_what_the_officer_does_not_and_the_accountant_decides_nothing(
    fresh: World, visit: Visit
) -> None:
    adviser = await visit(fresh.mutual, "medecin")
    page = await adviser.post("/review/check")
    claim = next(link for link in sorted(page.links) if "/claims/" in link)
    assert "paludisme simple" in (await adviser.get(claim)).text
    await accounts.add_account(fresh.mutual, "caissier", "Caissier (inventé)", "mot-de-passe", ("payer_accountant",))
    till = await visit(fresh.mutual)
    await till.sign_in("caissier", "mot-de-passe")
    page = await till.get(claim)
    assert page.status == 200 and "Votre mot" not in page.text
    assert (await till.post(claim, do="withdraw")).status == 403


@pytest.mark.browser
async def test_the_queue_is_worked_with_the_keyboard_alone(fresh: World, browser: Browser) -> None:
    async with opened(browser, fresh.mutual, "agent") as page:
        await page.goto("/review")
        await page.get_by_role("button", name="Contrôler maintenant").press("Enter")
        await page.wait_for_load_state()
        await page.locator("a[href*='/claims/']").first.press("Enter")
        await page.wait_for_url("**/claims/*")
        await page.fill("#reason", "Appel au centre (exemple)")
        assert await page.get_attribute(".actions .primary", "accesskey") == "e"
        async with page.expect_navigation():
            await page.press("#reason", "Enter")
        await page.goto("/review")
        assert "Dit par agent" in await page.inner_text("main")


def _first(html: str) -> str:
    """The name of the first amount on a page."""
    return html.partition('name="amount-')[2].partition('"')[0].join(("amount-", ""))
