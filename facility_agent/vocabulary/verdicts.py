"""The records of the desk: what it knows today, and the verdict that it shows."""

from __future__ import annotations

from datetime import date

from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.guarantees import Used
from facility_agent.vocabulary.records import Beneficiary, Colour, Record


class Letter(Record, frozen=True):
    """A letter of guarantee or approval shown at an earlier visit here: its validity, and how many visits used it."""

    number: str
    start: date
    until: date
    uses: int = 0


class DeskFacts(Record, frozen=True):
    """What the desk knows beside card and coverage: the age of its register and lists, and who came today.

    `latest_day` is the latest day that the program has ever seen, so that a clock that ran backwards is noticed.
    `letters` are the guarantees that earlier visits of this person were shown, `guarantees` those that hold today.
    """

    register_as_of: date | None = None
    register_sequence: int | None = None
    revocations_as_of: date | None = None
    revoked: bool | None = None
    seen_today: int = 0
    latest_day: date | None = None
    letters: tuple[Letter, ...] = ()
    guarantees: tuple[Used, ...] = ()


class OpenBenefit(Record, frozen=True):
    """What one scheme pays today for one family: a `rate` in words of the contract, or a flat co-payment."""

    scheme: str
    payer: str
    family: str
    rate: str = ""
    copay: int | None = None
    opens: date | None = None


class CeilingLeft(Record, frozen=True):
    """What is left of a ceiling today, in minor units; where `counts`, in acts."""

    code: str
    scheme: str
    limit: int
    left: int
    counts: bool = False


class Paper(Record, frozen=True):
    """A paper that the arrangement wants to be seen here, in which step, and what counts without it."""

    code: str
    scheme: str
    step: int
    instead: str = ""


class Verdict(Record, frozen=True):
    """Green, amber or red, with all the reasons, what is open, and whether the answer binds the payer.

    `schemes` stand in the order of payment. `binds` None says that the contract leaves it open; `cap` is the amount
    in minor units up to which the answer binds.
    """

    colour: Colour
    beneficiary: Beneficiary | None
    findings: tuple[Finding, ...]
    open: tuple[OpenBenefit, ...] = ()
    ceilings: tuple[CeilingLeft, ...] = ()
    schemes: tuple[str, ...] = ()
    binds: bool | None = None
    emergency: bool = False
    cap: int | None = None
    papers: tuple[Paper, ...] = ()
