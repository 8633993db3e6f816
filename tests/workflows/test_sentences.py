"""Whatever is raised as bad input anywhere has its sentence in French and English, with all fields that it wants."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from facility_agent.words import LANGUAGES, catalogue, fields_of
from tests.workflows.nothing import SAYS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "facility_agent"
RAISED = ("InputError", "InputErrors")


class Raised(NamedTuple):
    """One place where bad input is named: file and line, the codes that it may have, and its fields."""

    place: str
    codes: tuple[str, ...]
    fields: frozenset[str] | None


def raised(module: Path) -> Iterator[Raised]:
    """Every `InputError(...)` of a module, alone or over many; fields that are handed on with ** are not known here."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
            names = [keyword.arg for keyword in node.keywords]
            unknown = None in names or node.func.id == "InputErrors"
            fields = None if unknown else frozenset(name for name in names if name is not None)
            yield Raised(f"{module.relative_to(ROOT)}:{node.lineno}", tuple(codes_of(node.args[0])), fields)


def codes_of(node: ast.expr) -> list[str]:
    """The codes that an expression can give; one that is no written word gives none."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return codes_of(node.body) + codes_of(node.orelse)
    return []


EVERY = [each for module in sorted(PACKAGE.rglob("*.py")) for each in raised(module)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_bad_input_has_its_sentence(language: str) -> None:
    known = catalogue(language)
    missing = {f"{each.place}: {code}" for each in EVERY for code in each.codes if f"error.{code}" not in known}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_finds_its_fields_where_it_is_raised(language: str) -> None:
    known = catalogue(language)
    wanting = {
        f"{each.place}: {code} wants {sorted(wanted)}"
        for each in EVERY
        for code in each.codes
        if each.fields is not None and (wanted := fields_of(known.get(f"error.{code}", "")) - each.fields)
    }
    assert wanting == set()


def test_the_code_of_bad_input_is_a_written_word() -> None:
    assert [each.place for each in EVERY if not each.codes] == []
    assert len({code for each in EVERY for code in each.codes}) > 100


def test_what_these_tests_expect_people_to_be_told_is_raised_somewhere() -> None:
    assert SAYS.keys() - {code for each in EVERY for code in each.codes} == set()
