"""Entering care fast and losing nothing: few keys, first letters, usual acts, the last visit, shortages, two desks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page, expect

from tests.web.conftest import Visit
from tests.web.test_browser import opened
from tests.web.test_visits import AWA, BOUKARY, CARE, received
from tests.web.visitor import Visitor
from tests.web.world import World

#: What a line types: first letters of the act, and a quantity when it is not one.
LINES = (("cn", ""), ("tdr", ""), ("par", "12"), ("art lum", "24"), ("ors", "2"))
KEYS_AT_MOST = 60


class Keys:
    """A keyboard that counts: a chord is as many keys as it presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)
        self.pressed += len(text)

    async def press(self, chord: str) -> None:
        await self.page.keyboard.press(chord)
        self.pressed += len(chord.split("+"))


async def at_form(page: Page) -> None:
    """The browser stands on the form of a person who was received."""
    await page.goto("/desk")
    await page.fill("#text", BOUKARY)
    async with page.expect_navigation():
        await page.click(".actions .primary")
    async with page.expect_navigation():
        await page.click(".actions .primary")


@pytest.mark.browser
async def test_five_lines_take_at_most_sixty_keys(browser: Browser, world: World) -> None:
    before = {row.visit.id for row in await world.facility.store.visits(member=BOUKARY)}
    async with opened(browser, world.facility, "responsable") as page:
        await at_form(page)
        await page.locator("#act-1").focus()
        keys = Keys(page)
        for act, quantity in LINES:
            if act == LINES[-1][0]:
                # Each line is told while the next ones are typed, before anything is sent.
                await page.locator("#told-4 p").first.wait_for()
                assert "Bénéficiaire" in await page.inner_text("#told-1")
                await expect(page.locator("#act-4")).to_have_value(re.compile("^artemether-lumefantrine · "))
                assert "À demander" in await page.inner_text("#entry-state")
            await keys.type(act)
            if quantity:
                await keys.press("Tab")
                await keys.type(quantity)
            await keys.press("Enter")
        await page.locator("#result").wait_for()
        await keys.press("Control+Enter")
        await page.get_by_text("La visite est enregistrée").wait_for()
        assert keys.pressed <= KEYS_AT_MOST, keys.pressed
    saved = [row for row in await world.facility.store.visits(member=BOUKARY) if row.visit.id not in before]
    (row,) = [row for row in saved if row.state == "recorded"]
    assert [(line.act, line.quantity) for line in row.visit.lines] == [
        ("consultation-nurse", 1), ("malaria-rapid-test", 1), ("paracetamol", 12), ("artemether-lumefantrine", 24),
        ("ors", 2),
    ]  # fmt: skip
    await world.facility.store.save_visit(row.visit, "abandoned", row.version, world.facility.now(), "essai")


@pytest.mark.browser
async def test_a_browser_closed_in_the_middle_loses_nothing(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "responsable") as page:
        await at_form(page)
        address = page.url
        await page.fill("#act-1", "par")
        await page.fill("#quantity-1", "12")
        await page.press("#quantity-1", "F8")
        await page.locator("#entry-state").filter(has_text="À demander").wait_for()
        await page.goto("about:blank")
        await page.goto(address)
        assert (await page.input_value("#quantity-1"), await page.input_value("#mark-1")) == ("12", "out-of-stock")
        assert "par" in await page.input_value("#act-1")


@pytest.mark.browser
async def test_a_network_that_is_gone_costs_no_line_that_was_told(browser: Browser, world: World) -> None:
    before = {row.visit.id for row in await world.facility.store.visits(member=BOUKARY)}
    async with opened(browser, world.facility, "responsable", complains=("ERR_INTERNET_DISCONNECTED",)) as page:
        await at_form(page)
        address = page.url
        await page.fill("#act-1", "consultation-nurse")
        await page.press("#act-1", "Enter")
        await page.locator("#told-1 p").first.wait_for()
        await page.context.set_offline(True)
        await page.locator("#act-2").focus()
        await page.keyboard.type("par")
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            await page.goto(address)
        await page.context.set_offline(False)
        await page.goto(address)
        assert "consultation-nurse" in await page.input_value("#act-1")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("La visite est enregistrée").wait_for()
    saved = [row for row in await world.facility.store.visits(member=BOUKARY) if row.visit.id not in before]
    (row,) = [row for row in saved if row.state == "recorded"]
    assert row.visit.lines[0].act == "consultation-nurse", "what was told before is kept; the rest is typed again"
    await world.facility.store.save_visit(row.visit, "abandoned", row.version, world.facility.now(), "essai")


async def test_what_was_typed_is_there_again_after_a_restart(world: World, visit: Visit) -> None:
    first = await visit(world.facility, "responsable")
    fields = {**await received(first, AWA), **CARE, "quantity-2": "deux"}
    await first.post("/visits/new", **fields, do="preview")
    assert (await world.facility.store.entry_draft(fields["visit"])) is not None
    again = await first.get(f"/visits/new?visit={fields['visit']}")
    assert again.value("quantity-2") == "deux" and again.value("act-1") == CARE["act-1"]


async def test_a_shortage_is_one_mark_and_prints_its_slip(world: World, clerk: Visitor) -> None:
    fields = {**await received(clerk, AWA), "act-1": "par", "quantity-1": "20", "mark-1": "out-of-stock"}
    fields |= {"act-2": "consultation-nurse", "register_number": "R-90"}
    page = await clerk.post("/visits/new", **fields, do="save")
    assert "done=visit-recorded" in page.url
    (entry,) = [row for row in await world.facility.store.visits() if row.visit.register_number == "R-90"]
    assert [line.act for line in entry.visit.lines] == ["consultation-nurse"]
    shown = await clerk.get(f"/visits/{entry.visit.id}")
    assert "Rupture de stock" in shown.text and "20 restent sur 20" in shown.text
    slip = await clerk.get(f"/visits/{entry.visit.id}/shortage")
    assert "Bon de rupture de stock" in slip.text and "20" in slip.text
    await clerk.post(f"/visits/{entry.visit.id}/undo", day="03/04/2026", reason="essai")


async def test_the_rest_is_offered_and_put_in_with_one_button(world: World, clerk: Visitor) -> None:
    fields = {**await received(clerk, BOUKARY), "act-1": "paracetamol", "prescribed-1": "20", "quantity-1": "8"}
    fields |= {"mark-1": "out-of-stock", "register_number": "R-91"}
    await clerk.post("/visits/new", **fields, do="save")
    second = await received(clerk, BOUKARY)
    form = await clerk.get(f"/visits/new?visit={second['visit']}")
    (button,) = [each for each in form.every("button") if each.get("name") == "fill"]
    page = await clerk.post("/visits/new", **second, fill=button["value"], **{"act-1": "consultation-nurse"})
    assert page.value("act-2").startswith("paracetamol") and page.value("quantity-2") == "12"
    assert page.value("rx-2") == button["value"]
    values = {name: page.value(name) for name in ("act-1", "act-2", "quantity-2", "rx-2")}
    await clerk.post("/visits/new", **second | values | {"register_number": "R-92"}, do="save")
    (kept,) = [row.visit for row in await world.facility.store.visits() if row.visit.register_number == "R-92"]
    assert (kept.lines[1].prescription, kept.lines[1].prescribed) == (button["value"], 12)
    for number in ("R-92", "R-91"):
        (row,) = [row for row in await world.facility.store.visits() if row.visit.register_number == number]
        await clerk.post(f"/visits/{row.visit.id}/undo", day="03/04/2026", reason="essai")


async def test_the_lines_of_the_last_visit_and_the_usual_acts_are_put_in_at_once(world: World, clerk: Visitor) -> None:
    fields = await received(clerk, AWA)
    form = await clerk.get(f"/visits/new?visit={fields['visit']}")
    (repeat,) = [each for each in form.every("button") if each.get("name") == "repeat"]
    page = await clerk.post("/visits/new", **fields, repeat=repeat["value"])
    earlier = await world.facility.store.visit(repeat["value"])
    assert earlier is not None
    for place, line in enumerate(earlier.visit.lines, 1):
        assert page.value(f"act-{place}").startswith(f"{line.act} · ")
        assert page.value(f"quantity-{place}") == str(line.quantity)
    usual = [each["value"] for each in form.every("button") if each.get("name") == "add"]
    assert usual[0] == "consultation-nurse"
    more = await clerk.post("/visits/new", **fields, **{"act-1": "tdr"}, add=usual[0])
    assert more.value("act-1") == "tdr" and more.value("act-2").startswith("consultation-nurse")


async def test_a_visit_is_kept_open_and_gone_on_with_at_another_desk(world: World, visit: Visit) -> None:
    care, pharmacy = await visit(world.facility, "soins"), await visit(world.facility, "responsable")
    fields = {**await received(care, AWA), "act-1": "consultation-nurse", "register_number": "R-93"}
    page = await care.post("/visits/new", **fields, do="keep")
    assert "reste ouvert" in page.text
    form = await pharmacy.get(f"/visits/new?visit={fields['visit']}")
    assert (form.value("register_number"), form.value("version")) == ("R-93", "1")
    typed = {**fields, "version": "1", "act-2": "paracetamol", "quantity-2": "10"}
    late = {**fields, "version": "1", "act-2": "tdr"}
    assert "done=visit-recorded" in (await pharmacy.post("/visits/new", **typed, do="save")).url
    told = await care.post("/visits/new", **late, do="save")
    assert told.status == 422 and "responsable a modifié ce passage" in told.text
    assert told.value("act-2") == "tdr" and told.value("version") == "2", "nothing typed is lost"
    assert "10 × Paracétamol" in told.text
    await pharmacy.post(f"/visits/{fields['visit']}/undo", day="03/04/2026", reason="essai")


async def test_the_script_is_told_each_line_in_the_reader_s_language(world: World, clerk: Visitor) -> None:
    fields: dict[str, Any] = {**await received(clerk, AWA), "csrf": clerk.csrf}
    fields |= {"act-1": "cn", "act-2": "tdr", "price-2": "900"}
    async with clerk.client.post("/visits/entry", data=fields) as response:
        told = await response.json()
    assert told["lines"]["1"]["act"].startswith("consultation-nurse")
    assert "Bénéficiaire" in told["lines"]["1"]["shares"] and told["lines"]["2"]["says"]
    async with clerk.client.post("/visits/entry", data={**fields, "act-3": "zzz"}) as response:
        assert (await response.json())["field"] == "act-3"


async def test_late_care_of_an_invoiced_month_is_kept_with_its_reason(world: World, clerk: Visitor) -> None:
    fields = {
        **await received(clerk, AWA),
        "act-1": "consultation-nurse",
        "day": "05/02/2026",
        "register_number": "R-94",
    }
    page = await clerk.post("/visits/new", **fields, do="save")
    assert page.status == 422 and "facture supplémentaire" in page.text
    page = await clerk.post("/visits/new", **fields, reason="coupure de courant", do="save")
    assert "done=visit-recorded" in page.url
    (row,) = [row for row in await world.facility.store.visits() if row.visit.register_number == "R-94"]
    assert (row.visit.reason, f"{row.visit.entered_on}") == ("coupure de courant", "2026-04-03")
    assert row.visit.id < "019c4", "its identifier is of the day of care"
    await clerk.post(f"/visits/{row.visit.id}/undo", day="05/02/2026", reason="essai")
