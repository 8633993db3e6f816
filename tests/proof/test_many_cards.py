"""A hundred thousand cards need no more memory than a few thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.proof.conftest import Figures

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY, PRINTED = 5_000, 100_000, 1_000


def run(folder: Path, people: int, wanted: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.proof.many_cards", str(folder), str(people), str(wanted)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told: dict[str, Any] = msgspec.json.decode(made.stdout)
    return told


@pytest.mark.timeout(3600)
def test_memory_does_not_grow_with_the_number_of_cards(tmp_path: Path, figures: Figures) -> None:
    few = run(tmp_path / "few", FEW, 200)
    many = run(tmp_path / "many", MANY, PRINTED)
    for told in (few, many):
        figures.note(
            f"{told['people']:,} cards signed and kept, then {told['printed']:,} printed on A4",
            f"signing {told['issue_seconds']:.0f} s of processor, {told['issue_memory']:.0f} MB at most; printing "
            f"{1000 * told['print_seconds'] / told['printed']:.0f} ms a card, {told['print_memory']:.0f} MB at most",
        )
    assert many["issue_memory"] < few["issue_memory"] + 60
    assert many["print_memory"] < few["print_memory"] + 80
