"""What the desk says is short: no sentence of more than fifteen words, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.words import LANGUAGES, catalogue

PACKAGE: Final = Path(__file__).parents[2] / "facility_agent"
TEMPLATES: Final = ("base", "desk", "answer", "pieces", "members", "emergencies", "parts", "exercise")
LONGEST: Final = 15
#: Keys that templates put together from a code.
BUILT: Final = ("verdict.", "page.how.", "page.answer.", "page.desk.", "page.emergencies.", "weight.", "page.state.",
                "page.exercise")  # fmt: skip


def said_at_the_desk(language: str) -> Iterator[tuple[str, str]]:
    """Every sentence of the desk's pages, the findings of its rules, and the errors that its forms may give."""
    text = "".join((PACKAGE / "web" / "templates" / f"{name}.html").read_text(encoding="utf-8") for name in TEMPLATES)
    named = set(re.findall(r"""t\("([a-z0-9.-]+)\"""", text)) | {
        f"page.{name}.help" for name in re.findall(r'help\("(\w+)"\)', text)
    }
    own = {code for code, kind in CATALOGUE.items() if kind.room == "eligibility"}
    for key, sentence in catalogue(language).items():
        finding = key.removeprefix("finding.").split(".")[0] if key.startswith("finding.") else ""
        if key in named or key.startswith(BUILT) or finding in own:
            yield key, sentence


def longest(sentence: str) -> int:
    """The words of its longest sentence; a colon or a semicolon ends none."""
    sentences = re.split(r"(?<=[.!?…])\s+", sentence)
    words = (re.split(r"[\s\u00a0\u202f]+", one) for one in sentences)
    return max(sum(bool(re.search(r"\w", word)) for word in one) for one in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_desk_is_longer_than_fifteen_words(language: str) -> None:
    said = dict(said_at_the_desk(language))
    assert len(said) > 150
    assert {key: sentence for key, sentence in said.items() if longest(sentence) > LONGEST} == {}


def test_words_are_counted_as_people_count_them() -> None:
    assert longest("Un deux trois. Quatre\u00a0: cinq\u202f!") == 3
    assert longest("« Oui »") == 1
