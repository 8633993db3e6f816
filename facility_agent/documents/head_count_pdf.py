"""The count of heads on paper: what is due for whom on a day, from which register, to be signed by both sides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from facility_agent.documents.frame import Column, Frame, grouped
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.words import Words

#: The columns and how wide each is beside the others.
_WIDTHS: Final = {"scheme": 34, "period": 44, "clause": 36, "heads": 18, "unverified": 20, "rate": 18, "due": 20}
_NUMBERS: Final = ("heads", "unverified", "rate", "due")


def head_count_pdf(
    count: HeadCount, currency: str, names: Mapping[str, str], language: str = "fr", *, made_on: date,
    invented: bool = False,
) -> bytes:  # fmt: skip
    """The count as PDF: a table of what is due, then the member numbers. An open rate is said, and sums to nothing."""
    words = Words(language)
    title = words("doc.count.title", day=count.counted_on)
    frame = Frame(
        words, title, made_on, marks=[words("doc.mark.invented")] if invented else [],
        foot=f"{words('doc.count.print')} {grouped(count.fingerprint[:32])}",
    )  # fmt: skip
    frame.page()
    frame.heading(title)
    sides = ((count.facility, "doc.facility"), (count.payer, "doc.payer"))
    frame.paragraph(" · ".join(words(key, name=names.get(code, code), code=code) for code, key in sides))
    frame.paragraph(words("doc.count.register", sequence=count.sequence, day=count.as_of))
    table_of_heads(frame, count, currency)
    persons_of(frame, count)
    frame.boxes([(words("doc.box.facility"), ""), (words("doc.box.payer"), "")])
    return frame.finish()


def table_of_heads(frame: Frame, count: HeadCount, currency: str, scheme: str = "") -> None:
    """One row for each row of the arrangement: who pays how much for how many; `scheme` names the only one."""
    words, unit = frame.words, frame.width / sum(_WIDTHS.values())
    columns = [
        Column(words(f"doc.column.{name}"), width * unit, "R" if name in _NUMBERS else "L")
        for name, width in _WIDTHS.items()
    ]
    frame.table(
        columns,
        [
            (
                scheme or due.scheme, f"{words.day(due.start)} – {words.day(due.until)}", due.clause,
                words.number(due.heads), words.number(len(due.unverified)),
                words("doc.count.open") if due.rate is None else words.amount(due.rate, currency, symbol=False),
                words("doc.count.open") if due.amount is None else words.amount(due.amount, currency, symbol=False),
            )
            for due in count.dues
        ],
    )  # fmt: skip


def persons_of(frame: Frame, count: HeadCount, scheme: str = "") -> None:
    """The numbers of those who were counted, row by row."""
    for due in count.dues:
        frame.heading(frame.words("doc.count.persons", scheme=scheme or due.scheme, heads=due.heads))
        frame.paragraph(" · ".join(due.persons), size=8)
