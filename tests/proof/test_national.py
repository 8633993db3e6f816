"""The audit of many claims at full size, and Spark with a master and two workers of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from facility_agent.audit.edits import by_claim
from facility_agent.bench import audit, sets
from facility_agent.lake import edits
from facility_agent.lake.audit import audit as whole
from facility_agent.lake.audit import lake_of
from facility_agent.lake.engine import opened
from facility_agent.lake.simulation.write import Plan, simulate
from facility_agent.lake.spark import recomputed
from tests.lake.oracle import ordered
from tests.proof.conftest import Figures


@pytest.mark.parametrize("claims", [40_000, 1_000_000])
def test_a_month_from_end_to_end(claims: int, figures: Figures) -> None:
    found = audit.run(claims)
    assert (found["plants_missed"], found["honest_accused"]) == (0, 0)
    assert found["planted_money_in_first_twentieth"] >= 0.8 and found["honest_without_person"] >= 0.95
    took = found["seconds"]
    figures.note(
        f"`bench audit`: {claims:,} claims of a month, two processes",
        f"{took['all']:,.0f} s, of the processor {found['processor_seconds']:,.0f} s "
        f"(letters opened {took['letters']:,.0f}, taken in and recomputed {took['intake and recompute']:,.0f}, "
        f"edits {took['edits']:.1f}, queue {took['queue']:.1f}), {found['claims_per_s']:,.0f} claims/s, "
        f"at most {found['peak_memory_mb']:,.0f} MB; "
        f"{found['planted']:,} planted: {found['plants_missed']} missed and {found['honest_accused']} honest claims "
        f"accused by {found['deterministic_edits']} deterministic edits; "
        f"{found['planted_money_in_first_twentieth']:.1%} of the planted money in the first 5 % of the queue; "
        f"{found['honest_without_person']:.2%} of honest claims without a person",
    )


def test_three_edits_beside_hand_written_sql(figures: Figures, tmp_path: Path) -> None:
    found = sets.run(5_000_000, tmp_path)
    for name, row in found["edits"].items():
        assert row["same"] and row["found"]
        figures.note(
            f"`bench audit`, 5,000,000 lines: {name}, Ibis beside hand-written SQL on DuckDB",
            f"{row['seconds']:.2f} s and {row['hand_written_seconds']:.2f} s, {row['ratio']:.2f} ×; "
            f"{row['found']:,} found by both",
        )


@pytest.fixture
def master(tmp_path: Path) -> Iterator[str]:
    """A Spark master of this machine with two workers, ended with the test."""
    import pyspark

    home = Path(pyspark.__file__).parent
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    settings = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(tmp_path / "work"),
        "PYSPARK_PYTHON": sys.executable,
    }
    run = str(home / "bin" / "spark-class")
    commands = [
        [run, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"],
        *(
            [run, "org.apache.spark.deploy.worker.Worker", address, "--host", "127.0.0.1", "--cores", "1",
             "--memory", "1g", "--webui-port", "0"]
            for _ in range(2)
        ),
    ]  # fmt: skip
    logs = (tmp_path / "spark.log").open("wb")
    running = []
    try:
        for command in commands:
            running.append(subprocess.Popen(command, env=settings, stdout=logs, stderr=logs))
            time.sleep(5)
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(60)
        logs.close()


def test_spark_with_two_workers_finds_and_recomputes_the_same(figures: Figures, master: str, tmp_path: Path) -> None:
    folder = tmp_path / "country"
    made = simulate(Plan(facilities=100, months=1, fraction=0.1, faults=0.03, seed=3), folder, lambda done, of: None)
    with opened() as connection:
        found = whole(folder, connection, lambda done, of: None)
    start = time.perf_counter()
    with opened(master) as connection:
        workers = _workers(connection)
        there = ordered(edits.run(lake_of(folder, connection)))
        edited = time.perf_counter()
        answers = recomputed(connection, folder).to_pylist()
        done = time.perf_counter()
    assert there == ordered(found.flags)
    assert len(answers) == made["claims"] and workers == 2
    flagged = by_claim(found.flags)
    here = {place.claim: place for place in found.queue if place.claim not in flagged}
    assert all(
        (here[row["claim"]].at_risk, here[row["claim"]].person) == (row["at_risk"], row["person"])
        for row in answers
        if row["claim"] in here
    )
    figures.note(
        f"Spark, a master and two workers: {made['claims']:,} claims",
        f"the same {len(there):,} flags in {edited - start:.0f} s with the start, "
        f"the same answers in {done - edited:.0f} s",
    )


def _workers(connection: Any) -> int:
    """How many executors the master gave, this program's own left out."""
    context = connection._session.sparkContext
    for _ in range(60):
        count = context._jsc.sc().getExecutorMemoryStatus().size() - 1
        if count == 2:
            break
        time.sleep(1)
    return int(count)
