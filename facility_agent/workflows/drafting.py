"""What an agreement is drafted from: its parties and its annex, out of files and forms, every mistake named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from facility_agent.arrangements.agreement import Annex, Party
from facility_agent.arrangements.annex import document_of, read_annex
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.rows import Mistake
from facility_agent.exchange.tables import as_csv, rows_of
from facility_agent.vocabulary.errors import InputError, InputErrors

#: Columns of a list → names accepted in its heading, French first.
PARTY_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("code",),
    "name": ("nom", "name"),
    "role": ("role",),
    "type": ("type",),
    "level": ("niveau", "level"),
    "ownership": ("statut", "ownership"),
    "region": ("region",),
    "parent": ("rattachement", "parent"),
    "start": ("depuis", "from"),
    "until": ("jusqu'au", "jusqu’au", "until"),
}
TARIFF_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "act": ("acte", "act"),
    "price": ("prix", "price"),
    "level": ("niveau", "level"),
    "scheme": ("regime", "scheme"),
    "ownership": ("statut", "ownership"),
    "dispenser": ("type", "dispenser"),
    "unit": ("unite", "unit"),
    "basis": ("base", "basis"),
    "evidence": ("preuve", "evidence"),
    "source": ("source",),
    "note": ("note",),
    "row": ("ligne", "row"),
}
_ROLES: Final = {
    **dict.fromkeys(("facility", "formation", "formation sanitaire", "prestataire"), "facility"),
    **dict.fromkeys(("payer", "payeur", "mutual", "mutuelle", "union"), "payer"),
}
_OWNERSHIPS: Final = {
    **dict.fromkeys(("public", "publique"), "public"),
    **dict.fromkeys(("prive", "privee"), "private"),
    **dict.fromkeys(("confessionnel", "confessionnelle"), "confessional"),
}
MOST_PARTIES: Final = 500


def read_parties(data: bytes, name: str) -> tuple[Party, ...]:
    """The parties of a JSON list, a CSV or a workbook; InputErrors `parties-mistakes` names every wrong line."""
    if data.lstrip()[:1] == b"[":
        try:
            return msgspec.json.decode(data, type=tuple[Party, ...])
        except msgspec.MsgspecError as error:
            raise InputError("agreement-file", name=name, reason=str(error)) from error
    rows = _renamed(rows_of(data, name), PARTY_COLUMNS, name, ("code", "name", "role"))
    head, wrong, found = rows[0], [], []
    for line, row in enumerate(rows[1:], 2):
        cells = {key: cell for key, cell in zip(head, row, strict=False) if cell}
        if not cells:
            continue
        role = _ROLES.get(_folded(cells.get("role", "")))
        missing = [key for key in ("code", "name") if key not in cells]
        wrong += [Mistake(name, line, key, "missing-key", {"row": "?", "key": key}) for key in missing]
        if role is None:
            fields = {"row": cells.get("code", "?"), "key": "role", "value": cells.get("role", "")}
            wrong.append(Mistake(name, line, "role", "bad-value", {**fields, "expected": "facility|payer"}))
        elif not missing:
            ownership = cells.get("ownership", "")
            cells["ownership"] = _OWNERSHIPS.get(_folded(ownership), ownership)
            typed = {key: cells.pop(key) for key in ("start", "until") if key in cells}
            days = {key: _day(cell) for key, cell in typed.items()}
            wrong += [
                Mistake(name, line, key, "party-day", {"row": cells["code"], "value": typed[key]})
                for key, day in days.items()
                if day is None
            ]
            found.append(Party(**{**cells, "role": role}, **days))  # type: ignore[arg-type]
    if wrong:
        raise InputErrors("parties-mistakes", wrong)
    if len(found) > MOST_PARTIES:
        raise InputError("table-too-long", name=name, most=MOST_PARTIES)
    return tuple(found)


def _day(cell: str) -> date | None:
    """A day as spreadsheets and people write it: 2026-03-14 or 14/03/2026."""
    written = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell.strip())
    try:
        return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(cell[:10])
    except ValueError:
        return None


def make_annex(
    arrangement: Arrangement,
    text: str = "",
    tariffs: tuple[str, bytes] | None = None,
    form: Mapping[str, Any] | None = None,
    base: Annex | None = None,
) -> Annex:
    """The annex of a TOML text, a list of tariffs (its name and bytes) and a form, read against the arrangement.

    Without a text, `base` is the annex that the form and the list change. InputErrors `annex-mistakes` with every
    mistake: unknown names, and what the arrangement settles itself.
    """
    lists = {"tariff": as_csv(_tariffs(*tariffs))} if tariffs else {}
    if base is not None and not text:
        form = changed(document_of(base), form or {}, without=tuple(lists))
    annex, mistakes = read_annex(text, arrangement, lists, form)
    if annex is None:
        named = {"tariffs.csv": tariffs[0]} if tariffs else {}
        raise InputErrors(
            "annex-mistakes", [msgspec.structs.replace(it, file=named.get(it.file, it.file)) for it in mistakes]
        )
    return annex


def changed(document: dict[str, Any], form: Mapping[str, Any], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A document with what a form says in its place: clauses by name, tables of rows as a whole."""
    kept = {table: rows for table, rows in document.items() if table not in without}
    return {
        **kept,
        **form,
        "annex": {**kept.get("annex", {}), **form.get("annex", {})},
        "clause": {**kept.get("clause", {}), **form.get("clause", {})},
    }


def decoded_annex(data: bytes, name: str) -> str:
    """The text of an uploaded annex; InputError `table-unreadable` when it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("table-unreadable", name=name) from None


def _tariffs(name: str, data: bytes) -> list[list[str]]:
    """A list of tariffs with the names of our columns; a price may be written with its thousands apart."""
    rows = _renamed(rows_of(data, name), TARIFF_COLUMNS, name, ("act", "price"))
    at = rows[0].index("price")
    for row in rows[1:]:
        if len(row) > at and re.fullmatch(r"[0-9 \u00a0\u202f]+", row[at]):
            row[at] = re.sub(r"\D", "", row[at])
    return [(row + [""] * len(rows[0]))[: max(len(rows[0]), len(row))] if any(row) else row for row in rows]


def _renamed(
    rows: list[list[str]], columns: Mapping[str, tuple[str, ...]], name: str, needed: tuple[str, ...]
) -> list[list[str]]:
    """The rows with the heading in our names; unknown, doubled and missing columns are named."""
    names = {accepted: column for column, several in columns.items() for accepted in several}
    known = ", ".join(several[0] for several in columns.values())
    head: list[str] = []
    wrong = []
    for title in rows[0]:
        column = names.get(_folded(title), "")
        if not column or column in head:
            wrong.append(Mistake(name, 1, title or "—", "csv-column", {"key": title, "known": known}))
        head.append(column)
    missing = [columns[key][0] for key in needed if key not in head]
    wrong += [Mistake(name, 1, title, "missing-key", {"row": name, "key": title}) for title in missing]
    if wrong:
        raise InputErrors("table-mistakes", wrong, name=name)
    return [head, *rows[1:]]


def _folded(text: str) -> str:
    """Small letters without accents, as headings and words are compared."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("_", " ")
