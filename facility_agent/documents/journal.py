"""The accountant's journal: day, account, debit, credit, reference, so that nobody types it twice.

The accounts stand in a file beside this one, or in the facility's own. The one that ships is a proposal, and every line
of a journal that rests on a proposal says so.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, Final

import msgspec

from facility_agent.documents.statement_csv import decimal_comma, harmless
from facility_agent.invoicing.entries import ACCOUNTS, PAID, Entry
from facility_agent.vocabulary.errors import InputError
from facility_agent.words import Words

#: Money whose payer nobody knows yet, or that is no payer's, waits in an account of its own.
SUSPENSE: Final = "suspense"
COLUMNS: Final = ("day", "piece", "account", "account-name", "third", "debit", "credit", "reference", "what", "mark")


class Account(msgspec.Struct, frozen=True):
    """One account of the accountant."""

    number: str
    name: str


class Chart(msgspec.Struct, frozen=True):
    """The accounts by the ledger's words; `evidence` is `proposal` until somebody confirmed them."""

    title: str
    accounts: dict[str, Account]
    evidence: str = "proposal"
    source: str = ""
    confirmed_by: str = ""

    @property
    def confirmed(self) -> bool:
        return self.evidence != "proposal" and bool(self.source or self.confirmed_by)


def read_chart(text: str = "", name: str = "accounts/syscohada.toml") -> Chart:
    """A chart of accounts; InputError `chart-wrong` names the file and what is wrong in it."""
    if not text:
        text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    try:
        chart = msgspec.convert(tomllib.loads(text), Chart)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError("chart-wrong", name=name, reason=str(error)) from None
    missing = [account for account in (*ACCOUNTS, SUSPENSE) if account not in chart.accounts]
    unknown = [account for account in chart.accounts if account not in (*ACCOUNTS, SUSPENSE)]
    if missing or unknown:
        raise InputError("chart-wrong", name=name, reason=", ".join((*missing, *unknown)))
    wrong = [account for account, held in chart.accounts.items() if not held.number.isdigit()]
    if wrong:
        raise InputError("chart-wrong", name=name, reason=", ".join(wrong))
    return chart


def journal_rows(entries: Iterable[Entry], chart: Chart) -> list[dict[str, Any]]:
    """One row per account of an entry; the legs of one entry share their number and add up to nothing."""
    rows = []
    for piece, entry in enumerate(entries, 1):
        for leg in entry.legs:
            account = leg.account
            if account in PAID and leg.party in ("", "other"):
                account = SUSPENSE
            held = chart.accounts[account]
            rows.append(
                {
                    "day": entry.day,
                    "piece": piece,
                    "account": held.number,
                    "account-name": held.name,
                    "third": leg.party,
                    "debit": max(0, leg.amount),
                    "credit": max(0, -leg.amount),
                    "reference": entry.reference,
                    "what": entry.what,
                }
            )
    return rows


def journal_csv(
    entries: Iterable[Entry], chart: Chart, currency: str, names: Mapping[str, str], language: str = "fr"
) -> bytes:
    """The journal for French spreadsheets: UTF-8 with its mark, semicolons, decimal commas."""
    words = Words(language)
    mark = "" if chart.confirmed else words("journal.proposal", chart=chart.title)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([words(f"journal.{name}") for name in COLUMNS])
    for row in journal_rows(entries, chart):
        writer.writerow(
            [
                row["day"].isoformat(),
                row["piece"],
                row["account"],
                harmless(row["account-name"]),
                harmless(names.get(row["third"], row["third"])),
                decimal_comma(row["debit"], currency) if row["debit"] else "",
                decimal_comma(row["credit"], currency) if row["credit"] else "",
                harmless(row["reference"]),
                words(f"journal.what.{row['what']}"),
                mark,
            ]
        )
    return target.getvalue().encode("utf-8-sig")
