"""A backup is put back whole or not at all: the old database or the new one, and never a mixture."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from facility_agent.storage import backup
from facility_agent.storage.backup import back_up, check, put_back
from facility_agent.storage.store import open_store
from facility_agent.vocabulary.errors import InputError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A backup, and the database it was taken of as it went on: its last words stand in its log, as after kill -9."""
    source = tmp_path / "source.sqlite3"
    async with open_store(source) as store:
        for number in range(200):
            await store.put_setting(f"key-{number}", "value of a setting")
        await store.put_setting("is", "new")
        back_up(source, tmp_path / "copy.sqlite3", "EX", "2026-03-05T10:00:00+00:00")
        await store.put_setting("is", "old")
        for end in ("", "-wal"):
            shutil.copy(f"{source}{end}", f"{tmp_path / 'site.sqlite3'}{end}")
    source.unlink()
    assert (tmp_path / "site.sqlite3-wal").stat().st_size
    return tmp_path


def word(file: Path) -> str:
    """What the database says of itself."""
    with closing(sqlite3.connect(file)) as connection:
        said: str = connection.execute("SELECT value FROM setting WHERE key = 'is'").fetchone()[0]
    return said


def held(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.name != "copy.sqlite3"}


def refused(code: str, folder: Path, **more: object) -> None:
    """Putting the backup back is refused with this code, and no file of the folder has changed."""
    before = held(folder)
    with pytest.raises(InputError) as caught:
        put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3", **more)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert held(folder) == before


def test_a_backup_takes_the_place_and_the_former_is_kept_with_what_was_in_its_log(folder: Path) -> None:
    checked = put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
    assert checked.rows["setting"] == 201
    assert (word(folder / "site.sqlite3"), word(folder / "aside.sqlite3")) == ("new", "old")
    assert check(folder / "site.sqlite3").mark is None
    assert sorted(file.name for file in folder.iterdir()) == ["aside.sqlite3", "copy.sqlite3", "site.sqlite3"]
    assert (folder / "site.sqlite3").stat().st_mode & 0o777 == 0o600


def test_where_nothing_stands_nothing_is_kept_and_without_a_word_nothing_is_replaced(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX")
    assert (caught.value.code, word(folder / "site.sqlite3")) == ("restore-present", "old")
    put_back(folder / "copy.sqlite3", folder / "new" / "site.sqlite3", "EX")
    assert word(folder / "new" / "site.sqlite3") == "new"


def test_the_log_of_a_database_that_is_gone_is_not_read_into_the_new_one(folder: Path) -> None:
    (folder / "site.sqlite3").unlink()
    with pytest.raises(InputError) as caught:
        put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX")
    assert caught.value.code == "restore-present"
    put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
    assert word(folder / "site.sqlite3") == "new"
    assert (folder / "aside.sqlite3-wal").stat().st_size


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_database_that_cannot_be_opened_is_kept_as_it_is_with_its_log(damage: bytes, folder: Path) -> None:
    log = (folder / "site.sqlite3-wal").read_bytes()[:100]
    (folder / "site.sqlite3").write_bytes(damage)
    (folder / "site.sqlite3-wal").write_bytes(log)
    put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
    assert word(folder / "site.sqlite3") == "new"
    assert (folder / "aside.sqlite3").read_bytes() == damage
    assert (folder / "aside.sqlite3-wal").read_bytes() == log


def flipped(copy: Path) -> None:
    """One bit of one word of one row: the file is a sound database still."""
    data = bytearray(copy.read_bytes())
    data[data.index(b"value of a setting")] ^= 1
    copy.write_bytes(data)


def shortened(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-4096])


def half(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


def changed(*statements: str) -> Callable[[Path], None]:
    def change(copy: Path) -> None:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "is not there": (Path.unlink, "database-unreachable"),
    "is empty": (lambda copy: copy.write_bytes(b""), "backup-damaged"),
    "is no database": (lambda copy: copy.write_bytes(b"x" * 9_000), "backup-damaged"),
    "lacks its last page": (shortened, "backup-damaged"),
    "lacks its second half": (half, "backup-damaged"),
    "has one bit flipped": (flipped, "backup-damaged"),
    "lost a row": (changed("DELETE FROM setting WHERE key = 'key-7'"), "backup-damaged"),
    "has a table more": (changed("CREATE TABLE more (a)"), "backup-damaged"),
    "says another day": (changed("UPDATE backup_mark SET taken = '2026-03-06'"), "backup-damaged"),
    "lost its mark": (changed("DELETE FROM backup_mark"), "backup-unmarked"),
    "is a bare database": (changed("DROP TABLE backup_mark"), "backup-unmarked"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_not_the_backup_that_was_taken_changes_nothing(what: str, folder: Path) -> None:
    make, code = WRONG[what]
    make(folder / "copy.sqlite3")
    refused(code, folder)


def test_a_backup_of_somebody_else_or_of_a_newer_program_changes_nothing(folder: Path) -> None:
    copy = folder / "copy.sqlite3"
    copy.rename(folder / "other.sqlite3")
    back_up(folder / "other.sqlite3", copy, "ANOTHER")
    refused("backup-of-another", folder)
    copy.unlink()
    changed("INSERT INTO schema_migration (number, name) VALUES (9000, '9000_later')")(folder / "other.sqlite3")
    with pytest.raises(InputError):
        back_up(folder / "other.sqlite3", copy, "EX")
    shutil.copy(folder / "other.sqlite3", copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        made = backup._digest(connection, "EX", "")
        connection.execute("UPDATE backup_mark SET party = 'EX', taken = '', digest = ?", (made,))
    refused("database-newer", folder)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can become larger: the system itself refuses, in the middle of what is written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with room_for(100_000):
        refused("restore-not-written", folder)

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backup, "_to_disk", full)
    refused("restore-not-written", folder)


def test_a_medium_without_second_names_gets_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_name(source: object, target: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(backup.os, "link", one_name)
    put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
    assert (word(folder / "site.sqlite3"), word(folder / "aside.sqlite3")) == ("new", "old")


def test_a_database_that_somebody_has_open_is_not_replaced(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "site.sqlite3", isolation_level=None)) as other:
        assert other.execute("SELECT COUNT(*) FROM setting").fetchone() == (201,)
        with pytest.raises(InputError) as caught:
            put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
        assert caught.value.code == "restore-running"
        assert other.execute("SELECT value FROM setting WHERE key = 'is'").fetchone() == ("old",)
    assert not (folder / "aside.sqlite3").exists()


def test_killed_before_any_of_its_steps_the_old_database_stands_or_the_new_one(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.storage.restorer", str(folder)], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    *killed, last = [line.split(maxsplit=2)[1:] for line in ran.stdout.splitlines()]
    assert last == ["done", "ok new ok old"]
    assert {how for how, _ in killed} == {"killed"} and len(killed) >= 10
    assert {stands for _, stands in killed} == {"ok old none", "ok old ok old", "ok new ok old"}
