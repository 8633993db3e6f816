"""Backups that can be put back: taken through SQLite itself, checked, then given their name.

Copying the file of a database that is in use loses what is still in its write-ahead log. `VACUUM INTO` reads one
consistent state while the desk goes on writing, and leaves out what was deleted. A copy has its name only once it is
whole, checked and on the disk. It says of itself whose it is and when it was taken, and carries the digest of every
row: a medium that changed a letter of it is found out. A backup holds health data: only its owner may read it. A
PostgreSQL server is backed up with its own tools.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.storage.engine import dialect_of
from facility_agent.storage.migrations import available
from facility_agent.vocabulary.errors import InputError

#: Rows that are digested at once.
_AT_ONCE: Final = 1_000
#: What SQLite keeps beside a database that is open, or that nobody could close.
_BESIDE: Final = ("-wal", "-shm", "-journal")


class Mark(msgspec.Struct, frozen=True):
    """What a backup says of itself: the code of its installation, the local instant, the digest of all its rows."""

    party: str
    taken: str
    digest: str = ""


class Checked(msgspec.Struct, frozen=True):
    """A database file that is in order: its schema's number, its size in bytes, the rows of each table; a backup's
    mark."""

    version: int
    size: int
    rows: dict[str, int]
    mark: Mark | None = None


def back_up(location: str | Path, target: Path, party: str = "", taken: str = "") -> Checked:
    """Write a checked backup of the database at `location` to `target`; the server need not stop.

    Blocks while it copies: call it in a thread. InputError `backup-server`, `backup-exists`, `database-unreachable`,
    `backup-damaged` or `backup-not-written`; then nothing stands at `target`.
    """
    if dialect_of(location) == "postgres":
        raise InputError("backup-server")
    source = Path(location)
    if target.exists():
        raise InputError("backup-exists", name=target.name)
    if not source.is_file():
        raise InputError("database-unreachable", location=source.name)
    part = _part(target)
    try:
        try:
            _copy(source, part)
            with closing(_writer(part)) as connection:
                # One that stands there already came with a backup that somebody copied into its place by hand.
                connection.execute("DROP TABLE IF EXISTS backup_mark")
                mark = (party, taken, _digest(connection, party, taken))
                connection.execute("CREATE TABLE backup_mark (party TEXT, taken TEXT, digest TEXT)")
                connection.execute("INSERT INTO backup_mark VALUES (?, ?, ?)", mark)
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


def put_back(backup: Path, target: Path, party: str, aside: Path | None = None) -> Checked:
    """Put a backup of `party` in the place of a database that nobody has open, in one step: the old one or the new.

    `aside` is the name under which a database that stands there is kept. InputError `database-unreachable`,
    `backup-damaged`, `database-newer`, `backup-unmarked`, `backup-of-another`, `restore-present` (without `aside`),
    `restore-running` or `restore-not-written`; then the database is the one of before.
    """
    checked = check(backup)
    if checked.mark is None:
        raise InputError("backup-unmarked", name=backup.name)
    if checked.mark.party not in ("", party):
        raise InputError("backup-of-another", name=backup.name, party=checked.mark.party, own=party)
    former = any(Path(f"{target}{end}").exists() for end in ("", "-wal"))
    if former and aside is None:
        raise InputError("restore-present", name=target.name)
    if aside is not None and aside.exists():
        raise InputError("backup-exists", name=aside.name)
    part = _part(target)
    try:
        try:
            _copy(backup, part)
            with closing(_writer(part)) as connection:
                connection.execute("DROP TABLE backup_mark")
                if _digest(connection, checked.mark.party, checked.mark.taken) != checked.mark.digest:
                    raise InputError("backup-damaged", name=backup.name)
            _to_disk(part)
            if former and aside is not None:
                _keep_aside(target, aside)
            part.replace(target)
        except BaseException:
            for end in ("", *_BESIDE) if aside is not None else ():
                Path(f"{aside}{end}").unlink(missing_ok=True)
            raise
        finally:
            part.unlink(missing_ok=True)
        _to_disk(target.parent)
    except (sqlite3.DatabaseError, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise InputError("restore-running", folder=str(target.parent)) from error
        raise InputError("restore-not-written", name=target.name) from error
    return checked


def check(file: Path) -> Checked:
    """Whether a database file is in order, and a backup the one that was taken.

    InputError `database-unreachable`, `backup-damaged` or `database-newer` when not.
    """
    if not file.is_file():
        raise InputError("database-unreachable", location=file.name)
    try:
        with closing(_reader(file)) as connection:
            answers = [row[0] for row in connection.execute("PRAGMA quick_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
            version = connection.execute("SELECT COALESCE(MAX(number), 0) FROM schema_migration").fetchone()[0]
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}
            marks = connection.execute("SELECT * FROM backup_mark").fetchall() if "backup_mark" in tables else ()
            mark = Mark(*map(str, marks[0])) if marks else None
            altered = mark is not None and _digest(connection, mark.party, mark.taken) != mark.digest
    except (sqlite3.Error, OSError) as error:
        raise InputError("backup-damaged", name=file.name) from error
    if answers != ["ok"] or orphans or altered:
        raise InputError("backup-damaged", name=file.name)
    known = available()[-1][0]
    if version > known:
        raise InputError("database-newer", version=version, known=known)
    return Checked(version, file.stat().st_size, rows, mark)


def _digest(connection: sqlite3.Connection, party: str, taken: str) -> str:
    """SHA-256 over the schema and every row but the mark's own, in the order in which they lie."""
    found = sha256(msgspec.msgpack.encode((party, taken)))
    schema = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name <> 'backup_mark' ORDER BY type, name"
    ).fetchall()
    found.update(msgspec.msgpack.encode(schema))
    for name in (name for kind, name, _ in schema if kind == "table"):
        rows = connection.execute(f'SELECT * FROM "{name}" NOT INDEXED')
        while some := rows.fetchmany(_AT_ONCE):
            found.update(msgspec.msgpack.encode(some))
    return found.hexdigest()


def _part(target: Path) -> Path:
    """The name under which a copy is made, before it has its own."""
    return target.with_name(f".{target.name}.part")


def _copy(source: Path, part: Path) -> None:
    """A consistent copy that only its owner may read; what an interrupted one left goes first."""
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(_reader(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))


def _keep_aside(target: Path, aside: Path) -> None:
    """Keep a database under another name too; what stood in its log stands in it, or beside it when it is damaged."""
    # SQLite takes the log of a database away that it cannot open.
    _all_too(target, aside, _BESIDE)
    if target.exists() and not _damaged(target):
        for end in _BESIDE:
            Path(f"{aside}{end}").unlink(missing_ok=True)
    _all_too(target, aside, ("",))
    _to_disk(aside.parent)
    for end in _BESIDE:
        Path(f"{target}{end}").unlink(missing_ok=True)


def _damaged(target: Path) -> bool:
    """Whether a database cannot be opened; of one that can, the log is written into it and taken away."""
    try:
        with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        return True
    return False


def _all_too(target: Path, aside: Path, ends: Iterable[str]) -> None:
    for end in ends:
        if (file := Path(f"{target}{end}")).exists():
            _name_too(file, Path(f"{aside}{end}"))


def _name_too(file: Path, other: Path) -> None:
    """Another name for a file; a copy where the medium knows one name only."""
    try:
        os.link(file, other)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise
        shutil.copy(file, other)
        _to_disk(other)


def _reader(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)


def _writer(part: Path) -> sqlite3.Connection:
    """A copy that has no name yet: nothing need be kept of what is changed in it."""
    connection = sqlite3.connect(part, isolation_level=None)
    connection.execute("PRAGMA journal_mode=MEMORY")
    return connection


def _to_disk(path: Path) -> None:
    """Have the system write a file or folder out, so that a power cut does not take it back."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
