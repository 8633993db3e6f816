"""Mutation testing of the rules of care: small wrong changes that the tests must notice, and why some may live on."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.proof.conftest import Figures

ROOT = Path(__file__).parents[2]
#: Mutants that change no answer, each with its reason.
EXPLAINED = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8"))["survivor"]


def results() -> dict[str, str]:
    """Every mutant with what became of it."""
    command = [str(Path(sys.executable).with_name("mutmut")), "results", "--all", "true"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^\s+(\S+): (.+)$", told, re.MULTILINE))


def reason(mutant: str) -> str:
    """Why a mutant may live on; nothing when nobody has said so."""
    name = mutant.removeprefix("facility_agent.protocols.")
    return next((str(row["why"]) for row in EXPLAINED if fnmatch(name, row["mutant"])), "")


@pytest.mark.timeout(6 * 3600)
def test_the_rules_of_care_are_tested_to_the_last_comparison(figures: Figures) -> None:
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "2"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=6 * 3600)
    found = results()
    counts = Counter(found.values())
    living = {mutant: reason(mutant) for mutant, end in found.items() if end != "killed"}
    for why, number in Counter(living.values()).items():
        if why:
            figures.note(f"mutants of `protocols/` that live on: {why}", str(number))
    figures.note(
        "mutation testing of `protocols/` (mutmut)",
        f"{len(found):,} mutants, {counts['killed']:,} killed, {len(living):,} live on",
    )
    assert sorted(mutant for mutant, why in living.items() if not why) == []
