"""The worked examples of every protocol, each as a test of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from facility_agent.arrangements.library import shipped_folder
from facility_agent.arrangements.model import Arrangement
from facility_agent.workflows.protocol_examples import FEWEST, NAME, Written, answer_of, differences, try_folder
from tests.protocols.shelf import PACKAGES, examples


@pytest.mark.parametrize("tried", examples(), ids=lambda tried: f"{tried[2].protocol}: {tried[2].name}")
def test_a_worked_example_holds(tried: tuple[str, Arrangement, Written]) -> None:
    _, arrangement, example = tried
    assert differences(answer_of(arrangement, example), example, "en") == ()


def test_every_protocol_of_every_package_has_eight_worked_examples() -> None:
    numbers = Counter(example.protocol for _, _, example in examples())
    sheets = {row.code for _, arrangement in PACKAGES for row in arrangement.protocols}
    assert {code: numbers[code] for code in sheets if numbers[code] < FEWEST} == {}


@pytest.mark.parametrize("place", sorted({place for place, _, _ in examples()}))
def test_every_rule_of_its_own_is_shown_by_an_example_that_finds_something(place: str) -> None:
    shown: set[str] = set()
    rules: dict[str, str] = {}
    for name, arrangement, example in examples():
        if name == place:
            shown |= {finding.clause for finding in answer_of(arrangement, example)}
            rules = {rule.clause or f"rule:{rule.code}": rule.code for rule in arrangement.rules}
    shared = {rule.code for name, arrangement in PACKAGES if name.parent.name == "who" for rule in arrangement.rules}
    own = {clause for clause, code in rules.items() if code not in shared or place.startswith("who")}
    assert own - shown - CANNOT_SPEAK == set()


#: Rules for medicines that only the annex of an agreement may add (Togo's article 15, the invented 7.22), and one that
#: allows every rank (7.21).
CANNOT_SPEAK = {"art. 15", "7.21", "7.22"}


def test_the_folder_is_tried_as_the_command_does() -> None:
    trial = try_folder(shipped_folder())
    assert (trial.failed, trial.mistakes) == ((), ())
    assert len(trial.tried) == len(examples())


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
