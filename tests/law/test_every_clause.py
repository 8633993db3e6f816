"""Every key that an arrangement may hold is set in the invented country, and read by a rule or told in words.

`docs/clauses.md` names, for everything that the law asks of a clause, where the data says it, which rule reads it and
which example shows it; these tests hold the page to the code and the contracts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import facility_agent
from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.arrangements.model import Arrangement, Clauses
from facility_agent.arrangements.reader import TABLES
from facility_agent.arrangements.row import Row
from facility_agent.documents.arrangement_words import shown
from facility_agent.words import Words

XX = load().versions("XX")
PACKAGE = Path(facility_agent.__file__).parent
PAGE = PACKAGE.parent / "docs" / "clauses.md"
PROVENANCE = set(Row.__struct_fields__)
RULES = (
    "adjudication.py", "eligibility", "protocols", "invoicing", "audit", "arrangements", "documents", "workflows",
    "web",
)  # fmt: skip


def rows_of(version: Arrangement, table: str) -> tuple[Any, ...]:
    field, _ = TABLES[table]
    return getattr(version.duties, field.removeprefix("duties.")) if "." in field else getattr(version, field)


def keys() -> Iterator[tuple[str, str]]:
    for table, (_, kind) in TABLES.items():
        yield from ((table, field) for field in kind.__struct_fields__ if field not in PROVENANCE)


def is_set(row: Any, field: str) -> bool:
    info = next(each for each in msgspec.structs.fields(type(row)) if each.name == field)
    return info.required or getattr(row, field) not in (info.default, "unknown")


@pytest.mark.parametrize(("table", "field"), list(keys()), ids=lambda value: value)
def test_the_invented_country_sets_every_key_of_every_row(table: str, field: str) -> None:
    assert any(is_set(row, field) for version in XX for row in rows_of(version, table))


@pytest.mark.parametrize("field", sorted(PROVENANCE))
def test_the_invented_country_shows_every_kind_of_provenance(field: str) -> None:
    assert any(is_set(row, field) for version in XX for table in TABLES for row in rows_of(version, table))


def attributes() -> set[str]:
    """Every attribute that the rooms of the rules look at, and every clause that they ask for by name."""
    found: set[str] = set()
    for room in RULES:
        place = PACKAGE / room
        for path in [place] if place.is_file() else place.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute):
                    found.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


READ = attributes()

#: Keys that no rule reads and that are told in words; the test below changes each and looks whether the words change.
TOLD = {
    ("level", "types"), ("act", "minutes"), ("identification", "step"), ("identification", "instead"),
    ("commitment", "measure"), ("commitment", "consequence"), ("committee", "members"),
    ("committee", "every_months"), ("tariff", "minimum"), ("tariff", "unit"), ("act", "unit"),
    ("act", "test"), ("act", "atc"), ("act", "aliases"), ("delegation", "name"), ("reason", "name"),
    ("holiday", "name"),
}  # fmt: skip


@pytest.mark.parametrize(("table", "field"), sorted(TOLD), ids=lambda value: value)
def test_a_key_that_people_read_changes_what_is_told(table: str, field: str) -> None:
    version, words = XX[-1], Words("fr")
    before = shown(version, words)
    rows = rows_of(version, table)
    place = next(at for at, row in enumerate(rows) if is_set(row, field))
    other = _another(getattr(rows[place], field))
    changed = (*rows[:place], msgspec.structs.replace(rows[place], **{field: other}), *rows[place + 1 :])
    assert shown(_with(version, table, changed), words) != before


@pytest.mark.parametrize(("table", "field"), list(keys()), ids=lambda value: value)
def test_every_key_is_read_by_a_rule_or_told_in_words(table: str, field: str) -> None:
    assert (table, field) in TOLD or field in READ


@pytest.mark.parametrize("clause", Clauses.__struct_fields__)
def test_every_single_clause_is_asked_for_by_its_name_or_told(clause: str) -> None:
    told = {row.about for row in shown(XX[-1], Words("en")) if row.section == "clauses"}
    assert Words("en")(f"doc.clause.{clause}") in told
    assert clause in ASKED or clause in PEOPLES


#: Single clauses that people read and no rule asks: the unit of an invoice, and effects that the desk words.
PEOPLES = {"invoice_unit", "newborn_days", "arrears_suspend", "offline_cap"}


def asked() -> Iterator[str]:
    """Clauses that some code asks for by their name, the record that holds them left out."""
    for path in PACKAGE.rglob("*.py"):
        if path.name != "clauses.py":
            yield from re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8"))


ASKED = set(asked())


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}-"
    if isinstance(value, tuple):
        return (*value, "x")
    return type(value)(fr=f"{value.fr} autre", en=f"{value.en} other")


def _with(version: Arrangement, table: str, rows: tuple[Any, ...]) -> Arrangement:
    field, _ = TABLES[table]
    if "." not in field:
        return msgspec.structs.replace(version, **{field: rows})
    duties = msgspec.structs.replace(version.duties, **{field.removeprefix("duties."): rows})
    return msgspec.structs.replace(version, duties=duties)


LINE = re.compile(r"^\| (?P<asked>[^|]+) \| (?P<data>[^|]+) \| (?P<rule>[^|]+) \| (?P<example>[^|]+) \|$")


def lines() -> list[dict[str, str]]:
    found = [match.groupdict() for line in PAGE.read_text(encoding="utf-8").splitlines() if (match := LINE.match(line))]
    return [row for row in found if row["asked"].strip() not in ("a clause can be", "---")]


def test_the_page_of_clauses_names_only_what_there_is() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    examples = "\n".join(path.read_text(encoding="utf-8") for path in (shipped_folder() / "xx").rglob("examples.toml"))
    assert len(lines()) >= 45
    for row in lines():
        for key in re.findall(r"`(\w[\w-]*)(?:\.(\w+))?`", row["data"]):
            _known(key[0], key[1])
        for name in re.findall(r"`(\w+)`", row["rule"]):
            assert f"def {name}(" in code, f"{row['asked']}: {name}"
        for clause in re.findall(r"clause ([\d.]+)", row["example"]):
            assert re.search(rf"lauses?\b[^\"\n]*\b{re.escape(clause)}\b", examples), f"{row['asked']}: {clause}"


def _known(table: str, field: str) -> None:
    """A key that the page names: `table.field`, a table, or a single clause."""
    if field:
        assert field in TABLES[table][1].__struct_fields__, f"{table}.{field}"
    else:
        assert table in TABLES or table in Clauses.__struct_fields__, table
