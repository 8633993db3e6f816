"""The till's pages: money taken once, debts, the drawer, slips on every paper, and codes that confirm a visit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.web.conftest import Visit
from tests.web.test_visits import AWA, received
from tests.web.visitor import Visitor
from tests.web.world import World


async def recorded(visitor: Visitor, number: str) -> str:
    fields = {**await received(visitor, AWA), "act-1": "consultation-nurse", "act-2": "tdr", "register_number": number}
    await visitor.post("/visits/new", **fields, do="save")
    return fields["visit"]


async def test_a_share_is_taken_once_and_the_drawer_closed(world: World, visit: Visit) -> None:
    desk, till = await visit(world.facility, "soins"), await visit(world.facility, "caisse")
    id = await recorded(desk, "R-80")
    page = await till.get(f"/visits/{id}")
    form = {"id": page.value("id"), "kind": "paid", "amount": page.value("amount"), "booklet": "0412"}
    assert int(form["amount"]) > 0
    for _ in range(2):
        page = await till.post(f"/visits/{id}/till", **form)
        assert "Le paiement est noté" in page.text
    entries = await world.facility.store.till_entries(visits=(id,))
    assert [(each.entry.amount, each.entry.receipt) for each in entries] == [(int(form["amount"]), "0412")]
    assert "payé" in page.text and "0412" in page.text
    day = await till.get("/till")
    assert "R-80" in day.text
    close = {"id": day.value("id"), "through": day.value("through"), "handed_to": "La comptable"}
    wrong = await till.post("/till/count", **close, counted="1")
    assert wrong.status == 422 and wrong.value("handed_to") == "La comptable", "nothing typed is lost"
    closed = await till.post("/till/count", **close, counted=form["amount"])
    assert "Le tiroir est clos" in closed.text
    (link,) = {link for link in closed.links if link.startswith("/till/counts/")}
    async with till.client.get(link) as response:
        assert (await response.read()).startswith(b"%PDF")
    await desk.post(f"/visits/{id}/undo", day="03/04/2026", reason="essai")
    back = await till.get(f"/visits/{id}")
    assert "à rendre" in back.text
    await till.post(f"/visits/{id}/till", id="back-1", kind="refunded", amount=form["amount"])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "99999"}, "plus que ce qui reste à payer"),
        ({"amount": "dix"}, "Montant"),
        ({}, "Montant"),
        ({"kind": "waived", "amount": "5", "reason": "x"}, "Seul le responsable"),
    ],
)
async def test_a_mistake_at_the_till_is_told_and_takes_nothing(
    fields: dict[str, str], says: str, world: World, visit: Visit
) -> None:
    desk, till = await visit(world.facility, "soins"), await visit(world.facility, "caisse")
    id = await recorded(desk, "R-81")
    page = await till.post(f"/visits/{id}/till", id="x1", **fields)
    assert page.status == 422 and says in page.text
    assert await world.facility.store.till_entries(visits=(id,)) == ()
    await desk.post(f"/visits/{id}/undo", day="03/04/2026", reason="essai")
    late = await till.post(f"/visits/{id}/till", id="x2", **fields)
    assert late.status == 422, "another desk took the visit back meanwhile"
    assert await world.facility.store.till_entries(visits=(id,)) == ()


async def test_a_slip_is_shown_printed_and_confirmed(world: World, clerk: Visitor) -> None:
    id = await recorded(clerk, "R-82")
    page = await clerk.get(f"/visits/{id}/slip?paper=58")
    assert page.status == 200 and "Reçu de soins" in page.text and page.html.count("<path") >= 1
    for query, start in (("as=pdf&paper=a5", b"%PDF"), ("as=escpos&paper=80", b"\x1b@")):
        async with clerk.client.get(f"/visits/{id}/slip?{query}") as response:
            data = await response.read()
            assert response.status == 200 and data.startswith(start)
    code = data.partition(b"1P0")[2].partition(b"\x1d")[0].decode()
    found = await clerk.post("/confirm", text=code)
    assert "Authentique, et concorde" in found.text and AWA not in found.text
    wrong = await clerk.post("/confirm", text=code[:-1] + str((int(code[-1]) + 1) % 10))
    assert wrong.status == 422
    officer = await clerk.post("/confirm", text="bonjour")
    assert officer.status == 422 and "ni un reçu" in officer.text
    await clerk.post(f"/visits/{id}/undo", day="03/04/2026", reason="essai")


async def test_the_mutual_confirms_a_slip_of_a_claim_it_holds(world: World, visit: Visit) -> None:
    clerk, officer = await visit(world.facility, "responsable"), await visit(world.mutual, "medecin")
    item = world.march.items[0]
    async with clerk.client.get(f"/visits/{item.claim}/slip?as=escpos&paper=80") as response:
        code = (await response.read()).partition(b"1P0")[2].partition(b"\x1d")[0].decode()
    found = await officer.post("/confirm", text=code)
    assert found.status == 200 and "Authentique" in found.text


async def test_a_printer_that_is_off_loses_nothing(
    world: World, clerk: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await recorded(clerk, "R-83")
    page = await clerk.post(f"/visits/{id}/slip/print")
    assert page.status == 422 and "Aucune imprimante" in page.text
    device = tmp_path / "printer"
    monkeypatch.setattr(world.facility, "config", msgspec.structs.replace(world.facility.config, printer=str(device)))
    page = await clerk.post(f"/visits/{id}/slip/print")
    assert page.status == 422 and "ne répond pas" in page.text
    device.touch()
    page = await clerk.post(f"/visits/{id}/slip/print")
    assert "parti à l’imprimante" in page.text and device.read_bytes().startswith(b"\x1b@")
    await clerk.post(f"/visits/{id}/undo", day="03/04/2026", reason="essai")


async def test_a_wrong_person_is_put_right_on_the_page(world: World, clerk: Visitor) -> None:
    id = await recorded(clerk, "R-84")
    page = await clerk.get(f"/visits/{id}?person=MLT-000002-01")
    (button,) = [each for each in page.every("button") if each.get("name") == "member"]
    page = await clerk.post(f"/visits/{id}/person", id="s-1", member=button["value"], reason="homonyme")
    assert "maintenant celui de cette personne" in page.text and "MLT-000002-01" in page.text
    assert "homonyme" in page.text, "the change is told"
    await clerk.post(f"/visits/{id}/undo", day="03/04/2026", reason="essai")
