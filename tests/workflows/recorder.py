"""A desk that records one visit after another and says each id once it is kept, until somebody kills it.

`python -m tests.workflows.recorder FOLDER MEMBER`: the health centre's folder, and whose visits they are.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from facility_agent.vocabulary.records import CareLine, Visit
from facility_agent.workflows import visits
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site

DAY = date(2026, 3, 2)


async def record_for_ever(folder: Path, member: str) -> None:
    """Every visit is printed only when the workflow has acknowledged it; each tenth one closes the day."""
    async with open_site(folder, SetClock(datetime(2026, 3, 2, 9, tzinfo=UTC))) as site:
        (coverage, *_) = await site.store.coverage_of(member)
        number = 0
        while True:
            number += 1
            visit = Visit(
                site.new_id(), site.config.code, DAY, coverage.beneficiary,
                (CareLine("1", "paracetamol", 1, 10),), register_number=str(number),
            )  # fmt: skip
            await visits.record(site, visit, "soins")
            print(visit.id, flush=True)
            if number % 10 == 0:
                await visits.close_day(site, DAY, "caisse")
                print("closed", flush=True)


if __name__ == "__main__":
    asyncio.run(record_for_ever(Path(sys.argv[1]), sys.argv[2]))
