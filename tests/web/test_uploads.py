"""Any letter over HTTP: broken off at 99 %, gone on with, counted once; strangers lay no byte on the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.exchange.announcements import Announced, announce
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.web.app import create_app
from facility_agent.workflows import audit_desk, uploads
from facility_agent.workflows.site import INBOX, KEYS, OUTBOX
from tests.web.conftest import Visit
from tests.web.world import World, open_world


@pytest.fixture
async def own_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """March is decided, and nobody has carried the decision yet."""
    async with open_world(tmp_path_factory.mktemp("uploads")) as opened:
        await audit_desk.decide(opened.mutual, opened.march.id, {}, "medecin")
        yield opened


def sealed(world: World) -> Path:
    """The decision on March."""
    return world.mutual.folder / OUTBOX / f"decision-{world.march.number}.fae"


def announced(world: World, data: bytes, key: Ed25519PrivateKey | None = None, **changes: object) -> bytes:
    said = Announced(world.mutual.config.code, world.facility.config.code, digest(data), len(data))
    own = key or load_signing(world.mutual.folder / KEYS, "site-seal")
    return announce(msgspec.structs.replace(said, **changes), own)


def inbox(world: World) -> list[str]:
    return sorted(path.name for path in (world.facility.folder / INBOX).glob("*.letter"))


async def test_an_upload_that_stops_at_99_percent_goes_on_at_its_byte(own_world: World, visit: Visit) -> None:
    world, data = own_world, sealed(own_world).read_bytes()
    client = (await visit(world.facility)).client
    stops = (len(data) * 99 // 100, len(data) - 1, len(data))
    offset = 0
    for stop in stops:
        async with client.post("/api/letters", data=announced(world, data)) as answer:
            said = await answer.json()
            assert (answer.status, said["offset"], said["size"]) == (200, offset, len(data))
        async with client.put(f"/api/letters/{said['id']}?offset={offset}", data=data[offset:stop]) as answer:
            told = await answer.json()
            assert answer.status == (201 if stop == len(data) else 422), told
        if stop < len(data):
            assert told["error"] == "letter-incomplete" and await world.facility.store.decision(world.march.id) is None
        offset = stop
    decision = await world.facility.store.decision(world.march.id)
    assert decision is not None and decision.batch == world.march.id and inbox(world) == []


async def test_a_letter_is_sent_and_counts_once(own_world: World) -> None:
    world = own_world
    async with TestServer(create_app(world.facility)) as server:
        address = str(server.make_url("/"))
        assert await uploads.send(world.mutual, sealed(world), address) is True
        assert await uploads.send(world.mutual, sealed(world), address) is False
    with pytest.raises(InputError) as caught:
        await uploads.send(world.mutual, sealed(world), address)
    assert caught.value.code == "carrier-unreachable"


async def test_strangers_and_nonsense_lay_nothing_on_the_disk(own_world: World, visit: Visit) -> None:
    world, data = own_world, sealed(own_world).read_bytes()
    client = (await visit(world.facility)).client
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    for body, error in (
        (b"", "announcement-malformed"),
        (b"{}" * 600, "announcement-malformed"),
        (announced(world, data, digest="zz"), "announcement-malformed"),
        (announced(world, data, size=0), "announcement-malformed"),
        (announced(world, data, size=1 << 40), "envelope-too-large"),
        (announced(world, data, recipient="AUTRE"), "envelope-for-somebody-else"),
        (announced(world, data, sender="INCONNU"), "envelope-sender-unknown"),
        (announced(world, data, stranger), "envelope-sender-unknown"),
    ):
        async with client.post("/api/letters", data=body) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, error), body[:80]
    assert inbox(world) == []


async def test_other_bytes_than_announced_are_not_taken(own_world: World, visit: Visit) -> None:
    world, data = own_world, sealed(own_world).read_bytes()
    client = (await visit(world.facility)).client
    other = data[:-1] + bytes([data[-1] ^ 1])
    async with client.post("/api/letters", data=announced(world, data)) as answer:
        said = await answer.json()
    address = f"/api/letters/{said['id']}"
    for path, body, error in (
        (f"{address}?offset=7", b"x", "deposit-offset"),
        (f"{address}?offset=0", data + b"x", "deposit-offset"),
        (f"{address}?offset=x", b"x", "deposit-unknown"),
        (f"/api/letters/{'0' * 32}?offset=0", b"x", "deposit-unknown"),
        ("/api/letters/..%2Fconfig.toml?offset=0", b"x", "deposit-unknown"),
    ):
        async with client.put(path, data=body) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, error), path
    held = (world.facility.folder / INBOX / f"{said['id']}.letter").stat().st_size
    async with client.put(f"{address}?offset={held}", data=other[held:]) as answer:
        assert (await answer.json())["error"] == "envelope-altered"
    assert inbox(world) == [] and await world.facility.store.decision(world.march.id) is None
