"""The documents that are printed from the catalogues are as printed, and leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from facility_agent.vocabulary import histories, records, settlement, verdicts
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.words import catalogue, printed
from facility_agent.words.printed import GLOSSARY, PAGES, ROOMS, main

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", PAGES)
def test_the_document_is_as_printed(page: str) -> None:
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == PAGES[page](), (
        f"run: python -m facility_agent.words.printed {page} > docs/{page}.md"
    )


def test_every_code_stands_once_in_the_page_of_findings() -> None:
    lines = PAGES["findings"]().splitlines()
    for code in CATALOGUE:
        assert sum(line.startswith(f"| `{code}` |") for line in lines) == 1
    assert {kind.room for kind in CATALOGUE.values()} <= set(ROOMS)


def test_every_word_of_the_glossary_is_printed() -> None:
    shown = {f"glossary.{key}" for rows in GLOSSARY.values() for key, _, _ in rows}
    shown |= {f"glossary.{section}.title" for section in GLOSSARY}
    written = {key.removesuffix(".note") for key in catalogue("en") if key.startswith("glossary.")}
    assert shown == written


def test_every_record_that_rooms_pass_to_each_other_has_its_words() -> None:
    explained = {word for rows in GLOSSARY.values() for _, code, _ in rows for word in code.split(", ")}
    passed = {
        name
        for room in (histories, records, settlement, verdicts)
        for name, record in vars(room).items()
        if isinstance(record, type) and issubclass(record, msgspec.Struct) and record.__module__ == room.__name__
    }
    assert passed - explained == {"Record"}


def test_every_word_that_the_glossary_calls_code_stands_in_the_code() -> None:
    package = Path(printed.__file__).parents[1]
    modules = (path for path in package.rglob("*.py") if path != Path(printed.__file__))
    names = set(re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in modules)))
    said = {word for rows in GLOSSARY.values() for _, code, _ in rows for word in re.findall(r"\w+", code)}
    assert said - names == set()


def test_a_page_is_printed_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["glossary"]) == 0
    assert capsys.readouterr().out == PAGES["glossary"]()
    assert main(["nothing"]) == 2
    assert "findings, glossary" in capsys.readouterr().err
