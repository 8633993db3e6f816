"""Reads the files of one arrangement version and reports every mistake, with file, line, key and reason.

`arrangement.toml` may `include` other TOML files and name `tables` in CSV (`acts.csv`, `tariffs.csv`) for lists
that people keep in a spreadsheet. Text in, records out: the files themselves are read by `library`.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from facility_agent.arrangements import model
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.money import MINOR_DIGITS, parse_rate

ENTRY = "arrangement.toml"

#: TOML table name → (field of Arrangement, row type).
TABLES: dict[str, tuple[str, type]] = {
    "level": ("levels", model.Level),
    "scheme": ("schemes", model.Scheme),
    "family": ("families", model.Family),
    "act": ("acts", model.Act),
    "tariff": ("tariffs", model.Tariff),
    "rate": ("rates", model.RateRow),
    "waiting": ("waitings", model.Waiting),
    "limit": ("limits", model.Limit),
    "deductible": ("deductibles", model.Deductible),
    "requirement": ("requirements", model.Requirement),
    "protocol": ("protocols", model.Protocol),
}
HEADER = ("country", "title", "currency", "zone", "start", "until", "invented")
_LISTS = {"levels", "roles", "aliases", "types", "proofs"}
_NUMBERS = {"price", "minimum", "maximum", "rate", "copay", "minutes", "maximum_quantity"} | {
    "minimum_age_months",
    "maximum_age_months",
}
_FLAGS = {"follow_up", "test", "prescribed"}


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong in a contract file: where, and the sentence's key and fields (`mistake.<code>`)."""

    file: str
    line: int
    key: str
    code: str
    fields: dict[str, str] = {}


class ReadResult(msgspec.Struct, frozen=True):
    """The arrangement when there is no mistake, else None and all the mistakes."""

    arrangement: model.Arrangement | None
    mistakes: tuple[Mistake, ...]


def read(files: Mapping[str, str]) -> ReadResult:
    """Read the version whose files are given by name; `arrangement.toml` is the entry."""
    mistakes: list[Mistake] = []
    merged: dict[str, list[tuple[str, int, dict[str, Any]]]] = {}
    header: dict[str, Any] = {}
    clauses: dict[str, tuple[str, int, dict[str, Any]]] = {}
    waiting, seen = [ENTRY], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name not in files:
            mistakes.append(Mistake(name, 0, "include", "file-missing", {"name": name}))
            continue
        if name.endswith(".csv"):
            _read_csv(name, files[name], merged, mistakes)
            continue
        try:
            document = tomllib.loads(files[name])
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            mistakes.append(Mistake(name, int(line[1]) if line else 0, "", "toml", {"reason": str(error)}))
            continue
        waiting += document.pop("include", [])
        header.update(document.pop("arrangement", {}))
        for key, table in document.pop("clause", {}).items():
            clauses[key] = (name, _line_of(files[name], f"[clause.{key}]"), table)
        for key, rows in document.items():
            if key not in TABLES or not isinstance(rows, list):
                mistakes.append(Mistake(name, _line_of(files[name], key), key, "unknown-table", {"key": key}))
                continue
            for position, row in enumerate(rows):
                merged.setdefault(key, []).append((name, _line_of(files[name], f"[[{key}]]", position), row))
    arrangement = _build(header, clauses, merged, mistakes)
    if arrangement is not None:
        mistakes += _references(arrangement, merged)
    return ReadResult(None if mistakes else arrangement, tuple(mistakes))


def _build(
    header: dict[str, Any],
    clauses: dict[str, tuple[str, int, dict[str, Any]]],
    merged: dict[str, list[tuple[str, int, dict[str, Any]]]],
    mistakes: list[Mistake],
) -> model.Arrangement | None:
    built: dict[str, Any] = {}
    for key, rows in merged.items():
        field, kind = TABLES[key]
        converted: list[Any] = []
        for file, line, row in rows:
            try:
                converted.append(msgspec.convert(row, kind))
            except msgspec.ValidationError as error:
                mistakes.append(
                    Mistake(
                        file, line, key, "row", {"row": str(row.get("code", row.get("act", "?"))), "reason": str(error)}
                    )
                )
        built[field] = tuple(converted)
    values: dict[str, Any] = {}
    provenance: dict[str, model.Provenance] = {}
    for key, (file, line, table) in clauses.items():
        rest = dict(table)
        if "value" not in rest:
            mistakes.append(Mistake(file, line, f"clause.{key}", "clause-without-value", {"key": key}))
            continue
        value = rest.pop("value")
        try:
            provenance[key] = msgspec.convert(rest, model.Provenance)
            msgspec.convert({key: value}, model.Clauses)
            values[key] = value
        except msgspec.ValidationError as error:
            mistakes.append(Mistake(file, line, f"clause.{key}", "row", {"row": key, "reason": str(error)}))
    for key in header:
        if key not in HEADER:
            mistakes.append(Mistake(ENTRY, 0, key, "unknown-key", {"key": key}))
    try:
        arrangement = msgspec.convert(
            {**{key: header[key] for key in header if key in HEADER}, "clauses": values}, model.Arrangement
        )
    except msgspec.ValidationError as error:
        mistakes.append(Mistake(ENTRY, 0, "arrangement", "row", {"row": "arrangement", "reason": str(error)}))
        return None
    if arrangement.currency not in MINOR_DIGITS:
        mistakes.append(Mistake(ENTRY, 0, "currency", "currency", {"currency": arrangement.currency}))
    arrangement = msgspec.structs.replace(arrangement, provenance=provenance, **built)
    return msgspec.structs.replace(arrangement, digest=digest(canonical(arrangement)))


def _references(
    arrangement: model.Arrangement, merged: dict[str, list[tuple[str, int, dict[str, Any]]]]
) -> list[Mistake]:
    """Codes that stand twice or name nothing, and rates out of range."""
    known = {
        "act": {row.code for row in arrangement.acts},
        "family": {row.code for row in arrangement.families},
        "level": {row.code for row in arrangement.levels},
        "scheme": {row.code for row in arrangement.schemes},
    }
    found: list[Mistake] = []
    for table, rows in merged.items():
        codes: set[str] = set()
        for file, line, row in rows:
            code = row.get("code")
            if code is not None and code in codes:
                found.append(Mistake(file, line, table, "twice", {"code": str(code)}))
            codes.add(str(code))
            for key, value in row.items():
                singular = {"acts": "act", "others": "act", "families": "family", "levels": "level"}.get(key, key)
                if singular in known and not (table == singular and key == "code"):
                    for name in value if isinstance(value, list) else [value]:
                        if name and name not in known[singular]:
                            found.append(
                                Mistake(
                                    file, line, f"{table}.{key}", "names-nothing", {"key": singular, "name": str(name)}
                                )
                            )
            if table == "rate" and row.get("rate") not in (None, UNKNOWN):
                try:
                    parse_rate(row["rate"])
                except ValueError as error:
                    found.append(
                        Mistake(file, line, "rate.rate", "row", {"row": str(row.get("scheme")), "reason": str(error)})
                    )
    return found


def _read_csv(
    name: str, text: str, merged: dict[str, list[tuple[str, int, dict[str, Any]]]], mistakes: list[Mistake]
) -> None:
    """One CSV per table: `acts.csv`, `tariffs.csv`; `name_fr` and `name_en` make a name, `|` separates a list."""
    table = name.rsplit("/", 1)[-1].removesuffix(".csv").split("-")[0].removesuffix("s")
    if table not in TABLES:
        mistakes.append(Mistake(name, 0, table, "unknown-table", {"key": table}))
        return
    for position, raw in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row: dict[str, Any] = {}
        for key, cell in raw.items():
            if key is None or cell is None:
                mistakes.append(Mistake(name, position, table, "csv-columns", {}))
                break
            if cell == "":
                continue
            if key in ("name_fr", "name_en"):
                row.setdefault("name", {})[key[-2:]] = cell
            elif key in _LISTS:
                row[key] = cell.split("|")
            elif key in _FLAGS:
                row[key] = cell == "yes"
            elif key in _NUMBERS and re.fullmatch(r"-?\d+", cell):
                row[key] = int(cell)
            else:
                row[key] = cell
        merged.setdefault(table, []).append((name, position, row))


def _line_of(text: str, header: str, position: int = 0) -> int:
    """The line of the nth occurrence of a TOML header, 0 when it is not found."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip().startswith(header)]
    return lines[position] if position < len(lines) else 0
