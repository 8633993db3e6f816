"""The benchmark of visits asks the real server and counts only what is on the disk."""

from __future__ import annotations

from facility_agent.bench.visit import CARE, run


async def test_it_saves_visits_of_six_lines_and_says_how_many() -> None:
    found = await run(members=40, visits=12, connections=2)
    assert found["visits"] == 12 and found["lines"] == len(CARE) == 6
    assert {"visits_per_s", "p95_ms", "server_cpu_ms", "ratio_to_calibration"} <= found.keys()
