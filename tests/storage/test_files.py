"""Files and folders are the old ones or the new ones, however many write them at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from facility_agent.storage.files import beside, write_folder_whole, write_whole

WRITERS = 8


def test_many_write_one_file_and_the_last_one_counts(tmp_path: Path) -> None:
    said = [bytes([writer]) * 50_000 for writer in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(10):
            list(pool.map(lambda data: write_whole(tmp_path / "letter.fae", data), said))
            assert (tmp_path / "letter.fae").read_bytes() in said
    assert [path.name for path in tmp_path.iterdir()] == ["letter.fae"]


def test_many_write_one_folder_and_the_last_one_counts(tmp_path: Path) -> None:
    said = [{"one.toml": bytes([writer]), "below/two.toml": bytes([writer])} for writer in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda files: write_folder_whole(tmp_path / "pack", files), said))
    found = {path.relative_to(tmp_path / "pack").as_posix(): path.read_bytes()
             for path in (tmp_path / "pack").rglob("*.toml")}  # fmt: skip
    assert found in said and [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_what_is_not_whole_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), beside(tmp_path / "letter.fae") as part:
        part.write_bytes(b"half")
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []
