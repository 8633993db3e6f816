"""Receipts and complaints on their pages, from the counter to the signature."""

from __future__ import annotations

from facility_agent.workflows import accounts
from tests.web.conftest import Visit
from tests.web.world import HOSTILE, World

RECEIPT = {"member": "MLT-000002-01", "provider": "CSPS-EX1", "receipt": "A-17", "day": "02/04/2026"}


async def test_a_receipt_goes_from_the_counter_to_the_signature(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent")
    half = await officer.post("/refunds", **RECEIPT, **{"act-1": "consultation-nurse"})
    assert half.status == 422 and half.value("act-1") == "consultation-nurse"
    line = {"act-1": "consultation-nurse", "price-1": "100"}
    page = await officer.post("/refunds", **RECEIPT, **line)
    assert page.status == 200 and "Une autre personne" in page.text
    path = page.url.partition("?")[0]
    assert "Décider la demande" not in page.text
    assert (await officer.post("/refunds", **RECEIPT, **line)).status == 422
    adviser = await visit(world.mutual, "medecin", "en")
    assert "Decide the request" in (await adviser.get(path)).text
    page = await adviser.post(f"{path}/decide", granted="", reason="")
    assert page.status == 200 and "Decided by medecin" in page.text
    assert (await adviser.post(f"{path}/pay", signed_by="Boukary")).status == 403
    await accounts.add_account(world.mutual, "guichet", "Guichet (inventé)", "mot-de-passe", ("payer_accountant",))
    till = await visit(world.mutual)
    await till.sign_in("guichet", "mot-de-passe")
    assert (await till.post(f"{path}/pay", signed_by="")).status == 422
    page = await till.post(f"{path}/pay", signed_by="Sawadogo Boukary", sign="fingerprint")
    assert "signé par Sawadogo Boukary" in page.text
    assert "payée" in (await till.get("/refunds")).text
    assert (await till.get("/refunds/nowhere")).status == 422


async def test_a_complaint_is_written_in_its_words_and_answered(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "agent")
    assert (await officer.post("/complaints", channel="voice", said=" ")).status == 422
    page = await officer.post("/complaints", channel="telephone", member="MLT-000005-01", said=HOSTILE)
    assert HOSTILE in page.text and "<script>alert" not in page.html
    (kept,) = await world.mutual.store.complaints()
    page = await officer.post("/complaints", complaint=kept.id, answer="Nous avons appelé le centre.")
    assert "Répondu par agent" in page.text
