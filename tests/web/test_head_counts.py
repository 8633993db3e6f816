"""Payment per head through the pages: counted at the health centre, carried, and counted again at the mutual."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import msgspec

from facility_agent.workflows import books, exchange, membership
from facility_agent.workflows.site import OUTBOX
from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import World, open_world
from tests.workflows.test_head_count import paid_per_head as paid_per_head


async def test_the_count_of_one_side_is_checked_by_the_other(tmp_path: Path, visit: Visit, paid_per_head: None) -> None:
    async with open_world(tmp_path) as world:
        rows = [
            msgspec.structs.replace(row, listed_at="CSPS-EX1") for row in await world.mutual.store.all_coverages("MLT")
        ]
        await membership.replace_members(world.mutual, tuple(rows))
        path = await membership.publish_register(world.mutual, "CSPS-EX1")
        await exchange.receive(world.facility, path, "comptable", path.name)
        clerk = await visit(world.facility, "comptable")
        page = await clerk.get("/head-counts?day=03/04/2026")
        assert page.faults == [] and "1 250" in page.text.replace("\u202f", " "), page.text
        async with clerk.client.get("/head-counts/files/MLT/2026-04-03.pdf") as answer:
            assert answer.status == 200 and (await answer.read()).startswith(b"%PDF")
        assert (await clerk.get("/head-counts/files/MLT/2026-44-03.pdf")).status == 404
        page = await clerk.post("/head-counts", other="MLT", day="03/04/2026")
        assert "done=count-sent" in page.url
        page = await clerk.post("/head-counts", other="AUTRE", day="03/04/2026")
        assert page.status == 422 and "Recevez d’abord le fichier de AUTRE" in page.text
        treasurer = await visit(world.mutual, "tresorier")
        said = await _carried(world.facility.folder / OUTBOX / "count-CSPS-EX1-2026-04-03.fae", treasurer)
        assert "Décompte par tête reçu" in said
        page = await treasurer.get("/head-counts")
        assert page.faults == [] and "Même décompte des deux côtés" in page.text
        await _invoiced(world, visit, clerk, treasurer)


async def _invoiced(world: World, visit: Visit, clerk: Visitor, treasurer: Visitor) -> None:
    """The same count becomes an invoice; the mutual misses one of five persons, pays for four, and both agree."""
    facility, mutual, day = world.facility, world.mutual, "03/04/2026"
    wanted = {"payer": "MLT", "scheme": "mutual", "day": day}
    page = await clerk.post("/head-counts/invoices", **wanted, start="01/01/2026")
    assert page.status == 422 and "Rien n’est dû par tête" in page.text and page.faults == []
    page = await clerk.post("/head-counts/invoices", **wanted, start="01/04/2026")
    assert page.faults == [] and "done=heads-invoiced" in page.url and "Facture par tête · 5 personnes" in page.text
    batch = page.url.split("?")[0].rpartition("/")[2]
    page = await clerk.get(f"/head-counts?day={day}")
    assert f"/batches/{batch}" in page.links and "/head-counts/invoices" not in page.html
    page = await clerk.post(f"/batches/{batch}/export")
    entry = await facility.store.batch(batch)
    assert (
        entry is not None and entry.state == "sent" and "Facture par tête" in (await clerk.get("/months/2026-04")).text
    )

    rows = [row for row in await mutual.store.all_coverages("MLT") if row.beneficiary.number != "MLT-000004-01"]
    await membership.replace_members(mutual, tuple(rows))
    await mutual.store.database.rows("UPDATE register_held SET floor = sequence WHERE payer = 'MLT'")
    await _carried(facility.folder / OUTBOX / f"batch-{entry.batch.number}.fae", treasurer)
    officer = await visit(mutual, "agent")
    for path in (f"/audit/{batch}", f"/audit/{batch}/claims/{entry.batch.items[0].claim}", f"/audit/{batch}/decide"):
        page = await officer.get(path)
        assert page.status == 200 and page.faults == [], path
        assert "head-unknown" not in page.text and ("inconnu du fichier" in page.text or "inconnue du" in page.text)
    assert "done=batch-decided" in (await officer.post(f"/audit/{batch}/decide")).url
    assert "done=batch-paid" in (await treasurer.post(f"/audit/{batch}/pay", reference="VIR-TÊTES", paid_on=day)).url
    for name in (f"receipt-{entry.batch.number}.fae", f"decision-{entry.batch.number}.fae", "remittance-*.fae"):
        newest = max((mutual.folder / OUTBOX).glob(name), key=lambda path: path.stat().st_mtime_ns)
        await _carried(newest, clerk)
    page = await clerk.post(
        "/payments", id="virement-tetes", kind="bank", payer="MLT", day=day, amount="1000", reference="VIR-TÊTES"
    )
    page = await clerk.get(f"/batches/{batch}")
    assert page.faults == [] and "MLT-000004-01" in page.text and "/replace" not in page.html
    settled = await facility.store.batch(batch)
    assert settled is not None and settled.state == "reconciled"
    (standing,) = [each for each in (await books.overview(facility)).standings if each.batch.id == batch]
    assert (standing.paid, standing.refused_facility, standing.open) == (1000, 250, 0)


async def _carried(path: Path, to: Visitor) -> str:
    """A sealed file brought by hand to the page of letters; what the page says."""
    form = aiohttp.FormData({"csrf": to.csrf})
    form.add_field("file", path.read_bytes(), filename="lettre.fae", content_type="application/octet-stream")
    async with to.client.post("/envelopes", data=form) as answer:
        said = await answer.text()
    assert answer.status == 200, said
    return said
