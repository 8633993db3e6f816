"""The benchmarks and the demonstration at full size; nothing here asserts a time, the page shows it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from facility_agent.bench import desk
from tests.proof.conftest import Figures

#: The command, which says on its error stream at the end what it held at most.
DEMONSTRATION = """
import atexit, sys
from facility_agent.bench.measure import peak_memory_mb
from facility_agent.cli.main import main
atexit.register(lambda: print(peak_memory_mb(), file=sys.stderr))
main()
"""


def test_adjudication(figures: Figures) -> None:
    # In a process of its own, which holds nothing else.
    command = [sys.executable, "-m", "facility_agent", "bench", "adjudicate", "--claims", "10000", "--earlier", "12"]
    found = msgspec.json.decode(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found["claims"] == 10_000
    figures.note(
        "`bench adjudicate`: 10,000 claims of 6 lines, 48 earlier lines each, one core",
        f"{found['claims_per_s']:,.0f} claims/s ({found['claims_per_processor_s']:,.0f} per second of the "
        f"processor), p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, "
        f"{found['ratio_to_calibration']:.2f} × the calibration loop; 1×, 10×, 100×, per second of "
        "the processor: "
        + ", ".join(
            f"{size['claims_per_processor_s']:,.0f} in {size['peak_memory_mb']:.0f} MB" for size in found["scaling"]
        ),
    )


@pytest.mark.parametrize("members", [20_000, 200_000])
async def test_desk(members: int, figures: Figures) -> None:
    found = await desk.run(members, 5_000, 16)
    assert found["requests"] == 5_000
    figures.note(
        f"`bench desk`: verdicts over HTTP, 16 connections, {members:,} beneficiaries, look-ups on disk",
        f"{found['verdicts_per_s']:,.0f} verdicts/s, p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms, "
        f"p99 {found['p99_ms']} ms; {found['server_cpu_ms']} ms of processor for each, "
        f"{found['resident_memory_mb']} MB; a commit of this disk p50 {found['disk_commit_p50_ms']} ms, "
        f"p99 {found['disk_commit_p99_ms']} ms",
    )


def test_the_month_of_the_demonstration(figures: Figures, tmp_path: Path) -> None:
    start = time.perf_counter()
    command = [sys.executable, "-c", DEMONSTRATION, "demo", "--no-serve", "--folder", str(tmp_path / "demo")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    memory = float(ran.stderr.splitlines()[-1])
    figures.note(
        "`demo --no-serve`: 1,000 members, 420 visits, every card read from its picture",
        f"{time.perf_counter() - start:.0f} s, {memory:.0f} MB at most",
    )
