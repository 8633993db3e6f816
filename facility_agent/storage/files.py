"""Files and folders that are whole or not there: written beside, flushed to the disk, then renamed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from facility_agent.vocabulary.errors import InputError


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that after a power cut the file is the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    with open(beside, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)
    _flush(path.parent)


def write_folder_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files by their names below it, in place of one that stands there: all of it or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside, old = (folder.with_name(f".{folder.name}.{word}") for word in ("part", "old"))
    for rest in (beside, old):
        shutil.rmtree(rest, ignore_errors=True)
    for name, data in files.items():
        write_whole(beside / name, data)
    for inside in sorted((path for path in beside.rglob("*") if path.is_dir()), reverse=True):
        _flush(inside)
    _flush(beside)
    if folder.exists():
        os.replace(folder, old)
    os.replace(beside, folder)
    _flush(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


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
