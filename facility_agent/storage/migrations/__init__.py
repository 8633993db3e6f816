"""Numbered migrations in plain SQL, each applied in one transaction together with its record.

Tortoise's own migrations rebuild tables on SQLite and lose rows and constraints; these say what they do. Before a
database that holds something is changed, a copy is laid beside it. A database newer than the program is refused.
"""

from __future__ import annotations

import shutil
import sqlite3
from importlib import resources

from facility_agent.storage.engine import Database
from facility_agent.vocabulary.errors import InputError

_BYTES = {"sqlite": "BLOB", "postgres": "BYTEA"}


def available() -> tuple[tuple[int, str, str], ...]:
    """Number, name and text of every migration, in order."""
    files = [file for file in resources.files(__package__).iterdir() if file.name.endswith(".sql")]
    found = [(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(found))


async def migrate(database: Database) -> int:
    """Bring the schema up to date; returns how many migrations were applied. Two at once wait for each other."""
    await database.rows("CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL)")
    known = available()
    applied = 0
    if await _version(database) < known[-1][0]:
        _copy_beside(database, await _version(database))
    for number, name, text in known:
        async with database.transaction():
            if await _version(database) >= number:
                continue
            for statement in _statements(text.replace("{bytes}", _BYTES[database.dialect])):
                await database.rows(statement)
            await database.rows("INSERT INTO schema_migration (number, name) VALUES ($1, $2)", number, name)
            applied += 1
    if await _version(database) > known[-1][0]:
        raise InputError("database-newer", version=await _version(database), known=known[-1][0])
    return applied


async def _version(database: Database) -> int:
    rows = await database.rows("SELECT COALESCE(MAX(number), 0) AS version FROM schema_migration")
    return int(rows[0]["version"])


def _statements(text: str) -> list[str]:
    """The statements of a migration: no semicolon stands inside one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def _copy_beside(database: Database, version: int) -> None:
    """A copy of a populated SQLite file, through SQLite itself, before it is changed."""
    if database.path is None or version == 0:
        return
    target = database.path.with_name(f"{database.path.name}.before-{version:04d}")
    part = target.with_name(target.name + ".part")
    with sqlite3.connect(database.path) as source, sqlite3.connect(part) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    shutil.move(part, target)
