"""Two installations with a small March behind them, made once; each test works on its own copy."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.cli.typed import Shell
from tests.workflows.march import live_march
from tests.workflows.places import new_places


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    opened = Shell(monkeypatch)
    opened.on(date(2026, 4, 2))
    return opened


@pytest.fixture(scope="session")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder of both installations at the end of March, and the digits of every card."""
    folder = tmp_path_factory.mktemp("lived")
    async with new_places(folder) as places:
        await live_march(places)
        return folder, {number: issued.text for number, issued in places.cards.items()}


@pytest.fixture
def places(lived: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    """A copy of both folders: `CSPS-EX1` and `MLT`."""
    return Path(shutil.copytree(lived[0], tmp_path / "places"))


@pytest.fixture
def cards(lived: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return lived[1]
