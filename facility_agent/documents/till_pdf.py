"""The close of a cashier's drawer, to be signed by who hands over and who receives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.invoicing.amounts import in_words
from facility_agent.vocabulary.bedside import TillCount, TillEntry
from facility_agent.words import Words


def till_pdf(
    count: TillCount, entries: Iterable[TillEntry], facility: str, currency: str, language: str = "fr", *,
    made_on: date, invented: bool = False,
) -> bytes:  # fmt: skip
    """Every movement with its receipt, what they come to, what was counted, and two boxes to sign."""
    words = Words(language)
    title = words("till.doc.title", cashier=count.cashier, day=count.day)

    def head(frame: Frame) -> None:
        frame.say(title, MARGIN, frame.y, frame.width, 8, size=13, bold=True)
        frame.y += 9
        frame.say(facility, MARGIN, frame.y, frame.width, 5, size=9)
        frame.y += 7

    frame = Frame(words, title, made_on, marks=[words("doc.mark.invented")] if invented else [], head=head)
    frame.page()
    columns = [
        Column(words("till.doc.receipt"), 60), Column(words("till.doc.day"), 30), Column(words("till.doc.kind"), 60),
        Column(words("till.doc.amount"), 40, "R"),
    ]  # fmt: skip
    signs = {"paid": 1, "refunded": -1}
    frame.table(
        columns,
        [
            (
                entry.receipt or entry.reason, words.day(entry.day), words(f"till.{entry.kind}"),
                words.amount(signs.get(entry.kind, 1) * entry.amount, currency, symbol=False),
            )
            for entry in entries
        ],
    )  # fmt: skip
    frame.need(30)
    frame.y += 3
    sums = [Column("", frame.width - 40, "R"), Column("", 40, "R")]
    for key, amount in (("expected", count.expected), ("counted", count.counted), ("difference", count.difference)):
        frame.row(sums, [words(f"till.doc.{key}"), words.amount(amount, currency)], 6, size=9, bold=True)
    frame.y += 2
    frame.paragraph(words("doc.in-words", words=in_words(count.counted, currency, language)), size=9)
    if count.reason:
        frame.paragraph(words("till.doc.reason", reason=count.reason), size=9)
    frame.y += 2
    frame.boxes([(words("till.doc.from", name=count.cashier), ""), (words("till.doc.to", name=count.handed_to), "")])
    return frame.finish()
