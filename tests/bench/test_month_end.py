"""The benchmark of the month end does the whole work, and says how large and how long."""

from __future__ import annotations

from facility_agent.bench.month_end import run


async def test_it_checks_seals_and_prints_a_month_twice() -> None:
    found = await run(12, earlier=2, larger=(2,))
    (larger,) = found["larger"]  # type: ignore[misc]
    assert (found["claims"], larger["claims"]) == (12, 24)
    assert found["lines"] == 6 * found["claims"]  # type: ignore[operator]
    assert found["core_sealed_kb"] < found["sealed_kb"]  # type: ignore[operator]
    assert found["statement"]["pdf_memory_mb"] > 0  # type: ignore[index]
