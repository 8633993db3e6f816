"""The schema moves forward whole or not at all, on both dialects, and a newer database is left alone."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.models import Model

from facility_agent.storage import backup, migrations, tables
from facility_agent.storage.backup import check
from facility_agent.storage.engine import Database, open_database
from facility_agent.storage.migrations import available, migrate
from facility_agent.storage.store import Store, open_store
from facility_agent.vocabulary.errors import InputError

Migrations = Callable[..., None]
LAST = available()[-1][0]
AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
def with_migrations(monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """Add migrations after the last one, as a later version of the program would."""

    def add(*texts: str) -> None:
        more = [(LAST + place, f"{LAST + place:04d}_later", text) for place, text in enumerate(texts, start=1)]
        for module in (migrations, backup):
            monkeypatch.setattr(module, "available", lambda: (*available(), *more))

    return add


async def schema(database: Database) -> list[tuple[Any, ...]]:
    """Tables, columns with their types, and indexes with their definitions."""
    if database.dialect == "sqlite":
        statements = ["SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"]
    else:
        statements = [
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY 1, 2",
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        ]
    return [tuple(row.values()) for statement in statements for row in await database.rows(statement)]


async def version(database: Database) -> int:
    return int((await database.rows("SELECT MAX(number) AS n FROM schema_migration"))[0]["n"])


def test_migrations_are_numbered_in_order() -> None:
    numbers = [number for number, _, _ in available()]
    assert numbers[0] == 1 and numbers == sorted(set(numbers))


async def test_a_new_database_has_the_whole_schema_and_is_migrated_once(location: str) -> None:
    async with open_database(location) as database:
        assert await migrate(database) == len(available())
        before = await schema(database)
        assert await migrate(database) == 0
        assert await schema(database) == before
        assert await version(database) == LAST


async def test_a_database_migrated_in_steps_equals_one_made_at_once(
    location: str, tmp_path: Path, with_migrations: Migrations
) -> None:
    later = ("CREATE TABLE novel (id TEXT PRIMARY KEY, batch TEXT REFERENCES batch (id) ON DELETE RESTRICT)",)
    later += ("CREATE INDEX novel_batch ON novel (batch);\n-- a remark\nALTER TABLE novel ADD COLUMN said TEXT",)
    async with open_store(location) as store:
        await store.put_setting("kept", "yes")
    for number in (1, 2):
        with_migrations(*later[:number])
        async with open_store(location) as store:
            assert await store.setting("kept") == "yes"
            stepped = await schema(store.database)
    if not location.startswith("postgres"):
        async with open_store(tmp_path / "fresh.sqlite3") as store:
            assert await schema(store.database) == stepped
    assert any("novel_batch" in entry for entry in stepped)


async def test_a_migration_that_fails_leaves_everything_as_it_was(location: str, with_migrations: Migrations) -> None:
    async with open_store(location) as store:
        await store.put_setting("kept", "yes")
        before = await schema(store.database)
    with_migrations(
        "CREATE TABLE novel (id TEXT PRIMARY KEY);\nDELETE FROM setting;\nINSERT INTO nowhere VALUES (1)",
    )
    async with open_database(location) as database:
        with pytest.raises(Exception, match="nowhere"):
            await migrate(database)
        assert await schema(database) == before
        assert await version(database) == LAST
        assert await database.rows("SELECT value FROM setting") == [{"value": "yes"}]


async def test_of_two_migrations_the_first_stands_when_the_second_fails(
    location: str, with_migrations: Migrations
) -> None:
    with_migrations("CREATE TABLE novel (id TEXT PRIMARY KEY)", "INSERT INTO nowhere VALUES (1)")
    async with open_database(location) as database:
        with pytest.raises(Exception, match="nowhere"):
            await migrate(database)
        assert await version(database) == LAST + 1
        assert await database.rows("SELECT id FROM novel") == []


async def test_a_database_of_a_newer_program_is_refused_and_not_touched(location: str) -> None:
    async with open_store(location) as store:
        await store.database.rows("INSERT INTO schema_migration (number, name) VALUES ($1, 'later')", LAST + 7)
    async with open_database(location) as database:
        before = await schema(database)
        with pytest.raises(InputError, match="database-newer") as caught:
            await migrate(database)
        assert caught.value.fields == {"version": LAST + 7, "known": LAST}
        assert await schema(database) == before


async def test_several_who_migrate_one_database_at_once_apply_each_step_once(
    location: str, with_migrations: Migrations
) -> None:
    async with open_store(location) as store:
        await store.put_setting("kept", "yes")
    with_migrations("CREATE TABLE novel (id TEXT PRIMARY KEY)", "CREATE TABLE another (id TEXT PRIMARY KEY)")

    async def one() -> int:
        async with open_database(location) as database:
            return await migrate(database)

    assert sum(await asyncio.gather(*(one() for _ in range(5)))) == 2


async def test_a_populated_file_is_copied_before_it_is_changed(tmp_path: Path, with_migrations: Migrations) -> None:
    file = tmp_path / "site.sqlite3"
    async with open_store(file) as store:
        await store.put_setting("kept", "yes")
    assert list(tmp_path.glob("*before*")) == []
    with_migrations("DELETE FROM setting")
    async with open_store(file) as store:
        assert await store.setting("kept") is None
    (copy,) = tmp_path.glob("*before*")
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT value FROM setting").fetchall() == [("yes",)]


async def test_a_copy_is_whole_for_its_owner_alone_and_replaces_the_one_of_a_try_that_failed(
    tmp_path: Path, with_migrations: Migrations
) -> None:
    file = tmp_path / "site.sqlite3"
    for value, text in (("first", "INSERT INTO nowhere VALUES (1)"), ("second", "DELETE FROM setting")):
        async with open_database(file) as database:
            await migrate(database) if value == "first" else None
            await Store(database).put_setting("kept", value)
            with_migrations(text)
            with contextlib.suppress(OperationalError):
                await migrate(database)
    (copy,) = tmp_path.glob("*before*")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert check(copy).version == LAST
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT value FROM setting").fetchall() == [("second",)]


async def test_several_who_migrate_one_file_at_once_leave_one_copy(tmp_path: Path, with_migrations: Migrations) -> None:
    file = tmp_path / "site.sqlite3"
    async with open_store(file):
        with_migrations("CREATE TABLE novel (id TEXT PRIMARY KEY)")

    async def one() -> int:
        async with open_database(file) as database:
            return await migrate(database)

    assert sum(await asyncio.gather(*(one() for _ in range(5)))) == 1
    assert [path.name for path in tmp_path.glob("*before*")] == [f"site.sqlite3.before-{LAST:04d}"]


async def test_several_who_open_a_new_database_at_once_find_it_ready(location: str) -> None:
    async def one() -> str | None:
        async with open_store(location) as store:
            return await store.setting("kept")

    assert await asyncio.gather(*(one() for _ in range(6))) == [None] * 6


async def test_a_step_that_says_something_else_than_when_it_was_applied_is_refused(
    location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(location):
        pass
    (number, name, text), *others = available()
    changed = text + "\nCREATE TABLE novel (id TEXT PRIMARY KEY);"
    for edited, refused in ((f"-- a remark\n{text}", False), (changed, True)):
        found = ((number, name, edited), *others)
        monkeypatch.setattr(migrations, "available", lambda found=found: found)
        async with open_database(location) as database:
            if refused:
                with pytest.raises(InputError, match="database-other-schema"):
                    await migrate(database)
            else:
                assert await migrate(database) == 0


#: What SQLite needs for a table whose constraints change: make it anew, fill it, put it in the place of the old one.
REBUILD = """
CREATE TABLE account_new (login TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL,
    password_hash TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1,
    office TEXT NOT NULL DEFAULT '');
INSERT INTO account_new SELECT * FROM account;
DROP TABLE account;
ALTER TABLE account_new RENAME TO account
"""


async def test_a_table_that_others_name_can_be_rebuilt(tmp_path: Path, with_migrations: Migrations) -> None:
    file = tmp_path / "site.sqlite3"
    async with open_store(file) as store:
        await store.add_account("awa", "Awa", ("reception",), "hash")
        await store.add_signin("token", "awa", "csrf", AT, AT)
    with_migrations(REBUILD)
    async with open_store(file) as store:
        assert await store.signed_in("token", AT) is not None
        with pytest.raises(IntegrityError):
            await store.database.rows("DELETE FROM account")


async def test_a_migration_that_leaves_rows_without_their_parents_is_undone(
    tmp_path: Path, with_migrations: Migrations
) -> None:
    file = tmp_path / "site.sqlite3"
    async with open_store(file) as store:
        await store.add_account("awa", "Awa", ("reception",), "hash")
        await store.add_signin("token", "awa", "csrf", AT, AT)
    with_migrations("DELETE FROM account")
    async with open_database(file) as database:
        with pytest.raises(RuntimeError, match="foreign keys"):
            await migrate(database)
        assert await database.rows("SELECT login FROM account") == [{"login": "awa"}]


MODELS = [
    model for model in vars(tables).values() if isinstance(model, type) and issubclass(model, Model) and model != Model
]


async def test_the_models_picture_the_tables_as_they_are(location: str) -> None:
    async with open_store(location) as store:
        for model in MODELS:
            meta = model._meta
            wanted = {column: not meta.fields_map[field].null for field, column in meta.fields_db_projection.items()}
            assert await columns(store.database, meta.db_table) == wanted, meta.db_table


async def columns(database: Database, table: str) -> dict[str, bool]:
    """The columns of a table, and whether each must be filled."""
    if database.dialect == "sqlite":
        rows = await database.rows(f"PRAGMA table_info({table})")
        return {row["name"]: bool(row["notnull"] or row["pk"]) for row in rows}
    rows = await database.rows(
        "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1", table
    )
    return {row["column_name"]: row["is_nullable"] == "NO" for row in rows}


async def test_every_foreign_key_has_an_index_and_refuses_to_delete(tmp_path: Path) -> None:
    async with open_store(tmp_path / "site.sqlite3") as store:
        rows = await store.database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        bare = []
        for name in [row["name"] for row in rows]:
            indexed = set()
            for index in await store.database.rows(f"PRAGMA index_list({name})"):
                first = (await store.database.rows(f"PRAGMA index_info({index['name']})"))[0]
                indexed.add(first["name"])
            for key in await store.database.rows(f"PRAGMA foreign_key_list({name})"):
                if key["from"] not in indexed or key["on_delete"] != "RESTRICT":
                    bare.append((name, key["from"]))
    assert bare == []
