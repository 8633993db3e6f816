"""An audit from end to end on a made-up country: letters opened, claims recomputed, put to the edits, queued.

Making the claims up and sealing them is not counted. What a letter must prove is asked of each; nothing is written to a
desk's database.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import ceil
from multiprocessing import active_children
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from facility_agent.audit.precision import precision
from facility_agent.audit.queue import share_in_front
from facility_agent.bench.letters import open_all, seal_all
from facility_agent.bench.measure import Progress, calibration, fresh_peak, memory_mb, peak_memory_mb, silent
from facility_agent.lake.audit import audit
from facility_agent.lake.engine import opened
from facility_agent.lake.simulation.country import CLAIMS_A_YEAR, FACILITIES
from facility_agent.lake.simulation.plants import DETERMINISTIC
from facility_agent.lake.simulation.write import Plan, simulate, truth_of

#: Claims of a month of a hundred facilities, in the proportions of the country.
_HUNDRED = CLAIMS_A_YEAR / 12 / FACILITIES * 100


def run(claims: int, seed: int = 1, workers: int = 2, said: Progress = silent) -> dict[str, Any]:
    """The figures of about so many claims of one month."""
    hundreds = max(1, ceil(claims / _HUNDRED))
    plan = Plan(100 * hundreds, 1, claims / (hundreds * _HUNDRED), seed=seed)
    with TemporaryDirectory(prefix="audit-") as name:
        folder = Path(name)
        simulate(plan, folder, silent, workers)
        seal_all(folder, workers)
        turns = calibration()
        fresh_peak()
        with opened(threads=workers) as connection, _watched() as held:
            before, start = _processor(), time.perf_counter()
            size = open_all(folder, workers)
            opening = time.perf_counter() - start
            found = audit(folder, connection, said, workers)
            processor = _processor() - before
        truth = list(truth_of(folder))
    seconds = {"letters": round(opening, 2), **found.seconds}
    whole = sum(seconds.values())
    kinds, money = {claim: kind for claim, kind, _ in truth}, {claim: asked for claim, _, asked in truth}
    honest = [entry for entry in found.queue if entry.claim not in kinds]
    accused = [(code, entry.claim) for entry in found.queue for code in entry.codes]
    judged = [row for row in precision(accused, kinds) if row.code in DETERMINISTIC]
    return {
        "claims": found.claims,
        "letters_mb": round(size / 1e6, 1),
        "seconds": {**seconds, "all": round(whole, 2)},
        "processor_seconds": round(processor, 1),
        "claims_per_s": round(found.claims / whole, 1),
        "ratio_to_calibration": round(found.claims / whole / turns, 3),
        "peak_memory_mb": round(peak_memory_mb() + workers * max(held.values(), default=0.0), 1),
        "planted": len(truth),
        "deterministic_edits": len(judged),
        "plants_missed": sum(row.planted - row.found for row in judged),
        "honest_accused": sum(row.accused - row.right for row in judged),
        "planted_money_in_first_twentieth": round(float(share_in_front(found.queue, money, Fraction(1, 20))), 4),
        "honest_without_person": round(1 - sum(entry.person for entry in honest) / len(honest), 5),
        "persons": found.persons,
    }


def _processor() -> float:
    """Seconds of the processor so far, those of ended workers with it: others on the machine do not count."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


@contextmanager
def _watched() -> Iterator[dict[int, float]]:
    """The most memory of every worker by its process, in MB, as far as it was held for a twentieth of a second."""
    held: dict[int, float] = {}
    over = Event()

    def watch() -> None:
        while not over.wait(0.05):
            for worker in active_children():
                if worker.pid is not None:
                    held[worker.pid] = max(held.get(worker.pid, 0.0), memory_mb("VmHWM", worker.pid))

    watching = Thread(target=watch)
    watching.start()
    try:
        yield held
    finally:
        over.set()
        watching.join()
