"""The other side's machine: no sign-in, but a signature."""

from __future__ import annotations

from facility_agent.workflows.site import OUTBOX
from tests.web.conftest import Visit
from tests.web.world import World


async def test_an_envelope_is_answered_with_its_receipt_however_often_it_comes(world: World, visit: Visit) -> None:
    visitor = await visit(world.mutual)
    sealed = (world.facility.folder / OUTBOX / f"batch-{world.march.number}.fae").read_bytes()
    receipt = (world.mutual.folder / OUTBOX / f"receipt-{world.march.number}.fae").read_bytes()
    for _ in range(2):
        async with visitor.client.post("/api/envelopes", data=sealed) as answer:
            assert (answer.status, await answer.read()) == (200, receipt)


async def test_a_register_is_answered_with_what_became_of_it(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    name = sorted(path.name for path in (world.mutual.folder / OUTBOX).glob("register-*"))[0]
    async with visitor.client.post("/api/envelopes", data=(world.mutual.folder / OUTBOX / name).read_bytes()) as answer:
        assert answer.status == 200
        gaps = list(await world.facility.store.gaps("MLT"))
        assert await answer.json() == {"state": "received", "kind": "register", "again": True, "gaps": gaps}


async def test_what_is_no_envelope_is_an_answer_in_both_forms(world: World, visit: Visit) -> None:
    visitor = await visit(world.mutual, language="en")
    headers = {"Accept-Language": "en"}
    async with visitor.client.post("/api/envelopes", data=b"nonsense", headers=headers) as answer:
        said = await answer.json()
    assert answer.status == 422 and said["error"].startswith("envelope-") and "othing" in said["sentence"]


async def test_an_envelope_for_the_other_side_is_not_taken(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    sealed = (world.facility.folder / OUTBOX / f"batch-{world.march.number}.fae").read_bytes()
    async with visitor.client.post("/api/envelopes", data=sealed) as answer:
        assert answer.status == 422


async def test_too_many_envelopes_wait(world: World, visit: Visit) -> None:
    visitor = await visit(world.mutual)
    for _ in range(40):
        async with visitor.client.post("/api/envelopes", data=b"x") as answer:
            said = await answer.json()
        if answer.status == 429:
            break
    assert answer.status == 429 and said["fields"]["seconds"] > 0


async def test_the_machine_can_ask_whether_we_are_there(world: World, visit: Visit) -> None:
    async with (await visit(world.mutual)).client.get("/api/health") as answer:
        assert await answer.json() == {"state": "ok", "role": "mutual", "day": "2026-04-03"}
