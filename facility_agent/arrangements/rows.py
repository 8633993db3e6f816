"""Contract files as rows: every row as it was written, where it stands, and what is wrong with each of its cells.

Nothing here knows what a row means: a record type says which keys it has and what each may hold.
"""

from __future__ import annotations

import csv
import io
import re
import types
import typing
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

import msgspec

Fault = tuple[str, str, dict[str, str]]


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong in a contract file: where, and the sentence's key and fields (`mistake.<code>`)."""

    file: str
    line: int
    key: str
    code: str
    fields: dict[str, str] = {}


class Raw(msgspec.Struct, frozen=True):
    """A row as it was written: its file, its first line, its values, and the line of each key."""

    file: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int] = {}

    def at(self, key: str) -> int:
        """The line of a key, or of the row when the key has none of its own."""
        return self.lines.get(key.split(".")[0].split("[")[0], self.line)

    @property
    def label(self) -> str:
        """What people call this row: its code, else its act, scheme or name."""
        named = (self.values.get(key) for key in ("code", "act", "scheme", "name"))
        return next((value for value in named if isinstance(value, str)), "?")

    def mistake(self, table: str, key: str, code: str, /, **fields: str) -> Mistake:
        """A mistake in this row, at the line of its key."""
        return Mistake(self.file, self.at(key), f"{table}.{key}" if key else table, code, {"row": self.label, **fields})


def convert(raw: Raw, table: str, kind: type[msgspec.Struct]) -> tuple[Any, list[Mistake]]:
    """The row as a record, or None and every mistake in it (not the first one only)."""
    found = [raw.mistake(table, key, code, **fields) for key, code, fields in faults(raw.values, kind)]
    return (None if found else msgspec.convert(raw.values, kind)), found


def faults(value: Any, kind: Any, path: str = "") -> list[Fault]:
    """Every key that is unknown, missing, or holds what it may not: (key, code, fields of the sentence)."""
    if isinstance(value, dict | list):
        record, entry, entries = _nested(kind)
        if record is not None and isinstance(value, dict):
            return _faults_of_table(value, record, path)
        if entry is not None and isinstance(value, list):
            return [fault for at, each in enumerate(value) for fault in faults(each, entry, f"{path}[{at + 1}]")]
        if entries is not None and isinstance(value, dict):
            return _faults_of_entries(value, *entries, path)
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return [(path, "bad-value", {"key": path, "value": _shown(value), "expected": "|".join(atoms(kind))})]
    return []


def _faults_of_entries(value: Mapping[str, Any], key: Any, kind: Any, path: str) -> list[Fault]:
    """Entries between braces whose names the author may choose among, or freely."""
    names = typing.get_args(key)
    known = ", ".join(names)
    strange = [(f"{path}.{name}", "unknown-key", {"key": name, "known": known}) for name in value if name not in names]
    return (strange if names else []) + [
        fault for name, entry in value.items() for fault in faults(entry, kind, f"{path}.{name}")
    ]


def _faults_of_table(value: Mapping[str, Any], kind: type[msgspec.Struct], path: str) -> list[Fault]:
    fields = _fields(kind)
    before = f"{path}." if path else ""
    known = ", ".join(fields)
    found = [
        (f"{before}{key}", "unknown-key", {"key": f"{before}{key}", "known": known})
        for key in value
        if key not in fields
    ]
    for name, field in fields.items():
        if name in value:
            found += faults(value[name], field.type, f"{before}{name}")
        elif field.required:
            found.append((f"{before}{name}", "missing-key", {"key": f"{before}{name}"}))
    return found


@cache
def atoms(kind: Any) -> tuple[str, ...]:
    """What a key may hold, in words of the catalogue (`mistake.kind.<word>`) or as the very value.

    >>> atoms(int | None), atoms(typing.Literal["down", "up"] | int), atoms(tuple[str, ...])
    (('number',), ('down', 'up', 'number'), ('list',))
    """
    found: list[str] = []
    for each in _alternatives(kind):
        if typing.get_origin(each) is typing.Literal:
            found += [str(value) for value in typing.get_args(each) if value != ""]
        elif _is_struct(each):
            found.append("name" if set(each.__struct_fields__) == {"fr", "en"} else "table")
        elif each is not types.NoneType:
            named = {bool: "flag", int: "number", str: "text", date: "day"}
            found.append(named.get(each, "list" if typing.get_origin(each) is tuple else "table"))
    return tuple(found)


def cells(name: str, text: str, table: str, kind: type[msgspec.Struct]) -> tuple[list[Raw], list[Mistake]]:
    """The rows of a CSV file: `name_fr` and `name_en` make a name, `|` separates a list, `yes` and `no` are flags."""
    reader = csv.DictReader(io.StringIO(text))
    fields = {name: field.type for name, field in _fields(kind).items()}
    names = {"name_fr", "name_en"} if "name" in fields else set()
    known = ", ".join([*sorted(names), *(key for key in fields if key != "name")])
    wrong = [key for key in reader.fieldnames or () if key not in fields and key not in names]
    if wrong:
        return [], [Mistake(name, 1, table, "csv-column", {"key": key, "known": known}) for key in wrong]
    rows: list[Raw] = []
    mistakes: list[Mistake] = []
    for raw in reader:
        if None in raw or None in raw.values():
            mistakes.append(Mistake(name, reader.line_num, table, "csv-cells", {}))
            continue
        row: dict[str, Any] = {}
        for key, cell in raw.items():
            if cell == "":
                continue
            if key in names:
                row.setdefault("name", {})[key[-2:]] = cell
            else:
                row[key] = _cell(cell, atoms(fields[key]))
        rows.append(Raw(name, reader.line_num, row))
    return rows, mistakes


def tables(name: str, text: str, table: str, values: list[dict[str, Any]]) -> list[Raw]:
    """The rows of a TOML table, each with its line and those of its keys."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]", line)]
    if not heads:  # written as `table = [ { … }, ]`, one row to a line
        opened = line_of(text, table)
        inline = [at for at, line in enumerate(lines, 1) if at >= opened > 0 and re.match(r"\s*(\w+ = \[)?\s*\{", line)]
        return [Raw(name, inline[at] if at < len(inline) else opened, row) for at, row in enumerate(values)]
    return [
        Raw(name, heads[at] if at < len(heads) else 0, row, keys_below(lines, heads[at]) if at < len(heads) else {})
        for at, row in enumerate(values)
    ]


def keys_below(lines: list[str], head: int) -> dict[str, int]:
    """The keys of the table whose header stands on line `head`, each with its line."""
    found: dict[str, int] = {}
    for at, line in enumerate(lines[head:], head + 1):
        if line.lstrip().startswith("["):
            break
        key = re.match(r'\s*"?([\w-]+)"?\s*[=.]', line)
        if key:
            found.setdefault(key[1], at)
    return found


def line_of(text: str, key: str, header: str = "") -> int:
    """The line of `[key]`, `[[key]]` or `key =` (below `[header]` if given); 0 when it is not found."""
    start = line_of(text, header) if header else 0
    wanted = re.compile(rf'\s*(\[+\s*{re.escape(key)}\s*\]|"?{re.escape(key)}"?\s*=)')
    for at, line in enumerate(text.splitlines()[start:], start + 1):
        if wanted.match(line):
            return at
    return 0


@lru_cache(maxsize=64)
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _cell(cell: str, expected: tuple[str, ...]) -> Any:
    if "list" in expected:
        return cell.split("|")
    if "flag" in expected and cell in ("yes", "no"):
        return cell == "yes"
    if "number" in expected and re.fullmatch(r"-?\d+", cell):
        return int(cell)
    return cell


def _alternatives(kind: Any) -> list[Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return [part for each in typing.get_args(kind) for part in _alternatives(each)]
    return [kind]


@cache
def _nested(kind: Any) -> tuple[type[msgspec.Struct] | None, Any, tuple[Any, Any] | None]:
    """What a table, a list or free entries of that kind hold: the record, the kind of an entry, key and value."""
    record, entry, entries = None, None, None
    for each in _alternatives(kind):
        parts = typing.get_args(each)
        if _is_struct(each):
            record = record or each
        elif typing.get_origin(each) is tuple:
            entry = entry or parts[0]
        elif typing.get_origin(each) is dict:
            entries = entries or (parts[0], parts[1])
    return record, entry, entries


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _shown(value: Any) -> str:
    """A value as its author wrote it, cut when it is long."""
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
