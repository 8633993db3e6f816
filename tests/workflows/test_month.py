"""A whole month works out on SQLite and on PostgreSQL; what is asked for twice is done once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.postgres import fresh_database
from tests.workflows.places import Places
from tests.workflows.story import tell

ROOT = Path(__file__).resolve().parents[2]


async def test_a_month_works_out_from_the_card_to_the_last_franc(ready: Places) -> None:
    await tell(ready)


@pytest.mark.postgres
async def test_a_month_works_out_on_two_postgresql_databases(postgres_url: str, tmp_path: Path) -> None:
    async with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        command = [sys.executable, "-m", "tests.workflows.story", str(tmp_path), one, other]
        told = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "reconciled\n"), told.stderr
