"""The worked examples beside the law hold: one test for each, named by its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from facility_agent.arrangements.library import read_version, shipped_folder, version_folders
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.workflows.examples import Example, answer_of, check_folder, read_examples, run_example

FOLDERS = version_folders(shipped_folder())
VERSIONS = {folder: read_version(folder)[0] for folder in FOLDERS}
#: The fewest examples of a version, where a country asks for more or fewer than the usual dozen.
LEAST, USUAL = {"rw": 10, "xx": 20}, 12


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def examples_of(folder: Path) -> tuple[Example, ...]:
    text = (folder / "examples.toml").read_text(encoding="utf-8")
    examples, mistakes = read_examples(text, VERSIONS[folder])
    assert mistakes == ()
    return examples


CASES = [(folder, example) for folder in FOLDERS for example in examples_of(folder)]


@pytest.mark.parametrize(("folder", "example"), CASES, ids=[f"{name_of(folder)}: {one.name}" for folder, one in CASES])
def test_the_example_holds(folder: Path, example: Example) -> None:
    arrangement = VERSIONS[folder]
    assert arrangement is not None
    assert run_example(arrangement, example) == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_version_has_enough_examples(folder: Path) -> None:
    assert len(examples_of(folder)) >= LEAST.get(folder.parent.name, USUAL)


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_finding_of_an_example_is_in_the_catalogue_with_its_weight(folder: Path) -> None:
    arrangement = VERSIONS[folder]
    assert arrangement is not None
    for example in examples_of(folder):
        for finding in answer_of(arrangement, example).all_findings:
            assert finding.weight in CATALOGUE[finding.code].weights, f"{example.name}: {finding}"
            assert set(CATALOGUE[finding.code].fields) <= set(finding.evidence), f"{example.name}: {finding}"


def test_an_example_that_no_longer_holds_says_in_sentences_what_differs(tmp_path: Path) -> None:
    country = tmp_path / "xx"
    folder = country / "2025-01-01"
    folder.mkdir(parents=True)
    shipped = shipped_folder() / "xx"
    for file in shipped.iterdir():
        if file.is_file():
            (country / file.name).write_bytes(file.read_bytes())
    (folder / "arrangement.toml").write_bytes((shipped / "2025-01-01/arrangement.toml").read_bytes())
    (folder / "examples.toml").write_text(
        """
        [[example]]
        name = "Clause 3.1, told wrongly"
        on = 2025-06-02
        facility = { level = "post" }
        coverage = { scheme = "insurer", since = 2024-01-01, paid_until = 2025-12-31 }
        care = [{ act = "consultation", unit_price = 1000 }]
        expect = { payers = { xx-insurer = 667 }, member_pays = 333, facility_bears = 1, findings = ["waiting-period"] }
        """,
        encoding="utf-8",
    )
    (failure,) = check_folder(tmp_path).failures
    assert (failure.file, failure.line, failure.name) == ("xx/2025-01-01/examples.toml", 2, "Clause 3.1, told wrongly")
    assert failure.differences == (
        "xx-insurer pays 665, not 667.",
        "The member pays 335, not 333.",
        "The facility bears 0, not 1.",
        "The finding “waiting-period” is missing.",
        "The finding “fact-missing:unchecked” was not expected.",
    )
    assert check_folder(tmp_path, "fr").failures[0].differences[0] == "xx-insurer paie 665, et non 667."
