"""Puts a backup back again and again, killed with -9 before one file operation further each time, and says what stands.

`python -m tests.storage.restorer FOLDER`: the folder holds `site.sqlite3` (setting `is` = `old`, the last of it only in
its log), `site.sqlite3-wal`, and `copy.sqlite3` (`is` = `new`).
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from facility_agent.storage.backup import put_back

OPERATIONS = {"os.link", "os.rename", "os.remove", "open", "sqlite3.connect", "shutil.copyfile"}


def _restore(folder: Path, last: int) -> None:
    left = iter(range(last))

    def hook(event: str, _: object) -> None:
        if event in OPERATIONS and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    put_back(folder / "copy.sqlite3", folder / "site.sqlite3", "EX", folder / "aside.sqlite3")
    os._exit(0)


def _stands(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        said = connection.execute("SELECT value FROM setting WHERE key = 'is'").fetchone()[0]
    return f"{whole} {said}"


def main(folder: Path) -> None:
    for last in count():
        work = folder / str(last)
        work.mkdir()
        for file in folder.glob("*.sqlite3*"):
            shutil.copy(file, work)
        child = os.fork()
        if child == 0:
            _restore(work, last)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        aside = _stands(work / "aside.sqlite3") if (work / "aside.sqlite3").exists() else "none"
        print(last, "killed" if killed else "done", _stands(work / "site.sqlite3"), aside, flush=True)
        if not killed:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]))
