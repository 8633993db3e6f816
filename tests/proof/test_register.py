"""The register at full size on both databases, and what a week's change of it weighs."""

from __future__ import annotations

from typing import Any

import pytest

from facility_agent.bench import register
from tests.proof.conftest import Figures
from tests.services.postgres import fresh_database

MEMBERS = 200_000


async def test_a_register_on_sqlite(figures: Figures) -> None:
    _note(figures, "SQLite", await register.run(MEMBERS))


@pytest.mark.postgres
async def test_a_register_on_postgresql(figures: Figures, postgres_url: str) -> None:
    async with fresh_database(postgres_url) as mutual, fresh_database(postgres_url) as facility:
        _note(figures, "PostgreSQL", await register.run(MEMBERS, (mutual, facility)))


@pytest.mark.parametrize("pictures", [False, True])
async def test_a_week_of_fifty_thousand(figures: Figures, pictures: bool) -> None:
    found = await register.week(50_000, pictures)
    assert found["change_kb"] > 0
    figures.note(
        f"a week's change of a register of 50,000 {'with' if pictures else 'without'} pictures",
        f"{found['change_kb']:,.0f} kB ({found['joined']} joined, {found['left']} left, {found['paid_on']} paid on, "
        f"{found['moved']} moved"
        + (f", {found['new_pictures']} new pictures" if pictures else "")
        + f"); whole {found['whole_mb']:,.1f} MB",
    )


def _note(figures: Figures, database: str, found: dict[str, Any]) -> None:
    assert found["look_up"]["p50_ms"] > 0
    waits = f"the desk waits p50 {found['desk_p50_ms']} ms, p99 {found['desk_p99_ms']} ms"
    figures.note(
        f"`bench register`, {database}: {MEMBERS:,} taken in while a desk looks people up",
        f"{found['import_s']:.0f} s, of the processor {found['import_cpu_s']:.0f} s, "
        f"at most {found['memory_most_mb']} MB, file {found['file_mb']} MB; {waits}",
    )
    kinds = {
        "look_up": "a number at the desk",
        "find_number": "number",
        "find_name": "name",
        "find_name_slipped": "slipped name",
        "find_slipped_year": "slipped name and year",
        "find_family_village": "family, year and village",
    }
    figures.note(
        f"`bench register`, {database}: somebody found among {MEMBERS:,}",
        "; ".join(f"{said} p95 {found[kind]['p95_ms']} ms{_found(found[kind])}" for kind, said in kinds.items()),
    )


def _found(kind: dict[str, float]) -> str:
    return f" (shown {kind['found']:.1%}, first {kind['first']:.1%})" if "found" in kind else ""
