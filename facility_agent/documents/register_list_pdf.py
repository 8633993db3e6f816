"""The register on paper, for hours without power: who is covered until when, by village or by household.

What stands on it is what the desk would have said that day; its number and that of the register say so later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

import msgspec

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.vocabulary.records import Coverage
from facility_agent.words import Words

By = Literal["village", "household"]


class Printed(msgspec.Struct, frozen=True):
    """What a list says of itself: its number, whose register in which version and of which day, where and when."""

    number: int
    facility: str
    payer: str
    payer_name: str
    sequence: int
    as_of: date
    day: date
    by: By
    invented: bool = False


def register_list_pdf(printed: Printed, coverages: Sequence[Coverage], language: str = "fr") -> bytes:
    """The list: one row for each person, groups in order of their names, the heads of both on every page."""
    words = Words(language)
    title = words("doc.list.title", payer=printed.payer_name, number=printed.number)

    def head(frame: Frame) -> None:
        frame.say(title, MARGIN, frame.y, frame.width, 8, size=13, bold=True)
        frame.y += 8.5
        said = words("doc.list.said", sequence=printed.sequence, as_of=printed.as_of, day=printed.day)
        for text in (words("doc.list.at", facility=printed.facility), said):
            frame.say(text, MARGIN, frame.y, frame.width, 5, size=9)
            frame.y += 5
        frame.y += 2

    frame = Frame(
        words, title, printed.day, head=head, foot=words("doc.list.foot", number=printed.number),
        marks=[words("doc.mark.invented")] if printed.invented else [],
    )  # fmt: skip
    frame.page()
    # One width in each column: what is written by hand beside a name needs room.
    columns = [
        Column(words(f"doc.list.column.{name}"), width)
        for name, width in (("name", 66), ("born", 22), ("number", 42), ("valid", 30), ("note", 30))
    ]
    key = _village if printed.by == "village" else _household
    ordered = sorted(coverages, key=lambda row: (key(row).casefold(), row.beneficiary.name.casefold(), _number(row)))
    for group, rows in groupby(ordered, key=lambda row: key(row).casefold()):
        some = list(rows)
        known = key(some[0]) or words("doc.list.none")
        frame.heading(words(f"doc.list.group.{printed.by}", name=known, count=len(some)) if group else known)
        frame.table(columns, [_row(row, printed.day, words) for row in some])
    frame.paragraph(words("doc.list.count", count=len(ordered)), size=9, bold=True)
    return frame.finish()


def valid_until(coverage: Coverage, day: date) -> date | None:
    """The last day on which a coverage counts as far as its own dates say; None when it counts no more, or not yet.

    >>> from facility_agent.vocabulary.records import Beneficiary
    >>> awa = Coverage(Beneficiary("X", "Awa"), "m", "c", date(2026, 1, 1), None, date(2026, 6, 30))
    >>> valid_until(awa, date(2026, 3, 1)), valid_until(awa, date(2026, 7, 1))
    (datetime.date(2026, 6, 30), None)
    """
    ends = [end for end in (coverage.paid_until, coverage.until) if end is not None]
    if coverage.suspended_on is not None:
        ends.append(coverage.suspended_on - timedelta(days=1))
    last = min(ends, default=None)
    if last is None or last < day or coverage.since > day or coverage.beneficiary.deceased_on is not None:
        return None
    return last


def _row(coverage: Coverage, day: date, words: Words) -> tuple[str, ...]:
    person = coverage.beneficiary
    born = person.birth_date.year if person.birth_date else person.birth_year
    last = valid_until(coverage, day)
    return person.name, str(born or "—"), person.number, words.day(last) if last else words("doc.list.ask"), ""


def _village(coverage: Coverage) -> str:
    return coverage.beneficiary.village


def _household(coverage: Coverage) -> str:
    return coverage.beneficiary.household


def _number(coverage: Coverage) -> str:
    return coverage.beneficiary.number
