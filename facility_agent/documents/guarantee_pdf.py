"""The letter of guarantee on paper: one page for the facility, with its stub for the payer's own book below a cut.

The number ends in check digits and is said by a signed code too, which names nobody. A letter that is printed again
says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from facility_agent.documents.frame import MARGIN, Column, Frame, symbol
from facility_agent.vocabulary.guarantees import GuaranteedRate, GuaranteeFile
from facility_agent.words import Words

_SYMBOL: Final = 42.0
_STUB: Final = 52.0


class GuaranteeLetter(msgspec.Struct, frozen=True):
    """What stands on the letter beside the guarantee. `reason` is empty for whoever may not read it; `code` are the
    digits of the symbol; `copy` is how often it was printed before, by `by`."""

    guarantee: GuaranteeFile
    payer: str
    facility: str
    person: str
    code: str
    printed_on: date
    by: str
    reason: str = ""
    copy: int = 0
    invented: bool = False


def guarantee_pdf(letter: GuaranteeLetter, named: Callable[[str], str], language: str = "fr") -> bytes:
    """The letter of a guarantee that was given; `named` gives the name of an act."""
    words, held = Words(language), letter.guarantee
    kind = words(f"guarantee.kind.{held.kind}")
    title = kind[:1].upper() + kind[1:]

    def head(frame: Frame) -> None:
        frame.say(letter.payer, MARGIN, frame.y, frame.width, 8, size=12, bold=True, lines=2)
        frame.y += 9
        frame.say(title, MARGIN, frame.y, frame.width, 9, size=15, bold=True)
        frame.y += 11
        frame.rule(0.3)
        frame.y += 4

    frame = Frame(words, f"{title} {held.number}", letter.printed_on, marks=_marks(letter, words), head=head)
    frame.page()
    top = frame.y
    frame.pdf.image(symbol(letter.code), MARGIN + frame.width - _SYMBOL, top, _SYMBOL, _SYMBOL)
    room = frame.width - _SYMBOL - 6
    frame.say(held.number, MARGIN, top, room, 12, size=22, bold=True)
    frame.say(words("doc.guarantee.check"), MARGIN, top + 12, room, 6, size=8.5, lines=2)
    for row, line in enumerate(_facts(letter, words)):
        frame.say(line, MARGIN, top + 20 + 6 * row, room, 6, size=10)
    frame.y = top + max(_SYMBOL, 20 + 6 * len(_facts(letter, words))) + 3
    frame.paragraph(_valid(held, words), size=12, bold=True)
    frame.paragraph(_reason(letter, words), size=10)
    if held.answer:
        frame.paragraph(words("doc.guarantee.said", said=held.answer), size=10)
    _rates(frame, held, named)
    frame.paragraph(words("doc.guarantee.use"), size=8.5)
    frame.boxes([(words("doc.box.payer"), "")], height=26)
    _stub(frame, letter, title)
    return frame.finish()


def _marks(letter: GuaranteeLetter, words: Words) -> list[str]:
    copy = [words("doc.guarantee.copy", count=letter.copy, day=letter.printed_on)] if letter.copy else []
    return [*copy, *([words("doc.mark.invented")] if letter.invented else [])]


def _facts(letter: GuaranteeLetter, words: Words) -> list[str]:
    held = letter.guarantee
    return [
        words("doc.guarantee.person", name=letter.person, member=held.member),
        words("doc.guarantee.facility", facility=letter.facility),
        words("doc.guarantee.asked", day=held.asked_on, who=held.asked_by),
        *([words("doc.guarantee.quantity", count=held.quantity)] if held.quantity else []),
        *([words("doc.guarantee.per-month", count=held.per_month)] if held.per_month else []),
    ]


def _valid(held: GuaranteeFile, words: Words) -> str:
    if held.until is None:
        return words("doc.guarantee.valid-from", start=held.start)
    return words("doc.guarantee.valid", start=held.start, until=held.until)


def _reason(letter: GuaranteeLetter, words: Words) -> str:
    return words("doc.guarantee.reason", reason=letter.reason or words("doc.guarantee.reason-kept"))


def _rates(frame: Frame, held: GuaranteeFile, named: Callable[[str], str]) -> None:
    """What is guaranteed, and what the payer bears of it."""
    words = frame.words
    columns = [
        Column(words("doc.guarantee.care"), frame.width - 50, lines=2),
        Column(words("doc.guarantee.rate"), 50, "R"),
    ]
    rates = held.rates or tuple(GuaranteedRate(act, "") for act in held.acts or ("",))
    said = [(named(one.act) if one.act else words("doc.guarantee.all-care"), _rate(one.rate, words)) for one in rates]
    frame.table(columns, said)


def _rate(rate: str, words: Words) -> str:
    if not rate:
        return words("doc.guarantee.rate-open")
    return rate if "/" in rate else words("doc.percent", rate=rate)


def _stub(frame: Frame, letter: GuaranteeLetter, title: str) -> None:
    """The part that is cut off and kept in the payer's book, at the foot of the page."""
    words, held = frame.words, letter.guarantee
    frame.need(_STUB)
    frame.y = frame.bottom - _STUB
    frame.pdf.set_dash_pattern(dash=2, gap=1.5)
    frame.rule(0.2)
    frame.pdf.set_dash_pattern()
    frame.y += 2
    frame.say(words("doc.guarantee.stub"), MARGIN, frame.y, frame.width, 6, size=9, bold=True)
    frame.say(f"{title} {held.number}", MARGIN, frame.y + 6, frame.width, 8, size=13, bold=True)
    lines = [
        *_facts(letter, words),
        _valid(held, words),
        words("doc.guarantee.printed", day=letter.printed_on, who=letter.by),
    ]
    for row, line in enumerate(lines):
        frame.say(line, MARGIN, frame.y + 15 + 5 * row, frame.width, 5, size=9)
    frame.y = frame.bottom
