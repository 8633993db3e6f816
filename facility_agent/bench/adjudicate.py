"""How many claims one core adjudicates per second: history indexed and canonical bytes made within the time counted.

The claims are made up from a seed, a few at a time, so that ten times as many need no more memory. They stand under
the newest version of the complete invented arrangement; compiling it once is not counted.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from itertools import islice

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.library import load
from facility_agent.arrangements.terms import terms
from facility_agent.bench.care import COUNTRY, FACILITY, LINES_PER_VISIT, Case, agreement_under, cases
from facility_agent.bench.measure import Progress, calibration, fresh_peak, peak_memory_mb, percentiles_ms, silent
from facility_agent.vocabulary.identifiers import canonical

#: So many claims wait in memory at once.
AT_ONCE = 250
#: How much larger the further measurements are.
LARGER = (10, 100)


def run(
    claims: int, earlier: int, seed: int = 1, larger: tuple[int, ...] = LARGER, said: Progress = silent
) -> dict[str, object]:
    """The figures of `claims` claims with `earlier` earlier visits each; `scaling` shows them again, larger.

    `claims_per_s` is by the clock; `claims_per_processor_s` leaves out the time that others had of the core.
    """
    once, turns, used = _measured(claims, earlier, seed, said)
    speed = len(once) / sum(once)
    scaling: list[dict[str, object]] = [_size(once, used)]
    for times in larger:
        more, _, spent = _measured(times * claims, earlier, seed + times, said)
        scaling.append(_size(more, spent))
    return {
        "claims_per_s": round(speed, 1),
        "claims_per_processor_s": round(len(once) / used, 1),
        **percentiles_ms(once),
        "ratio_to_calibration": round(speed / turns, 3),
        "protocols_share": round(protocols_share(min(claims, 1_000), earlier, seed), 3),
        "claims": claims,
        "earlier_lines": earlier * LINES_PER_VISIT,
        "peak_memory_mb": scaling[0]["peak_memory_mb"],
        "scaling": scaling,
    }


def _size(taken: array[float], used: float) -> dict[str, object]:
    speeds = {"claims_per_s": len(taken) / sum(taken), "claims_per_processor_s": len(taken) / used}
    rounded = {name: round(speed, 1) for name, speed in speeds.items()}
    return {"claims": len(taken), **rounded, "peak_memory_mb": peak_memory_mb()}


def _measured(claims: int, earlier: int, seed: int, said: Progress) -> tuple[array[float], float, float]:
    """The seconds that each claim took, the calibration's turns per second in between, and the processor's seconds.

    Making claims up is not counted. The calibration runs among the claims: what disturbs the one disturbs the other.
    """
    arrangement = load().versions(COUNTRY)[-1]
    agreement = agreement_under(arrangement)
    terms(arrangement, agreement, FACILITY)
    fresh_peak()
    taken, turns, used = array("d"), [], 0.0
    for some in _some(cases(arrangement, earlier, seed), claims):
        used -= time.process_time()
        for case in some:
            start = time.perf_counter()
            canonical(adjudicate(arrangement, agreement, case.coverage, case.history, case.visit))
            taken.append(time.perf_counter() - start)
        used += time.process_time()
        turns.append(calibration(0.03))
        said(len(taken), claims)
    return taken, sum(turns) / len(turns), used


def protocols_share(claims: int, earlier: int, seed: int) -> float:
    """Which part of the time goes into the protocol rules: the same claims with and without the arrangement's rules.

    The two are timed claim by claim, in turns, so that what disturbs the one disturbs the other.
    """
    arrangement = load().versions(COUNTRY)[-1]
    bare = msgspec.structs.replace(arrangement, rules=(), digest=f"{arrangement.digest}-bare")
    agreement = agreement_under(arrangement)
    taken = {arrangement: 0.0, bare: 0.0}
    for case in islice(cases(arrangement, earlier, seed), claims):
        for version in taken:
            start = time.process_time()
            adjudicate(version, agreement, case.coverage, case.history, case.visit)
            taken[version] += time.process_time() - start
    return max(0.0, 1 - taken[bare] / taken[arrangement])


def _some(made: Iterator[Case], count: int) -> Iterator[list[Case]]:
    """`count` cases, a few at a time."""
    for start in range(0, count, AT_ONCE):
        yield list(islice(made, min(AT_ONCE, count - start)))
