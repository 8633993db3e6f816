"""Samples on their pages: promised, drawn with what is needed to draw again, looked at, and said with care."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from facility_agent.storage.store.samples import Promise
from facility_agent.workflows import samples
from tests.web.conftest import Visit
from tests.web.world import World, open_world


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        yield made


async def test_a_value_is_promised_and_its_digest_shown(fresh: World, visit: Visit) -> None:
    officer = await visit(fresh.mutual, "agent")
    late = await officer.post("/samples", facility="CSPS-EX1", month="2026-03")
    assert late.status == 422 and "déjà scellé" in late.text
    done = await officer.post("/samples", facility="CSPS-EX1", month="2026-04")
    promise = await fresh.mutual.store.promise("CSPS-EX1", "2026-04")
    assert promise is not None and promise.committed[:32] in done.text
    assert promise.value.hex() not in done.html


async def test_a_batch_is_drawn_looked_at_and_estimated(fresh: World, visit: Visit) -> None:
    site, march = fresh.mutual, fresh.march
    officer = await visit(site, "medecin", "en")
    page = await officer.post(f"/audit/{march.id}/sample", method="random", size="3")
    assert page.status == 422 and "No value was promised" in page.text
    # As if it had been promised in February.
    value = b"a value of the test"
    kept = Promise("CSPS-EX1", "2026-03", march.closed_on.replace(day=1), samples.commitment(value), value)
    await site.store.put_promise(kept, site.now(), "agent")
    page = await officer.post(f"/audit/{march.id}/sample", method="random", size="3", use="recover")
    assert page.status == 422 and "Draw for looking only" in page.text, "not only the page refuses"
    page = await officer.post(f"/audit/{march.id}/sample", method="random", size="3")
    assert page.status == 200 and "the same draw" in page.text and value.hex() in page.text
    sample = await site.store.sample(march.id)
    assert sample is not None
    for claim in sample.draw.drawn:
        page = await officer.post(f"/audit/{march.id}/sample", claim=claim, overpaid="0", said="")
    assert "Claims with an error 0 / 3" in page.text and "only errors seen are told" in page.text
    assert "May be asked back 0" in page.text
    assert "admits no control by sample" in page.text, "no arrangement here speaks of it"
    kept = await officer.get(f"/audit/{march.id}/files/report.html")
    assert "nothing is asked back because of the draw" in kept.text
