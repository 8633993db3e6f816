"""Payment per head through the pages: counted at the health centre, carried, and counted again at the mutual."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import msgspec

from facility_agent.workflows import exchange, membership
from facility_agent.workflows.site import OUTBOX
from tests.web.conftest import Visit
from tests.web.world import open_world
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
        data = (world.facility.folder / OUTBOX / "count-CSPS-EX1-2026-04-03.fae").read_bytes()
        form = aiohttp.FormData({"csrf": treasurer.csrf})
        form.add_field("file", data, filename="decompte.fae", content_type="application/octet-stream")
        async with treasurer.client.post("/envelopes", data=form) as answer:
            assert "Décompte par tête reçu" in await answer.text()
        page = await treasurer.get("/head-counts")
        assert page.faults == [] and "Même décompte des deux côtés" in page.text
