"""What happens to an agreement after it was signed: suspended, resumed, ended, amended, each from its day.

A move is never taken back by forgetting it: what is undone is undone by another move, and every copy keeps both. A
move counts for the party that made it, whoever else is bound: one health centre that leaves a district's agreement
leaves the others in it. A move without a party counts for everybody. Moves are numbered, each one after all that its
author knew, so that copies that met in any order tell the same story.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

import msgspec

from facility_agent.vocabulary.periods import Period

Kind = Literal["suspend", "resume", "end", "amend", "undo"]


class Move(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One move: `on` is the first day of a suspension or resumption, the last day of an end or of what is amended.

    `about` is the amendment that follows; `undoes` the number of the move, by the same party, that never was.
    """

    number: int
    kind: Kind
    on: date
    by: str = ""
    who: str = ""
    about: str = ""
    undoes: int = 0


def effective(moves: Iterable[Move]) -> tuple[Move, ...]:
    """The moves that count, in their order: neither undone nor an undoing.

    >>> day = date(2026, 3, 1)
    >>> stop = Move(number=1, kind="suspend", on=day, by="M")
    >>> never = Move(number=2, kind="undo", on=day, by="M", undoes=1)
    >>> effective((never, stop)), len(effective((stop,)))
    ((), 1)
    """
    every = sorted(moves, key=order)
    undone = {(move.by, move.undoes) for move in every if move.kind == "undo"}
    return tuple(move for move in every if move.kind != "undo" and (move.by, move.number) not in undone)


def order(move: Move) -> tuple[int, str]:
    """By number, then by party: two sides may move at once."""
    return move.number, move.by


def suspensions(moves: Iterable[Move], party: str) -> tuple[Period, ...]:
    """The periods in which a party has nothing in force, the last day of the last one open while it lasts."""
    opened: dict[str, date] = {}
    found: list[Period] = []
    for move in effective(moves):
        if move.by not in ("", party):
            continue
        if move.kind == "suspend":
            opened.setdefault(move.by, move.on)
        elif move.kind == "resume" and move.by in opened:
            start = opened.pop(move.by)
            found += [Period(start, move.on - timedelta(days=1))] if start < move.on else []
    return (*found, *(Period(start) for start in opened.values()))


def suspended_from(moves: Iterable[Move], party: str) -> date | None:
    """The first day of a suspension that nobody has lifted yet, or None."""
    return min((period.start for period in suspensions(moves, party) if period.until is None), default=None)


def last_day(moves: Iterable[Move], party: str) -> date | None:
    """The last day on which the party is bound, by an end or by an amendment; None while nothing says so."""
    ends = (move.on for move in effective(moves) if move.kind in ("end", "amend") and move.by in ("", party))
    return min(ends, default=None)


def amended_by(moves: Iterable[Move]) -> str:
    """The amendment that everybody has signed, or nothing."""
    return next((move.about for move in effective(moves) if move.kind == "amend"), "")
