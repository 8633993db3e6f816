"""The paper that stands in for a lost card: one page with its own signed symbol, until a day that it states.

It is signed with the card key as a certificate, never as a card, so that the desk knows which of the two it holds.
"""

from __future__ import annotations

import io

from facility_agent.cards.draw import DPI, draw_symbol
from facility_agent.documents.frame import MARGIN, Frame
from facility_agent.vocabulary.records import Card
from facility_agent.words import Words

_SMALL_HEAD = 9.0


def certificate_pdf(
    card: Card, text: str, payer: str, language: str = "fr", *, portrait: bytes | None = None, contact: str = "",
    invented: bool = False,
) -> bytes:  # fmt: skip
    """The page of a certificate; `text` is the digits of its symbol, `payer` the name of the mutual."""
    words = Words(language)
    title = words("doc.certificate.title")

    def head(frame: Frame) -> None:
        frame.say(payer, MARGIN, frame.y, frame.width, 8, size=12, bold=True, lines=2)
        frame.y += _SMALL_HEAD
        frame.say(title, MARGIN, frame.y, frame.width, 9, size=15, bold=True)
        frame.y += 11
        frame.rule(0.3)
        frame.y += 5

    marks = [words("doc.mark.invented")] if invented else []
    frame = Frame(words, title, card.issued, marks=marks, head=head)
    frame.page()
    symbol = draw_symbol(text)
    side, top = symbol.width / DPI * 25.4, frame.y
    frame.pdf.image(symbol, MARGIN + frame.width - side, top, side, side)
    left = MARGIN
    if portrait is not None:
        frame.pdf.image(io.BytesIO(portrait), MARGIN, top, 30, 37.5)
        left += 34
    room = frame.width - side - (left - MARGIN) - 4
    frame.say(card.name, left, top, room, 14, size=15, bold=True, lines=2)
    said = [
        words("doc.certificate.number", number=card.member),
        *([words("doc.certificate.household", household=card.household)] if card.household else []),
        *([words("card.born", year=card.birth_year)] if card.birth_year is not None else []),
        words("doc.certificate.serial", serial=card.serial),
    ]
    for row, line in enumerate(said):
        frame.say(line, left, top + 15 + 6 * row, room, 6, size=10)
    frame.y = top + max(side, 40) + 5
    frame.paragraph(words("doc.certificate.replaces", serial=card.replaces), size=11)
    frame.paragraph(words("doc.certificate.valid", issued=card.issued, expires=card.expires), size=12, bold=True)
    frame.y += 2
    frame.paragraph(words("doc.certificate.use"), size=9.5)
    frame.paragraph(words("doc.certificate.found"), size=9.5)
    if contact:
        frame.paragraph(words("doc.certificate.contact", contact=contact), size=9.5)
    frame.y += 6
    frame.boxes([(words("doc.box.payer"), ""), (words("doc.certificate.holder"), "")], height=32)
    return frame.finish()
