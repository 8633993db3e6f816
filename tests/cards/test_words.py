"""Every error of the cards has its sentence in both languages, with the fields that the code gives."""

from __future__ import annotations

import ast
from importlib import resources

import pytest

from facility_agent.words import LANGUAGES, Words, catalogue, fields_of

FILES = [
    ("eligibility", "card.py"),
    ("eligibility", "token.py"),
    ("cards", "draw.py"),
    ("cards", "foreign.py"),
    ("cards", "keyboard.py"),
    ("cards", "read.py"),
]


def errors() -> list[tuple[str, frozenset[str]]]:
    """The code and the fields of every InputError that the files raise."""
    found = set()
    for parts in FILES:
        tree = ast.parse(resources.files("facility_agent").joinpath(*parts).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputError":
                assert isinstance(node.args[0], ast.Constant)
                found.add((str(node.args[0].value), frozenset(word.arg or "" for word in node.keywords)))
    return sorted(found, key=lambda one: (one[0], sorted(one[1])))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "fields"), errors())
def test_an_error_has_a_sentence_that_says_what_to_do(code: str, fields: frozenset[str], language: str) -> None:
    sentence = catalogue(language)[f"error.{code}"]
    assert fields_of(sentence) <= fields
    assert sentence.count(". ") >= 2


def test_both_languages_have_the_same_keys_and_fields() -> None:
    french, english = (
        {key: fields_of(value) for key, value in catalogue(language).items() if key.startswith("card.")}
        for language in LANGUAGES
    )
    assert french == english
    assert Words("fr")("card.invented") == "EXEMPLE INVENTÉ"
