"""Three edits on very many lines beside the same three in hand-written SQL, on one DuckDB, in one run.

The lines are made up by DuckDB itself from a hash of their numbers: the same numbers give the same lines. Each pair is
asked in turns, the quickest turn counts, and both must find the same claims.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from facility_agent.audit.month import Bars
from facility_agent.bench.measure import Progress, silent
from facility_agent.lake import doubles, volumes
from facility_agent.lake.engine import opened
from facility_agent.lake.tables import CLAIMS, LINES

ROUNDS = 3
LINES_PER_CLAIM = 3
BARS = Bars()

DUPLICATES = """
SELECT a.claim, a.due, a.day, min(b.place || '|' || b.facility) AS found
FROM claims a JOIN claims b ON a.member = b.member AND a.day = b.day AND a.items = b.items
WHERE a.audited AND b.place < a.place AND a.member <> '' AND a.acts > 1 AND a.facility <> b.facility
  AND NOT coalesce(a.referred, true) AND NOT coalesce(b.referred, true)
GROUP BY a.claim, a.due, a.day"""

OUTLIERS = f"""
WITH usual AS (
  SELECT facility, act, CAST(2 * median(quantity) AS BIGINT) AS middle FROM lines
  GROUP BY facility, act HAVING count(*) >= {BARS.outlier_lines}),
apart AS (
  SELECT l.*, u.middle, abs(2 * l.quantity - u.middle) AS apart FROM lines l JOIN usual u USING (facility, act)),
spread AS (
  SELECT facility, act, CAST(2 * median(apart) AS BIGINT) AS spread FROM apart GROUP BY facility, act)
SELECT claim, line, act, quantity, middle, due FROM apart JOIN spread USING (facility, act)
WHERE audited AND 6745 * (4 * quantity - 2 * middle) > 10000 * {BARS.outlier_score} * greatest(spread, 4)"""

GAPS = f"""
WITH visits AS (
  SELECT *, lag(day) OVER own AS last_day, lag(facility) OVER own AS last_facility,
    lag(referred) OVER own AS last_referred, lag(place || '|' || day || '|' || facility) OVER own AS found
  FROM claims WHERE consultation AND member <> '' WINDOW own AS (PARTITION BY member ORDER BY moment))
SELECT claim, found FROM visits
WHERE audited AND day - last_day < {BARS.gap_days} AND facility <> last_facility
  AND NOT coalesce(referred, true) AND NOT coalesce(last_referred, true)"""

#: Claims of members who come a few times a year to a few hundred facilities; one in 200 repeats another's items.
_CLAIMS = """
SELECT printf('%012d', n) AS claim, printf('1%012d|%012d', n, n) AS place,
  printf('%06d %02d:%02d %012d', 739617 + day, 8 + hash(n, 3) % 9, hash(n, 4) % 60, n) AS moment,
  printf('%09d', member) AS member, printf('%09d', member // 6) AS household,
  printf('F-%04d', (member // 700 + (hash(n, 5) % 40 = 0 OR n <> like_n)::INT) % 1800) AS facility,
  printf('%02d:%02d', 8 + hash(n, 3) % 9, hash(n, 4) % 60) AS "at",
  printf('a%d*1 b%d*%d c%d*%d', hash(like_n, 6) % 3, hash(like_n, 7) % 4, hash(like_n, 8) % 9,
    hash(like_n, 9) % 5, hash(like_n, 10) % 20)
    AS items,
  '' AS register_number, '' AS condition, '0' AS consultation_lines, '' AS birth_lines,
  '' AS "text", '' AS phone, '' AS "hour", '' AS person, NULL::BIGINT AS entered, NULL::BIGINT AS serial,
  739617 + day AS day, (60 * (8 + hash(n, 3) % 9) + hash(n, 4) % 60)::BIGINT AS minute,
  NULL::BIGINT AS admitted, NULL::BIGINT AS discharged, NULL::BIGINT AS birth_until,
  3000 AS due, 600 AS consultation_due, 0 AS birth_due, 3 AS acts, 3000 AS submitted,
  true AS audited, true AS held, false AS holiday,
  (hash(n, 11) % 50 = 0) AS referred, false AS stay, true AS consultation, false AS birth
FROM (SELECT n, like_n, (hash(like_n, 1) % {members})::BIGINT AS member, (hash(like_n, 2) % 365)::BIGINT AS day
      FROM (SELECT n, CASE WHEN hash(n, 12) % 200 = 0 THEN n - 1 ELSE n END AS like_n
            FROM (SELECT unnest(range({first}, {last})) AS n)))"""

_LINES = """
SELECT claim, line::VARCHAR AS line, facility, member, printf('act-%02d', hash(claim, line) % 30) AS act,
  'nurse' AS role, '' AS prescriber, "at", day,
  CASE WHEN hash(claim, line, 1) % 900 = 0 THEN 400 ELSE 5 + hash(claim, line, 2) % 20 END::BIGINT AS quantity,
  0::BIGINT AS minutes, 1000::BIGINT AS due, 3000::BIGINT AS claim_due, true AS audited, true AS held
FROM claims, (SELECT unnest(range(3)) AS line)"""


def run(lines: int, folder: Path, said: Progress = silent) -> dict[str, Any]:
    """Seconds of each edit by both ways, their ratio, and how many claims both found."""
    with opened(memory="3GB") as connection:
        _invent(connection, lines // LINES_PER_CLAIM, folder)
        claims, rows = (connection.read_parquet(str(folder / f"{name}.parquet")) for name in ("claims", "lines"))
        for name in ("claims", "lines"):
            connection.raw_sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
        pairs = {
            "duplicates across facilities": (doubles.duplicate_elsewhere(claims, BARS), DUPLICATES),
            "outliers per facility and act": (volumes.quantity_outlier(rows, BARS), OUTLIERS),
            "visit gaps per member": (volumes.visit_gap(claims, BARS), GAPS),
        }
        found: dict[str, Any] = {"lines": lines, "edits": {}}
        for number, (name, (expression, sql)) in enumerate(pairs.items()):
            found["edits"][name] = _pair(connection, expression, sql)
            said(number + 1, len(pairs))
    return found


def _pair(connection: Any, expression: Any, sql: str) -> dict[str, Any]:
    """Both ways in turns; what is counted includes writing the expression out as SQL."""
    ours, theirs, rows, same = [], [], 0, True
    for _ in range(ROUNDS):
        start = time.perf_counter()
        first = expression.to_pyarrow()
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        second = connection.raw_sql(sql).to_arrow_table()
        theirs.append(time.perf_counter() - start)
        rows = first.num_rows
        same = same and _claims(first) == _claims(second)
    return {
        "seconds": round(min(ours), 3),
        "hand_written_seconds": round(min(theirs), 3),
        "ratio": round(min(ours) / min(theirs), 3),
        "found": rows,
        "same": same,
    }


def _claims(table: pa.Table) -> list[str]:
    return sorted(table.column("claim").to_pylist())


def _invent(connection: Any, claims: int, folder: Path) -> None:
    """Write both tables, some claims at a time."""
    step = 500_000
    with (
        pq.ParquetWriter(folder / "claims.parquet", CLAIMS, compression="zstd") as first,
        pq.ParquetWriter(folder / "lines.parquet", LINES, compression="zstd") as second,
    ):
        for start in range(0, claims, step):
            made = _CLAIMS.format(first=start, last=min(claims, start + step), members=max(1, claims // 3))
            rows = connection.raw_sql(made).to_arrow_table().select(CLAIMS.names).cast(CLAIMS)
            first.write_table(rows)
            connection.con.register("claims", rows)
            second.write_table(connection.raw_sql(_LINES).to_arrow_table().select(LINES.names).cast(LINES))
            connection.con.unregister("claims")
