"""The rows of an annex on a form: rates, waiting periods, ceilings, deductibles, papers; what is open, what is added.

An input is called `limit.amount-2` (the second added row) or `open.limit.amount-1` (the first row that the arrangement
leaves open). A cell is read as people write it; what it may hold is judged where an annex is read, so that every
mistake comes back beside its cell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.annex import FORM, document_of
from facility_agent.arrangements.model import Arrangement, RateRow
from facility_agent.arrangements.openings import PROVENANCE, about, for_all_care, is_open, open_keys
from facility_agent.arrangements.reader import TABLES
from facility_agent.arrangements.rows import Mistake
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.web import forms

MOST: Final = 60
#: The keys of each table that a person fills in, in their order.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "rate": ("scheme", "family", "act", "level", "ownership", "dispenser", "rate", "copay", "per", "episode_days"),
    "waiting": ("scheme", "months", "acts", "families"),
    "limit": ("scheme", "amount", "count", "interval", "per", "scope", "borne_by", "acts", "families"),
    "deductible": ("scheme", "amount", "per", "scope", "acts", "families"),
    "requirement": ("kind", "code", "scheme", "when", "borne_by", "refuses", "acts", "families"),
}
#: What a row has without anybody having written it: where there is nothing else, there is no row.
_CHOSEN: Final = frozenset(("per", "scope", "borne_by", "when"))
_FACT: Final = "fact:"
_NUMBERS: Final = ("months", "count", "interval", "episode_days")
_AMOUNTS: Final = ("amount", "copay")
FIGURES: Final = (*_NUMBERS, *_AMOUNTS)
_RATE: Final = re.compile(r"(\d+)\s*%?|(\d+)\s*/\s*(\d+)")

#: Where a mistake of a whole row is said.
_SAID_AT: Final = {
    "rate": "rate",
    "waiting": "months",
    "limit": "amount",
    "deductible": "amount",
    "requirement": "code",
}

#: The table and the place of a row among those of the form → what its inputs are called before and after their key.
Places = dict[tuple[str, int], tuple[str, int]]


class Read(NamedTuple):
    """The rows of a form by table, as an annex would hold them, and where each of them stands."""

    tables: dict[str, list[dict[str, Any]]]
    places: Places


class RowErrors(InputErrors):
    """The mistakes of an annex: those of rows of the form by the name of their input, the others with their place."""

    def __init__(self, error: InputErrors, places: Places) -> None:
        self.beside: dict[str, Mistake] = {}
        others = []
        for mistake in error.mistakes:
            table, _, key = mistake.key.partition(".")
            prefix, place = places.get((table, mistake.line), ("", 0)) if mistake.file == FORM else ("", 0)
            if place:
                key = re.sub(r"\[\d+\]", "", key)
                key = key if key in COLUMNS[table] else _SAID_AT[table]
                self.beside.setdefault(f"{prefix}{key}-{place}", mistake)
            else:
                others.append(mistake)
        super().__init__("annex-mistakes" if others else "annex-rows", others, rows=len(self.beside))
        self.fields["count"] = len(error.mistakes)


def open_rows(arrangement: Arrangement, table: str) -> tuple[Any, ...]:
    """The rows that the arrangement leaves open; a rate for all care of a scheme is asked for by itself."""
    rows = getattr(arrangement, TABLES[table][0])
    general = {"scheme", "rate", "copay"}
    return tuple(row for row in rows if is_open(row) and not (table == "rate" and set(about(row)) <= general))


def asked_of(table: str, row: Any) -> tuple[str, ...]:
    """The keys that close an open row; a rate may be given as a flat part instead."""
    keys = open_keys(row)
    return tuple(dict.fromkeys(("rate", "copay", *keys))) if table == "rate" else keys


def counted(form: forms.Form, table: str) -> int:
    """How many added rows the form has; nothing where it has no place for them."""
    return min(forms.number(form, f"rows.{table}") or 0, MOST)


def read(form: forms.Form, arrangement: Arrangement, base: Annex | None) -> Read:
    """The rows that were written; tables for which the form has no place are left out.

    `base` gives what a form does not show of a row (its source, its note).
    """
    before = document_of(base) if base is not None else {}
    found = Read({}, {})
    for table in COLUMNS:
        if f"rows.{table}" not in form:
            continue
        rows = found.tables.setdefault(table, [])
        for place, row in enumerate(open_rows(arrangement, table), 1):
            closed = _cells(form, arrangement, asked_of(table, row), f"open.{table}.", place)
            if closed:
                found.places[table, len(rows) + 1] = (f"open.{table}.", place)
                rows.append({**_rest(form, before, table, place, "open."), **about(row), **closed})
        for place in range(1, counted(form, table) + 1):
            row = _cells(form, arrangement, COLUMNS[table], f"{table}.", place)
            if forms.flag(form, f"{table}.drop-{place}") or row.keys() <= _CHOSEN:
                continue
            found.places[table, len(rows) + 1] = (f"{table}.", place)
            rows.append({**_rest(form, before, table, place), **_paper_or_fact(row)})
        _named(table, rows, arrangement)
    return found


def typed_rows(annex: Annex, arrangement: Arrangement, general: Collection[str]) -> dict[str, str]:
    """The rows of an annex as if somebody had typed them; plain rates of the schemes `general` stand elsewhere."""
    typed: dict[str, str] = {}
    document = document_of(annex)
    for table, columns in COLUMNS.items():
        still = open_rows(arrangement, table)
        place = 0
        for at, row in enumerate(document.get(table, ())):
            if table == "rate" and row["scheme"] in general and for_all_care(msgspec.convert(row, RateRow)):
                continue
            closes = next((which for which, other in enumerate(still, 1) if _closes(table, row, other)), 0)
            if closes:
                prefix, where, keys = f"open.{table}.", closes, asked_of(table, still[closes - 1])
            else:
                place += 1
                prefix, where, keys = f"{table}.", place, columns
            typed[f"{prefix}from-{where}"] = str(at)
            if row.get("kind") == "fact":
                row = {**row, "kind": f"{_FACT}{row['code']}", "code": ""}
            typed |= {
                name: text
                for key in keys
                if key in row
                for name, text in _as_typed(prefix, where, key, row[key], arrangement.currency)
            }
        typed[f"rows.{table}"] = str(place)
    return typed


def _closes(table: str, row: Mapping[str, Any], open_row: Any) -> bool:
    """Whether a row of the annex closes this one of the arrangement and says nothing else."""
    said = about(open_row)
    own = {key for key in row if key not in PROVENANCE} - set(said)
    return said.items() <= row.items() and own <= set(asked_of(table, open_row))


def _as_typed(prefix: str, place: int, key: str, value: Any, currency: str) -> Iterable[tuple[str, str]]:
    if key == "families":
        return [(f"{prefix}family.{code}-{place}", "1") for code in value]
    if isinstance(value, bool):
        return [(f"{prefix}{key}-{place}", "1")] if value else []
    shown = "; ".join(value) if isinstance(value, list) else str(value)
    return [(f"{prefix}{key}-{place}", forms.written(value, currency) if key in _AMOUNTS else shown)]


def _cells(
    form: forms.Form, arrangement: Arrangement, keys: tuple[str, ...], prefix: str, place: int
) -> dict[str, Any]:
    """The cells of a row that hold something; what cannot be read stays as it was typed, and is a mistake later."""
    found: dict[str, Any] = {}
    for key in keys:
        name = f"{prefix}{key}-{place}"
        text = forms.text(form, name)
        if key == "families":
            chosen = [
                row.code for row in arrangement.families if forms.flag(form, f"{prefix}family.{row.code}-{place}")
            ]
            found |= {"families": chosen} if chosen else {}
        elif key == "refuses":
            found |= {"refuses": True} if forms.flag(form, name) else {}
        elif not text:
            continue
        elif key == "acts":
            found["acts"] = [_act(arrangement, part) for part in re.split(r"[;,|]", text) if part.strip()]
        else:
            found[key] = (
                _act(arrangement, text) if key == "act" else _value(form, name, key, text, arrangement.currency)
            )
    return found


def _value(form: forms.Form, name: str, key: str, text: str, currency: str) -> Any:
    try:
        if key in _AMOUNTS:
            return forms.amount(form, name, currency)
        if key in _NUMBERS:
            return forms.number(form, name)
    except InputError:
        return text
    match = _RATE.fullmatch(text) if key == "rate" else None
    if match is not None:
        return int(match[1]) if match[1] else f"{match[2]}/{match[3]}"
    return text


def _act(arrangement: Arrangement, text: str) -> str:
    """The code of an act that was written by its code or its name; anything else as it is."""
    wanted = text.strip().casefold()
    names = ((act.code, (act.code, act.name.fr, act.name.en)) for act in arrangement.acts)
    return next((code for code, known in names if wanted in [each.casefold() for each in known]), text.strip())


def _paper_or_fact(row: dict[str, Any]) -> dict[str, Any]:
    """A requirement is a fact that was chosen, or a paper by its name; other rows as they are."""
    kind = str(row.get("kind", ""))
    if kind.startswith(_FACT):
        return {**row, "kind": "fact", "code": kind.removeprefix(_FACT)}
    return {"kind": "document", **row} if "code" in row else row


def _rest(form: forms.Form, before: Mapping[str, Any], table: str, place: int, prefix: str = "") -> dict[str, Any]:
    """What the form does not show of a row that stood in the annex: its code, source, note."""
    at, rows = forms.text(form, f"{prefix}{table}.from-{place}"), before.get(table, ())
    row = rows[int(at)] if at.isdecimal() and int(at) < len(rows) else {}
    return {key: value for key, value in row.items() if key not in COLUMNS[table]}


def _named(table: str, rows: list[dict[str, Any]], arrangement: Arrangement) -> None:
    """A code for rows that need one and have none: it names the row in findings, and is nobody's word."""
    if table in ("rate", "requirement"):
        return
    known = {row.code for row in getattr(arrangement, TABLES[table][0])} | {row.get("code", "") for row in rows}
    for row in rows:
        if "code" not in row:
            start = f"annex-{row.get('scheme', 'all')}-{table}"
            row["code"] = next(code for at in range(1, 1000) if (code := f"{start}-{at}") not in known)
            known.add(row["code"])
