"""kill -9 in the middle of the work, again and again: what was acknowledged is there, and nothing stands twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from facility_agent.storage.store import open_store
from tests.proof.conftest import Figures

ROUNDS = 40
WRITER = """
import asyncio, sys
from datetime import UTC, date, datetime
from facility_agent.storage.store import open_store
from facility_agent.vocabulary.records import Beneficiary, CareLine, Visit

async def main(path, start):
    async with open_store(path) as store:
        for number in range(start, start + 100_000):
            visit = Visit(f"v{number:06d}", "F", date(2026, 3, 1), Beneficiary("N", "N'Do"),
                          (CareLine("1", "consultation-nurse", 1, 100),), register_number=str(number))
            async with store.transaction():
                await store.next_number("visits")
                await store.save_visit(visit, "recorded", None, datetime(2026, 3, 1, tzinfo=UTC), "x")
            print(visit.id, flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_what_was_acknowledged_survives_kill_9(figures: Figures, tmp_path: Path) -> None:
    path, chance, acknowledged = tmp_path / "site.sqlite3", random.Random(9), set[str]()
    for round_number in range(ROUNDS):
        command = [sys.executable, "-c", WRITER, str(path), str(round_number * 100_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged.add(writer.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.25))
            writer.kill()
            acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    async with open_store(path) as store:
        kept = [row.visit.id for row in await store.visits()]
        assert acknowledged <= set(kept), sorted(acknowledged - set(kept))[:5]
        assert len(kept) == len(set(kept)) <= len(acknowledged) + ROUNDS
        assert await store.next_number("visits") == len(kept) + 1
    figures.note(
        "kill -9 while visits are recorded",
        f"{ROUNDS} kills, {len(acknowledged):,} acknowledged visits, 0 lost, 0 doubled, numbers without a gap",
    )
