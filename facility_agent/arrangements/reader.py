"""Reads the files of one arrangement version and reports every mistake, with file, line, key and reason.

`arrangement.toml` may `include` other files: TOML, and CSV (`acts.csv`, `tariffs.csv`, `tariffs-2026.csv`) for the
lists that people keep in a spreadsheet. Text in, records out: the files themselves are read by `library`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from facility_agent.arrangements import duties, layouts, model, protocols, references
from facility_agent.arrangements.rows import Mistake, Raw, cells, convert, faults, keys_below, line_of, tables
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.money import MINOR_DIGITS

ENTRY = "arrangement.toml"

#: TOML table name → (field of Arrangement, row type).
TABLES: dict[str, tuple[str, type[msgspec.Struct]]] = {
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
    "protocol": ("protocols", protocols.Protocol),
    "rule": ("rules", protocols.Rule),
    "item": ("items", protocols.Item),
    "condition": ("conditions", protocols.Condition),
    "indicator": ("indicators", protocols.Indicator),
    "letter": ("letters", model.Letter),
    "capitation": ("capitations", model.Capitation),
    "referral": ("referrals", model.ReferralRule),
    "layout": ("layouts", layouts.Layout),
    "guarantee": ("duties.guarantees", duties.GuaranteeRule),
    "identification": ("duties.identifications", duties.Identification),
    "commitment": ("duties.commitments", duties.Commitment),
    "reason": ("duties.reasons", duties.Reason),
    "holiday": ("duties.holidays", duties.Holiday),
    "delegation": ("duties.delegations", duties.Delegation),
    "committee": ("duties.committees", duties.Committee),
}


#: Mistakes that leave a whole file unread: what its rows would have named cannot be judged.
UNREAD = {"toml", "file-missing", "csv-column"}


class Header(msgspec.Struct, frozen=True):
    """The table `[arrangement]`."""

    country: str
    title: model.Text
    currency: str
    zone: str
    start: date
    until: date | None = None
    invented: bool = False


class ReadResult(msgspec.Struct, frozen=True):
    """The arrangement when there is no mistake, else None and all the mistakes."""

    arrangement: model.Arrangement | None
    mistakes: tuple[Mistake, ...]


class Gathered:
    """The rows and clauses of all files of one version (or of one annex), as they were written."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Raw]] = {}
        self.clauses: dict[str, Raw] = {}
        self.header: dict[str, Raw] = {}
        self.mistakes: list[Mistake] = []
        self.head: tuple[str, int] = (ENTRY, 0)

    def take(self, name: str, text: str, document: dict[str, Any], header: str) -> None:
        """Gather one TOML document; `header` is the table that says what the whole is."""
        for key, values in document.items():
            if key == header and isinstance(values, dict):
                head = line_of(text, key)
                self.head = (name, head)
                self._once(self.header, values, name, keys_below(text.splitlines(), head), head, key)
            elif key == "clause" and _is_table_of_tables(values):
                lines = {
                    clause: line_of(text, f"clause.{clause}") or line_of(text, clause, "clause") for clause in values
                }
                self._once(self.clauses, values, name, lines, line_of(text, key), key)
                for clause, table in values.items():
                    below = keys_below(text.splitlines(), lines[clause])
                    self.clauses[clause] = Raw(name, lines[clause], table, below)
            elif key in TABLES and isinstance(values, list) and all(isinstance(row, dict) for row in values):
                self.rows.setdefault(key, []).extend(tables(name, text, key, values))
            else:
                known = ", ".join((header, "include", "clause", *TABLES))
                fields = {"key": key, "known": known}
                self.mistakes.append(Mistake(name, line_of(text, key), key, "unknown-table", fields))

    def _once(
        self, kept: dict[str, Raw], values: dict[str, Any], name: str, lines: dict[str, int], line: int, table: str
    ) -> None:
        for key, value in values.items():
            at = lines.get(key, line)
            if key in kept:
                self.mistakes.append(Mistake(name, at, f"{table}.{key}", "twice", {"row": key, "code": key}))
            kept[key] = Raw(name, at, {key: value})

    def records(self) -> dict[str, Any]:
        """The rows as records, by field of the arrangement; rows with mistakes are left out and reported."""
        built: dict[str, Any] = {}
        for table, rows in self.rows.items():
            field, kind = TABLES[table]
            made = []
            for raw in rows:
                record, wrong = convert(raw, table, kind)
                self.mistakes += wrong
                made += [record] if record is not None else []
            built[field] = tuple(made)
        own = {name.removeprefix("duties."): built.pop(name) for name in list(built) if name.startswith("duties.")}
        return {**built, "duties": model.Duties(**own)} if own else built

    def read_clauses(self) -> tuple[model.Clauses, dict[str, model.Provenance]]:
        """The single values, and where each comes from."""
        values: dict[str, Any] = {}
        provenance: dict[str, model.Provenance] = {}
        for key, raw in self.clauses.items():
            table = f"clause.{key}"
            rest = {name: value for name, value in raw.values.items() if name != "value"}
            source, wrong = convert(Raw(raw.file, raw.line, rest, raw.lines), table, model.Provenance)
            for path, code, fields in faults({key: raw.values.get("value")}, model.Clauses):
                where = "clause" if code == "unknown-key" else f"clause.{path}"
                wrong.append(Mistake(raw.file, raw.at("value"), where, code, {"row": key, **fields}))
            if "value" not in raw.values:
                wrong = [Mistake(raw.file, raw.line, table, "clause-without-value", {"key": key})]
            self.mistakes += wrong
            if not wrong:
                values[key], provenance[key] = raw.values["value"], source
        return msgspec.convert(values, model.Clauses), provenance


def read(files: Mapping[str, str]) -> ReadResult:
    """Read the version whose files are given by name; `arrangement.toml` is the entry.

    The same texts are the same version: what a process has read it does not read again.
    """
    return _read(tuple(sorted(files.items())))


@lru_cache(maxsize=32)
def _read(texts: tuple[tuple[str, str], ...]) -> ReadResult:
    files = dict(texts)
    gathered = Gathered()
    waiting: list[tuple[str, str, int]] = [(ENTRY, ENTRY, 0)]
    seen: set[str] = set()
    while waiting:
        name, asked_by, line = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name not in files:
            gathered.mistakes.append(Mistake(asked_by, line, "include", "file-missing", {"name": name}))
        elif name.endswith(".csv"):
            _take_csv(gathered, name, files[name])
        else:
            document = parse(name, files[name], gathered.mistakes)
            at = line_of(files[name], "include")
            included = document.pop("include", [])
            if isinstance(included, list) and all(isinstance(entry, str) for entry in included):
                waiting += [(entry, name, at) for entry in included]
            else:
                fields = {"row": ENTRY, "key": "include", "value": str(included), "expected": "list"}
                gathered.mistakes.append(Mistake(name, at, "include", "bad-value", fields))
            gathered.take(name, files[name], document, "arrangement")
    if any(mistake.code in UNREAD for mistake in gathered.mistakes):
        gathered.records()
        return ReadResult(None, tuple(gathered.mistakes))
    arrangement = _build(gathered)
    invented = "invented" in gathered.header and gathered.header["invented"].values["invented"] is True
    mistakes = gathered.mistakes + references.check(gathered.rows, invented=invented)
    return ReadResult(None if mistakes else arrangement, tuple(mistakes))


def parse(name: str, text: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """A TOML document, or nothing and a mistake with the line at which the reading stopped."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else len(text.splitlines())
        mistakes.append(Mistake(name, line, "", "toml", {"reason": str(error)}))
        return {}


def _take_csv(gathered: Gathered, name: str, text: str) -> None:
    """One CSV per table: `acts.csv`, `tariffs.csv`; what follows a dash is the author's own (`tariffs-2026.csv`)."""
    table = name.rsplit("/", 1)[-1].removesuffix(".csv").split("-")[0].removesuffix("s")
    if table not in TABLES:
        fields = {"key": table, "known": ", ".join(TABLES)}
        gathered.mistakes.append(Mistake(name, 0, table, "unknown-table", fields))
        return
    rows, wrong = cells(name, text, table, TABLES[table][1])
    gathered.rows.setdefault(table, []).extend(rows)
    gathered.mistakes += wrong


def _build(gathered: Gathered) -> model.Arrangement | None:
    """The arrangement without its mistakes' rows, so that the rest can be checked; None without a usable header."""
    built = gathered.records()
    clauses, provenance = gathered.read_clauses()
    values = {key: raw.values[key] for key, raw in gathered.header.items()}
    wrong = []
    for key, code, fields in faults(values, Header):
        place = gathered.header.get(key.split(".")[0])
        file, line = (place.file, place.line) if place else gathered.head
        wrong.append(Mistake(file, line, f"arrangement.{key}", code, {"row": "arrangement", **fields}))
    gathered.mistakes += wrong
    if wrong:
        return None
    header = msgspec.convert(values, Header)
    if header.currency not in MINOR_DIGITS:
        fields = {"currency": header.currency, "known": ", ".join(MINOR_DIGITS)}
        raw = gathered.header["currency"]
        gathered.mistakes.append(Mistake(raw.file, raw.line, "arrangement.currency", "currency", fields))
    if header.until is not None and header.until < header.start:
        fields = {"start": header.start.isoformat(), "until": header.until.isoformat()}
        raw = gathered.header["until"]
        gathered.mistakes.append(Mistake(raw.file, raw.line, "arrangement.until", "until-before-start", fields))
    arrangement = model.Arrangement(**msgspec.structs.asdict(header), clauses=clauses, provenance=provenance)
    arrangement = msgspec.structs.replace(arrangement, **built)
    return msgspec.structs.replace(arrangement, digest=digest(canonical(arrangement)))


def _is_table_of_tables(values: Any) -> bool:
    return isinstance(values, dict) and all(isinstance(table, dict) for table in values.values())
