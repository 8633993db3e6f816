"""The list of members to ask, on its page: no illness on it, and each answer beside what the claim says."""

from __future__ import annotations

from tests.web.conftest import Visit
from tests.web.world import World


async def test_members_are_asked_and_answers_compared(world: World, visit: Visit) -> None:
    officer = await visit(world.mutual, "medecin")
    page = await officer.post("/checks", batch=world.february.id, size="2", how="call")
    assert page.status == 200 and page.text.count("Êtes-vous allé à") == 2
    assert "paludisme" not in page.text
    ids = [field["value"] for field in page.every("input") if field.get("name") == "check"]
    assert (await officer.post("/checks", check=ids[0], came="")).status == 422
    page = await officer.post("/checks", check=ids[0], came="no", said="Pas ce jour-là")
    assert "la réponse diffère" in page.text
