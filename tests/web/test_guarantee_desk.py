"""The guarantee desk on its pages: a request written down, answered, printed again with its stub, taken back."""

from __future__ import annotations

from tests.documents.reading import codes_of, ink_outside, pages_of, text_of
from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import World


async def test_a_request_is_written_down_answered_and_printed_again(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "medecin")
    assert (await officer.post("/guarantees", facility="CSPS-EX1", member="MLT-000002-01", reason="")).status == 422
    page = await officer.post("/guarantees", facility="CSPS-EX1", member="MLT-000002-01", reason="Radiographie")
    assert page.status == 200 and page.faults == [] and "Le délai de réponse" in page.text
    (asked,) = await world.mutual.store.guarantees(state="asked")
    page = await officer.post(f"/guarantees/{asked.id}", do="grant", until="30/04/2026", quantity="1")
    held = await world.mutual.store.guarantee(asked.id)
    assert held is not None and f"/guarantees/{asked.id}" in page.links
    letter = await officer.get(f"/guarantees/{asked.id}")
    assert held.number in letter.text and "Souche" in letter.text and "Radiographie" in letter.text
    first, again = [await printed(officer, asked.id) for _ in range(2)]
    for paper in (first, again):
        assert len(pages_of(paper)) == 1 and ink_outside(paper) == []
        assert held.number in text_of(paper) and "Motif : Radiographie" in text_of(paper)
        assert text_of(paper).count(held.number) == 2 and "SOUCHE" in text_of(paper)
        (code,) = codes_of(paper)
        page = await officer.post("/confirm", text=code)
        assert "Authentique, et concorde" in page.text and held.number in page.text
    assert "DUPLICATA" not in text_of(first) and "DUPLICATA n° 1" in text_of(again)
    clerk = await visit(world.mutual, "agent")
    assert "Radiographie" not in text_of(await printed(clerk, asked.id))
    assert "Radiographie" not in (await clerk.get(f"/guarantees/{asked.id}")).text
    assert (await officer.post(f"/guarantees/{asked.id}/revoke", said="")).status == 422
    assert (await officer.post(f"/guarantees/{asked.id}/revoke", said="Erreur")).status == 200
    gone = await world.mutual.store.guarantee(asked.id)
    assert gone is not None and gone.state == "revoked"
    assert (await officer.post(f"/guarantees/{asked.id}/print")).status == 422
    assert "diffère" in (await officer.post("/confirm", text=code)).text


async def printed(visitor: Visitor, guarantee: str) -> bytes:
    """The letter as it goes to the printer."""
    form = {"csrf": visitor.csrf}
    async with visitor.client.post(f"/guarantees/{guarantee}/print", data=form) as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        return await answer.read()
