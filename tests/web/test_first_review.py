"""Where the arrangement wants every claim reviewed first: ticked on a page, step by step, until the month closes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from facility_agent.arrangements.terms import Terms
from facility_agent.demo.sites import PASSWORD
from facility_agent.workflows import accounts, closing
from tests.web.conftest import Visit
from tests.workflows.march import live_march
from tests.workflows.places import new_places


async def test_claims_are_ticked_and_taken_to_the_invoice(
    tmp_path: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Terms.clause
    monkeypatch.setattr(Terms, "clause", lambda self, name: True if name == "reviewed_first" else plain(self, name))
    async with new_places(tmp_path) as places:
        await live_march(places)
        places.at(date(2026, 4, 2))
        site = places.facility
        await accounts.add_account(site, "comptable", "Comptable (exemple)", PASSWORD, ("accountant",))
        clerk = await visit(site, "comptable")
        month = await clerk.get("/months/2026-03")
        assert "Revoir les feuilles (6)" in month.text
        (link,) = [link for link in month.links if "/review" in link]
        page = await clerk.get(link)
        assert page.faults == [] and "Feuilles à revoir : 6" in page.text
        asked = {"payer": "MLT", "scheme": "mutual", "kind": "main"}
        claims = [claim.id for claim in (await closing.ready(site, "2026-03", "MLT", "mutual", "main")).claims]
        for fields in ({}, {"claim": claims[0], "step": "further-review"}, {"claim": "x"}):
            page = await clerk.post("/months/2026-03/review", **asked, **fields)
            assert page.status == 422 and "Rien n’a" in page.text
        page = await clerk.post("/months/2026-03/close", **asked)
        assert page.status == 422 and "revoyez-les" in page.text
        for claim in claims:
            page = await clerk.post("/months/2026-03/review", **asked, claim=claim, step="ready-for-invoice")
        assert page.status == 200 and "Feuilles à revoir : 0" in page.text
        assert (await clerk.post("/months/2026-03/close", **asked)).url.startswith("/batches/")
