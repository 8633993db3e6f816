"""A desk is killed in the middle of its work: what it had acknowledged is there, whole, and work goes on."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from pathlib import Path

import pytest

from facility_agent.demo.sites import FACILITY
from facility_agent.storage.backup import check
from facility_agent.workflows import visits
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site
from tests.workflows.conftest import Made
from tests.workflows.recorder import DAY

ROOT = Path(__file__).resolve().parents[2]
MEMBER = "MLT-000001-01"


@pytest.mark.parametrize("lines", [7, 25, 44])
async def test_every_acknowledged_visit_is_there_after_kill_9(lines: int, made_ready: Made, tmp_path: Path) -> None:
    shutil.copytree(made_ready.folder / FACILITY.code, tmp_path, dirs_exist_ok=True)
    said = await _killed_after(tmp_path, lines)
    acknowledged = [line for line in said if line != "closed"]
    async with open_site(tmp_path, SetClock(made_ready.now)) as site:
        kept = {row.visit.id: row.state for row in await site.store.visits()}
        assert set(acknowledged) <= kept.keys()
        assert len(kept) <= len(acknowledged) + 1
        claims = await site.store.claims_of_month(None, "2026-03")
        assert {claim.id for claim in claims} == {id for id, state in kept.items() if state == "claimed"}
        if "closed" in said:
            assert set(acknowledged[: 10 * said.count("closed")]) <= {claim.id for claim in claims}
        await visits.close_day(site, DAY, "caisse")
        claims = await site.store.claims_of_month(None, "2026-03")
        numbers = sorted(int(claim.number.rsplit("-", 1)[1]) for claim in claims)
        assert numbers == list(range(1, len(kept) + 1))
    assert check(tmp_path / FACILITY.database).rows["claim"] == len(kept)


async def _killed_after(folder: Path, lines: int) -> list[str]:
    """Start the desk, kill it with -9 once it has said so many lines, and give every line that it said."""
    desk = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.recorder", str(folder), MEMBER, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert desk.stdout is not None
    said = [(await desk.stdout.readline()).decode().strip() for _ in range(lines)]
    desk.send_signal(signal.SIGKILL)
    rest = (await desk.stdout.read()).decode().splitlines(keepends=True)
    assert await desk.wait() == -signal.SIGKILL
    return [line for line in (*said, *(line.strip() for line in rest if line.endswith("\n"))) if line]
