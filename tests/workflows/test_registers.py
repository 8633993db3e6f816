"""The register from the mutual to the health centre: whole and as a change, interrupted, damaged, killed, gone back."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.demo.sites import FACILITY
from facility_agent.exchange import envelope
from facility_agent.exchange.messages import Base
from facility_agent.exchange.revocations import is_set
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage
from facility_agent.workflows import exchange, lost_cards, membership, registers, visits
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import OUTBOX, Site, open_site
from tests.registers import entry
from tests.workflows.conftest import Made
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import brought, register_file, stranger

CODE = FACILITY.code
ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 3, 9)


async def everybody(site: Site) -> tuple[Coverage, ...]:
    return await site.store.all_coverages("MLT")


async def next_week(places: Places, paid: date = date(2027, 6, 30)) -> tuple[Coverage, ...]:
    """A week later: the first member has paid on, the last one has left, a child was born on a leap day."""
    places.at(DAY)
    known = await everybody(places.mutual)
    first = msgspec.structs.replace(known[0], paid_until=paid)
    born = msgspec.structs.replace(
        known[1],
        beneficiary=msgspec.structs.replace(
            known[1].beneficiary, number="MLT-000001-04", name="N’Do Zoé-Élise", birth_date=date(2024, 2, 29)
        ),
    )
    others = [row for row in known[1:-1] if row.beneficiary.number != born.beneficiary.number]
    await membership.replace_members(places.mutual, (first, *others, born))
    return await everybody(places.mutual)


async def test_a_change_brings_what_is_other_and_the_list_of_revoked_cards(ready: Places) -> None:
    now = await next_week(ready)
    await lost_cards.revoke(ready.mutual, [5])
    path = await registers.send(ready.mutual, CODE, changes=True)
    assert path.name.startswith("changes-")
    received = await exchange.receive(ready.facility, path, "comptable", path.name)
    assert (received.kind, received.again, received.about) == ("register", False, "MLT")
    assert await everybody(ready.facility) == now
    lists = await ready.facility.store.revocations("MLT")
    assert lists is not None and is_set(lists.bitmap, 5)
    assert (await ready.facility.store.search("ndo zoe elise"))[0].beneficiary.number == "MLT-000001-04"
    assert path.stat().st_size < 3_000


async def test_the_same_change_twice_counts_once_and_says_so(ready: Places) -> None:
    await next_week(ready)
    path = await registers.send(ready.mutual, CODE, changes=True)
    await exchange.receive(ready.facility, path, "comptable")
    state = await ready.facility.store.register_state("MLT")
    again = await exchange.receive(ready.facility, path.read_bytes(), "comptable")
    assert again.again
    assert await ready.facility.store.register_state("MLT") == state


async def test_a_change_without_its_base_or_out_of_order_changes_nothing(ready: Places) -> None:
    await next_week(ready)
    first = await registers.send(ready.mutual, CODE, changes=True)
    await next_week(ready, date(2028, 2, 29))
    second = await registers.send(ready.mutual, CODE, changes=True)
    async with refused("register-base", ready.facility):
        await exchange.receive(ready.facility, second, "comptable")
    await exchange.receive(ready.facility, first, "comptable")
    await exchange.receive(ready.facility, second, "comptable")
    assert await everybody(ready.facility) == await everybody(ready.mutual)
    whole = await register_file(ready.mutual, ready.facility, "MLT", 1, DAY, await everybody(ready.mutual))
    async with refused("register-older", ready.facility):
        await brought(ready.facility, whole)


async def test_a_change_of_another_content_under_the_same_number_is_refused(ready: Places) -> None:
    state = await ready.facility.store.register_state("MLT")
    assert state is not None
    (row, *_) = await everybody(ready.mutual)
    changed = msgspec.structs.replace(row, paid_until=date(2030, 1, 1))
    data = await register_file(
        ready.mutual, ready.facility, "MLT", state.sequence + 1, DAY, [changed], now=(1, 1),
        base=Base(state.sequence, "0" * 64),
    )  # fmt: skip
    async with refused("register-base", ready.facility):
        await brought(ready.facility, data)


async def test_a_register_whose_rows_are_not_those_announced_is_refused(ready: Places) -> None:
    known = await everybody(ready.mutual)
    data = await register_file(ready.mutual, ready.facility, "MLT", 9, DAY, known, now=(5, len(known)))
    async with refused("register-inconsistent", ready.facility):
        await brought(ready.facility, data)


async def test_a_register_goes_only_to_those_with_an_agreement_and_changes_need_a_base(
    ready: Places, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stranger")
    async with stranger(ready, folder, "facility"), refused("register-no-agreement", ready.mutual):
        await registers.send(ready.mutual, "AUTRE")
    await registers.send(ready.mutual, CODE)
    with pytest.raises(InputError, match="register-no-base"):
        await registers.send(ready.mutual, CODE, changes=True)


async def large(places: Places, count: int = 1_500) -> Path:
    """A register of several parts, with pictures made of bytes."""
    known = (await everybody(places.mutual))[0]
    people = [
        msgspec.structs.replace(
            known,
            beneficiary=msgspec.structs.replace(known.beneficiary, number=f"MLT-{place:06d}-09", name=f"Nom {place}"),
        )
        for place in range(count)
    ]
    rows = [entry(row, picture=b"" if place % 3 else bytes([place % 251]) * 900) for place, row in enumerate(people)]
    data = await register_file(places.mutual, places.facility, "MLT", 9, DAY, rows, each=100)
    path = places.mutual.folder / OUTBOX / "register-000009-large.fae"
    path.write_bytes(data)
    return path


async def test_a_register_cut_at_any_byte_goes_on_with_the_whole_file(ready: Places, tmp_path: Path) -> None:
    path = await large(ready)
    data, before = path.read_bytes(), await everybody(ready.facility)
    with open(path, "rb") as stream:
        head = len(envelope.read_envelope(stream))
    for cut in (head, head + 1, head + (len(data) - head) // 3, len(data) - 1):
        part = tmp_path / "cut.fae"
        part.write_bytes(data[:cut])
        with pytest.raises(InputError, match="register-incomplete"):
            await exchange.receive(ready.facility, part, "comptable")
        assert await everybody(ready.facility) == before
    begun = await ready.facility.store.arriving("MLT")
    assert begun is not None and begun.parts == 14
    await exchange.receive(ready.facility, path, "comptable")
    assert len(await everybody(ready.facility)) == 1_500
    found = await ready.facility.store.pictures("MLT", ["MLT-000003-09", "MLT-000004-09"])
    assert found == {"MLT-000003-09": (found["MLT-000003-09"][0], b"\x03" * 900)}


async def test_a_damaged_part_is_named_and_the_old_register_stays(ready: Places) -> None:
    path = await large(ready)
    data, before = bytearray(path.read_bytes()), await everybody(ready.facility)
    data[-20] ^= 1
    with pytest.raises(InputError) as caught:
        await exchange.receive(ready.facility, bytes(data), "comptable")
    assert (caught.value.code, caught.value.fields["part"]) == ("register-damaged", 15)
    assert await everybody(ready.facility) == before
    await exchange.receive(ready.facility, path, "comptable")
    assert len(await everybody(ready.facility)) == 1_500


async def test_bytes_after_the_last_part_are_an_error(ready: Places) -> None:
    path = await large(ready, 150)
    before = await everybody(ready.facility)
    with pytest.raises(InputError, match="envelope-altered"):
        await exchange.receive(ready.facility, path.read_bytes() + b".", "comptable")
    assert await everybody(ready.facility) == before


@pytest.mark.parametrize("parts", [1, 6, 14])
async def test_a_register_that_was_killed_on_its_way_in_goes_on_where_it_was(
    parts: int, made_ready: Made, ready: Places, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = await large(ready)
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(made_ready.folder / CODE, folder, dirs_exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.taker", str(folder), str(path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(parts):
        await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.stdout.read()
    await process.wait()
    async with open_site(folder, SetClock(made_ready.now)) as site:
        held = await site.store.register_state("MLT")
        begun = await site.store.arriving("MLT")
        assert held is not None
        if held.sequence != 9:
            assert begun is not None and begun.parts >= parts
            assert len(await everybody(site)) == 30
        heard: list[int] = []
        await exchange.receive(site, path, "comptable", path.name, lambda done, total: heard.append(done))
        assert len(heard) <= 15 - parts
        assert len(await everybody(site)) == 1_500
        state = await site.store.register_state("MLT")
        assert state is not None and (state.sequence, state.members) == (9, 1_500)


async def test_counters_of_the_mutual_hold_what_was_sent_and_a_facility_adds_the_rest(sent: Places) -> None:
    """The ceiling left is the same before and after the register that counts the month."""
    (batch,) = await sent.facility.store.batches()
    member = batch.batch.items[0].member
    seen = next(row.visit for row in await sent.facility.store.visits() if row.visit.beneficiary.number == member)
    asked = msgspec.structs.replace(
        seen, id=sent.facility.new_id(), day=date(2026, 4, 5), register_number="9999", entered_on=date(2026, 4, 5)
    )
    sent.at(date(2026, 4, 5))
    before = await visits.judge(sent.facility, asked)
    letter = await sent.facility.store.sealed(f"batch-{batch.batch.number}.fae")
    assert letter is not None
    await exchange.receive(sent.mutual, letter, "agent")
    path = await registers.send(sent.mutual, CODE)
    await exchange.receive(sent.facility, path, "comptable")
    after = await visits.judge(sent.facility, asked)
    assert msgspec.structs.replace(after.adjudication, findings=()) == msgspec.structs.replace(
        before.adjudication, findings=()
    )
    counted = await sent.facility.store.counted(member)
    assert after.basis.counted == counted
    for entry_ in counted:
        assert set(entry_.claims) <= {item.claim for item in batch.batch.items}
