"""Several server processes beside one database: each batch is taken, decided and paid once, whoever is faster."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import facility_agent
from facility_agent.demo.sites import MUTUAL
from facility_agent.storage.store import Store
from facility_agent.workflows.site import open_site
from tests.services.postgres import fresh_database
from tests.workflows.march import DUE, close_march, live_march
from tests.workflows.places import Places, new_places

ROOT = Path(facility_agent.__file__).parent.parent
PROCESSES = 3

#: What one process does: open the installation, take the file in, decide, pay, and print what became of each step.
WORK = """
import asyncio, json, sys
from datetime import UTC, date, datetime
from pathlib import Path
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import audit_desk, exchange
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site

async def main(folder, file, batch):
    told = []
    async with open_site(Path(folder), SetClock(datetime(2026, 4, 5, 9, tzinfo=UTC))) as site:
        async def step(work, name):
            try:
                await work
                told.append(name)
            except InputError as error:
                told.append(error.code)
        received = await exchange.receive(site, Path(file), "agent")
        told.append("again" if received.again else "taken")
        await step(audit_desk.decide(site, batch, {}, "agent"), "decided")
        await step(audit_desk.pay(site, batch, "VIR-1", date(2026, 4, 5), "tresorier"), "paid")
    print(json.dumps(told))

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def mutual_store(folder: Path) -> AsyncIterator[Store]:
    """The mutual's store, when all processes have ended."""
    async with open_site(folder / MUTUAL.code) as site:
        yield site.store


async def _sealed(places: Places) -> tuple[str, bytes]:
    await live_march(places)
    batch, sealed = await close_march(places)
    return batch.id, sealed.read_bytes()


async def _race(folder: Path, batch: str, sealed: bytes) -> list[list[str]]:
    file = folder / "march.fae"
    file.write_bytes(sealed)
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORK, str(folder / MUTUAL.code), str(file), batch,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    ended = [await process.communicate() for process in started]
    assert [process.returncode for process in started] == [0] * PROCESSES, [error.decode() for _, error in ended]
    return [json.loads(out) for out, _ in ended]


def _once(told: list[list[str]]) -> None:
    for step, first, after in (
        (0, "taken", "again"),
        (1, "decided", "decision-second"),
        (2, "paid", "remittance-second"),
    ):
        assert sorted(entry[step] for entry in told) == sorted([first] + [after] * (PROCESSES - 1))


@pytest.mark.postgres
async def test_three_processes_beside_one_postgresql_database_do_everything_once(
    postgres_url: str, tmp_path: Path
) -> None:
    async with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        async with new_places(tmp_path, databases=(one, other)) as places:
            batch, sealed = await _sealed(places)
        _once(await _race(tmp_path, batch, sealed))
        async with mutual_store(tmp_path) as mutual:
            rows = await mutual.batches()
            assert [(row.batch.id, row.state) for row in rows] == [(batch, "reconciled")]
            (paid,) = await mutual.remittances(batch)
            assert paid.amount == DUE


async def test_three_processes_beside_one_file_do_everything_once(tmp_path: Path) -> None:
    async with new_places(tmp_path) as places:
        batch, sealed = await _sealed(places)
    _once(await _race(tmp_path, batch, sealed))
    async with mutual_store(tmp_path) as mutual:
        assert [row.state for row in await mutual.batches()] == ["reconciled"]
        kinds = sorted(letter.kind for letter in await mutual.letters("out"))
        assert [kinds.count(kind) for kind in ("receipt", "decision", "remittance")] == [1, 1, 1]
