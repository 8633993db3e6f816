"""The lines of a batch that came on paper: keyed, or filled into our workbook. A row is a line of care.

Columns are known by their names in French or English, in any order. All mistakes are named with their rows. What a
row says is taken as it stands; whether it is right is for the rules to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final

from facility_agent.arrangements.rows import Mistake
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.vocabulary.money import digits
from facility_agent.vocabulary.records import Record

#: Our name of a column → its heading in French and in English.
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "sheet": ("feuille", "claim"),
    "day": ("jour", "day"),
    "member": ("numero membre", "member number"),
    "register": ("numero ordre", "register number"),
    "act": ("acte", "act"),
    "quantity": ("quantite", "quantity"),
    "price": ("prix unitaire", "unit price"),
    "asked": ("demande au payeur", "asked of the payer"),
}
_MOST: Final = 10**12
_LONGEST: Final = 60


class PaperLine(Record, frozen=True):
    """One line of care as the paper says it; amounts in minor units. `sheet` is the care sheet's number."""

    row: int
    sheet: str
    day: date
    member: str
    register: str
    act: str
    quantity: int
    price: int
    asked: int


def read_lines(rows: Sequence[Sequence[str]], name: str, currency: str) -> tuple[PaperLine, ...]:
    """The lines below a heading. InputError `paper-heading`; InputErrors `paper-mistakes` with every wrong row."""
    head = next((place for place, row in enumerate(rows) if any(row)), 0)
    places = _places(rows[head] if rows else (), name)
    wrong: list[Mistake] = []
    found: list[PaperLine] = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        cells = {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}
        if not any(cells.values()):
            continue
        reader = _Row(cells, number, name, currency, wrong)
        line = PaperLine(
            number, reader.text("sheet"), reader.day("day"), reader.text("member"), cells["register"][:_LONGEST],
            reader.text("act"), reader.count("quantity"), reader.amount("price"), reader.amount("asked"),
        )  # fmt: skip
        if not reader.wrong and line.asked > line.quantity * line.price:
            reader.say("asked", "paper-asked")
        found.append(line)
    if wrong:
        raise InputErrors("paper-mistakes", wrong, name=name)
    if not found:
        raise InputError("paper-empty", name=name)
    return tuple(found)


def _places(heading: Sequence[str], name: str) -> dict[str, int]:
    """Where each column stands."""
    plain = [_folded(cell) for cell in heading]
    places = {
        key: next((place for place, cell in enumerate(plain) if cell in names), -1) for key, names in COLUMNS.items()
    }
    missing = [COLUMNS[key][0] for key, place in places.items() if place < 0]
    if missing:
        raise InputError("paper-heading", name=name, columns=", ".join(missing))
    return places


class _Row:
    """Reads the cells of one row; what is wrong is added to the list, and something harmless given back."""

    def __init__(self, cells: dict[str, str], line: int, name: str, currency: str, mistakes: list[Mistake]) -> None:
        self._cells, self._line, self._name, self._mistakes = cells, line, name, mistakes
        self._places = digits(currency)
        self.wrong = False

    def say(self, key: str, code: str) -> None:
        self.wrong = True
        fields = {"value": self._cells[key][:_LONGEST]}
        self._mistakes.append(Mistake(self._name, self._line, COLUMNS[key][0], code, fields))

    def text(self, key: str) -> str:
        value = self._cells[key]
        if not value:
            self.say(key, "paper-missing")
        elif len(value) > _LONGEST or value[0] in "=+@\t" or not value.isprintable() or set("<>") & set(value):
            self.say(key, "paper-text")
        return value

    def day(self, key: str) -> date:
        value = self._cells[key]
        written = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value)
        try:
            return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(value)
        except ValueError:
            self.say(key, "paper-day")
            return date.min

    def count(self, key: str) -> int:
        value = re.sub(r"\s", "", self._cells[key])
        if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
            self.say(key, "paper-number")
            return 0
        return int(value)

    def amount(self, key: str) -> int:
        value = re.sub(r"\s", "", self._cells[key]).replace(",", ".")
        match = re.fullmatch(rf"([0-9]+)(?:\.([0-9]{{1,{self._places or 1}}}))?", value)
        if match is None or (match[2] and not self._places) or int(match[1]) >= _MOST:
            self.say(key, "paper-number")
            return 0
        return int(match[1]) * 10**self._places + int((match[2] or "").ljust(self._places, "0") or 0)


def _folded(cell: str) -> str:
    plain = unicodedata.normalize("NFKD", cell.casefold())
    return " ".join(
        "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign)).split()
    )
