"""An exercise: ten cases with invented people and cards, in an installation of their own.

Its cards are signed by a key that no real facility knows, and its installation knows no real party: neither side can
take the other's for its own. What each case asks, and what the desk then answers, is said by its code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card, Colour
from facility_agent.workflows.site import Site

FILE: Final = "exercise.json"
#: What an exercise opens with; nothing real stands behind it.
LOGIN, PASSWORD = "exercice", "exercice-2026"

Step = Literal["scan", "number", "no-card", "emergency"]


class Case(msgspec.Struct, frozen=True):
    """One case: what the clerk does with it, the card's text or the member's number, and the colour that follows."""

    code: str
    step: Step
    colour: Colour
    text: str = ""
    card: Card | None = None


def write_cases(folder: Path, cases: tuple[Case, ...]) -> None:
    """Lay the cases into the folder of the installation."""
    (folder / FILE).write_bytes(msgspec.json.encode(cases))


def cases_of(site: Site) -> tuple[Case, ...]:
    """The cases of an exercise; InputError `page-not-found` where no exercise is."""
    path = site.folder / FILE
    if not site.config.exercise or not path.is_file():
        raise InputError("page-not-found")
    return msgspec.json.decode(path.read_bytes(), type=tuple[Case, ...])
