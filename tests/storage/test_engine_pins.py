"""What the engine replaces in Tortoise, or rests on, is exactly what it was when the engine was written.

A release of Tortoise that changes one of these may bring a hang or a lost row back, with every other test green.
Each entry is the signature and the first digits of the SHA-256 of the source text.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from facility_agent.storage import postgres, settle, sqlite
from facility_agent.storage.engine import open_database

PINNED: dict[str, dict[str, tuple[str, str]]] = {
    "tortoise.backends.sqlite.client:SqliteClient": {
        "__init__": ("(self, file_path: str, **kwargs: Any) -> None", "dd94772f4d8f"),
        "create_connection": ("(self, with_db: bool) -> None", "4696f8371186"),
        "close": ("(self) -> None", "72be830c15c5"),
        "acquire_connection": ("(self) -> ConnectionWrapper", "847bc05c219e"),
        "_in_transaction": ("(self) -> TransactionContext", "f40b90ec19d2"),
        "execute_insert": ("(self, query: str, values: list) -> int", "984cbaf08c56"),
        "execute_many": ("(self, query: str, values: list[list]) -> None", "82d0d4f63090"),
        "execute_query": (
            "(self, query: str, values: list | None = None) -> tuple[int, Sequence[dict]]",
            "09285778258b",
        ),
        "execute_query_dict": ("(self, query: str, values: list | None = None) -> list[dict]", "8c96d34e6cd2"),
        "execute_script": ("(self, query: str) -> None", "a52320fc3c4c"),
    },
    "tortoise.backends.sqlite.client:SqliteTransactionWrapper": {
        "__init__": ("(self, connection: SqliteClient) -> None", "3b4727c9f966"),
        "_in_transaction": ("(self) -> TransactionContext", "98781111d29e"),
        "execute_many": ("(self, query: str, values: list[list]) -> None", "0335e464bd26"),
        "begin": ("(self) -> None", "f2754f0a93e7"),
        "rollback": ("(self) -> None", "d523749f446a"),
        "commit": ("(self) -> None", "bc1dfe2c27ca"),
        "savepoint": ("(self) -> None", "e8c93f67cef7"),
        "savepoint_rollback": ("(self) -> None", "debb9822a22b"),
        "release_savepoint": ("(self) -> None", "a242cea9be1d"),
    },
    "tortoise.backends.sqlite.client:SqliteTransactionContext": {
        "__aenter__": ("(self) -> TransactionalDBClient", "0fb0ed89e66c"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "da8840e054db"),
    },
    "tortoise.backends.asyncpg.client:AsyncpgDBClient": {
        "create_connection": ("(self, with_db: bool) -> None", "eabd82f1a274"),
        "create_pool": ("(self, **kwargs) -> asyncpg.Pool", "899b1c479fc4"),
        "_close": ("(self) -> None", "fe333816a904"),
        "_translate_exceptions": ("(self, func, *args, **kwargs) -> Exception", "54130dc18c7b"),
        "_in_transaction": ("(self) -> TransactionContext", "9aeeb141c6ff"),
        "execute_insert": ("(self, query: str, values: list) -> asyncpg.Record | None", "8a9c3662cbd7"),
        "execute_many": ("(self, query: str, values: list) -> None", "48fbf7e91ca5"),
        "execute_query": ("(self, query: str, values: list | None = None) -> tuple[int, list[dict]]", "7b23aad3a570"),
        "execute_query_dict": ("(self, query: str, values: list | None = None) -> list[dict]", "d215a55c8bd6"),
    },
    "tortoise.backends.asyncpg.client:TransactionWrapper": {
        "__init__": ("(self, connection: AsyncpgDBClient) -> None", "a79151285215"),
        "_in_transaction": ("(self) -> TransactionContext", "ca2d4ecbadbd"),
        "acquire_connection": ("(self) -> ConnectionWrapper[asyncpg.Connection]", "a74b37fbe911"),
        "execute_many": ("(self, query: str, values: list) -> None", "22746925b1e0"),
        "begin": ("(self) -> None", "dce060f79cce"),
        "savepoint": ("(self) -> None", "030b1df3ae5c"),
        "commit": ("(self) -> None", "0f784ab1e66e"),
        "release_savepoint": ("(self) -> None", "4b4571a65b9c"),
        "rollback": ("(self) -> None", "3aecc8cbbf16"),
        "savepoint_rollback": ("(self) -> None", "37092062aff6"),
    },
    "tortoise.backends.base_postgres.client:BasePostgresClient": {
        "__init__": (
            "(self, user: str | None = None, password: PasswordType = None, database: str | None = None, host: "
            "str | None = None, port: SupportsInt = 5432, **kwargs: Any) -> None",
            "4417f6cbb896",
        ),
        "close": ("(self) -> None", "faf3b03e187b"),
        "acquire_connection": ("(self) -> ConnectionWrapper | PoolConnectionWrapper", "673f339e4211"),
        "execute_script": ("(self, query: str) -> None", "805041b48970"),
    },
    "tortoise.backends.base.client:ConnectionWrapper": {
        "__init__": ("(self, lock: asyncio.Lock, client: BaseDBAsyncClient) -> None", "33777f8f2fa5"),
        "__aenter__": ("(self) -> T_conn", "34cbbc3cdf1c"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "b5f5e022c52d"),
        "ensure_connection": ("(self) -> None", "361618765858"),
    },
    "tortoise.backends.base.client:PoolConnectionWrapper": {
        "__aenter__": ("(self) -> T_conn", "02a09a1b884e"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "e0f6b29dc0aa"),
        "ensure_connection": ("(self) -> None", "07b42b9854ce"),
    },
    "tortoise.backends.base.client:TransactionContextPooled": {
        "__aenter__": ("(self) -> TransactionalDBClient", "aab85fd1e6ac"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "887994b45c7c"),
    },
    "tortoise.backends.base.client:NestedTransactionContext": {
        "__aenter__": ("(self) -> TransactionalDBClient", "5f0ec4a43293"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "ce04c8a55fde"),
    },
    "tortoise.backends.base.client:TransactionContext": {
        "__aenter__": ("(self) -> TransactionalDBClient", "7c0589ed5d8e"),
        "__aexit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "f8ee44aa0971"),
    },
    "tortoise.backends.base.client:BaseDBAsyncClient": {
        "__init__": (
            "(self, connection_name: str, fetch_inserted: bool = True, **kwargs: Any) -> None",
            "5e3c59a8798b",
        ),
        "execute_query_dict": (
            "(self, query: str, values: list | None = None) -> list[dict]",
            "1cc6c96865f4",
        ),
        "_check_loop": ("(self) -> bool", "70eb4f726448"),
        "_post_connect": ("(self) -> None", "51ae14d8bc0c"),
    },
    "tortoise.connection:ConnectionHandler": {
        "__init__": ("(self) -> None", "b2fdaac10393"),
        "_init_config": ("(self, db_config: DBConfigType, create_db: bool = False) -> None", "9cfc9a6fda08"),
        "_create_connection": ("(self, conn_alias: str) -> BaseDBAsyncClient", "f4b549774034"),
        "_discover_client_class": ("(self, db_info: dict) -> type[BaseDBAsyncClient]", "35b70e429363"),
        "get": ("(self, conn_alias: str) -> BaseDBAsyncClient", "ac152a80d1ff"),
        "set": ("(self, conn_alias: str, conn_obj: BaseDBAsyncClient) -> ConnectionToken", "54f38fe9e88a"),
        "reset": ("(self, token: ConnectionToken | None) -> None", "91631d08737e"),
        "close_all": ("(self, discard: bool = True) -> None", "d230f9e2488e"),
    },
    "tortoise.context:TortoiseContext": {
        "init": (
            "(self, config: dict[str, Any] | TortoiseConfig | None = None, *, config_file: str | None = None, "
            "db_url: str | None = None, modules: dict[str, Iterable[str | ModuleType]] | None = None, _create_db:"
            " bool = False, use_tz: bool = True, timezone: str = UTC, routers: list[str | type] | None = None, "
            "table_name_generator: Callable[[type[Model]], str] | None = None, init_connections: bool = True, "
            "_enable_global_fallback: bool = False) -> None",
            "5e4e462e2244",
        ),
        "close_connections": ("(self) -> None", "7ed837aab681"),
        "__enter__": ("(self) -> TortoiseContext", "41a024c1938a"),
        "__exit__": ("(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None", "102f6e868dad"),
    },
}

OURS = (
    sqlite.SafeSqliteClient,
    sqlite.SafeSqliteWrapper,
    sqlite.GuardedConnection,
    postgres.SafePostgresClient,
    postgres.SafePostgresWrapper,
    settle.SafeContext,
    settle.SafeNestedContext,
)


def plain(signature: inspect.Signature) -> str:
    """A signature as it is pinned."""
    return str(signature).replace("'", "")


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, methods in PINNED.items() for name in methods])
def test_what_the_engine_rests_on_is_as_it_was(owner: str, name: str) -> None:
    module, cls = owner.split(":")
    method: Any = vars(getattr(importlib.import_module(module), cls)).get(name)
    assert method is not None, (
        f"{owner}.{name} is gone from Tortoise {version('tortoise-orm')}: reread storage/settle.py"
    )
    source = hashlib.sha256(inspect.getsource(inspect.unwrap(method)).encode()).hexdigest()[:12]
    assert (plain(inspect.signature(method)), source) == PINNED[owner][name], (
        f"{owner}.{name} is not what it was in Tortoise 1.1.9: compare it with what storage/sqlite.py, "
        "storage/postgres.py and storage/settle.py do in its place, run the fault tests, then pin it anew"
    )


@pytest.mark.parametrize("ours", OURS, ids=lambda cls: cls.__name__)
def test_every_method_that_the_engine_replaces_is_pinned(ours: type[Any]) -> None:
    for base in ours.__mro__[1:]:
        if not base.__module__.startswith("tortoise."):
            continue
        for name in vars(base):
            mine = next((cls for cls in ours.__mro__ if name in vars(cls)), None)
            replaced = mine is not None and mine.__module__.startswith("facility_agent.")
            if replaced and inspect.isfunction(vars(base)[name]) and not _abstract(vars(base)[name]):
                owner = f"{base.__module__}:{base.__qualname__}"
                assert name in PINNED.get(owner, {}), f"{owner}.{name} is replaced by {ours.__name__} and not pinned"


def _abstract(method: Any) -> bool:
    return getattr(method, "__isabstractmethod__", False) or "NotImplementedError" in inspect.getsource(method)


async def test_the_attributes_that_the_engine_touches_are_there(location: str) -> None:
    async with open_database(location) as database:
        client: Any = database.connection()
        async with database.transaction() as wrapper:
            assert wrapper._parent is client
            assert wrapper._finalized is False
            assert isinstance(wrapper._lock, asyncio.Lock)
        assert wrapper._finalized is True
        if database.dialect == "sqlite":
            assert isinstance(client._lock, asyncio.Lock)
            assert isinstance(client._connection, aiosqlite.Connection)
            assert client._connection.isolation_level is None
            assert client._connection.in_transaction is False
        else:
            assert isinstance(client._pool_init_lock, asyncio.Lock)
            assert client._pool is not None
            assert client.server_settings["lock_timeout"] == "30s"


async def test_sqlite_is_opened_with_the_settings_that_keep_what_was_acknowledged(tmp_path: Path) -> None:
    async with open_database(tmp_path / "site.sqlite3") as database:

        async def pragma(name: str) -> Any:
            return next(iter((await database.rows(f"PRAGMA {name}"))[0].values()))

        settings = {
            name: await pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_task_can_be_hidden_from_a_loop_that_shuts_down() -> None:
    assert plain(inspect.signature(asyncio.tasks._py_unregister_task)) == "(task)"  # type: ignore[attr-defined]
    assert version("tortoise-orm") == "1.1.9"
