"""Every error of the exchange has its sentence in both languages, with the fields that the code gives."""

from __future__ import annotations

import ast
from importlib import resources

import pytest

from facility_agent.words import LANGUAGES, catalogue, fields_of

FILES = ("envelope.py", "keys.py", "messages.py", "parties.py")


def errors() -> list[tuple[str, frozenset[str]]]:
    """The code and the fields of every InputError that the files raise."""
    found = set()
    for name in FILES:
        tree = ast.parse(resources.files("facility_agent").joinpath("exchange", name).read_text("utf-8"))
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
