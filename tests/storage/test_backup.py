"""A backup is whole, checked and private, or it is not there; how it is put back: `test_restore.py`."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from facility_agent.storage.backup import Mark, back_up, check
from facility_agent.storage.store import open_store
from facility_agent.vocabulary.errors import InputError


@pytest.fixture
async def site(tmp_path: Path) -> Path:
    """The database of an installation, with something in it."""
    file = tmp_path / "site.sqlite3"
    async with open_store(file) as store:
        for number in range(50):
            await store.put_setting(f"key-{number}", "value")
    return file


def refused(code: str, *arguments: object) -> None:
    action, *rest = arguments
    with pytest.raises(InputError) as caught:
        action(*rest)  # type: ignore[operator]
    assert caught.value.code == code


async def test_a_backup_taken_while_the_desk_writes_holds_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "copy.sqlite3"
    async with open_store(tmp_path / "site.sqlite3") as store:
        done = asyncio.Event()

        async def desk() -> int:
            number = 0
            while not done.is_set():
                async with store.transaction():
                    await store.put_setting(f"left-{number}", "x")
                    await store.put_setting(f"right-{number}", "x")
                number += 1
            return number

        writing = asyncio.create_task(desk())
        await store.put_setting("before", "x")
        checked = await asyncio.to_thread(back_up, tmp_path / "site.sqlite3", target)
        done.set()
        assert await writing > 0
    assert checked == check(target)
    with closing(sqlite3.connect(target)) as copy:
        keys = {row[0] for row in copy.execute("SELECT key FROM setting")}
    assert "before" in keys
    assert {key.removeprefix("left-") for key in keys if key.startswith("left-")} == {
        key.removeprefix("right-") for key in keys if key.startswith("right-")
    }


async def test_a_backup_says_whose_it_is_and_when_it_was_taken(site: Path, tmp_path: Path) -> None:
    back_up(site, tmp_path / "copy.sqlite3", "CSPS-EX1", "2026-03-05T10:00:00+00:00")
    mark = check(tmp_path / "copy.sqlite3").mark
    assert mark == Mark("CSPS-EX1", "2026-03-05T10:00:00+00:00", mark.digest if mark else "")
    assert check(site).mark is None


async def test_a_backup_stands_alone_and_only_its_owner_may_read_it(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    back_up(site, folder / "copy.sqlite3")
    assert [file.name for file in folder.iterdir()] == ["copy.sqlite3"]
    assert stat.S_IMODE((folder / "copy.sqlite3").stat().st_mode) == 0o600


async def test_what_was_deleted_is_not_in_the_backup(site: Path, tmp_path: Path) -> None:
    async with open_store(site) as store:
        await store.put_setting("secret", "an-erased-word")
        await store.database.rows("DELETE FROM setting WHERE key = 'secret'")
    back_up(site, tmp_path / "copy.sqlite3")
    assert b"an-erased-word" not in (tmp_path / "copy.sqlite3").read_bytes()


async def test_nothing_is_written_over(site: Path, tmp_path: Path) -> None:
    back_up(site, tmp_path / "copy.sqlite3")
    refused("backup-exists", back_up, site, tmp_path / "copy.sqlite3")


async def test_a_damaged_backup_is_found_out(site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    back_up(site, copy)
    whole = copy.read_bytes()
    for damaged in (
        whole[:100],
        whole[: len(whole) // 2],
        whole[:8192] + b"\xff" * 4096 + whole[12288:],
        b"",
        b"x" * 99,
    ):
        copy.write_bytes(damaged)
        refused("backup-damaged", check, copy)


async def test_a_row_without_its_parent_is_damage(site: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(site, isolation_level=None)) as file:
        file.execute("INSERT INTO receipt VALUES ('no-such-batch', '', x'00')")
    refused("backup-damaged", back_up, site, tmp_path / "copy.sqlite3")
    assert [file.name for file in tmp_path.iterdir() if "copy" in file.name] == []


async def test_a_backup_of_a_newer_program_is_refused(site: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(site, isolation_level=None)) as file:
        file.execute("INSERT INTO schema_migration (number, name) VALUES (9000, '9000_later')")
    refused("database-newer", check, site)


async def test_a_full_disk_leaves_nothing_behind(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("facility_agent.storage.backup._to_disk", full)
    refused("backup-not-written", back_up, site, tmp_path / "backups" / "copy.sqlite3")
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_said(site: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    refused("backup-not-written", back_up, site, tmp_path / "file" / "copy.sqlite3")


async def test_what_an_interrupted_backup_left_is_cleared_away(site: Path, tmp_path: Path) -> None:
    (tmp_path / ".copy.sqlite3.part").write_bytes(b"half")
    assert back_up(site, tmp_path / "copy.sqlite3").rows["setting"] == 50
    assert not (tmp_path / ".copy.sqlite3.part").exists()


def test_a_database_that_is_not_there_or_on_a_server_is_not_backed_up(tmp_path: Path) -> None:
    refused("database-unreachable", back_up, tmp_path / "none.sqlite3", tmp_path / "copy.sqlite3")
    refused("database-unreachable", check, tmp_path / "none.sqlite3")
    refused("backup-server", back_up, "postgres://mutual@db.example/mutual", tmp_path / "copy.sqlite3")
