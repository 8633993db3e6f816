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

What `make proof` measured, newest run only. Figures depend on the machine: read ratios before absolutes.

"""


class Figures:
    """Rows of the page: what was done, and what came of it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def note(self, what: str, result: str) -> None:
        self.rows.append((what, result))


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """Collects, and writes the page once everything has run."""
    found = Figures()
    yield found
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    table = "".join(f"| {what} | {result} |\n" for what, result in found.rows)
    PAGE.write_text(
        f"{HEAD}{when}; {machine}; load {load} at the end.\n\n| what | result |\n|---|---|\n{table}", encoding="utf-8"
    )
