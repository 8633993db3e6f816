"""The month end and the audit: both sides through their pages alone, from the open visit to the reconciled batch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec
import pytest

from facility_agent.exchange.messages import BatchMessage, encode
from facility_agent.exchange.seals import packed
from facility_agent.storage.store.endorsing import Passing
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.exporting import EXPORTING, Exports
from facility_agent.workflows import endorsing, mail, month_end
from facility_agent.workflows.site import OUTBOX
from tests.documents.reading import text_of
from tests.web.conftest import Visit
from tests.web.visitor import Page, Visitor
from tests.web.world import World, open_world


@pytest.fixture
async def own_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Two installations for one test alone, which changes them."""
    async with open_world(tmp_path_factory.mktemp("own")) as opened:
        yield opened


async def bring(visitor: Visitor, data: bytes) -> Page:
    """Somebody brings a sealed file."""
    form = aiohttp.FormData({"csrf": visitor.csrf})
    form.add_field("file", data, filename="lettre.fae", content_type="application/octet-stream")
    async with visitor.client.post("/envelopes", data=form) as answer:
        return Page(answer.status, str(answer.url), await answer.text())


async def kept(visitor: Visitor, path: str) -> bytes:
    """A file that somebody keeps."""
    async with visitor.client.get(path) as answer:
        assert answer.status == 200 and answer.headers["Content-Disposition"].startswith("attachment")
        return await answer.read()


async def test_a_month_is_closed_decided_and_paid_through_the_pages(own_world: World, visit: Visit) -> None:
    world = own_world
    clerk, officer = await visit(world.facility, "responsable"), await visit(world.mutual, "medecin")
    treasurer = await visit(world.mutual, "tresorier")

    page = await clerk.get("/months/2026-04")
    assert "provisoires" in page.text and "03/04/2026, numéro d’ordre 4032" in page.text
    await clerk.post("/visits/close", day="03/04/2026")
    page = await clerk.get("/months/2026-04")
    assert "numéro d’ordre" not in page.text and "/months/2026-04/close" not in page.html
    world.clock.set(datetime(2026, 5, 4, 8, tzinfo=UTC))
    for visitor, login in ((clerk, "responsable"), (officer, "medecin"), (treasurer, "tresorier")):
        await visitor.sign_in(login)
    page = await clerk.post("/months/2026-04/close", payer="MLT", scheme="mutual")
    assert page.url.startswith("/batches/") and "CSPS-EX1-MLT-0003" in page.text
    again = await clerk.post("/months/2026-04/close", payer="MLT", scheme="mutual")
    assert again.status == 422 and "batch-second-main" not in again.text

    batch = page.url.split("?")[0]
    page = await clerk.post(f"{batch}/export")
    files = sorted(link for link in page.links if "/files/" in link)
    assert [(await kept(clerk, link))[:4] for link in files] == [b"\xef\xbb\xbfD", b"%PDF", b"PK\x03\x04"]
    sealed = await kept(clerk, "/envelopes/batch-CSPS-EX1-MLT-0003.fae")

    page = await bring(officer, sealed)
    assert "Bordereau reçu" in page.text
    assert "déjà arrivé" in (await bring(officer, sealed)).text
    audit = next(link for link in page.links if link.startswith("/audit/"))
    page = await officer.get(audit)
    assert "1 sur 1" in page.text and f"{audit}/decide" in page.links
    page = await officer.post(f"{audit}/decide")
    assert page.url == f"{audit}?done=batch-decided" and f"{audit}/decide" not in page.links
    page = await treasurer.get(f"{audit}/pay")
    assert "70\u00a0F\u202fCFA" in page.html
    page = await treasurer.post(f"{audit}/pay", reference="", paid_on="04/05/2026")
    assert page.status == 422 and page.value("paid_on") == "04/05/2026"
    page = await treasurer.post(f"{audit}/pay", reference="VIR-9", paid_on="05/05/2026")
    assert page.status == 422 and page.value("reference") == "VIR-9", "not a day to come"
    await treasurer.post(f"{audit}/pay", reference="VIR-9", paid_on="04/05/2026")

    for kind, said in (("receipt", "Accusé"), ("decision", "Décision reçue"), ("remittance", "État de paiement")):
        letter = (world.mutual.folder / OUTBOX / f"{kind}-CSPS-EX1-MLT-0003.fae").read_bytes()
        assert said in (await bring(clerk, letter)).text
    page = await clerk.get(batch)
    assert "VIR-9" in page.text and "Tout est payé et rapproché" in page.text


async def test_an_officer_decides_a_line_otherwise_with_a_reason(own_world: World, visit: Visit) -> None:
    world, march = own_world, own_world.march
    officer, clerk = await visit(world.mutual, "medecin"), await visit(world.facility, "comptable")
    page = await officer.get(f"/audit/{march.id}/decide")
    amounts = [field["name"] for field in page.every("input") if field.get("name", "").startswith("amount-")]
    assert len(amounts) == 2, "only the lines of the claim that differs"
    line = amounts[1].removeprefix("amount-")
    for fields, word in (
        ({f"amount-{line}": "100"}, "motif"),
        ({f"reason-{line}": "vu la carte"}, "montant accordé"),
        ({f"amount-{line}": "999999", f"reason-{line}": "x"}, "dépasse"),
        ({f"amount-{line}": "cent", f"reason-{line}": "x"}, "Montant accordé"),
    ):
        page = await officer.post(f"/audit/{march.id}/decide", **fields)
        assert page.status == 422 and word in page.text
        assert all(page.value(name) == value for name, value in fields.items())
    assert await world.mutual.store.decision(march.id) is None
    reason = "La nouvelle carte <b>a été montrée</b>."
    await officer.post(f"/audit/{march.id}/decide", **{f"amount-{line}": "300", f"reason-{line}": reason})
    decision = await world.mutual.store.decision(march.id)
    assert decision is not None and decision.decided_by == "medecin" and decision.amount == 4080 + 300
    assert (await officer.get(f"/audit/{march.id}/decide")).url == f"/audit/{march.id}"

    letter = (world.mutual.folder / OUTBOX / f"decision-{march.number}.fae").read_bytes()
    await bring(clerk, letter)
    page = await clerk.get(f"/batches/{march.id}")
    assert reason in page.text and "<b>a été" not in page.html
    assert "réduite" in page.text and "refusée" in page.text


async def test_the_months_show_their_batches_and_where_they_stand(world: World, clerk: Visitor) -> None:
    page = await clerk.get("/months")
    assert {f"/batches/{world.february.id}", f"/batches/{world.march.id}", "/months/2026-03"} <= page.links
    assert "rapproché" in page.text and "reçu" in page.text


@pytest.mark.parametrize("month", ["2026-13", "2026", "x"])
async def test_what_is_no_month_is_an_answer(month: str, clerk: Visitor) -> None:
    page = await clerk.get(f"/months/{month}")
    assert page.status == 422 and "n’est pas un mois" in page.text


@pytest.mark.parametrize("name", ["nothing.pdf", "..%2Fconfig.toml", "%2e%2e%2fconfig.toml"])
async def test_only_the_files_of_a_batch_can_be_kept(name: str, world: World, clerk: Visitor) -> None:
    for path in (f"/batches/{world.march.id}/files/{name}", f"/envelopes/{name}"):
        async with clerk.client.get(path) as answer:
            assert answer.status == 404


@pytest.mark.parametrize("data", [b"", b"nonsense", b"FAE1" + bytes(200)])
async def test_a_file_that_is_no_letter_changes_nothing(data: bytes, clerk: Visitor) -> None:
    page = await bring(clerk, data)
    assert page.status == 422 and [box for box in page.every("div") if box.get("role") == "alert"]
    assert "error." not in page.text


async def test_conditions_are_for_the_medical_adviser_only(world: World, visit: Visit) -> None:
    claim = f"/audit/{world.march.id}/claims/{world.march.items[0].claim}"
    for login, shown in (("medecin", True), ("agent", False), ("tresorier", False)):
        page = await (await visit(world.mutual, login)).get(claim)
        assert page.status == 200 and ("paludisme simple" in page.text) is shown, login


async def test_the_claims_to_look_at_come_first_by_their_money(world: World, officer: Visitor) -> None:
    page = await officer.get(f"/audit/{world.march.id}")
    claims = [link for link in page.links if "/claims/" in link]
    assert len(claims) == 1 and "12 sur 13" in page.text and "Carte annulée" in page.text
    page = await officer.get(claims[0])
    assert "ZONGO Salif" in page.text and "refusée" in page.text and "Calculé ici" in page.text


async def test_a_month_is_checked_left_out_and_contested_through_the_pages(own_world: World, visit: Visit) -> None:
    """The whole way of a line that is not accepted: seen before, decided, contested, answered, printed."""
    world, march = own_world, own_world.march
    clerk, officer = await visit(world.facility, "responsable"), await visit(world.mutual, "medecin")
    await clerk.post("/visits/close", day="03/04/2026")
    world.clock.set(datetime(2026, 5, 4, 8, tzinfo=UTC))
    for visitor, login in ((clerk, "responsable"), (officer, "medecin")):
        await visitor.sign_in(login)
    check = "/months/2026-04/check?payer=MLT&scheme=mutual&kind=main"
    assert check in (await clerk.get("/months/2026-04")).links
    page = await clerk.get(check)
    assert "À attendre" in page.text
    (claim,) = await world.facility.store.claims_of_month(world.facility.config.code, "2026-04")
    note = {"visit": claim.id, "payer": "MLT", "scheme": "mutual", "kind": "main", "check": "1", "note": "justified"}
    page = await clerk.post("/months/2026-04/notes", **note, reason="")
    assert page.status == 422 and "Il manque la raison" in page.text
    page = await clerk.post("/months/2026-04/notes", **note, reason="Carnet vu.")
    assert page.status == 200 and "C’est noté" in page.text
    out = {"visit": claim.id, "payer": "MLT", "scheme": "mutual", "note": "left-out"}
    await clerk.post("/months/2026-04/notes", **out, reason="à revoir")
    assert (await clerk.post("/months/2026-04/close", payer="MLT", scheme="mutual")).status == 422
    await clerk.post("/months/2026-04/notes", **out, back="1")
    async with clerk.client.get("/months/2026-04/files/preview.pdf?payer=MLT&scheme=mutual&kind=main") as answer:
        assert (await answer.read()).startswith(b"%PDF")
    assert "/batches/" in (await clerk.post("/months/2026-04/close", payer="MLT", scheme="mutual")).url

    await officer.post(f"/audit/{march.id}/decide")
    letter = (world.mutual.folder / OUTBOX / f"decision-{march.number}.fae").read_bytes()
    await bring(clerk, letter)
    page = await clerk.get(f"/batches/{march.id}/contest")
    reasons = [field["name"] for field in page.every("input") if field.get("name", "").startswith("reason-")]
    assert reasons
    page = await clerk.post(f"/batches/{march.id}/contest")
    assert page.status == 422 and "Choisissez des lignes" in page.text
    await clerk.post(f"/batches/{march.id}/contest", **{reasons[0]: "Le prix est celui <b>de l’annexe</b>."})
    page = await clerk.get(f"/batches/{march.id}")
    assert "Contestée, sans réponse" in page.text
    await bring(officer, (world.facility.folder / OUTBOX / f"contest-{march.number}.fae").read_bytes())
    assert f"/audit/{march.id}/contest" in (await officer.get(f"/audit/{march.id}")).links
    page = await officer.get(f"/audit/{march.id}/contest")
    assert "Le prix est celui <b>de l’annexe</b>." in page.text and "<b>de" not in page.html
    key = next(field["name"] for field in page.every("input") if field.get("name", "").startswith("amount-"))
    line = key.removeprefix("amount-")
    page = await officer.post(f"/audit/{march.id}/contest", **{key: "1", f"reason-{line}": "Vu l’annexe."})
    assert page.url == f"/audit/{march.id}?done=contest-answered"
    for visitor, start in ((clerk, f"/batches/{march.id}"), (officer, f"/audit/{march.id}")):
        for kind in ("receipt", "decision") if visitor is officer else ("decision",):
            async with visitor.client.get(f"{start}/files/papers/{kind}.pdf") as answer:
                assert answer.status == 200 and (await answer.read()).startswith(b"%PDF")
        assert (await visitor.get(f"{start}/files/papers/remittance-7.pdf")).status == 404
        assert "Échéances" in (await visitor.get("/clocks")).text


async def test_a_long_export_shows_its_steps_and_goes_on_when_the_page_is_left(own_world: World, visit: Visit) -> None:
    clerk, batch = await visit(own_world.facility, "responsable"), own_world.march.id
    app: Any = clerk.client.app
    app[EXPORTING]._patience = 0.0
    page = await clerk.post(f"/batches/{batch}/export")
    assert page.url == f"/batches/{batch}" and page.faults == []
    assert "Vous pouvez quitter cette page" in page.text and 'http-equiv="refresh"' in page.html
    assert (await clerk.post(f"/batches/{batch}/export")).url == page.url, "asked again, it is the same work"
    work = app[EXPORTING].settled(batch)
    await asyncio.wait({work.task})
    assert [done for _, done in work.steps] == [True] * 4
    page = await clerk.get(f"/batches/{batch}")
    assert "Vous pouvez quitter" not in page.text and page.faults == []

    async def fails(*_: object) -> None:
        raise InputError("batch-print-failed", said="MemoryError")

    broken = Exports(0.0)
    broken._running[batch] = type("Broken", (), {"task": asyncio.create_task(fails()), "steps": ()})()
    await asyncio.wait({broken._running[batch].task})
    app[EXPORTING]._running = broken._running
    page = await clerk.get(f"/batches/{batch}")
    assert page.status == 422 and "n’a pas pu être imprimé" in page.text
    assert (await clerk.get(f"/batches/{batch}")).status == 200, "told once"


async def test_what_people_suffer_from_travels_apart_and_is_read_by_those_who_care(world: World, visit: Visit) -> None:
    sealed = (world.facility.folder / OUTBOX / f"batch-{world.march.number}.fae").read_bytes()
    parts = (await mail.open_letter(world.mutual, sealed)).parts
    path, name = f"/files/conditions/{world.march.id}.pdf", f"conditions-{world.march.number}.pdf"
    assert parts[name].startswith(b"%PDF") and "paludisme simple" in text_of(parts[name])
    names = (await month_end.batch_of(world.facility, world.march.id)).files
    assert names and not any("conditions" in each for each in names), "nothing of it lies among the accounts"
    for site, page, reader, other in (
        (world.facility, "/reports/2026-03", "soins", "comptable"),
        (world.mutual, f"/audit/{world.march.id}", "medecin", "agent"),
    ):
        adviser, clerk = await visit(site, reader), await visit(site, other)
        assert path in (await adviser.get(page)).links and path not in (await clerk.get(page)).links
        async with adviser.client.get(path) as answer:
            assert answer.status == 200 and await answer.read() == parts[name]
        assert (await clerk.get(path)).status == 403
        assert (await adviser.get("/files/conditions/nowhere.pdf")).status == 422


async def test_a_refused_claim_is_replaced_by_one_tap(own_world: World, visit: Visit) -> None:
    world, march = own_world, own_world.march
    clerk = await visit(world.facility, "responsable")
    wrong = march.items[0].claim
    page = await clerk.post(f"/batches/{march.id}/claims/{wrong}/replace")
    assert page.url.endswith("?done=replacement-begun")
    (made,) = [row for row in await world.facility.store.visits(states=("open",)) if row.visit.replaces]
    claim = await world.facility.store.claim(wrong)
    assert claim is not None and made.visit.replaces == wrong and made.visit.lines == claim.visit.lines
    again = await clerk.post(f"/batches/{march.id}/claims/{wrong}/replace")
    assert again.url == page.url, "asked twice, it is the same one"
    assert (await clerk.post(f"/batches/{march.id}/claims/nowhere/replace")).status == 422


async def test_the_hand_between_endorses_or_returns_on_a_page(own_world: World, visit: Visit) -> None:
    """A batch that came to be endorsed is shown with its amounts; it is returned only with a reason."""
    world, march = own_world, own_world.march
    view = await month_end.batch_of(world.facility, march.id)
    core = encode(BatchMessage(view.batch, view.claims))
    seal = endorsing.own_seal(world.facility, core, "closed")
    officer = await visit(world.mutual, "medecin")
    assert "Aucun bordereau" in (await officer.get("/endorsements")).text
    held = Passing("b-1", "CSPS-1-AUTRE-0001", "CSPS-EX1", "AUTRE", "2026-03", "received", "", core, packed([seal]))
    await world.mutual.store.put_passing(held, world.clock.now(), "essai")
    page = await officer.get("/endorsements")
    assert "CSPS-1-AUTRE-0001" in page.text and "À viser" in page.text
    page = await officer.post("/endorsements/b-1", reason="")
    assert page.status == 422 and "Il manque la raison" in page.text
    page = await officer.post("/endorsements/b-1", reason="Cachet <i>absent</i>")
    assert page.url.endswith("done=sent-back") and "Cachet <i>absent</i>" in page.text and "<i>absent" not in page.html
    assert (await officer.post("/endorsements/b-1", reason="x")).status == 422
    assert (await officer.post("/endorsements/nowhere", reason="x")).status == 422
    assert "/endorsements/files/2026-03.pdf" not in page.links
    other = msgspec.structs.replace(held, batch="b-2", number="CSPS-1-MLT-0002")
    await world.mutual.store.put_passing(msgspec.structs.replace(other, state="endorsed"), world.clock.now(), "essai")
    page = await officer.get("/endorsements")
    async with officer.client.get("/endorsements/files/2026-03.pdf") as answer:
        assert answer.status == 200 and view.batch.number in text_of(await answer.read())
    assert "/endorsements/files/2026-03.pdf" in page.links
    page = await officer.post("/endorsements")
    assert page.status == 422 and "Choisissez des bordereaux" in page.text
    page = await officer.post("/endorsements", batch="b-2")
    assert page.status == 422 and "déjà été visé" in page.text
    clerk = await visit(world.facility, "comptable")
    assert (await clerk.get("/endorsements")).status == 200, "a parent facility endorses too"
