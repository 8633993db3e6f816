"""Backups from the shell: taken, and put back while nobody works with the installation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import backups
from facility_agent.workflows.site import open_site
from tests.cli.typed import Shell
from tests.workflows.nothing import told

SECRET = "un mot pour les essais"
ADD = ("--role", "officer", "--name", "Awa")


def logins(shell: Shell, folder: Path) -> str:
    listed = shell("account", "list", "--folder", folder)
    assert listed.status == 0, listed.err
    return listed.out


def test_a_backup_is_put_back_and_the_former_database_too(shell: Shell, places: Path, tmp_path: Path) -> None:
    folder, copy = places / "MLT", tmp_path / "out" / "mutuelle.sqlite3"
    assert shell("backup", "--folder", folder, copy).status == 0
    assert shell("account", "add", "later", *ADD, "--folder", folder, answers=(SECRET, SECRET)).status == 0
    refused = shell("restore", copy, "--into", folder)
    assert (refused.status, "Ajoutez --replace" in refused.err, " later " in logins(shell, folder)) == (2, True, True)
    done = shell("restore", copy, "--into", folder, "--replace")
    assert (done.status, done.err) == (0, "")
    assert "est en place" in done.out and " later " not in logins(shell, folder)
    (aside,) = folder.glob("*.before-restore-*")
    assert aside.name in done.out
    # The former one is a database of this program: a copy of it is a backup like any other, and can be put back.
    (folder / "data.sqlite3").unlink()
    aside.rename(folder / "data.sqlite3")
    assert shell("backup", "--folder", folder, tmp_path / "again.sqlite3").status == 0
    (folder / "data.sqlite3").unlink()
    shell.language = "en"
    there = shell("restore", tmp_path / "again.sqlite3", "--folder", folder)
    assert (there.status, "is in place" in there.out, "kept as" in there.out) == (0, True, False)
    assert " later " in logins(shell, folder)


def test_an_installation_gets_its_own_backup_and_none_while_it_works(
    shell: Shell, places: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert shell("backup", "--folder", places / "MLT", copy).status == 0
    other = shell("restore", copy, "--into", places / "CSPS-EX1", "--replace")
    assert other.status == 2 and "celle de l’installation MLT" in other.err
    nowhere = shell("restore", copy, "--into", tmp_path)
    assert nowhere.status == 2 and not (tmp_path / "data.sqlite3").exists()


async def test_restoring_and_working_keep_each_other_out(
    places: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, copy = places / "MLT", tmp_path / "copy.sqlite3"
    backups.take(folder, copy)
    async with open_site(folder):
        with pytest.raises(InputError) as caught:
            backups.put_back(folder, copy, replace=True)
    told(caught.value, "restore-running")
    assert not list(folder.glob("*.before-restore-*"))

    def meanwhile(*_: object) -> None:
        # Whoever opens the installation comes in by this.
        with pytest.raises(InputError) as caught, backups.held(folder):
            raise AssertionError("came in")
        told(caught.value, "restore-under-way")

    with monkeypatch.context() as changed:
        changed.setattr(backups.backup, "put_back", lambda *given: meanwhile() or backups.backup.check(copy))
        backups.put_back(folder, copy, replace=True)
    async with open_site(folder) as site:
        assert await site.store.setting("installed")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"data.sqlite3"', '"postgres://mutual@db.example/mutual"'), "restore-server"),
        (('code = "MLT"', 'code = "ANOTHER"'), "backup-of-another"),
        (("", ""), "restore-present"),
    ],
)
def test_a_refusal_says_what_to_do(change: tuple[str, str], code: str, places: Path, tmp_path: Path) -> None:
    folder, copy = places / "MLT", tmp_path / "copy.sqlite3"
    backups.take(folder, copy)
    file = folder / "config.toml"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    with pytest.raises(InputError) as caught:
        backups.put_back(folder, copy)
    told(caught.value, code)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_the_copy_that_a_migration_lays_beside_can_be_put_back(shell: Shell, places: Path, tmp_path: Path) -> None:
    folder = places / "MLT"
    backups.backup.back_up(folder / "data.sqlite3", tmp_path / "data.sqlite3.before-0012")
    shutil.move(tmp_path / "data.sqlite3.before-0012", folder)
    done = shell("restore", folder / "data.sqlite3.before-0012", "--into", folder, "--replace")
    assert (done.status, "(—)" in done.out) == (0, True)
