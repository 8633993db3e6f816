"""Guarantees as they are asked for and answered, deaths as they are told, pregnancies as they are followed.

A guarantee's number ends in two check digits (ISO 7064, MOD 97-10), so that one that is read out on the telephone is
taken down without a mistake where there is no network.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from facility_agent.vocabulary.records import Guarantee, Record

GuaranteeKind = Literal["approval", "letter", "long-term", "extension"]
GuaranteeState = Literal["asked", "granted", "refused", "revoked"]


class GuaranteedRate(Record, frozen=True):
    """What the payer bears of an act (empty: of all care) by the contract: a whole percentage or a ratio such as `2/3`;
    empty where the contract leaves it open or asks for a flat co-payment."""

    act: str
    rate: str


class GuaranteeFile(Record, frozen=True):
    """A guarantee from asking to answer. `acts` empty means all care; `per_month` is the quantity of each month.

    `rates` are those of the contract on the day of the answer, printed on the letter.

    `by_telephone`: the number was read out, and the payer's letter is still to come.
    """

    id: str
    payer: str
    facility: str
    member: str
    kind: GuaranteeKind
    acts: tuple[str, ...]
    reason: str
    asked_on: date
    asked_by: str
    papers: str = ""
    state: GuaranteeState = "asked"
    number: str = ""
    start: date | None = None
    until: date | None = None
    quantity: int | None = None
    per_month: int | None = None
    answer: str = ""
    by_telephone: bool = False
    rates: tuple[GuaranteedRate, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether care of that day may rest on it."""
        return self.state == "granted" and self.start is not None and self.start <= day <= (self.until or day)

    def for_visit(self) -> Guarantee:
        """What a visit carries of it."""
        start = self.start or self.asked_on
        return Guarantee(self.number, self.acts, start, self.until or start, self.per_month or self.quantity)


class Used(Record, frozen=True):
    """A guarantee with what was used of it: in all, and in the month that is asked about."""

    guarantee: GuaranteeFile
    total: int
    month: int

    @property
    def left(self) -> int | None:
        """What is left: of the month for a monthly quantity, else in all; None without a limit."""
        if self.guarantee.per_month is not None:
            return max(0, self.guarantee.per_month - self.month)
        return None if self.guarantee.quantity is None else max(0, self.guarantee.quantity - self.total)


class DeathNotice(Record, frozen=True):
    """A member died in the care of a facility, told between two batches. No cause stands in it."""

    id: str
    facility: str
    payer: str
    member: str
    day: date


class Pregnancy(Record, frozen=True):
    """A pregnancy that visits belong to: its contacts, its delivery, its children."""

    id: str
    member: str
    began: date
    ended: date | None = None
    outcome: str = ""
    children: tuple[str, ...] = ()


def numbered(payer: str, sequence: int) -> str:
    """The number of a guarantee, with its check digits.

    >>> numbered("MLT", 12), checks(numbered("MLT", 12)), checks("MLT-000021-33")
    ('MLT-000012-46', True, False)
    """
    body = f"{payer}-{sequence:06d}"
    return f"{body}-{98 - int(_digits(body) + '00') % 97:02d}"


def checks(number: str) -> bool:
    """Whether the check digits of a number that somebody read out are right."""
    digits = _digits(number)
    return len(digits) > 4 and number[-2:].isdecimal() and int(digits) % 97 == 1


def _digits(text: str) -> str:
    return "".join(str(int(sign, 36)) for sign in text.upper() if sign.isascii() and sign.isalnum())
