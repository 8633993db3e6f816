"""An annex as the TOML text that reads back as the same annex: to be kept, sent, or changed by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.annex import document_of


def annex_text(annex: Annex) -> str:
    """The text: header, clauses, then one table per row.

    >>> print(annex_text(Annex(note="Deux lignes")).strip())
    [annex]
    note = "Deux lignes"
    """
    document = document_of(annex)
    parts = [_table("[annex]", document.pop("annex"))]
    parts += [_table(f"[clause.{name}]", values) for name, values in document.pop("clause").items()]
    parts += [_table(f"[[{table}]]", row) for table, rows in document.items() for row in rows]
    return "\n\n".join(parts) + "\n"


def _table(head: str, values: Mapping[str, Any]) -> str:
    return "\n".join((head, *(f"{key} = {_value(value)}" for key, value in values.items())))


def _value(value: Any) -> str:
    """A value in TOML; texts are escaped as in JSON, whose escapes TOML knows."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
