"""What was done and paid before: earlier lines, the counters of a register, and the history that they make together."""

from __future__ import annotations

from datetime import date

import msgspec


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The common ground of all records.

    Nothing in a record leads back to it, so the collector of cycles need not look at them.
    """


class Share(Record, frozen=True):
    """What one payer pays of a line, a claim or a batch."""

    payer: str
    scheme: str
    amount: int


class PastLine(Record, frozen=True):
    """A line of an earlier claim, as far as limits, windows and ceilings need it.

    `deductibles` tells what was borne under which row, and `guarantee` the number that the line used.
    """

    claim: str
    member: str
    household: str
    facility: str
    day: date
    act: str
    family: str
    quantity: int
    eligible: int
    at: str = ""
    shares: tuple[Share, ...] = ()
    deductible: int = 0
    condition: str = ""
    deductibles: tuple[tuple[str, int], ...] = ()
    guarantee: str = ""


class Counter(Record, frozen=True):
    """What a payer counts under one limit or deductible, in the period that `day` begins or on that day.

    `amount` is what the scheme paid, or what was borne of a deductible, in minor units; `count` the acts given. Where
    days must lie between two acts, `act` is the act.
    """

    code: str
    day: date
    amount: int = 0
    count: int = 0
    act: str = ""


class Counted(Record, frozen=True):
    """The counters of one scheme for a person, as a register says them, and what of ours they hold already.

    `claims` are those of our claims that the counters include; `withdrawn` the lines of those among them that a later
    claim has replaced since.
    """

    scheme: str
    as_of: date
    counters: tuple[Counter, ...] = ()
    claims: tuple[str, ...] = ()
    withdrawn: tuple[PastLine, ...] = ()


class History(Record, frozen=True):
    """Earlier lines of the member and the household, replaced claims left out, in care order.

    `counted` is what the payers' registers count beside them.
    """

    lines: tuple[PastLine, ...] = ()
    as_of: date | None = None
    counted: tuple[Counted, ...] = ()
