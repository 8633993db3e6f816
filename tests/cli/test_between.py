"""Endorsing, counting heads and letting a system in from the shell: what is said, and what ends with 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.typed import Shell

WRONG = {
    "a batch that never came": (("endorse", "NULLE-PART"), "MLT", "n’est pas connu"),
    "a day to come": (("head-count", "--day", "2030-01-01"), "CSPS-EX1", "pas encore passé"),
    "a count for nobody": (("head-count", "--send", "CSPS-EX1"), "MLT", "Rien n’a été compté"),
    "a system of a stranger": (("account", "machine", "SIH", "--facility", "INCONNU"), "MLT", "Vérifiez le code"),
    "a system that nobody let in": (("account", "machine", "SIH", "--remove"), "MLT", "Vérifiez le nom"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_done_ends_with_2(what: str, shell: Shell, places: Path) -> None:
    words, site, said = WRONG[what]
    ran = shell(*words, "--folder", places / site)
    assert ran.status == 2 and said in ran.err and ran.out == ""


def test_nothing_waits_and_a_system_is_let_in_and_shut_out(shell: Shell, places: Path) -> None:
    folder = ("--folder", places / "MLT")
    assert json.loads(shell("endorse", "--all", "--json", *folder).out) == {"batches": [], "letters": []}
    assert "Bordereaux à viser" in shell("endorse", *folder).out
    counted = shell("head-count", "--json", *folder)
    assert (counted.status, json.loads(counted.out)) == (0, {"counts": [], "received": [], "letter": ""})
    word = shell("account", "machine", "SIH", "--facility", "CSPS-EX1", *folder).out.strip()
    assert len(word) == 64 and word not in (places / "MLT" / "config.toml").read_text(encoding="utf-8")
    assert "n’a plus accès" in shell("account", "machine", "SIH", "--remove", *folder).out
