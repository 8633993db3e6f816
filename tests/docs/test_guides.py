"""The guides say what the pages say: what stands in bold is a word of the page, in the language of the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from facility_agent.words import catalogue
from tests.docs.pages import DOCS, headings, links

GUIDES = (
    *("reception", "nurse", "care", "till", "manager", "accountant", "agreements", "between"),
    *("claims-officer", "enrolment", "membership", "medical-adviser"),
)
every_guide = pytest.mark.parametrize(
    "guide", sorted((DOCS / "guides").rglob("*.md")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def plain(text: str) -> str:
    """With ordinary spaces: French has narrow ones before its double signs."""
    return " ".join(text.split())


@every_guide
def test_what_stands_in_bold_stands_on_a_page(guide: Path) -> None:
    shown = ("page.", "action.", "field.", "verdict.")
    pages = {plain(text) for key, text in catalogue(guide.parent.name).items() if key.startswith(shown)}
    bold = {plain(said) for said in re.findall(r"\*\*(.+?)\*\*", guide.read_text(encoding="utf-8"), re.DOTALL)}
    # The word that leads to the other language stands in that language.
    assert bold - pages - {"Français", "English"} == set()


@every_guide
def test_a_guide_takes_one_or_two_pages_and_that_of_reception_four_with_its_pictures(guide: Path) -> None:
    most = 1_000 if guide.stem == "reception" else 900
    assert 300 <= len(guide.read_text(encoding="utf-8").split()) <= most


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_have_the_same_parts_and_pictures(name: str) -> None:
    french, english = (
        (DOCS / "guides" / language / f"{name}.md").read_text(encoding="utf-8") for language in ("fr", "en")
    )
    assert [level for level, _ in headings(french)] == [level for level, _ in headings(english)]
    pictures = [[link.target for link in links(text) if link.picture] for text in (french, english)]
    assert pictures[0] == pictures[1] != []


def test_every_guide_exists_in_both_languages() -> None:
    assert {path.stem for path in (DOCS / "guides" / "fr").iterdir()} == set(GUIDES)
    assert {path.stem for path in (DOCS / "guides" / "en").iterdir()} == set(GUIDES)
