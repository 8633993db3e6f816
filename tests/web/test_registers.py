"""Registers over HTTP: fetched or brought, broken off anywhere and gone on with; strangers bring nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from facility_agent.exchange import envelope
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.app import create_app
from facility_agent.workflows import carrying, membership, registers
from facility_agent.workflows.site import INBOX
from tests.web.conftest import Visit
from tests.web.world import PEOPLE, World, _coverage


@pytest.fixture
async def register(world: World) -> Path:
    """A register that the facility does not have yet: whoever came first now has another telephone."""
    people = [_coverage(*row) for row in PEOPLE]
    held = await world.mutual.store.register_state("MLT")
    assert held is not None
    phone = f"70{held.sequence:06d}"
    person = msgspec.structs.replace(people[0].beneficiary, phone=phone)
    await membership.replace_members(
        world.mutual, (msgspec.structs.replace(people[0], beneficiary=person), *people[1:])
    )
    return await registers.send(world.mutual, world.facility.config.code)


@pytest.fixture
async def addresses(world: World) -> AsyncIterator[tuple[str, str]]:
    """Where the facility and the mutual listen."""
    servers = [TestServer(create_app(site)) for site in (world.facility, world.mutual)]
    for server in servers:
        await server.start_server()
    yield str(servers[0].make_url("/")), str(servers[1].make_url("/"))
    for server in servers:
        await server.close()


async def held(world: World) -> int:
    state = await world.facility.store.register_state("MLT")
    return state.sequence if state else 0


async def test_a_register_is_brought_and_counts_once(world: World, register: Path, addresses: tuple[str, str]) -> None:
    assert await carrying.bring(addresses[0], register) is True
    assert await held(world) == int(register.name.split("-")[1])
    assert await carrying.bring(addresses[0], register) is False
    assert list((world.facility.folder / INBOX).glob("*.part")) == []


async def test_an_upload_that_broke_off_goes_on_at_its_byte(world: World, register: Path, visit: Visit) -> None:
    client, data, before = (await visit(world.facility)).client, register.read_bytes(), await held(world)
    with open(register, "rb") as stream:
        letter = envelope.read_envelope(stream)
    offset = len(letter)
    for end in (offset + 1, offset + (len(data) - offset) // 2, len(data)):
        async with client.post("/api/registers", data=letter) as answer:
            said = await answer.json()
        assert (said["offset"], said["size"], said["done"]) == (offset, len(data), False)
        async with client.put(f"/api/registers/{said['id']}?offset={offset}", data=data[offset:end]) as answer:
            status, told = answer.status, await answer.json()
        assert status == (201 if end == len(data) else 422), told
        assert end == len(data) or (told["error"] == "register-incomplete" and await held(world) == before)
        offset = end
    assert await held(world) == int(register.name.split("-")[1])


async def test_bytes_in_the_wrong_place_or_under_no_letter_are_refused(
    world: World, register: Path, visit: Visit
) -> None:
    client = (await visit(world.facility)).client
    with open(register, "rb") as stream:
        letter = envelope.read_envelope(stream)
    async with client.post("/api/registers", data=letter) as answer:
        said = await answer.json()
    for address, error in (
        (f"/api/registers/{said['id']}?offset={said['offset'] + 1}", "deposit-offset"),
        (f"/api/registers/{said['id']}?offset=-1", "deposit-unknown"),
        ("/api/registers/" + "0" * 32 + "?offset=0", "deposit-unknown"),
        ("/api/registers/..%2Fconfig.toml?offset=0", "deposit-unknown"),
    ):
        async with client.put(address, data=b"x") as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, error), address
    too_much = b"x" * (said["size"] - said["offset"] + 1)
    async with client.put(f"/api/registers/{said['id']}?offset={said['offset']}", data=too_much) as answer:
        assert answer.status == 422
    (world.facility.folder / INBOX / f"{said['id']}.part").unlink(missing_ok=True)


async def test_only_the_letter_of_a_register_opens_the_door(world: World, visit: Visit) -> None:
    client = (await visit(world.facility)).client
    before = sorted((world.facility.folder / INBOX).iterdir())
    for data in (b"", b"FAE1", b"nonsense" * 100):
        async with client.post("/api/registers", data=data) as answer:
            assert answer.status == 422
    assert sorted((world.facility.folder / INBOX).iterdir()) == before


async def test_a_register_is_fetched_and_a_fetch_that_broke_off_goes_on(
    world: World, register: Path, addresses: tuple[str, str]
) -> None:
    with open(register, "rb") as stream:
        letter = envelope.look_at(envelope.read_envelope(stream))[0]
    part = world.facility.folder / INBOX / f"fetched-{letter.id}.part"
    part.write_bytes(register.read_bytes()[:1_000])
    heard: list[int] = []
    found = await carrying.fetch(world.facility, addresses[1], "MLT", "cli", lambda done, total: heard.append(done))
    assert [one.kind for one in found] == ["register"] and heard[-1] == register.stat().st_size
    assert await held(world) == int(register.name.split("-")[1])
    assert await carrying.fetch(world.facility, addresses[1], "MLT", "cli") == ()
    assert not part.exists()


async def test_what_waits_is_given_to_whoever_asks_by_its_name_and_nothing_else(
    world: World, register: Path, visit: Visit
) -> None:
    client, code = (await visit(world.mutual)).client, world.facility.config.code
    async with client.get(f"/api/registers/{code}") as answer:
        (waiting,) = await answer.json()
    assert (waiting["name"], waiting["size"]) == (register.name, register.stat().st_size)
    async with client.get(f"/api/registers/{code}/{register.name}", headers={"Range": "bytes=100-199"}) as answer:
        assert (answer.status, await answer.read()) == (206, register.read_bytes()[100:200])
    for path in ("NOBODY", f"{code}/receipt-x.fae", f"{code}/..%2Fconfig.toml"):
        async with client.get(f"/api/registers/{path}") as answer:
            assert answer.status in (200, 422) and (answer.status == 422 or await answer.json() == [])


async def test_a_server_that_is_not_there_is_said(world: World, register: Path) -> None:
    for work in (
        carrying.bring("http://127.0.0.1:9", register),
        carrying.fetch(world.facility, "http://127.0.0.1:9", "MLT", "cli"),
    ):
        with pytest.raises(InputError, match="carrier-unreachable"):
            await work


async def test_the_other_side_says_why_it_does_not_take_it(
    world: World, register: Path, addresses: tuple[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        await carrying.bring(addresses[1], register)
    assert caught.value.code == "carrier-refused" and len(str(caught.value.fields["said"])) > 2
