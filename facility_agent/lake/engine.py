"""Which engine answers: DuckDB in this process, or a Spark that a master distributes. Neither fetches anything.

DuckDB's extensions would be downloaded when first met; here that is off, so that a machine without a network answers
like any other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from facility_agent.vocabulary.errors import InputError

#: What DuckDB may hold before it writes to the disk.
MEMORY = "2GB"


@contextmanager
def opened(engine: str = "duckdb", *, memory: str = MEMORY, threads: int = 2) -> Iterator[Any]:
    """An Ibis connection, closed at the end: `duckdb`, `spark://host:port`, or `local[2]` for a Spark of one process.

    InputError when the engine is not known, or when what it needs is not installed.
    """
    if engine == "duckdb":
        with _duckdb(memory, threads) as connection:
            yield connection
    elif engine.startswith("spark://") or engine.startswith("local["):
        with _spark(engine, memory) as connection:
            yield connection
    else:
        raise InputError("engine-unknown", engine=engine)


@contextmanager
def _duckdb(memory: str, threads: int) -> Iterator[Any]:
    try:
        import ibis
    except ImportError as error:
        raise InputError("extra-missing", extra="audit") from error
    with TemporaryDirectory(prefix="lake-") as folder:
        connection = ibis.duckdb.connect(
            threads=threads,
            memory_limit=memory,
            temp_directory=folder,
            extension_directory=folder,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            preserve_insertion_order=False,
        )
        try:
            yield connection
        finally:
            connection.disconnect()


@contextmanager
def _spark(master: str, memory: str) -> Iterator[Any]:
    """A session whose workers run this very Python, without pages; on one machine nobody outside is heard."""
    try:
        import ibis
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError("extra-missing", extra="cluster") from error
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    with TemporaryDirectory(prefix="lake-") as folder:
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.memory": memory.lower().removesuffix("b"),
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "4",
            "spark.executorEnv.PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "spark.log.level": "ERROR",
        }
        if master.startswith(("local[", "spark://127.", "spark://localhost")):
            settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        builder = SparkSession.builder.master(master).appName("facility-agent")
        for key, value in settings.items():
            builder = builder.config(key, value)
        try:
            session = builder.getOrCreate()
        except Exception as error:
            raise InputError("spark-not-started", engine=master, reason=type(error).__name__) from error
        try:
            yield ibis.pyspark.connect(session)
        finally:
            session.stop()
