"""Backups that can be restored: taken through SQLite itself, checked, then given their name.

Copying the file of a database that is in use loses what is still in its write-ahead log. `VACUUM INTO` reads one
consistent state while the desk goes on writing, and leaves out what was deleted. A copy has its name only once it is
whole, checked and on the disk. A backup holds health data: only its owner may read it. A PostgreSQL server is backed
up with its own tools.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from facility_agent.storage.engine import dialect_of
from facility_agent.storage.migrations import available
from facility_agent.vocabulary.errors import InputError


class Checked(msgspec.Struct, frozen=True):
    """A database file that is in order: its schema's number, its size in bytes, and the rows of each table."""

    version: int
    size: int
    rows: dict[str, int]


def back_up(location: str | Path, target: Path) -> Checked:
    """Write a checked backup of the database at `location` to `target`; the server need not stop.

    Blocks while it copies: call it in a thread. InputError `backup-server`, `backup-exists`, `database-unreachable`,
    `backup-damaged` or `backup-not-written`; then nothing stands at `target`.
    """
    if dialect_of(location) == "postgres":
        raise InputError("backup-server")
    return _copied(Path(location), target)


def restore(backup: Path, target: Path) -> Checked:
    """Put a backup in the place of a database that is not there; an existing one is never written over."""
    check(backup)
    return _copied(backup, target)


def check(file: Path) -> Checked:
    """Whether a database file can be restored from; InputError `backup-damaged` or `database-newer` when not."""
    if not file.is_file():
        raise InputError("database-unreachable", location=file.name)
    try:
        with closing(_reader(file)) as connection:
            answers = [row[0] for row in connection.execute("PRAGMA quick_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
            version = connection.execute("SELECT COALESCE(MAX(number), 0) FROM schema_migration").fetchone()[0]
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}
    except sqlite3.Error as error:
        raise InputError("backup-damaged", name=file.name) from error
    if answers != ["ok"] or orphans:
        raise InputError("backup-damaged", name=file.name)
    known = available()[-1][0]
    if version > known:
        raise InputError("database-newer", version=version, known=known)
    return Checked(version, file.stat().st_size, rows)


def _copied(source: Path, target: Path) -> Checked:
    """A checked copy of `source` under the name of `target`, or nothing."""
    if target.exists():
        raise InputError("backup-exists", name=target.name)
    if not source.is_file():
        raise InputError("database-unreachable", location=source.name)
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(_reader(source)) as connection:
                connection.execute("VACUUM INTO ?", (str(part),))
            checked = check(part)
            _to_disk(part)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        _to_disk(target.parent)
    except (sqlite3.DatabaseError, OSError) as error:
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        raise InputError("backup-damaged" if damaged else "backup-not-written", name=target.name) from error
    return checked


def _reader(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)


def _to_disk(path: Path) -> None:
    """Have the system write a file or folder out, so that a power cut does not take it back."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
