"""The local annex of an agreement, written like an arrangement: the rows and clauses that the two sides fill in.

`[annex]` says whether it was made up for a demonstration (`invented`) and why (`note`); the tables are those of the
arrangement. What the arrangement settles cannot be settled again here. Beside the TOML there may be lists as CSV
(`tariffs.csv`), and what somebody filled in on a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from operator import attrgetter
from typing import Any

import msgspec

from facility_agent.arrangements import references
from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.openings import rate_settled
from facility_agent.arrangements.reader import TABLES, Gathered, parse
from facility_agent.arrangements.rows import Mistake, Raw, cells, faults
from facility_agent.vocabulary.findings import UNKNOWN

NAME = "annex.toml"
#: The name of what no file holds; its rows are numbered from 1, so that a mistake names its row.
FORM = ""
#: TOML table name → field of the annex.
LOCAL = {
    table: name
    for table, (field, _) in TABLES.items()
    if (name := field.removeprefix("duties.")) in Annex.__struct_fields__
}


class Header(msgspec.Struct, frozen=True):
    """The table `[annex]`."""

    invented: bool = False
    note: str = ""


def read_annex(
    text: str,
    arrangement: Arrangement | None = None,
    lists: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
) -> tuple[Annex | None, tuple[Mistake, ...]]:
    """The annex, or None and every mistake in it. With the arrangement at hand, names are checked against it.

    `lists` are CSV texts by table (`tariff`), `form` another document, which no file holds.
    """
    mistakes: list[Mistake] = []
    document = parse(NAME, text, mistakes)
    if mistakes:
        return None, tuple(mistakes)
    return annex_of(document, text, arrangement, lists, form)


def annex_of(
    document: Mapping[str, Any],
    text: str = "",
    arrangement: Arrangement | None = None,
    lists: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
) -> tuple[Annex | None, tuple[Mistake, ...]]:
    """The annex that a TOML document holds, as `read_annex` reads it."""
    gathered = Gathered()
    gathered.take(NAME, text, dict(document), "annex")
    filled = dict(form or {})
    # What a form's header says counts before the file's; what it leaves empty does not.
    header = {key: value for key, value in filled.pop("annex", {}).items() if value or key not in gathered.header}
    gathered.header |= {key: Raw(FORM, 0, {key: value}) for key, value in header.items()}
    gathered.take(FORM, "", filled, "annex")
    _numbered(gathered)
    for table, listed in (lists or {}).items():
        raws, wrong = cells(f"{table}s.csv", listed, table, TABLES[table][1])
        gathered.rows.setdefault(table, []).extend(raws)
        gathered.mistakes += wrong
    for table in sorted(set(gathered.rows) - set(LOCAL)):
        raw = gathered.rows.pop(table)[0]
        fields = {"key": table, "known": ", ".join(("annex", "clause", *sorted(LOCAL)))}
        gathered.mistakes.append(Mistake(raw.file, raw.line, table, "unknown-table", fields))
    rows = gathered.records()
    if "duties" in rows:
        rows["delegations"] = rows.pop("duties").delegations
    clauses, _ = gathered.read_clauses()
    header = {key: raw.values[key] for key, raw in gathered.header.items()}
    for key, code, fields in faults(header, Header):
        line = gathered.header[key].line
        gathered.mistakes.append(Mistake(NAME, line, f"annex.{key}", code, {"row": "annex", **fields}))
    mistakes = gathered.mistakes
    for table, raws in gathered.rows.items():
        mistakes += references.alone(table, raws, invented=header.get("invented") is True)
    if arrangement is not None:
        mistakes += _against(arrangement, gathered)
    if mistakes:
        return None, tuple(mistakes)
    return msgspec.structs.replace(Annex(**header, clauses=clauses), **rows), ()


def _numbered(gathered: Gathered) -> None:
    for table, raws in gathered.rows.items():
        places = count(1)
        gathered.rows[table] = [Raw(FORM, next(places), raw.values) if raw.file == FORM else raw for raw in raws]


def _against(arrangement: Arrangement, gathered: Gathered) -> list[Mistake]:
    """Names that the arrangement does not know, and rows that it settles itself."""
    known = {
        table: {row.code for row in getattr(arrangement, TABLES[table][0])}
        for table in ("act", "family", "level", "scheme")
    }
    national = known["act"]
    known["act"] = national | references.codes(gathered.rows.get("act", ()))
    found: list[Mistake] = []
    for table, raws in gathered.rows.items():
        settled = {
            row.code
            for row in attrgetter(TABLES[table][0])(arrangement)
            if table in ("waiting", "limit", "deductible") and UNKNOWN not in msgspec.structs.astuple(row)
        } | (national if table == "act" else set())
        for raw in raws:
            found += references.names_nothing(table, raw, known)
            if table == "rate" and rate_settled(arrangement, raw.values):
                found.append(raw.mistake(table, "scheme", "settled", code=raw.label))
            if raw.values.get("code") in settled:
                found.append(raw.mistake(table, "code", "settled", code=str(raw.values["code"])))
    for key, raw in gathered.clauses.items():
        if getattr(arrangement.clauses, key, UNKNOWN) not in (UNKNOWN, {}):
            found.append(Mistake(raw.file, raw.line, f"clause.{key}", "settled", {"row": key, "code": key}))
    return found


def document_of(annex: Annex) -> dict[str, Any]:
    """The annex as the document that it would be read from, to be changed and read again."""
    raw = msgspec.json.decode(msgspec.json.encode(annex))
    clauses = {name: {"value": value} for name, value in raw.get("clauses", {}).items()}
    tables = {field: table for table, field in LOCAL.items()}
    rows = {tables[field]: rows for field, rows in raw.items() if field in tables}
    header = {key: raw[key] for key in Header.__struct_fields__ if key in raw}
    return {"annex": header, "clause": clauses, **rows}
