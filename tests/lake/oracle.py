"""What the pure edits see of a month, and what an engine sees of its tables, in one order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from facility_agent.audit import edits as pure
from facility_agent.audit.comparisons import COMPARISONS
from facility_agent.audit.month import Flag, Month
from facility_agent.lake import edits, tables
from facility_agent.vocabulary.findings import UNKNOWN

#: The pure edits that the lake knows too.
NAMES = {edit.name for edit in (*edits.EDITS, *edits.COMPARISONS)}


def by_rules(month: Month) -> list[Flag]:
    known = [edit for edit in pure.EDITS if edit.__name__ in NAMES]  # type: ignore[attr-defined]
    return ordered(flag for edit in (*known, *COMPARISONS) for flag in edit(month) if flag.claims)


def by_engine(connection: Any, month: Month, folder: Path) -> list[Flag]:
    """Through Parquet files, as in earnest."""
    paths = []
    for name, table in zip(("claims", "lines", "theirs"), tables.of_month(month), strict=True):
        paths.append(folder / f"{name}.parquet")
        pq.write_table(table, paths[-1])
    claims, lines, theirs = (connection.read_parquet(str(path)) for path in paths)
    limit = month.terms("").clause("provider_day_minutes")
    lake = edits.Lake(claims, lines, month.bars, None if limit == UNKNOWN else int(limit), theirs)
    return ordered(edits.run(lake, (*edits.EDITS, *edits.COMPARISONS)))


def ordered(flags: Iterable[Flag]) -> list[Flag]:
    return sorted(flags, key=lambda flag: (flag.code, flag.claims, flag.lines, sorted(flag.finding.evidence.items())))
