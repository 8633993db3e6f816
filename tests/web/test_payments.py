"""The page of money in, as the accountant walks through it."""

from __future__ import annotations

from aiohttp import FormData

from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import World


async def upload(visitor: Visitor, data: bytes, name: str = "relevé d’avril.csv") -> str:
    form = FormData()
    form.add_field("csrf", visitor.csrf)
    form.add_field("kind", "bank")
    form.add_field("file", data, filename=name)
    async with visitor.client.post("/payments/lists", data=form) as answer:
        text = await answer.text()
        assert answer.status in (200, 422)
    return text


async def test_the_accountant_brings_a_list_places_what_is_left_and_takes_the_journal(
    world: World, visit: Visit
) -> None:
    accountant = await visit(world.facility, "comptable")
    batch = world.march
    empty = await accountant.get("/payments")
    assert empty.status == 200 and not empty.faults and batch.number in empty.text
    data = b"Date;Libell\xe9;R\xe9f\xe9rence;Montant\n02/04/2026;INCONNU <b>;Z-9;40\n"
    text = await upload(accountant, data)
    assert "1 nouveaux versements" in text and "&lt;b&gt;" in text and "<b>;" not in text
    assert "0 nouveaux versements, 1 déjà connus" in await upload(accountant, data), "the same list twice counts once"
    assert "ne se lit pas sûrement" in await upload(accountant, b"Date;Montant\n02/04/2026;douze\n")
    money = next(iter((await world.facility.store.noted())[-1:])).fact
    page = await accountant.get("/payments")
    assert "payeur à reconnaître" in page.text
    await accountant.post("/payments/payer", id="k-web", money=money.id, payer=batch.payer)
    placed = await accountant.post("/payments/place", id="p-web", money=money.id, batch=batch.id, amount="30")
    assert "Le versement est imputé" in placed.text
    too_much = await accountant.post("/payments/place", id="p-web2", money=money.id, batch=batch.id, amount="11")
    assert too_much.status == 422 and "Rien n’a été changé" in too_much.text and not too_much.faults
    back = await accountant.post("/payments/back", id="g-web", money=money.id, amount="10", reference="RET-1")
    assert "Le trop-perçu est rendu" in back.text
    async with accountant.client.get("/payments/journal?start=01/01/2026&until=31/12/2026") as answer:
        journal = (await answer.read()).decode("utf-8-sig")
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "RET-1" in journal and "à confirmer par le comptable" in journal


async def test_four_fields_an_advance_and_a_write_off(world: World, visit: Visit) -> None:
    accountant, batch = await visit(world.facility, "comptable", "en"), world.march
    page = await accountant.get("/payments")
    form = {"payer": batch.payer, "day": "02/04/2026", "amount": "25", "reference": "OM-77", "kind": "mobile"}
    missing = await accountant.post("/payments", id=page.value("id"), **{**form, "amount": ""})
    assert missing.status == 422 and missing.value("reference") == "OM-77", "nothing typed is lost"
    for _ in range(2):
        done = await accountant.post("/payments", id=page.value("id"), **form, **{"is-advance": "yes"})
        assert "The payment is written down" in done.text
    assert [
        each.fact.amount
        for each in await world.facility.store.noted()
        if getattr(each.fact, "reference", "") == "OM-77"
    ] == [25]
    drawn = await accountant.post("/payments/invoices", id="d-web", batch=batch.id, do="draw")
    assert "paid from the advance" in drawn.text
    without = await accountant.post("/payments/invoices", id="w-web", batch=batch.id, do="write-off", reason="")
    assert without.status == 422


async def test_nobody_else_sees_the_money(world: World, visit: Visit) -> None:
    for login in ("soins", "caisse"):
        assert (await (await visit(world.facility, login)).get("/payments")).status == 403
