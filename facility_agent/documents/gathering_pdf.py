"""The list that goes with several batches: what a hand between endorsed and sent on, payer by payer, to be signed."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Final

from facility_agent.documents.frame import Column, Frame, grouped
from facility_agent.invoicing.amounts import in_words
from facility_agent.vocabulary.records import Record
from facility_agent.words import Words

#: How much of a seal's digest is printed: enough to tell two batches apart by eye.
SHOWN: Final = 16
_COLUMNS: Final = (("party", 52), ("batch", 44), ("scheme", 26), ("claims", 16), ("due", 24), ("seal", 28))


class Gathered(Record, frozen=True):
    """One batch of the list; `due` in minor units, `seal` the SHA-256 of its core part."""

    payer: str
    facility: str
    number: str
    scheme: str
    claims: int
    due: int
    currency: str
    seal: str


def gathering_pdf(
    rows: tuple[Gathered, ...], month: str, by: str, language: str = "fr", *, made_on: date, invented: bool = False
) -> bytes:
    """The list as PDF, a table and a sum for each payer; `rows` come in their order."""
    words = Words(language)
    title = words("doc.gathering.title", month=words.month(month))
    frame = Frame(words, title, made_on, marks=[words("doc.mark.invented")] if invented else [])
    frame.page()
    frame.heading(title)
    frame.paragraph(words("doc.gathering.by", name=by, count=len(rows)))
    columns = [
        Column(words(f"doc.column.{name}"), width, "R" if name in ("claims", "due") else "L")
        for name, width in _COLUMNS
    ]
    for (payer, currency), some in groupby(rows, key=lambda row: (row.payer, row.currency)):
        each = tuple(some)
        frame.heading(payer)
        frame.table(
            columns,
            [
                (
                    row.facility, row.number, row.scheme, words.number(row.claims),
                    words.amount(row.due, currency, symbol=False), grouped(row.seal[:SHOWN]),
                )
                for row in each
            ],
        )  # fmt: skip
        due = sum(row.due for row in each)
        said = words("doc.gathering.sum", figures=words.amount(due, currency), words=in_words(due, currency, language))
        frame.paragraph(said, bold=True)
    frame.y += 2
    frame.boxes([(words("doc.box.endorser"), ""), (words("doc.box.payer"), "")])
    return frame.finish()
