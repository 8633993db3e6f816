"""The simulation to Parquet: claims, what the payer's register says of each, and the truth about what was planted.

One file per catchment and kind, written a few thousand rows at a time: what is in memory is one facility's year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from facility_agent.audit.month import Bars
from facility_agent.audit.shared import shown
from facility_agent.lake.recompute import DOCUMENTS, Contract
from facility_agent.lake.simulation.catchment import Catchment
from facility_agent.lake.simulation.country import MUTUAL, OTHER_MUTUAL, SCHEME, agreement, coverage, place, rules
from facility_agent.lake.tables import THEIRS, of_shown
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Record

TRUTH = pa.schema([("claim", pa.string()), ("kind", pa.string()), ("money", pa.int64())])
AT_ONCE = 2_000
BARS = Bars(deliveries=frozenset({"delivery", "caesarean"}))


class Plan(Record, frozen=True):
    """What is made: so many facilities and months, which fraction of a full load, which part of it is planted."""

    facilities: int
    months: int
    fraction: float = 1.0
    faults: float = 0.02
    seed: int = 1


def simulate(plan: Plan, folder: Path, said: Callable[[int, int], None], workers: int = 2) -> dict[str, int]:
    """Write `documents/`, `truth/`, `theirs/` (what the other mutual shows) and `contract.json`; how many claims and
    plants there are. The same plan gives the same bytes, whoever makes which catchment."""
    for name in ("documents", "truth", "theirs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_contract(plan, folder)
    made = {"claims": 0, "planted": 0}
    done = 0
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for task in as_completed(
            pool.submit(write_catchment, plan, number, folder) for number in range(plan.facilities)
        ):
            claims, planted = task.result()
            made["claims"] += claims
            made["planted"] += planted
            done += 1
            said(done, plan.facilities)
    return made


def write_contract(plan: Plan, folder: Path) -> None:
    """On what the payer of this country judges: the arrangement and an agreement with every facility."""
    agreements = tuple(agreement(place(number)) for number in range(plan.facilities))
    (folder / "contract.json").write_bytes(canonical(Contract(rules(), agreements, MUTUAL, SCHEME, BARS)))


def write_catchment(plan: Plan, number: int, folder: Path) -> tuple[int, int]:
    """One facility's claims and truth; how many claims, and how many of them are planted."""
    catchment = Catchment(place(number), plan.fraction, plan.faults, plan.seed)
    claims = planted = 0
    documents = folder / "documents" / f"{number:04d}.parquet"
    with _Rows(documents, DOCUMENTS) as sent, _Rows(folder / "truth" / f"{number:04d}.parquet", TRUTH) as truth:
        for claim, plant in catchment.months(plan.months):
            person = claim.visit.beneficiary
            claims += 1
            sent.add(
                {
                    "claim": claim.id,
                    "household": person.household,
                    "member": person.number,
                    "facility": claim.visit.facility,
                    "level": catchment.here.level,
                    "kind": claim.visit.condition,
                    "month": claim.visit.day.isoformat()[:7],
                    "agreement": catchment.agreement.id,
                    "document": canonical(claim),
                    "register": canonical((catchment.register.get(person.number) or coverage(person),)),
                }
            )
            asked = dict(plant.money) if plant else {}
            if plant and claim.id in asked:
                planted += 1
                truth.add({"claim": claim.id, "kind": plant.kind, "money": asked[claim.id]})
    with _Rows(folder / "theirs" / f"{number:04d}.parquet", THEIRS) as theirs:
        for entry in shown(OTHER_MUTUAL, catchment.shown):
            theirs.add(of_shown(entry))
    return claims, planted


class _Rows:
    """A Parquet file that is written a few rows at a time, and stands under its name only when it is whole."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._unfinished = path.with_suffix(".unfinished")
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> _Rows:
        self._writer = pq.ParquetWriter(self._unfinished, self._schema, compression="zstd")
        return self

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._write()
        self._writer.close()
        if kind is None:
            self._unfinished.rename(self._path)


def truth_of(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Claim, kind and money of everything that was planted."""
    for path in sorted((folder / "truth").glob("*.parquet")):
        table = pq.read_table(path)
        yield from zip(*(table.column(name).to_pylist() for name in TRUTH.names), strict=True)
