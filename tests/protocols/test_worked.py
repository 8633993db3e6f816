"""The worked examples of every protocol, each as a test of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from facility_agent.arrangements.library import shipped_folder
from facility_agent.workflows.protocol_examples import (
    FEWEST,
    NAME,
    Tried,
    answer_of,
    packages,
    read_examples,
    try_folder,
)

TRIAL = try_folder(shipped_folder())


@pytest.mark.parametrize("tried", TRIAL.tried, ids=lambda tried: f"{tried.protocol}: {tried.name}")
def test_a_worked_example_holds(tried: Tried) -> None:
    assert tried.differences == ()


def test_the_example_files_have_no_mistake() -> None:
    assert TRIAL.mistakes == ()


def test_every_protocol_of_every_package_has_eight_worked_examples() -> None:
    numbers = TRIAL.numbers()
    sheets = {row.code for _, arrangement in packages(shipped_folder()) for row in arrangement.protocols}
    assert {code: numbers.get(code, 0) for code in sheets if numbers.get(code, 0) < FEWEST} == {}


def test_every_rule_is_shown_by_an_example_that_finds_something() -> None:
    shown: dict[str, set[str]] = {}
    for place, arrangement in packages(shipped_folder()):
        if not (place / NAME).is_file():
            continue
        examples, _ = read_examples((place / NAME).read_text(encoding="utf-8"))
        clauses = {finding.clause for _, example in examples for finding in answer_of(arrangement, example)}
        own = {rule.clause or f"rule:{rule.code}" for rule in arrangement.rules}
        shown[str(place)] = own - clauses
    who = next(missing for place, missing in shown.items() if "who" in place)
    assert who == set()


def wrong(tmp_path: Path, example: str) -> Path:
    """A copy of the shared set with one example."""
    place = tmp_path / "who" / "2026-11-22"
    place.mkdir(parents=True)
    for file in (shipped_folder() / "who" / "2026-11-22").iterdir():
        if file.name != NAME:
            (place / file.name).write_bytes(file.read_bytes())
    (place / NAME).write_text(example, encoding="utf-8")
    return tmp_path


def test_an_example_that_does_not_hold_says_what_differs(tmp_path: Path) -> None:
    care = "care = { sulfadoxine-pyrimethamine = 3 }"
    line = f'{{ protocol = "iptp", name = "x", week = 12, {care}, expect = ["act-excluded"] }}'
    trial = try_folder(wrong(tmp_path, f"example = [\n  {line},\n]\n"))
    assert [(each.line, each.differences) for each in trial.failed] == [
        (2, ("The finding “act-excluded” is missing.", "The finding “pregnancy-week-outside:note” was not expected."))
    ]


def test_an_example_with_an_unknown_key_is_told_with_its_line(tmp_path: Path) -> None:
    line = '{ protocol = "iptp", name = "x", weeks = 12, care = {}, expect = [] }'
    trial = try_folder(wrong(tmp_path, f"example = [\n  {line},\n]\n"))
    assert [(each.file, each.line, each.key, each.code) for each in trial.mistakes] == [
        ("who/2026-11-22/protocol-examples.toml", 2, "example.weeks", "unknown-key")
    ]
