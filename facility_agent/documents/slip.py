"""What the member takes home: what was given, who covered it, what was paid, and a code that confirms it later.

One list of lines serves every printer: thermal paper of 58 or 80 mm, A5, the screen. No condition, no reason of a
refusal, no word about contributions stands on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import msgspec

from facility_agent.vocabulary.bedside import CareNote, TillEntry
from facility_agent.words import Words

Paper = Literal["58", "80", "a5"]
#: How many signs stand in a line of thermal paper, in the printer's own letters.
SIGNS: Final[dict[str, int]] = {"58": 32, "80": 48}


class SlipLine(msgspec.Struct, frozen=True):
    """A line: a text, an amount at its end, and how it stands out. `rule` draws a line instead."""

    text: str = ""
    amount: str = ""
    bold: bool = False
    rule: bool = False


class Given(msgspec.Struct, frozen=True):
    """An act that was given: its name, how many, and in minor units what it cost, payers cover, the member pays."""

    name: str
    quantity: int
    submitted: int
    covered: int
    member: int


class Slip(msgspec.Struct, frozen=True):
    """The facts of a slip. `code` is the text of its signed code."""

    facility: str
    number: str
    claim: str
    day: date
    name: str
    member: str
    currency: str
    given: tuple[Given, ...]
    facility_bears: int
    entries: tuple[TillEntry, ...]
    due: int
    code: str
    made_on: date
    by: str
    invented: bool = False


def slip_lines(slip: Slip, words: Words) -> list[SlipLine]:
    """The slip in lines, from top to bottom, without its code."""

    def money(minor: int) -> str:
        return words.amount(minor, slip.currency, symbol=False)

    lines = [SlipLine(slip.facility, bold=True)]
    if slip.invented:
        lines.append(SlipLine(words("doc.mark.invented"), bold=True))
    lines += [
        SlipLine(words("slip.title"), bold=True),
        SlipLine(words("slip.visit", number=slip.number or "—", day=slip.day)),
    ]
    if slip.claim:
        lines.append(SlipLine(words("slip.claim", claim=slip.claim)))
    lines += [SlipLine(f"{slip.name} {slip.member}".strip()), SlipLine(rule=True)]
    lines += [SlipLine(f"{line.quantity} × {line.name}", money(line.submitted)) for line in slip.given]
    lines.append(SlipLine(rule=True))
    total = sum(line.submitted for line in slip.given)
    lines += [
        SlipLine(words("slip.total"), money(total), bold=True),
        SlipLine(words("slip.covered"), money(sum(line.covered for line in slip.given))),
    ]
    if slip.facility_bears:
        lines.append(SlipLine(words("slip.facility"), money(slip.facility_bears)))
    lines.append(
        SlipLine(words("slip.share"), words.amount(sum(line.member for line in slip.given), slip.currency), True)
    )
    lines += list(_moved(slip.entries, words, money))
    if slip.due:
        lines.append(SlipLine(words("slip.left"), money(slip.due), bold=True))
    lines += [SlipLine(rule=True), SlipLine(words("slip.made", day=slip.made_on, by=slip.by))]
    return lines


def _moved(entries: Iterable[TillEntry], words: Words, money: object) -> Iterable[SlipLine]:
    for entry in entries:
        amount = money(entry.amount)  # type: ignore[operator]
        said = words(f"slip.{entry.kind}", day=entry.day)
        yield SlipLine(f"{said} {entry.receipt}".strip(), amount)


def shortage_lines(
    facility: str, name: str, day: date, notes: Iterable[tuple[CareNote, str]], words: Words
) -> list[SlipLine]:
    """The slip of what was prescribed and is not on the shelf: each act with the quantity that is missing."""
    return [
        SlipLine(facility, bold=True),
        SlipLine(words("slip.shortage.title"), bold=True),
        SlipLine(words("slip.shortage.day", day=day)),
        SlipLine(name),
        SlipLine(rule=True),
        *(SlipLine(act, str(note.quantity)) for note, act in notes),
        SlipLine(rule=True),
        SlipLine(words("slip.shortage.says")),
    ]
