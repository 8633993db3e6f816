"""What the storage tests share: every test that asks for `location` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from facility_agent.storage.engine import Database, open_database

DIALECTS = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]

#: Scratch tables of the engine's tests: rows that come in pairs, and a foreign key that is checked at COMMIT.
SCRATCH = """
CREATE TABLE pair (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE parent (id TEXT PRIMARY KEY);
CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
"""


@pytest.fixture(params=DIALECTS)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database lies, once per dialect."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_database")
        return url
    return str(tmp_path / "site.sqlite3")


@pytest.fixture
async def scratch(location: str) -> AsyncIterator[Database]:
    """An open database with the scratch tables."""
    async with open_database(location) as database:
        await database.connection().execute_script(SCRATCH)
        yield database


@pytest.fixture
async def sqlite_scratch(tmp_path: Path) -> AsyncIterator[Database]:
    """The same on SQLite alone."""
    async with open_database(tmp_path / "site.sqlite3") as database:
        await database.connection().execute_script(SCRATCH)
        yield database
