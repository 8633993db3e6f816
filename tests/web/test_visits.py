"""Recording a visit: who pays what beside each line, saved once, undone, and closed."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Visit
from tests.web.visitor import Page, Visitor
from tests.web.world import World

AWA, BOUKARY = "MLT-000001-01", "MLT-000002-01"
CARE = {"act-1": "consultation-nurse", "act-2": "malaria-rapid-test", "quantity-2": "2", "price-2": "900"}


async def received(visitor: Visitor, text: str) -> dict[str, str]:
    """Somebody is received; the hidden fields that their visit's form would send."""
    page = await visitor.post("/desk/scan", text=text)
    form = await visitor.get(next(link for link in page.links if link.startswith("/visits/new")))
    return {name: form.value(name) for name in ("visit", "member", "rows", "register_number", "day", "at")}


def amounts(page: Page) -> list[list[int]]:
    """The figures of each judged line: billed, payers, beneficiary, facility."""
    rows = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*class=\"num figure\"(?:(?!</tr>).)*</tr>", page.html, re.DOTALL)
    cells = [re.findall(r'class="num figure"[^>]*>(.*?)</td>', row, re.DOTALL) for row in rows]
    return [[int(re.sub(r"<[^>]*>|\s", "", cell)) for cell in row] for row in cells]


async def test_the_parts_of_every_line_add_up_beside_it(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/visits/new", **await received(clerk, AWA), **CARE, do="preview")
    lines = amounts(page)
    assert [line[0] for line in lines] == [100, 1800]
    for billed, *parts in lines:
        assert billed == sum(parts)
    assert lines[1][-1] == 800, "what lies above the tariff is the facility's"
    assert page.value("price-1") == "100" and page.value("act-1").startswith("consultation-nurse · ")
    assert "À demander au bénéficiaire" in page.text
    assert await world.facility.store.visit(page.value("visit")) is None, "nothing is saved"


async def test_enter_computes_and_does_not_save(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=AWA)
    form = await clerk.get(next(link for link in page.links if link.startswith("/visits/new")))
    buttons = [button for button in form.every("button") if button.get("name") == "do"]
    assert buttons[0]["value"] == "preview"


async def test_a_wrong_field_is_named_and_nothing_typed_is_lost(world: World, clerk: Visitor) -> None:
    fields = {**await received(clerk, AWA), **CARE, "condition_text": "fièvre", "quantity-2": "deux", "rows": "10"}
    page = await clerk.post("/visits/new", **fields, do="save")
    assert page.status == 422 and "Quantité (ligne 2)" in page.text
    for name in ("act-1", "act-2", "quantity-2", "price-2", "condition_text", "at"):
        assert page.value(name) == fields[name]
    assert [box["name"] for box in page.every("input") if box.get("aria-invalid")] == ["quantity-2"]
    assert len([box for box in page.every("input") if box.get("name", "").startswith("act-")]) == 10


async def test_a_day_to_come_is_an_error_of_the_workflow_with_its_sentence(world: World, clerk: Visitor) -> None:
    fields = {**await received(clerk, AWA), **CARE, "day": "01/01/2027"}
    page = await clerk.post("/visits/new", **fields, do="save")
    assert page.status == 422 and "visit-in-future" not in page.text and page.value("act-1") == CARE["act-1"]


async def test_more_lines_without_a_script(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/visits/new", **await received(clerk, AWA), **CARE, do="more")
    assert len([box for box in page.every("input") if box.get("name", "").startswith("act-")]) == 10
    assert page.value("act-2") == CARE["act-2"] and page.value("rows") == "10"


async def test_a_visit_sent_twice_is_saved_once_and_can_be_undone(world: World, clerk: Visitor) -> None:
    fields = {**await received(clerk, world.cards[BOUKARY].text), **CARE, "register_number": "R-77"}
    page = await clerk.post("/visits/new", **fields, do="save")
    assert page.url.startswith("/visits?day=2026-04-03&done=visit-recorded") and "R-77" in page.text
    saved = await world.facility.store.visit(fields["visit"])
    assert saved is not None and (saved.visit.identified, saved.visit.card_serial) == ("card", 3)
    assert saved.visit.entered_by == "responsable" and len(saved.visit.lines) == 2
    await clerk.post("/visits/new", **fields, do="save")
    again = await world.facility.store.visits(day=saved.visit.day)
    assert sum(entry.visit.register_number == "R-77" for entry in again) == 1
    page = await clerk.post(f"/visits/{fields['visit']}/undo", day="03/04/2026", reason="saisie par erreur")
    assert "La visite est annulée" in page.text
    undone = await world.facility.store.visit(fields["visit"])
    assert undone is not None and (undone.state, undone.visit.reason) == ("abandoned", "saisie par erreur")


async def test_an_undo_needs_a_reason(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/visits/019d0000-0000-7000-8000-000000000000/undo", day="03/04/2026", reason=" ")
    assert page.status == 422 and "Motif" in page.text


async def test_after_a_restart_the_form_still_saves_what_was_typed(world: World, visit: Visit) -> None:
    before, after = await visit(world.facility, "responsable"), await visit(world.facility, "responsable")
    fields = {**await received(before, world.cards[AWA].text), **CARE, "register_number": "R-78"}
    page = await after.post("/visits/new", **fields, do="save")
    assert "done=visit-recorded" in page.url
    saved = await world.facility.store.visit(fields["visit"])
    assert saved is not None and saved.visit.identified == "card", "the card was read before the restart"
    await after.post(f"/visits/{fields['visit']}/undo", day="03/04/2026", reason="essai")


async def test_clinical_fields_are_for_those_who_care(world: World, visit: Visit) -> None:
    for login, shown in (("accueil", False), ("soins", True)):
        visitor = await visit(world.facility, login)
        page = await visitor.post("/desk/scan", text=AWA)
        form = await visitor.get(next(link for link in page.links if link.startswith("/visits/new")))
        names = {field.get("name") for field in form.every("input")}
        assert ("condition_text" in names) is shown and ("weight" in names) is shown


async def test_the_list_walks_from_day_to_day(clerk: Visitor) -> None:
    page = await clerk.get("/visits?day=12/03/2026")
    assert "Passages du 12/03/2026" in page.text and "CSPS-EX1-2026-" in page.text
    assert {"/visits?day=2026-03-11", "/visits?day=2026-03-13"} <= page.links
    assert "Rien à clore" in page.text
    assert "Aucun passage" in (await clerk.get("/visits?day=11/03/2026")).text


@pytest.mark.parametrize("day", ["hier", "32/01/2026", "01/01/0001", "31/12/9999"])
async def test_a_day_that_is_no_day_is_an_answer(day: str, clerk: Visitor) -> None:
    assert (await clerk.get(f"/visits?day={day}")).status == 422
