"""What the command line prints: tables for people, JSON for programs, sentences in the reader's language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.vocabulary.findings import Finding
from facility_agent.words import Words


def language() -> str:
    """French unless the environment asks for English."""
    asked = os.environ.get("FACILITY_AGENT_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    return "en" if asked.lower().startswith("en") else "fr"


def words() -> Words:
    """The reader's words."""
    return Words(language())


def say_error(error: InputError) -> None:
    """The sentence of an error, on the error stream; where several places are wrong, one line for each."""
    print(words()(f"error.{error.code}", **error.fields), file=sys.stderr)
    if isinstance(error, InputErrors):
        from facility_agent.workflows.examples import sentence

        for mistake in error.mistakes:
            print(sentence(mistake, language()), file=sys.stderr)


def print_json(value: Any) -> None:
    """One value as readable JSON."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table; columns numbered in `right` are right-aligned. On a narrow terminal cells go on below: none is cut."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the error stream that hears how many of how many are done; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def status_of(findings: Iterable[Finding]) -> int:
    """0 when nothing was reduced or refused, else 1."""
    return 1 if any(finding.weight in ("reduce", "refuse") for finding in findings) else 0
