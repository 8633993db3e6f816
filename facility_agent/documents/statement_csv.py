"""The statement as CSV, for spreadsheets that open nothing else: UTF-8 with its mark, semicolons, decimal commas.

One line per claim and no line of totals, so that whoever reads it may sum it. The last column repeats on every line
what must not be overlooked. A text that a spreadsheet would take for a formula is led by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache

from facility_agent.documents.letters import clean
from facility_agent.documents.statement_pdf import marks_of
from facility_agent.invoicing.statement import Statement
from facility_agent.vocabulary.money import digits
from facility_agent.words import Words

TEXTS = ("register-number", "claim-number", "member", "name")
AMOUNTS = ("submitted", "member-pays", "other-payers", "facility-bears", "due")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def statement_csv(statement: Statement, language: str = "fr") -> bytes:
    """The rows of the statement, with a heading line."""
    words = Words(language)
    marks = " ".join(marks_of(statement, words))
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([words(f"doc.column.{name}") for name in ("day", *TEXTS, *AMOUNTS, "currency", "mark")])
    for item in statement.rows:
        texts = (item.register_number, item.number, item.member, item.name)
        amounts = (item.submitted, item.member_pays, item.other_payers, item.facility_bears, item.due)
        writer.writerow(
            [
                item.day.isoformat(),
                *(harmless(text) for text in texts),
                *(decimal_comma(amount, statement.currency) for amount in amounts),
                statement.currency,
                marks,
            ]
        )
    return target.getvalue().encode("utf-8-sig")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take this text for a formula.

    >>> [looks_like_formula(text) for text in ("=1+1", " @SUM(A1)", "-2", "\\t=1", "N’Diaye-Sow")]
    [True, True, True, True, False]
    """
    return _FORMULA.match(text) is not None


@lru_cache(maxsize=4096)
def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line.

    >>> harmless("=HYPERLINK(0)"), harmless("Awa Diop")
    ("'=HYPERLINK(0)", 'Awa Diop')
    """
    text = clean(text)
    return f"'{text}" if looks_like_formula(text) else text


def decimal_comma(amount: int, currency: str) -> str:
    """Minor units as French spreadsheets read them, without grouping.

    >>> decimal_comma(123450, "XOF"), decimal_comma(1205, "CDF"), decimal_comma(5, "CDF")
    ('123450', '12,05', '0,05')
    """
    places = digits(currency)
    if not places:
        return str(amount)
    whole, rest = divmod(amount, 10**places)
    return f"{whole},{rest:0{places}d}"
