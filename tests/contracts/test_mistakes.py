"""Mistakes are tested like code: a small wrong folder, and the sentences that it must produce, in both languages.

`mistakes/<name>/` holds the wrong contract and `expect.toml`: every mistake with its file, line, key, code and words.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from facility_agent.arrangements.annex import read_annex
from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.words import catalogue
from facility_agent.workflows.examples import check_folder, sentence

FOLDERS = sorted(folder for folder in (Path(__file__).parent / "mistakes").iterdir() if folder.is_dir())

WRONG_ANNEXES = {
    "scheme.toml": ('[[scheme]]\ncode = "mine"\n', "scheme", "unknown-table", 1),
    "invented.toml": (
        '[[rate]]\nscheme = "mutual"\nrate = 70\nevidence = "invented"\n', "rate.evidence", "invented-row", 4,
    ),
    "name.toml": ('[[tariff]]\nact = "operation"\nprice = 10\n', "tariff.act", "names-nothing", 2),
    "clause.toml": ("[clause.follow_up_days]\nvalue = { public = 7 }\n", "clause.follow_up_days", "settled", 1),
    "act.toml": (
        '[[act]]\ncode = "delivery"\nfamily = "maternity"\nname = { fr = "a", en = "a" }\n', "act.code", "settled", 2,
    ),
    "syntax.toml": ("[annex\n", "", "toml", 1),
    "header.toml": ('[annex]\ninvented = "yes"\n', "annex.invented", "bad-value", 2),
}  # fmt: skip


def expected_of(folder: Path) -> list[dict[str, str | int]]:
    return tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))["mistake"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_wrong_contract_is_told_with_file_line_key_and_sentence(folder: Path) -> None:
    found = check_folder(folder).mistakes
    assert [
        {
            "file": mistake.file,
            "line": mistake.line,
            "key": mistake.key,
            "code": mistake.code,
            "fr": sentence(mistake, "fr"),
            "en": sentence(mistake, "en"),
        }
        for mistake in found
    ] == expected_of(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_sentence_leaves_no_field_open(folder: Path) -> None:
    for mistake in expected_of(folder):
        assert "{" not in f"{mistake['fr']}{mistake['en']}"
        assert f"mistake.{mistake['code']}" not in str(mistake["fr"])


def test_every_sentence_about_a_mistake_is_shown_by_a_wrong_contract() -> None:
    told = {str(mistake["code"]) for folder in FOLDERS for mistake in expected_of(folder)}
    told |= {code for _, _, code, _ in WRONG_ANNEXES.values()}
    known = {key.removeprefix("mistake.") for key in catalogue("fr") if key.startswith("mistake.")}
    # An example that fails is a mistake of a pack (tests/workflows/test_packs.py), and a failure of its own here.
    # What is wrong in a list of claims on paper is shown in tests/workflows/test_paper_batches.py, in a list of parties
    # in tests/cli/test_agreements.py.
    of_contracts = {key for key in known if "." not in key and not key.startswith("paper-")}
    assert of_contracts - {"or", "quoted", "example-fails", "party-day"} == told


@pytest.mark.parametrize("name", WRONG_ANNEXES)
def test_a_wrong_annex_is_told_with_line_and_key(name: str) -> None:
    text, key, code, line = WRONG_ANNEXES[name]
    arrangement = load(shipped_folder()).versions("BF")[-1]
    annex, mistakes = read_annex(text, arrangement)
    assert annex is None
    assert [(mistake.key, mistake.code, mistake.line) for mistake in mistakes] == [(key, code, line)]
