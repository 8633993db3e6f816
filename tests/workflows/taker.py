"""Takes a register in and says each part, until somebody kills it: `python -m tests.workflows.taker FOLDER FILE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from facility_agent.workflows import exchange
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site


async def take(folder: Path, file: Path) -> None:
    def said(done: int, total: int) -> None:
        print(f"{done}/{total}", flush=True)

    async with open_site(folder, SetClock(datetime(2026, 3, 9, 9, tzinfo=UTC))) as site:
        await exchange.receive(site, file, "test", file.name, said)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), Path(sys.argv[2])))
