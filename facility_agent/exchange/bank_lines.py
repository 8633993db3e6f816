"""The list of a bank or mobile-money operator as lines of money that came in.

Every bank writes its own: UTF-8, UTF-16, Windows or DOS signs; semicolons, commas, tabs or bars; a letterhead before
the columns; one column with a sign or a direction, or one for each direction; French or English. The encoding is the
one in which the names of the columns can be read. A list that cannot be read for certain is an error and changes
nothing: money is never guessed.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from facility_agent.exchange.bank_amounts import AmountError, Mark, amount_of, decimal_mark
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.records import Record

ENCODINGS: Final = ("utf-8-sig", "utf-16", "cp1252", "cp850")
SEPARATORS: Final = (";", "\t", "|", ",")
MOST_LINES: Final = 20_000

#: Column → its names, without accents and in small letters.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "day": ("date", "date operation", "date de l operation", "date comptable", "date transaction", "transaction date",
            "date de transaction", "completion time", "date et heure", "posting date"),
    "label": ("libelle", "label", "description", "details", "motif", "designation", "narration", "nature", "message"),
    "reference": ("reference", "ref", "no reference", "numero", "transaction id", "id transaction", "receipt no",
                  "numero transaction", "n piece", "no piece", "reference operation", "external id"),
    "credit": ("credit", "montant credit", "versement", "paid in", "entree", "recette", "money in"),
    "debit": ("debit", "montant debit", "retrait", "withdrawn", "sortie", "depense", "money out"),
    "amount": ("montant", "amount", "montant operation", "valeur"),
    "direction": ("sens", "direction", "d c", "debit credit", "type"),
    "balance": ("solde", "balance", "solde apres", "nouveau solde", "running balance"),
    "status": ("statut", "status", "etat", "transaction status"),
    "payer": ("payeur", "emetteur", "donneur d ordre", "from", "de", "expediteur", "sender"),
}  # fmt: skip
_IN: Final = ("c", "cr", "credit", "entree", "recu", "in", "received", "versement", "depot", "paid in", "cash in")
_OUT: Final = ("d", "dr", "debit", "sortie", "envoye", "out", "sent", "retrait", "paiement", "withdrawn", "frais")
_DONE: Final = ("", "success", "successful", "succes", "reussi", "reussie", "completed", "complete", "ok", "termine",
                "terminee", "valide", "validee", "execute", "executee", "comptabilise", "booked")  # fmt: skip


class BankLine(Record, frozen=True):
    """One amount that came in, in minor units. `id` is the same wherever the line is met again."""

    id: str
    line: int
    day: date
    amount: int
    reference: str
    label: str


class BankFile(Record, frozen=True):
    """A list as it was read. `out` counts the lines of money that went out, `failed` those that did not happen."""

    digest: str
    lines: tuple[BankLine, ...]
    out: int
    failed: int


def read_bank_file(data: bytes, name: str, currency: str) -> BankFile:
    """The lines of a list. InputError `bank-unreadable`, `bank-columns`, `bank-cell`, `bank-decimals`,
    `bank-balance`, `bank-empty`, `bank-too-long`."""
    rows, head = _table(data, name)
    places = _places(rows[head])
    body = [(at, row) for at, row in enumerate(rows[head + 1 :], head + 2) if any(cell.strip() for cell in row)]
    if len(body) > MOST_LINES:
        raise InputError("bank-too-long", name=name, most=MOST_LINES)
    mark = _mark(body, places, name)
    found: list[BankLine] = []
    amounts: list[tuple[int, int, int | None]] = []
    out = failed = 0
    same: dict[tuple[object, ...], int] = {}
    for at, row in body:
        cells = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
        if not cells["day"] or _day(cells["day"]) is None:
            if _is_remark(cells, mark, currency):
                continue
            raise InputError("bank-cell", name=name, line=at, column="date", value=cells["day"])
        amount = _amount(cells, mark, currency, name, at)
        if _plain(cells.get("status", "")) not in _DONE:
            failed += 1
            continue
        amounts.append((at, amount, _balance(cells, mark, currency, name, at)))
        if amount <= 0:
            out += 1
            continue
        day = _day(cells["day"])
        assert day is not None
        reference, label = (
            cells.get("reference", ""),
            " ".join((cells.get("label", ""), cells.get("payer", ""))).strip(),
        )
        key = (day.isoformat(), amount, reference, label)
        same[key] = same.get(key, 0) + 1
        # Two lists that overlap show the same lines of a day; two alike in one list are two payments.
        id = digest("|".join(str(part) for part in (*key, same[key])).encode())[:32]
        found.append(BankLine(id, at, day, amount, reference, label))
    _balances_follow(amounts, name)
    if not found and not out and not failed:
        raise InputError("bank-empty", name=name)
    return BankFile(digest(data), tuple(found), out, failed)


def _table(data: bytes, name: str) -> tuple[list[list[str]], int]:
    """The rows and the place of the heading: the first reading in which the columns have names that we know."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            continue
        for separator in SEPARATORS:
            try:
                rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
            except csv.Error:
                continue
            for at, row in enumerate(rows[:60]):
                found = set(_known(row))
                if "day" in found and found & {"amount", "credit"}:
                    if _hidden(row):
                        break  # other signs than the bank's: the next encoding reads its names whole
                    return rows, at
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        raise InputError("bank-columns", name=name, columns="date, libellé, référence, montant (ou débit, crédit)")
    raise InputError("bank-unreadable", name=name)


def _known(row: Sequence[str]) -> list[str]:
    names = {title: column for column, titles in COLUMNS.items() for title in titles}
    return [names[title] for title in map(_plain, row) if title in names]


def _hidden(row: Sequence[str]) -> bool:
    """Whether a title holds signs that no letter of a title is: it was written in another encoding."""
    return any(unicodedata.category(sign)[0] in "CS" or sign in "‚ƒ„…" for cell in row for sign in cell if sign != "°")


def _places(row: Sequence[str]) -> dict[str, int]:
    names = {title: column for column, titles in COLUMNS.items() for title in titles}
    places: dict[str, int] = {}
    for place, title in enumerate(row):
        column = names.get(_plain(title))
        if column is not None:
            places.setdefault(column, place)
    return places


def _mark(body: Sequence[tuple[int, Sequence[str]]], places: dict[str, int], name: str) -> Mark:
    money = [places[column] for column in ("amount", "credit", "debit", "balance") if column in places]
    try:
        return decimal_mark(row[place] for _, row in body for place in money if place < len(row) and row[place].strip())
    except AmountError:
        raise InputError("bank-decimals", name=name) from None


def _amount(cells: dict[str, str], mark: Mark, currency: str, name: str, line: int) -> int:
    """What came in, below zero what went out."""
    if "credit" in cells:
        coming, going = (_cell(cells, column, mark, currency, name, line) for column in ("credit", "debit"))
        return (coming or 0) - abs(going or 0)
    amount = _cell(cells, "amount", mark, currency, name, line)
    if amount is None:
        raise InputError("bank-cell", name=name, line=line, column="montant", value="")
    way = _plain(cells.get("direction", ""))
    if not way:
        return amount
    if way in _OUT:
        return -abs(amount)
    if way in _IN:
        return abs(amount)
    raise InputError("bank-cell", name=name, line=line, column="sens", value=cells["direction"])


def _cell(cells: dict[str, str], column: str, mark: Mark, currency: str, name: str, line: int) -> int | None:
    value = cells.get(column, "")
    if not value:
        return None
    try:
        return amount_of(value, mark, currency)
    except AmountError:
        raise InputError("bank-cell", name=name, line=line, column=column, value=value) from None


def _balance(cells: dict[str, str], mark: Mark, currency: str, name: str, line: int) -> int | None:
    return _cell(cells, "balance", mark, currency, name, line)


def _balances_follow(amounts: Sequence[tuple[int, int, int | None]], name: str) -> None:
    """Where the list shows balances, each follows from the one before, in one order of time or the other."""
    shown = [(line, amount, balance) for line, amount, balance in amounts if balance is not None]
    if len(shown) < 2 or len(shown) < len(amounts):
        return
    upwards = [line for (_, _, before), (line, amount, now) in pairwise(shown)
               if now != before + amount]  # fmt: skip
    downwards = [line for (line, amount, before), (_, _, now) in pairwise(shown)
                 if before != now + amount]  # fmt: skip
    if upwards and downwards:
        wrong = upwards if len(upwards) <= len(downwards) else downwards
        raise InputError("bank-balance", name=name, line=wrong[0])


def _is_remark(cells: dict[str, str], mark: Mark, currency: str) -> bool:
    """A line without a day and without money that moved: a balance carried forward, a total, a letter's end."""
    return not cells["day"] or not any(cells.get(column) for column in ("amount", "credit", "debit"))


def _day(text: str) -> date | None:
    """A day as banks write it, with or without an hour behind it."""
    bare = text.strip().replace("T", " ").split(" ")[0]
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y/%m/%d", "%Y%m%d"):
        try:
            return datetime.strptime(bare, form).date()
        except ValueError:
            continue
    return None


def _plain(text: str) -> str:
    """Small letters without accents or signs.

    >>> _plain("N° Pièce"), _plain("  Débit / Crédit ")
    ('n piece', 'debit credit')
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in bare.lower()).split())
