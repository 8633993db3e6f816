"""A sheet that a person carries to the next facility: who sends whom where, why, what was done, and a signed code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from facility_agent.documents.frame import MARGIN, Column, Frame, symbol
from facility_agent.vocabulary.bedside import Sheet
from facility_agent.words import Words


def sheet_pdf(
    sheet: Sheet,
    facility: str,
    names: Mapping[str, str],
    language: str = "fr",
    *,
    made_on: date,
    invented: bool = False,
) -> bytes:
    """One page of A4; the other side of a referral, the answer, is a form to be filled in by hand."""
    words = Words(language)
    title = words(f"sheet.title.{sheet.kind}", number=sheet.number)

    def head(frame: Frame) -> None:
        frame.say(title, MARGIN, frame.y, frame.width, 8, size=13, bold=True)
        frame.y += 9
        frame.say(facility, MARGIN, frame.y, frame.width, 5, size=9)
        frame.y += 7

    marks = [words("doc.mark.invented")] if invented else []
    frame = Frame(words, title, made_on, marks=marks, head=head)
    frame.page()
    facts = [
        ("day", words.day(sheet.day)), ("person", f"{sheet.name} {sheet.member}".strip()), ("to", sheet.to),
        ("reason", sheet.reason), ("treatment", sheet.treatment), ("companion", sheet.companion),
        ("kilometres", "" if sheet.kilometres is None else str(sheet.kilometres)),
        ("until", words.day(sheet.until) if sheet.until else ""),
    ]  # fmt: skip
    columns = [Column(words("sheet.fact"), 55), Column(words("sheet.said"), frame.width - 55)]
    frame.table(columns, [(words(f"sheet.{key}"), said) for key, said in facts if said])
    if sheet.token:
        frame.need(48)
        frame.y += 3
        frame.pdf.image(symbol(sheet.token), x=MARGIN, y=frame.y, w=42)
        frame.say(words("sheet.foot"), MARGIN + 46, frame.y + 14, frame.width - 46, 14, size=9, lines=3)
        frame.y += 44
    if sheet.items:
        frame.y += 3
        table = [Column(words("sheet.item"), frame.width - 70), Column(words("sheet.quantity"), 30, "R"),
                 Column(words("sheet.dispensed"), 40)]  # fmt: skip
        frame.table(table, [(names.get(item.act, item.act), str(item.quantity), "") for item in sheet.items])
    frame.y += 4
    frame.boxes([(words("sheet.sender"), ""), (words("sheet.receiver"), "")])
    if sheet.kind in ("referral", "evacuation"):
        frame.heading(words("sheet.answer"))
        for asked in words("sheet.answer.asked").split("|"):
            frame.say(asked, MARGIN, frame.y, frame.width, 9, size=9)
            frame.y += 11
            frame.rule()
            frame.y += 2
    return frame.finish()
