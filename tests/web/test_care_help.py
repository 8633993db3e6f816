"""Help while care is entered: conditions found, order sets taken, sentences read, and a reason that travels on."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import pytest
from playwright.async_api import Browser

from facility_agent.vocabulary.records import Adjudication, Basis, Beneficiary, CareLine, Claim, Visit
from facility_agent.web.visit_help import taken
from facility_agent.workflows import care_help
from facility_agent.workflows.coding import coding
from tests.services.browser import onward
from tests.web.conftest import Visit as Visits
from tests.web.test_browser import opened
from tests.web.test_visits import AWA, BOUKARY, received
from tests.web.visitor import Visitor
from tests.web.world import World

AL = "artemether-lumefantrine"


async def form_of(visitor: Visitor, number: str = AWA, **fields: str) -> dict[str, str]:
    return {**await received(visitor, number), **fields}


@pytest.mark.parametrize("text", ["palu", "Paludisme simple", "paludisme SIMPLE", "B54", "malaria"])
async def test_a_condition_proposes_its_order_set_as_lines_to_accept(clerk: Visitor, text: str) -> None:
    page = await clerk.post("/visits/new", **await form_of(clerk, condition_text=text, weight="12"), do="propose")
    assert page.status == 200
    offered = {box["name"]: box for box in page.every("input") if box.get("name", "").startswith("take.")}
    assert list(offered) == ["take.malaria-rapid-test", f"take.{AL}"]
    assert all("checked" in box for box in offered.values())
    assert page.value(f"quantity.{AL}") == "6"
    assert page.value("condition") == "malaria" and page.value("condition_text") == text
    assert "Convulsions" in page.text, "danger signs stand beside it"
    assert page.value("act-1") == "", "nothing is entered before it is taken"


async def test_conditions_are_indexed_before_somebody_looks_for_the_first(world: World) -> None:
    coding.cache_clear()
    await care_help.made_ready(world.facility)
    assert (await care_help.coding_of(world.facility)).search("palu", "fr")[0].code == "malaria"
    assert coding.cache_info().misses == 1


async def test_without_a_weight_the_quantity_follows_the_age_and_says_so(clerk: Visitor) -> None:
    page = await clerk.post("/visits/new", **await form_of(clerk, condition="malaria"), do="propose")
    assert page.value(f"quantity.{AL}") == "24" and "selon l’âge" in page.text


async def test_what_is_ticked_is_added_on_empty_rows_and_nothing_typed_is_lost(clerk: Visitor) -> None:
    fields = await form_of(clerk, condition="malaria", **{"act-1": "consultation-nurse", "quantity-1": "1"})
    ticked = {"take.malaria-rapid-test": "1", f"take.{AL}": "1", f"quantity.{AL}": "24"}
    page = await clerk.post("/visits/new", **fields, **ticked, do="take")
    assert page.value("act-1") == "consultation-nurse"
    assert page.value("act-2").startswith("malaria-rapid-test · ")
    assert page.value("act-3").startswith(AL) and page.value("quantity-3") == "24"


async def test_what_is_not_ticked_is_not_added(clerk: Visitor) -> None:
    fields = await form_of(clerk, condition="malaria")
    page = await clerk.post("/visits/new", **fields, **{f"quantity.{AL}": "24"}, do="take")
    assert page.value("act-1") == ""


async def test_an_act_that_is_not_of_the_package_cannot_be_smuggled_in(world: World) -> None:
    filled, rows = taken({"take.gold": "1", "rows": "5"}, {}, {}, "fr")
    assert (filled, rows) == ({}, 5)


async def test_a_slip_of_the_finger_is_answered_with_what_may_be_meant(clerk: Visitor) -> None:
    fields = await form_of(clerk, condition_text="palludisme")
    page = await clerk.post("/visits/new", **fields, do="propose")
    picks = [button["value"] for button in page.every("button") if button.get("name") == "pick"]
    assert picks[:2] == ["malaria", "malaria-severe"]
    chosen = await clerk.post("/visits/new", **fields, pick="malaria")
    assert chosen.value("condition") == "malaria"
    assert chosen.value("condition_text") == "palludisme", "the prescriber's words stay"
    assert any(box.get("name") == f"take.{AL}" for box in chosen.every("input"))


async def test_free_text_is_allowed_and_kept(world: World, clerk: Visitor) -> None:
    fields = await form_of(clerk, condition_text="douleur bizarre du coude gauche", **{"act-1": "consultation-nurse"})
    page = await clerk.post("/visits/new", **fields, do="save")
    assert page.status == 200
    row = await world.facility.store.visit(fields["visit"])
    assert row is not None
    assert (row.visit.condition, row.visit.condition_text) == ("", "douleur bizarre du coude gauche")


async def test_the_quantity_of_another_weight_is_told_as_help_and_blocks_nothing(world: World, clerk: Visitor) -> None:
    care = {"act-1": "malaria-rapid-test", "result-1": "positive", "act-2": AL, "quantity-2": "24"}
    fields = await form_of(clerk, weight="12", condition_text="palu", **care)
    told = await clerk.post("/visits/help", **fields)
    assert "24 comprimés, soit 35 kg et plus ; cette personne pèse 12 kg : 6 comprimés." in told.text
    page = await clerk.post("/visits/new", **fields, do="preview")
    assert any(box.get("name") == "justification-2" for box in page.every("input"))
    saved = await clerk.post("/visits/new", **fields, **{"justification-2": "Rechute, avis du médecin"}, do="save")
    assert saved.status == 200
    row = await world.facility.store.visit(fields["visit"])
    assert row is not None
    assert row.visit.lines[1].justification == "Rechute, avis du médecin"
    assert row.visit.condition == "malaria"


async def test_unfinished_lines_are_left_out_of_the_help_without_a_word(clerk: Visitor) -> None:
    care = {"act-1": "malar", "act-2": AL, "quantity-2": "24", "quantity-3": "x"}
    told = await clerk.post("/visits/help", **await form_of(clerk, BOUKARY, weight="60", **care))
    assert told.status == 200 and "vient après un test" in told.text


async def test_the_search_answers_by_code_name_lay_name_and_slip(clerk: Visitor) -> None:
    asked = {"B54": "malaria", "HTA": "hypertension", "diarhée": "diarrhoea", "mal de dent": "toothache"}
    for text, code in asked.items():
        page = await clerk.get(f"/api/conditions?q={text}")
        assert page.status == 200 and f'"code": "{code}"' in page.html, text


async def test_the_reception_asks_for_no_condition(world: World, visit: Visits) -> None:
    clerk = await visit(world.facility, "accueil")
    page = await clerk.post("/desk/scan", text=BOUKARY)
    form = await clerk.get(next(link for link in page.links if link.startswith("/visits/new")))
    assert (await clerk.get("/api/conditions?q=palu")).status == 403
    assert not any(box.get("name") == "condition" for box in form.every("input"))


@pytest.mark.browser
async def test_help_appears_while_lines_are_entered(browser: Browser, world: World) -> None:
    async with opened(browser, world.facility, "responsable", viewport={"width": 1366, "height": 900}) as page:
        await page.fill("[data-scan]", AWA)
        await page.keyboard.press("Enter")
        await page.click("a[href^='/visits/new']")
        await page.fill("#condition_text", "paludis")
        await page.wait_for_function("document.querySelector('#conditions').options[0]?.value === 'Paludisme simple'")
        await page.fill("#condition_text", "palu")
        await page.fill("#weight", "12")
        await onward(page, "button[value=propose]")
        if os.environ.get("LOOK"):
            await page.screenshot(path=f"{os.environ['LOOK']}/propose.png", full_page=True)
        await onward(page, "button[value=take]")
        assert await page.input_value("#quantity-2") == "6"
        await page.select_option("#result-1", "positive")
        await page.fill("#quantity-2", "24")
        await page.press("#quantity-2", "Tab")
        await page.wait_for_selector("#advice li")
        assert "cette personne pèse 12" in (await page.inner_text("#advice")).replace("\xa0", " ")
        if os.environ.get("LOOK"):
            await page.screenshot(path=f"{os.environ['LOOK']}/advice.png", full_page=True)
            await page.click("button.actions, .actions button[value=preview]")
            await page.screenshot(path=f"{os.environ['LOOK']}/preview.png", full_page=True)


async def january(world: World) -> None:
    """Claims of a month that nobody else looks at: malaria with and without a test, at two centres."""
    at = datetime(2026, 1, 31, tzinfo=UTC)
    for number in range(40):
        tested = number % 4 > 0
        lines = [CareLine("1", AL, 24, 50)] + [CareLine("2", "malaria-rapid-test", 1, 500, result="positive")] * tested
        facility = world.facility.config.code if number < 35 else "CSPS-2"
        person = Beneficiary(f"MLT-09{number:04d}-01", "Personne inventée", "F", date(1990, 1, 1))
        visit = Visit(f"jan-{number}", facility, date(2026, 1, 20), person, tuple(lines), condition="malaria")
        answer = Adjudication(visit.id, "XOF", "", ())
        claim = Claim(visit.id, f"JAN-{number}", visit, (), Basis(""), answer, date(2026, 1, 20))
        await world.mutual.store.mint(claim, {}, at, "test", "received")


async def test_officers_read_neutral_measures_and_the_medical_adviser_clinical_ones(
    world: World, visit: Visits
) -> None:
    await january(world)
    agent, medecin = await visit(world.mutual, "agent"), await visit(world.mutual, "medecin")
    officer, adviser = [await each.get("/adherence?month=2026-01") for each in (agent, medecin)]
    for page in (officer, adviser):
        assert page.status == 200 and "petit nombre" in page.text
        assert "74 %" in page.text.replace("\xa0", " "), "26 of 35 have a test"
    assert "Examen fait avec le traitement" in officer.text and "Paludismes" not in officer.text
    assert "Paludismes avec un test" in adviser.text and "Examen fait avec le traitement" not in adviser.text
    assert (await medecin.get("/adherence?month=2026-13")).status == 422
    assert (await medecin.get("/adherence?month=2026-03")).status == 200


@pytest.mark.browser
async def test_the_adherence_table_is_read_on_a_narrow_screen(browser: Browser, world: World) -> None:
    await january(world)
    async with opened(browser, world.mutual, "medecin", viewport={"width": 360, "height": 740}) as page:
        await page.goto("/adherence?month=2026-01")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        if os.environ.get("LOOK"):
            await page.screenshot(path=f"{os.environ['LOOK']}/adherence-360.png", full_page=True)
            await page.set_viewport_size({"width": 1366, "height": 768})
            await page.screenshot(path=f"{os.environ['LOOK']}/adherence.png", full_page=True)
