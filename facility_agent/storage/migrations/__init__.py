"""Numbered migrations in plain SQL, each applied in one transaction together with its record.

Tortoise's own migrations rebuild tables on SQLite and lose rows and constraints; these say what they do. Before a
database that holds something is changed, a checked copy is laid beside it. A database newer than the program is
refused, and so is one in which a step stood that says something else now.
"""

from __future__ import annotations

import asyncio
from importlib import resources

from facility_agent.storage.engine import Database
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest

#: What the dialects call differently: a byte string, an empty one, text in the order of its signs, and a table that
#: lies in the order of its key.
_DIALECTS = {
    "sqlite": {"{bytes}": "BLOB", "{nothing}": "x''", "{exact}": "", "{keyed}": "WITHOUT ROWID"},
    "postgres": {"{bytes}": "BYTEA", "{nothing}": "''::bytea", "{exact}": 'COLLATE "C"', "{keyed}": ""},
}


def available() -> tuple[tuple[int, str, str], ...]:
    """Number, name and text of every migration, in order."""
    files = [file for file in resources.files(__package__).iterdir() if file.name.endswith(".sql")]
    found = [(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(found))


async def migrate(database: Database) -> int:
    """Bring the schema up to date; returns how many migrations were applied. Two at once wait for each other."""
    known = available()
    async with database.transaction():
        # Two who make a table at once outside a transaction collide on PostgreSQL, IF NOT EXISTS or not.
        await database.rows(
            "CREATE TABLE IF NOT EXISTS schema_migration "
            "(number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL DEFAULT '')"
        )
        held = {row["number"]: row["digest"] for row in await database.rows("SELECT * FROM schema_migration")}
    for number, name, text in known:
        if number in held and held[number] != _digest(text):
            raise InputError("database-other-schema", name=name)
    applied = 0
    for number, name, text in known:
        if number not in held:
            applied += await _apply(database, number, name, text, copied=applied > 0)
    if await _version(database) > known[-1][0]:
        raise InputError("database-newer", version=await _version(database), known=known[-1][0])
    return applied


async def _apply(database: Database, number: int, name: str, text: str, *, copied: bool) -> bool:
    """Apply one migration; False when somebody else was faster."""
    # A table that is rebuilt under its old name would take its children's rows with it. SQLite hears this pragma only
    # outside a transaction; what the keys forbid is looked for before COMMIT instead.
    await _foreign_keys(database, "OFF")
    try:
        async with database.transaction():
            version = await _version(database)
            if version >= number:
                return False
            if version and not copied:
                await _copy_beside(database, version)
            for statement in _statements(_spoken(text, database.dialect)):
                await database.rows(statement)
            await database.rows(
                "INSERT INTO schema_migration (number, name, digest) VALUES ($1, $2, $3)", number, name, _digest(text)
            )
            if database.dialect == "sqlite" and await database.rows("PRAGMA foreign_key_check"):
                raise RuntimeError(f"{name} leaves rows whose foreign keys lead nowhere")
    finally:
        await _foreign_keys(database, "ON")
    return True


async def _foreign_keys(database: Database, state: str) -> None:
    if database.dialect == "sqlite":
        await database.rows(f"PRAGMA foreign_keys={state}")


async def _version(database: Database) -> int:
    rows = await database.rows("SELECT COALESCE(MAX(number), 0) AS version FROM schema_migration")
    return int(rows[0]["version"])


def _statements(text: str) -> list[str]:
    """The statements of a migration: no semicolon stands inside one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def _spoken(text: str, dialect: str) -> str:
    """A migration in the words of one dialect."""
    for word, meant in _DIALECTS[dialect].items():
        text = text.replace(word, meant)
    return text


def _digest(text: str) -> str:
    """What a migration does, without its remarks."""
    return digest(";\n".join(_statements(text)).encode())


async def _copy_beside(database: Database, version: int) -> None:
    """A checked copy of a populated SQLite file before it is changed; called by the one who holds the write lock."""
    from facility_agent.storage.backup import back_up  # backup asks this module for the known versions

    if database.path is None:
        return
    target = database.path.with_name(f"{database.path.name}.before-{version:04d}")
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    await asyncio.to_thread(back_up, database.path, fresh)
    fresh.replace(target)
