"""Every command explains itself; a mistake in the command line ends with 2, a bug with 70 and one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from facility_agent.cli.main import app
from facility_agent.cli.speaking import french
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
def test_a_command_says_what_it_does_in_both_languages(words: tuple[str, ...], shell: Shell) -> None:
    pages = {}
    for shell.language in ("fr", "en", "fr"):
        ran = shell(*words, "--help")
        assert (ran.status, ran.err) == (0, "")
        assert pages.setdefault(shell.language, ran.out) == ran.out, "one language leaves nothing behind in the other"
        about = [line for line in ran.out.splitlines()[2:] if line.strip()]
        assert about[0].strip().endswith((".", "...")) or len(about[0].split()) > 5
    assert "Emploi : " in pages["fr"] and "Afficher cette aide." in pages["fr"]
    assert "Usage: " in pages["en"] and "Show this message" in pages["en"]
    assert not re.search(r"Usage:|Options:|Commands:|Arguments:|required|default:", pages["fr"])


def test_every_text_of_the_commands_has_its_french_and_none_is_left_over() -> None:
    def texts(part: Any) -> Iterator[str]:
        yield from filter(None, (part.help, *(getattr(each, "help", None) for each in part.params)))
        for inner in getattr(part, "commands", {}).values():
            yield from texts(inner)

    assert {*texts(typer.main.get_command(app))} ^ {*french()} == set()
    assert all(french().values())


def test_no_command_is_missing() -> None:
    wanted = "check schema check-contracts init serve demo receive verify card month-end audit bench"
    assert {words[0] for words in COMMANDS if words} >= set(wanted.split())


@pytest.mark.parametrize(
    ("words", "french_says", "english_says"),
    [
        ("chekc", "La commande « chekc » n’existe pas", "no command “chekc”"),
        ("card isue", "« facility-agent card --help » donne la liste", "“facility-agent card --help” lists them"),
        ("check", "Il manque case", "case is missing"),
        ("check a.json --jsn", "L’option --jsn n’existe pas", "no option --jsn"),
        ("check a.json b.json", "La commande n’est pas comprise", "The command is not understood"),
        ("card issue", "Il manque --folder", "--folder is missing"),
        ("backup --folder", "Il manque --folder …", "--folder … is missing"),
        ("serve --port huit", "La valeur donnée à --port", "The value given to --port"),
        ("card", "Emploi : facility-agent card", "Usage: facility-agent card"),
    ],
)
def test_a_command_that_is_not_one_ends_with_2_and_says_why(
    words: str, french_says: str, english_says: str, shell: Shell
) -> None:
    for shell.language, says in (("fr", french_says), ("en", english_says)):
        ran = shell(*words.split())
        assert (ran.status, ran.out) == (2, "")
        assert says in ran.err and "--help" in ran.err, ran.err


def test_a_bug_ends_with_70_and_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("facility_agent.cli.pure._bytes", broken)
    ran = shell("check", "a.json")
    assert (ran.status, ran.out, ran.err) == (70, "", "facility-agent: ZeroDivisionError: a bug\n")
