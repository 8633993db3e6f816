"""Lists of banks and mobile money: signs, separators, decimal marks and columns of many houses, and what cannot be."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.exchange.bank_amounts import AmountError, amount_of, decimal_mark
from facility_agent.exchange.bank_lines import read_bank_file
from facility_agent.vocabulary.errors import InputError

FRENCH = """Banque de l’Étoile;;;
Relevé du compte 0123;;;
Date;Libellé;Référence;Débit;Crédit;Solde
01/04/2026;Frais de tenue;FR-1;1 500;;98 500
02/04/2026;VIR MUTUELLE N’DOROLA;VIR-0001;;1 234 567;1 333 067
03/04/2026;Chèque 0042;CHQ-42;;70;1 333 137
"""
SIGNED = 'Date,Description,Reference,Amount\n2026-04-02,Mutual,VIR-0001,"1,234,567.00"\n2026-04-03,Fees,X,-150.00\n'
MOBILE = (
    "Transaction ID\tDate et heure\tType\tMontant\tStatut\tExpéditeur\n"
    "MP26.1\t02-04-2026 10:15:00\tReçu\t1.234.567\tRéussi\tMUTUELLE\n"
    "MP26.2\t02-04-2026 10:16:00\tReçu\t5.000\tÉchec\tMUTUELLE\n"
    "MP26.3\t02-04-2026 10:17:00\tEnvoyé\t2.000\tRéussi\tBANQUE\n"
)
LISTS = {
    "french": (FRENCH, [(date(2026, 4, 2), 1_234_567, "VIR-0001"), (date(2026, 4, 3), 70, "CHQ-42")]),
    "signed": (SIGNED, [(date(2026, 4, 2), 1_234_567, "VIR-0001")]),
    "mobile": (MOBILE, [(date(2026, 4, 2), 1_234_567, "MP26.1")]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_read_in_every_encoding_to_the_same_lines(kind: str, encoding: str) -> None:
    text, expected = LISTS[kind]
    read = read_bank_file(text.replace("’", "'").encode(encoding), "relevé.csv", "XOF")
    assert [(line.day, line.amount, line.reference) for line in read.lines] == expected


def test_what_went_out_and_what_failed_is_counted_and_left_out() -> None:
    read = read_bank_file(MOBILE.encode(), "mobile.csv", "XOF")
    assert (len(read.lines), read.out, read.failed) == (1, 1, 1)


def test_the_same_line_in_two_lists_has_one_id_and_two_alike_in_one_list_have_two() -> None:
    head, line = "Date;Libellé;Montant\n", "02/04/2026;VIR;500\n"
    once = read_bank_file((head + line).encode(), "a.csv", "XOF").lines
    twice = read_bank_file((head + line + line + "03/04/2026;VIR;7\n").encode(), "b.csv", "XOF").lines
    assert once[0].id == twice[0].id and len({each.id for each in twice}) == 3


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Nom;Prénom\nAwa;Diop\n", "bank-columns", None),
        ("Date;Montant\n", "bank-empty", None),
        ("Date;Montant\n02/04/2026;douze\n", "bank-cell", 2),
        ("Date;Montant\n31/02/2026;12\n", "bank-cell", 2),
        ("Date;Montant\n02/04/2026;12,5\n", "bank-cell", 2),
        ("Date;Montant\n02/04/2026;\n", "bank-cell", 2),
        ("Date;Sens;Montant\n02/04/2026;vers le nord;12\n", "bank-cell", 2),
        ("Date;Montant\n02/04/2026;1.234,00\n03/04/2026;1,234.00\n", "bank-decimals", None),
        ("Date;Montant;Solde\n01/04/2026;10;10\n02/04/2026;5;15\n03/04/2026;5;21\n", "bank-balance", 4),
    ],
)
def test_a_list_that_cannot_be_read_for_certain_names_its_line(text: str, code: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        read_bank_file(text.encode(), "l’état.csv", "XOF")
    assert caught.value.code == code
    assert line is None or caught.value.fields["line"] == line


def test_bytes_that_are_no_text_are_an_error() -> None:
    with pytest.raises(InputError) as caught:
        read_bank_file(b"\x81\x8d\x00\xff" * 20, "photo.csv", "XOF")
    assert caught.value.code == "bank-unreadable"


def test_balances_may_run_backwards() -> None:
    text = "Date;Montant;Solde\n03/04/2026;5;21\n02/04/2026;6;16\n01/04/2026;10;10\n"
    assert [line.amount for line in read_bank_file(text.encode(), "a.csv", "XOF").lines] == [5, 6, 10]


@pytest.mark.parametrize(
    ("text", "mark", "currency", "expected"),
    [
        ("1\u202f234\u202f567", "", "XOF", 1_234_567),
        ("1'234'567.00", ".", "XOF", 1_234_567),
        ("+1.234.567", ",", "XOF", 1_234_567),
        ("12,05", ",", "CDF", 1205),
        ("12.5", ".", "MRU", 1250),
        ("−70", "", "XOF", -70),
        ("1 500 FCFA", "", "XOF", 1500),
        ("1234567", ",", "XOF", 1_234_567),
    ],
)
def test_an_amount_is_read_as_its_list_writes_it(text: str, mark: str, currency: str, expected: int) -> None:
    assert amount_of(text, mark, currency) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "abc", "1.23.4", "12,345", "1,2,3", "1..2", "٣٤", "1e5", "12.345.6"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        amount_of(text, ".", "XOF") if text != "12,345" else amount_of(text, ",", "XOF")


def test_a_list_has_one_decimal_mark() -> None:
    assert decimal_mark(["1,234,567", "12"]) == "."
    assert decimal_mark(["12", "900"]) == ""
    with pytest.raises(AmountError):
        decimal_mark(["1.5", "1,5"])


CELLS = some.sampled_from(
    ["", "02/04/2026", "2026-04-02", "1 234", "1.234,50", "-5", "(5)", "x", "VIR", "é", "C", "D", "\0"]
)


@given(some.lists(some.lists(CELLS, max_size=5), max_size=8), some.sampled_from([";", ",", "\t"]))
def test_any_list_is_read_whole_or_refused_with_a_sentence(rows: list[list[str]], separator: str) -> None:
    head = separator.join(("Date", "Libellé", "Montant", "Sens", "Solde"))
    text = "\n".join((head, *(separator.join(row) for row in rows)))
    with contextlib.suppress(InputError):
        read = read_bank_file(text.encode(), "liste.csv", "XOF")
        assert all(line.amount > 0 for line in read.lines)
        assert len({line.id for line in read.lines}) == len(read.lines)


@given(some.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    with contextlib.suppress(InputError):
        read_bank_file(data, "liste.csv", "XOF")


@given(some.integers(0, 10**12), some.sampled_from(["XOF", "CDF"]), some.sampled_from([",", "."]))
def test_an_amount_written_the_french_or_the_english_way_comes_back(amount: int, currency: str, mark: str) -> None:
    places = 2 if currency == "CDF" else 0
    whole, part = divmod(amount, 10**places)
    grouped = f"{whole:,}".replace(",", "." if mark == "," else ",")
    text = f"{grouped}{mark}{part:02d}" if places else grouped
    assert amount_of(text, mark, currency) == amount  # type: ignore[arg-type]
