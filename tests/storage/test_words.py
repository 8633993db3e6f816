"""Every error of the storage room has its sentence in both languages, with the fields that the code gives."""

from __future__ import annotations

import ast
from importlib import resources

import pytest

from facility_agent.words import LANGUAGES, catalogue, fields_of

FOLDERS = ("storage", "storage/store", "storage/migrations")


def errors() -> dict[str, frozenset[str]]:
    """The code of every InputError that the room raises, with the fields that are given every time."""
    found: dict[str, frozenset[str]] = {}
    for folder in FOLDERS:
        for file in resources.files("facility_agent").joinpath(folder).iterdir():
            if not file.name.endswith(".py"):
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputError":
                    fields = frozenset(word.arg or "" for word in node.keywords)
                    for code in ast.walk(node.args[0]):
                        if isinstance(code, ast.Constant):
                            found[str(code.value)] = found.get(str(code.value), fields) & fields
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "fields"), sorted(errors().items()))
def test_an_error_has_a_sentence_that_says_what_to_do(code: str, fields: frozenset[str], language: str) -> None:
    sentence = catalogue(language)[f"error.{code}"]
    assert fields_of(sentence) <= fields
    assert sentence.count(". ") >= 2
