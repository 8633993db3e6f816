"""Batches audited from files: with the folder's keys or in the clear, nothing stored, one report that stands alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.typed import Shell
from tests.workflows.places import members_file


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "members.csv"
    path.write_bytes(members_file())
    return path


@pytest.fixture
def sealed(shell: Shell, places: Path) -> Path:
    """The sealed batch of March."""
    closed = shell("month-end", "2026-03", "--folder", places / "CSPS-EX1", "--close", "--json")
    return next(Path(name) for name in closed.json["files"] if name.endswith(".fae"))


def test_a_sealed_batch_is_audited_and_nothing_is_stored(
    shell: Shell, places: Path, sealed: Path, register: Path, tmp_path: Path
) -> None:
    mutual, page = places / "MLT", tmp_path / "out.html"
    ran = shell("audit", sealed, sealed, "--folder", mutual, "--register", register, "--json", "--report", page)
    (found,) = ran.json
    assert (ran.status, ran.err) == (0, "")
    assert found["report"]["claims"] == len(found["queue"]) == len(found["batch"]["items"])
    assert found["report"]["claimed"] == sum(item["due"] for item in found["batch"]["items"])
    assert shell("audit", "--folder", mutual, "--json").json == []
    again = shell("audit", sealed, "--folder", mutual, "--register", register)
    assert (again.status, found["batch"]["number"] in again.out) == (0, True)
    paper = tmp_path / "out.pdf"
    shell("audit", sealed, "--folder", mutual, "--register", register, "--report", paper)
    assert paper.read_bytes().startswith(b"%PDF")
    assert_stands_alone(page.read_text(encoding="utf-8"))


def assert_stands_alone(page: str) -> None:
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert re.search(r"(?i)<script|<link|<img|src=|href=|https?:|url\(", page) is None


def test_a_person_who_left_is_refused_in_the_mutuals_own_answer(
    shell: Shell, places: Path, sealed: Path, register: Path, tmp_path: Path
) -> None:
    shell.language = "en"
    head, *rows = register.read_text("utf-8-sig").splitlines()
    register.write_text(f"{head}\n{rows[-1]}\n", "utf-8")
    page = tmp_path / "out.html"
    ran = shell("audit", sealed, "--folder", places / "MLT", "--register", register, "--report", page)
    assert (ran.status, ran.err) == (1, "")
    assert "member-not-in-register" in ran.out
    assert "To look at, the most money first" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "--folder"),
        (("--register", "members.csv"), "bordereau"),
        (("--register", "members.csv", "--report", "out.docx"), "out.docx"),
        (("nowhere.json", "--register", "members.csv"), "nowhere.json"),
        (("members.csv", "--register", "members.csv"), "n’est pas conforme"),
    ],
    ids=["nowhere", "no batch", "no report", "no file", "no letter"],
)
def test_what_cannot_be_audited_ends_with_2(
    words: tuple[str, ...], sentence: str, shell: Shell, register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(register.parent)
    ran = shell("audit", *words)
    assert (ran.status, ran.out) == (2, "")
    assert sentence in ran.err


def test_a_sealed_batch_without_keys_says_what_opens_it(shell: Shell, sealed: Path, register: Path) -> None:
    ran = shell("audit", sealed, "--register", register)
    assert (ran.status, "--folder" in ran.err) == (2, True)


def test_a_country_is_made_up_once_per_folder(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "country"
    words = ("simulate", folder, "--facilities", 2, "--months", 1, "--fraction", 0.3, "--faults", 0.1, "--json")
    made = shell(*words)
    assert made.status == 0 and made.json["claims"] > made.json["planted"]
    assert len(list((folder / "documents").iterdir())) == len(list((folder / "truth").iterdir())) == 2
    again = shell(*words)
    assert (again.status, again.out) == (2, "") and "n’est pas vide" in again.err
    audited = shell("lake", folder, "--json")
    assert (audited.status, audited.json["claims"]) == (1, made.json["claims"])
    assert 0 < audited.json["persons"] <= made.json["claims"] and audited.json["codes"]
    assert (folder / "queue.parquet").is_file() and (folder / "compared.parquet").is_file()
    assert shell("lake", folder, "--json").json["codes"] == audited.json["codes"]


def test_a_folder_without_claims_and_an_engine_that_nobody_knows_are_named(shell: Shell, tmp_path: Path) -> None:
    nothing = shell("lake", tmp_path)
    assert (nothing.status, nothing.out) == (2, "") and "contract.json" in nothing.err
    (tmp_path / "contract.json").write_text("{}")
    unknown = shell("lake", tmp_path, "--engine", "oracle")
    assert (unknown.status, unknown.out) == (2, "") and "oracle" in unknown.err
