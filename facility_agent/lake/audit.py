"""A folder of claims audited from end to end: taken in, recomputed in a pool, put to the edits, and queued.

Between the steps everything lies in Parquet: what is in memory is one facility's claims for each worker, what the
engine holds, and the order of the queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from facility_agent.arrangements.terms import terms
from facility_agent.audit.month import Flag
from facility_agent.audit.queue import Place, place, queue
from facility_agent.lake import edits
from facility_agent.lake.recompute import ANSWERS, AT_ONCE, answer_of, answers, claim_of, contract_of, flags_of
from facility_agent.lake.spark import recomputing
from facility_agent.lake.tables import CLAIMS, LINES, Rows, live, place_of
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.records import Record

Said = Callable[[int, int], None]
QUEUE = pa.schema(
    [("claim", pa.string()), ("at_risk", pa.int64()), ("person", pa.bool_()), ("codes", pa.list_(pa.string()))]
)
COMPARED = pa.schema([("code", pa.string()), ("facility", pa.string()), ("claims", pa.int64())])


class Audited(Record, frozen=True):
    """The queue, all flags that the edits of the lake raised, the comparisons counted per facility, and the seconds of
    each step."""

    claims: int
    queue: tuple[Place, ...]
    flags: tuple[Flag, ...]
    compared: tuple[tuple[str, str, int], ...]
    seconds: dict[str, float]

    @property
    def persons(self) -> int:
        """The claims that need a person."""
        return sum(entry.person for entry in self.queue)


def audit(folder: Path, connection: Any, said: Said, workers: int = 2) -> Audited:
    """Audit `documents/` under `contract.json`, beside what other mutuals show in `theirs/`, if any; answers and tables
    are written beside them.

    On Spark its workers recompute too; the pool of this machine only writes the tables.
    """
    for name in ("claims", "lines", "answers"):
        (folder / name).mkdir(exist_ok=True)
        for old in (folder / name).glob("*.parquet"):
            old.unlink()
    start = time.perf_counter()
    spark = connection.name == "pyspark"
    claims = _taken(folder, said, workers, recomputing=not spark)
    if spark:
        recomputing(connection, folder).write.mode("overwrite").parquet(str(folder / "answers"))
    taken = time.perf_counter()
    lake = lake_of(folder, connection)
    flags, compared = tuple(edits.run(lake)), tuple(edits.counted(lake))
    edited = time.perf_counter()
    places = queue(_places(folder, flags))
    queued = time.perf_counter()
    seconds = {"intake and recompute": taken - start, "edits": edited - taken, "queue": queued - edited}
    return Audited(claims, places, flags, compared, {step: round(took, 2) for step, took in seconds.items()})


def lake_of(folder: Path, connection: Any) -> edits.Lake:
    """The tables of a folder that was taken in, as the edits ask them."""
    contract, _, _ = contract_of(str(folder / "contract.json"))
    limit = terms(contract.arrangement, None, "").clause("provider_day_minutes")
    claims, lines = (connection.read_parquet(str(folder / name / "*.parquet")) for name in ("claims", "lines"))
    shown = any((folder / "theirs").glob("*.parquet"))
    theirs = connection.read_parquet(str(folder / "theirs" / "*.parquet")) if shown else None
    return edits.Lake(claims, lines, contract.bars, None if limit == UNKNOWN else int(limit), theirs)


def _taken(folder: Path, said: Said, workers: int, *, recomputing: bool) -> int:
    paths = sorted((folder / "documents").glob("*.parquet"))
    claims = 0
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(take, path, folder, recomputing) for path in paths]
        for done, task in enumerate(as_completed(tasks), start=1):
            claims += task.result()
            said(done, len(paths))
    return claims


def take(path: Path, folder: Path, recomputing: bool = True) -> int:
    """Take in one file of claims, and recompute them unless others do; how many there are."""
    contract, _, _ = contract_of(str(folder / "contract.json"))
    table = pq.read_table(path).sort_by("household")
    known = live(claim_of.decode(document) for document in table.column("document").to_pylist())
    rows = Rows(terms(contract.arrangement, None, ""), contract.payer, contract.scheme, contract.bars)
    claims, lines = [], []
    for claim in known:
        row, own = rows.of_claim(claim, place_of(claim), audited=True)
        claims.append(row)
        lines += own
    pq.write_table(pa.Table.from_pylist(claims, CLAIMS), folder / "claims" / path.name, compression="zstd")
    pq.write_table(pa.Table.from_pylist(lines, LINES), folder / "lines" / path.name, compression="zstd")
    if not recomputing:
        return int(table.num_rows)
    with pq.ParquetWriter(folder / "answers" / path.name, ANSWERS, compression="zstd") as writer:
        for batch in answers(table.to_batches(), str(folder / "contract.json")):
            writer.write_batch(batch)
    return int(table.num_rows)


def write_queue(queue: Iterable[Place], path: Path) -> None:
    """The queue as a Parquet file, in its order."""
    with pq.ParquetWriter(path, QUEUE, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        for entry in queue:
            rows.append({name: getattr(entry, name) for name in QUEUE.names})
            if len(rows) >= AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, QUEUE))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, QUEUE))


def write_compared(compared: Iterable[tuple[str, str, int]], path: Path) -> None:
    """The comparisons as a Parquet file: how many claims of each facility carry each of them."""
    rows = [dict(zip(COMPARED.names, row, strict=True)) for row in compared]
    pq.write_table(pa.Table.from_pylist(rows, COMPARED), path, compression="zstd")


def _places(folder: Path, flags: Iterable[Flag]) -> Iterator[Place]:
    """Every claim's place: as the rules alone gave it, or again where an edit of the lake says something of it."""
    about: dict[str, list[Flag]] = {}
    for flag in flags:
        about.setdefault(flag.about, []).append(flag)
    wanted = pa.array(about, pa.string())
    for path in sorted((folder / "answers").glob("*.parquet")):
        ready = pq.read_table(path, columns=["claim", "at_risk", "person", "codes"])
        for row in ready.filter(pc.invert(pc.is_in(ready.column("claim"), wanted))).to_pylist():
            yield Place(row["claim"], row["at_risk"], row["person"], tuple(row["codes"]))
        if about:
            again = pq.read_table(path, columns=["claim", "answer", "flags"], filters=pc.field("claim").isin(wanted))
            for row in again.to_pylist():
                yield place(answer_of.decode(row["answer"]), (*flags_of.decode(row["flags"]), *about[row["claim"]]))
