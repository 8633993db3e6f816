"""A technical centre in earnest: several server processes of it beside one PostgreSQL server.

Each batch is taken, decided and paid once whoever is faster, and each mutual has its own statement.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

import facility_agent
from facility_agent.demo.sites import PASSWORD
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.centre import MUTUALS
from facility_agent.workflows.site import open_site
from tests.services.postgres import fresh_database
from tests.workflows.march import DUE
from tests.workflows.office import CLERK, HEAD, Office, new_office

ROOT = Path(facility_agent.__file__).parent.parent
PROCESSES = 2
#: Every visit of March but the dear one is billed to each mutual.
BILLED = DUE - 70

SERVE = """
import asyncio, socket, sys
from datetime import UTC, datetime
from pathlib import Path
from facility_agent.web.serve import serve_forever
from facility_agent.workflows.clock import SetClock

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
asyncio.run(serve_forever([(Path(sys.argv[1]), port)], SetClock(datetime(2026, 4, 5, 9, tzinfo=UTC))))
"""


class Seat:
    """Somebody's browser at one of the processes."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.csrf = ""

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """A form sent, redirects followed: the status, and the page whose token the next form brings."""
        async with self.http.post(path, data={"csrf": self.csrf, **fields}) as answer:
            return answer.status, self._read(await answer.text())

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(path) as answer:
            return answer.status, self._read(await answer.text())

    def _read(self, html: str) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', html)
        self.csrf = found[1] if found else self.csrf
        return html


@asynccontextmanager
async def processes(folder: Path) -> AsyncIterator[list[str]]:
    """The addresses of several servers of one centre; they end with the block."""
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVE, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    try:
        lines = [await process.stdout.readline() for process in started if process.stdout]
        yield [line.decode().split(" : ")[1].strip() for line in lines]
    finally:
        for process in started:
            process.terminate()
        ended = [await process.wait() for process in started]
    assert ended == [0] * PROCESSES


@asynccontextmanager
async def seats(addresses: list[str], login: str) -> AsyncIterator[list[Seat]]:
    """Somebody of the centre, signed in at each of the processes."""
    async with AsyncExitStack() as stack:
        opened = []
        for address in addresses:
            jar = aiohttp.CookieJar(unsafe=True)
            http = aiohttp.ClientSession(address, cookie_jar=jar, headers={"Accept-Language": "fr"})
            opened.append(Seat(await stack.enter_async_context(http)))
        for seat in opened:
            status, html = await seat.post("/sign-in", login=login, password=PASSWORD)
            assert status == 200 and 'name="password"' not in html
        yield opened


@pytest.fixture
async def office(postgres_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(fresh_database(postgres_url)) for _ in range(4)]
        yield await new_office(tmp_path, databases)


Answers = list[tuple[int, str]]


async def _all(seats: list[Seat], step: Callable[[Seat], Awaitable[tuple[int, str]]]) -> Answers:
    return await asyncio.gather(*(step(seat) for seat in seats))


@pytest.mark.postgres
async def test_two_mutuals_are_worked_for_by_several_processes_beside_one_database(office: Office) -> None:
    async with processes(office.folder) as addresses, seats(addresses, CLERK) as seated:
        for code, (batch, sealed) in office.sealed.items():
            await _month(seated, code, batch, sealed)
            (other,) = (known for known, _ in office.sealed.values() if known != batch)
            for status, html in await _all(seated, lambda seat: seat.get("/statement?month=2026-04")):
                assert (status, batch.number in html, other.number in html) == (200, True, False)
            await _all(seated, lambda seat: seat.get("/mutuals"))
        await _sent_away(addresses, seated[-1])
    for code, (batch, _) in office.sealed.items():
        await _once(office.folder / MUTUALS / code, batch)


async def _month(seated: list[Seat], code: str, batch: Batch, sealed: bytes) -> None:
    """Every process takes the batch in, decides it and pays it, all at the same time."""
    sent = await _all(seated, lambda seat: _sent(seat, code, sealed))
    assert sorted(status for status, _ in sent) == [200, 201]
    went = await _all(seated, lambda seat: seat.post("/mutuals", mutual=code))
    assert {status for status, _ in went} == {200}
    decided = await _all(seated, lambda seat: seat.post(f"/audit/{batch.id}/decide"))
    _one(decided, "Une autre décision est déjà gardée")
    money = {"reference": "VIR-1", "paid_on": "2026-04-05"}
    paid = await _all(seated, lambda seat: seat.post(f"/audit/{batch.id}/pay", **money))
    _one(paid, "est déjà réglé")


async def _sent_away(addresses: list[str], seat: Seat) -> None:
    """An account is closed at one process of the centre; at a mutual, by another process, its sign-in ends at once."""
    assert 'name="password"' not in (await seat.get("/review"))[1]
    async with seats(addresses[:1], HEAD) as (head,):
        await head.get(f"/people/{CLERK}")
        assert (await head.post(f"/people/{CLERK}", do="close"))[0] == 200
        assert 'name="password"' in (await seat.get("/review"))[1]
        assert (await seat.post("/complaints", said="x"))[0] == 401


async def _sent(seat: Seat, code: str, sealed: bytes) -> tuple[int, str]:
    async with seat.http.post(f"/at/{code}/api/envelopes", data=sealed) as answer:
        await answer.read()
        return answer.status, ""


def _one(answers: Answers, otherwise: str) -> None:
    """One process did it; the others say that it was done."""
    assert sorted(status for status, _ in answers) == [200, 422]
    assert all(otherwise in html for status, html in answers if status == 422)


async def _once(folder: Path, batch: Batch) -> None:
    """One decision, one payment, one letter of each kind, and every claim decided once."""
    async with open_site(folder) as site:
        (entry,) = await site.store.batches()
        (paid,) = await site.store.remittances(batch.id)
        assert (entry.batch.id, entry.state, paid.amount) == (batch.id, "reconciled", BILLED)
        sent = sorted(letter.kind for letter in await site.store.letters("out"))
        assert [sent.count(kind) for kind in ("receipt", "decision", "remittance")] == [1, 1, 1]
        events = await site.store.database.rows("SELECT claim, state, count(*) AS times FROM claim_event GROUP BY 1, 2")
        decided = {row["claim"] for row in events if row["state"] == "decided"}
        assert {row["times"] for row in events} == {1} and decided == {item.claim for item in batch.items}
