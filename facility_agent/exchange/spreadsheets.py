"""Lists that people keep in a spreadsheet: the members' file of a mutual, as CSV.

Comma or semicolon, UTF-8 or Windows-1252, French or English column names. Every mistake is reported with its
line; a file with one mistake changes nothing.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Beneficiary, Coverage, Sex

#: Column → names accepted in a header, French first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("numero", "member_number"),
    "household": ("menage", "household"),
    "name": ("nom", "name"),
    "sex": ("sexe", "sex"),
    "birth_date": ("naissance", "birth_date"),
    "policyholder": ("adherent", "policyholder"),
    "phone": ("telephone", "phone"),
    "village": ("village",),
    "since": ("depuis", "since"),
    "paid_until": ("paye_jusqu_au", "paid_until"),
    "until": ("fin", "until"),
    "suspended_on": ("suspendu_le", "suspended_on"),
    "deceased_on": ("decede_le", "deceased_on"),
    "formerly": ("ancien_numero", "former_number"),
    "listed_at": ("formation", "listed_at"),
}
REQUIRED = ("number", "household", "name", "since")
_SEXES: dict[str, Sex] = {"F": "F", "M": "M", "H": "M", "": ""}


def read_members(data: bytes, payer: str, scheme: str) -> tuple[Coverage, ...]:
    """The members' file as coverages of one payer and scheme; InputError names the first wrong line and column."""
    text = _text(data)
    lines = io.StringIO(text, newline="")
    separator = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(lines, delimiter=separator)
    header = next(reader, [])
    places = _places(header)
    found: list[Coverage] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(reader, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise InputError("members-row-length", line=number, cells=len(row), expected=len(header))
        cells = {column: row[place].strip() for column, place in places.items()}
        coverage = _coverage(cells, number, payer, scheme)
        if coverage.beneficiary.number in seen:
            first = seen[coverage.beneficiary.number]
            raise InputError("members-number-twice", number=coverage.beneficiary.number, line=number, first=first)
        seen[coverage.beneficiary.number] = number
        found.append(coverage)
    if not found:
        raise InputError("members-empty")
    return tuple(found)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("members-encoding")


def _places(header: list[str]) -> dict[str, int]:
    """Where each column stands; an unknown, doubled or missing one is named."""
    names = {name: column for column, accepted in COLUMNS.items() for name in accepted}
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        column = names.get(title.strip().lower())
        if column is None or column in places:
            raise InputError("members-column", column=title, known=", ".join(entry[0] for entry in COLUMNS.values()))
        places[column] = place
    missing = [COLUMNS[column][0] for column in REQUIRED if column not in places]
    if missing:
        raise InputError("members-column-missing", columns=", ".join(missing))
    return places


def _coverage(cells: dict[str, str], line: int, payer: str, scheme: str) -> Coverage:
    for column in REQUIRED:
        if not cells[column]:
            raise InputError("members-cell", line=line, column=COLUMNS[column][0], value="")
    sex = cells.get("sex", "").upper()
    if sex not in _SEXES:
        raise InputError("members-cell", line=line, column=COLUMNS["sex"][0], value=sex)
    born = _day(cells, "birth_date", line)
    person = Beneficiary(
        number=cells["number"],
        name=cells["name"],
        sex=_SEXES[sex],
        birth_date=born,
        birth_year=born.year if born else None,
        household=cells["household"],
        policyholder=cells.get("policyholder", "").lower() in ("oui", "yes", "1", "o", "y"),
        phone=cells.get("phone", ""),
        village=cells.get("village", ""),
        deceased_on=_day(cells, "deceased_on", line),
        formerly=cells.get("formerly", ""),
    )
    since = _day(cells, "since", line)
    assert since is not None
    return Coverage(
        beneficiary=person,
        payer=payer,
        scheme=scheme,
        since=since,
        until=_day(cells, "until", line),
        paid_until=_day(cells, "paid_until", line),
        suspended_on=_day(cells, "suspended_on", line),
        listed_at=cells.get("listed_at", ""),
    )


def _day(cells: dict[str, str], column: str, line: int) -> date | None:
    """A day written 2026-03-14 or 14/03/2026; empty is None."""
    value = cells.get(column, "")
    if not value:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value, form).date()
        except ValueError:
            continue
    raise InputError("members-cell", line=line, column=COLUMNS[column][0], value=value)
