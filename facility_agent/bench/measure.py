"""How a benchmark measures: a fixed calibration loop, percentiles, memory. Tests never assert a time."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

#: Hears how many of how many are done.
Progress = Callable[[int, int], None]


def silent(done: int, of: int) -> None:
    """Nobody listens."""


def calibration(seconds: float = 0.5) -> float:
    """Turns per second of a fixed loop of hashing, dictionary and integer work, on this machine, now."""
    turns, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        table: dict[str, int] = {}
        for step in range(200):
            key = hashlib.sha256(step.to_bytes(4, "big")).hexdigest()[:8]
            table[key] = table.get(key, 0) + step * 7 % 13
        turns += 1
    return turns / (time.perf_counter() - start)


def turns_per_cpu_second(seconds: float = 0.5) -> float:
    """Turns of the same loop per second of processor time: what others do on the machine counts less."""
    used, start = time.process_time(), time.perf_counter()
    turns = calibration(seconds) * (time.perf_counter() - start)
    return turns / (time.process_time() - used)


def commits(folder: Path, count: int = 100) -> list[float]:
    """Seconds that the disk takes for each of some commits of 20 kB: no answer that is on the disk can be faster."""
    taken = []
    with closing(sqlite3.connect(folder / "commits.sqlite3", isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE written (text BLOB)")
        for _ in range(count):
            start = time.perf_counter()
            database.execute("INSERT INTO written VALUES (?)", (bytes(20_000),))
            taken.append(time.perf_counter() - start)
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank).

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5), percentile([1.0], 0.99)
    (2.0, 1.0)
    """
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds, rounded to the microsecond."""
    names = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}
    return {name: round(percentile(seconds, share) * 1000, 3) for name, share in names.items()}


def memory_mb(what: str, process: int | str = "self") -> float:
    """The memory that a process holds now (`VmRSS`), or the most it has held (`VmHWM`), in MB; 0 when it is gone.

    What the system says at the end of a process (`ru_maxrss`) counts the memory of its parent too.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith(f"{what}:")), 0.0)


def peak_memory_mb() -> float:
    """The most memory that this process has held since its start, or since `fresh_peak`, in MB."""
    return memory_mb("VmHWM")


def fresh_peak() -> None:
    """The most memory is from now on what is held now: what came before in this process is not counted."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
