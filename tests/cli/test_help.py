"""Every command explains itself; a mistake in the command line ends with 2, a bug with 70 and one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer

from facility_agent.cli.main import app
from tests.cli.typed import Shell


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command and group."""

    def inside(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        for name, part in getattr(command, "commands", {}).items():
            yield from inside(part, (*words, name))

    yield from inside(typer.main.get_command(app), ())


COMMANDS = list(commands())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_says_what_it_does(words: tuple[str, ...], shell: Shell) -> None:
    ran = shell(*words, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert "Usage:" in ran.out and "--help" in ran.out
    about = [line for line in ran.out.splitlines()[2:] if line.strip()]
    assert about[0].strip().endswith((".", "...")) or len(about[0].split()) > 5


def test_no_command_is_missing() -> None:
    wanted = "check schema check-contracts init serve demo receive verify card month-end audit bench"
    assert {words[0] for words in COMMANDS if words} >= set(wanted.split())


@pytest.mark.parametrize(
    "words", [("chekc",), ("check",), ("check", "a.json", "--jsn"), ("card", "issue")], ids=" ".join
)
def test_a_command_that_is_not_one_ends_with_2(words: tuple[str, ...], shell: Shell) -> None:
    ran = shell(*words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err


def test_a_bug_ends_with_70_and_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("facility_agent.cli.pure._bytes", broken)
    ran = shell("check", "a.json")
    assert (ran.status, ran.out, ran.err) == (70, "", "facility-agent: ZeroDivisionError: a bug\n")
