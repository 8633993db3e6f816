"""Recomputation on Spark: `mapInArrow` hands each worker whole households, and the function is that of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from facility_agent.lake.recompute import answers


def recomputed(connection: Any, folder: Path) -> pa.Table:
    """The payer's answers to `documents/` under `contract.json`; both must lie where every worker reads them."""
    frame = recomputing(connection, folder)
    table: pa.Table = frame.toArrow()
    return table


def recomputing(connection: Any, folder: Path) -> Any:
    """The same as a Spark frame that nothing has asked yet: write it where the answers should lie."""
    documents = connection._session.read.parquet(str(folder / "documents"))
    whole = documents.repartition("household").sortWithinPartitions("household", "claim")
    schema = (
        "claim string, facility string, claimed bigint, computed bigint, at_risk bigint, person boolean, "
        "codes array<string>, answer binary, flags binary"
    )
    return whole.mapInArrow(partial(_answers, contract=str(folder / "contract.json")), schema)


def _answers(batches: Iterable[pa.RecordBatch], contract: str) -> Iterator[pa.RecordBatch]:
    return answers(batches, contract)
