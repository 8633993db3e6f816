"""The long evidence: each test leaves its figures, and the run as a whole writes docs/proof.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
HEAD = """# Proof

What `make proof` measured. A run renews the rows of the tests that it ran and leaves the others as they were: each row
says its day and the machine's load at the end. Figures depend on the machine: read ratios before absolutes. Memory is
the most that the process held by itself, whatever was measured before it.

| what | result | measured |
|---|---|---|
"""


class Figures:
    """Rows of the page: what was done, and what came of it."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def note(self, what: str, result: str) -> None:
        self.rows[what] = result


def renewed(page: str, rows: dict[str, str], measured: str) -> str:
    """The page with these rows in it, in alphabetical order; rows of other tests stay as they were."""
    table = [line for line in page.splitlines() if line.startswith("| ") and line != "| what | result | measured |"]
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in table}
    kept |= {what: f"| {what} | {result} | {measured} |" for what, result in rows.items()}
    return HEAD + "".join(f"{kept[what]}\n" for what in sorted(kept))


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """Collects, and renews the page once everything has run."""
    found = Figures()
    yield found
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    measured = f"{datetime.now(UTC):%Y-%m-%d}, {machine}, load {os.getloadavg()[0]:.1f}"
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), found.rows, measured), encoding="utf-8")
