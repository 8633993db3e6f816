"""What the storage tests share: every test that asks for `location` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from facility_agent.storage.engine import Database, open_database
from facility_agent.storage.store import Store, open_store
from tests.services.postgres import fresh_database

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


@pytest.fixture(scope="module")
async def shared_postgres(postgres_url: str) -> AsyncIterator[str]:
    """One PostgreSQL database for the store tests of a module; each of them begins by emptying it."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
async def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store with all its tables, made once; tests open copies of it."""
    path = tmp_path_factory.mktemp("made") / "site.sqlite3"
    async with open_store(path):
        pass
    return path


@pytest.fixture(params=DIALECTS)
def store_location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the store of a test lies, once per dialect."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("shared_postgres")
        return url
    return str(shutil.copy(request.getfixturevalue("made_sqlite"), tmp_path / "site.sqlite3"))


@pytest.fixture
async def store(store_location: str) -> AsyncIterator[Store]:
    """An empty open store."""
    async with open_store(store_location) as opened:
        if opened.database.dialect == "postgres":
            rows = await opened.database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = sorted({row["tablename"] for row in rows} - {"schema_migration"})
            deletions = "; ".join(f"DELETE FROM {name}" for name in names)
            # Far quicker than TRUNCATE on tables that hold a few rows; foreign keys look away meanwhile.
            await opened.database.connection().execute_script(
                f"SET session_replication_role = replica; {deletions}; RESET session_replication_role"
            )
        yield opened
