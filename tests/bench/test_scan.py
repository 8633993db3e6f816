"""The benchmark of scans in small: rates and pairs are asserted, times never are. In full: tests/proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from facility_agent.bench import scan
from facility_agent.bench.scan import ALWAYS, CASCADE, FIRST, degraded, faults, photos_of, pictures_in, run
from facility_agent.vocabulary.errors import InputError
from tests.cli.typed import Shell


def test_every_fault_that_must_be_read_is_read_and_nothing_is_lost_against_zxing_alone() -> None:
    found = run(degraded(each=3, seed=11), 3 * len(faults()))
    assert (found["photos"], found["lost"], found["wrong"]) == (3 * len(faults()), 0, 0)
    rates = found["kinds"]
    assert isinstance(rates, dict) and set(rates) == set(faults())
    assert {kind: rates[kind][CASCADE] for kind in ALWAYS} == dict.fromkeys(ALWAYS, 100.0)
    assert all(rates[kind][CASCADE] >= rates[kind][FIRST] for kind in rates)


def test_a_seed_makes_the_same_photos_again_and_another_seed_others() -> None:
    first, again, other = (list(degraded(1, seed)) for seed in (1, 1, 2))
    assert first == again
    assert all(one.data != two.data for one, two in zip(first, other, strict=True))


def test_what_the_cascade_loses_and_what_is_wrong_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    photos = list(degraded(1, 5))[:4]
    monkeypatch.setattr(scan, "read_picture", lambda data: "1" * 300)
    found = run(photos, 4)
    assert (found["lost"], found["gained"], found["wrong"]) == (4, 0, 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = list(degraded(1, 3))[:3]
    (tmp_path / "phones").mkdir()
    for name, photo in zip(("a.jpg", "b.JPEG", "phones/c.jpg"), photos, strict=True):
        (tmp_path / name).write_bytes(photo.data)
    (tmp_path / "a.txt").write_text(f"{photos[0].text}\n", encoding="utf-8")
    (tmp_path / "phones" / "c.txt").write_text("another text", encoding="utf-8")
    (tmp_path / "wall.png").write_bytes(b"no picture")
    Image.new("L", (300, 200), 255).save(tmp_path / "phones" / "wall.webp")
    return tmp_path


def test_photos_of_a_folder_are_held_against_the_texts_beside_them(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    found = run(photos_of(pictures_in(folder)), 5, lambda done, of: heard.append((done, of)))
    assert (found["photos"], found["lost"]) == (5, 0)
    assert heard == [(done, 5) for done in range(1, 6)]
    assert found["wrong"] == len(found["readers"])  # type: ignore[arg-type]
    rates = found["kinds"]
    assert isinstance(rates, dict)
    assert {kind: rate[CASCADE] for kind, rate in rates.items()} == {folder.name: 66.7, "phones": 0.0}


def test_a_folder_without_photos_says_so(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("no photo", encoding="utf-8")
    with pytest.raises(InputError, match="bench-no-photos"):
        pictures_in(tmp_path)


def test_the_command_prints_tables_or_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Shell(monkeypatch)
    shown = typed("bench", "scan", folder)
    assert shown.status == 0
    assert "66.7" in shown.out and "zxing-cpp" in shown.out
    figures = typed("bench", "scan", folder, "--json").json
    assert (figures["photos"], figures["readers"][CASCADE]["read"]) == (5, 2)
    assert typed("bench", "scan", "--each", "1", "--json").json["photos"] == len(faults())
