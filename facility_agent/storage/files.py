"""Files and folders that are whole or not there: written beside, flushed to the disk, then renamed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from facility_agent.vocabulary.errors import InputError


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that after a power cut the file is the old one or the new one, never half of it.

    Several processes may write one file at the same time: each writes its own beside it, and the last one counts.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as part:
        with open(part, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    _flush(path.parent)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A name beside a file that nobody else has, for what is not whole yet; what is left there goes."""
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def write_folder_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files by their names below it, in place of one that stands there: all of it or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _one_after_the_other(folder.parent):
        made, old = (folder.with_name(f".{folder.name}.{word}") for word in ("part", "old"))
        for rest in (made, old):
            shutil.rmtree(rest, ignore_errors=True)
        for name, data in files.items():
            write_whole(made / name, data)
        for inside in sorted((path for path in made.rglob("*") if path.is_dir()), reverse=True):
            _flush(inside)
        _flush(made)
        if folder.exists():
            os.replace(folder, old)
        os.replace(made, folder)
        _flush(folder.parent)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _one_after_the_other(folder: Path) -> Iterator[None]:
    """Wait until no other process replaces folders in this one."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _flush(folder: Path) -> None:
    """The names in a folder reach the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def held(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold an installation's folder, together with others or `alone`; it is let go with the process at the latest.

    InputError `restore-running` when others hold it, `restore-under-way` when one holds it alone.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(opened, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError("restore-running" if alone else "restore-under-way", folder=str(folder)) from None
        yield
    finally:
        os.close(opened)
