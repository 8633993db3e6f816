"""Spark on this machine (`local[2]`) sees what the pure edits see, and recomputes with the same function."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from facility_agent.lake.engine import opened
from facility_agent.lake.recompute import answers
from facility_agent.lake.simulation.write import Plan, write_catchment, write_contract
from facility_agent.lake.spark import recomputed
from tests.lake.oracle import by_engine, by_rules
from tests.lake.test_edits import whole

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with opened("local[2]") as connection:
        yield connection


def test_the_program_names_its_own_python(spark: Any) -> None:
    assert os.environ["PYSPARK_PYTHON"] == sys.executable


def test_every_worked_case_is_seen_alike(spark: Any, tmp_path: Path) -> None:
    seen = whole()
    flags = by_rules(seen)
    assert len(flags) > 30
    assert by_engine(spark, seen, tmp_path) == flags


def test_claims_are_recomputed_alike(spark: Any, tmp_path: Path) -> None:
    plan = Plan(facilities=1, months=1, fraction=0.1, faults=0.2, seed=2)
    for kind in ("documents", "truth", "theirs"):
        (tmp_path / kind).mkdir()
    write_contract(plan, tmp_path)
    write_catchment(plan, 0, tmp_path)
    table = pq.read_table(tmp_path / "documents").sort_by("household")
    here = [row for batch in answers(table.to_batches(), str(tmp_path / "contract.json")) for row in batch.to_pylist()]
    there = recomputed(spark, tmp_path).to_pylist()
    assert len(here) > 20
    assert sorted(there, key=lambda row: row["claim"]) == sorted(here, key=lambda row: row["claim"])
