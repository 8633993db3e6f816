"""What an arrangement asks of both sides beside money: guarantees, papers, commitments, delegation, reasons, holidays.

These rows are read by people as much as by rules: `contracts show` prints them, and the desk and the audit quote them.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements.row import Row, Text
from facility_agent.vocabulary.findings import Bearer, Unknown


class GuaranteeRule(Row, frozen=True, kw_only=True):
    """Which care needs a guarantee of payment, how long it holds, how often, and what silence means.

    `kind`: a prior approval, a letter of guarantee, or a long-term authorisation. `reuse` says whether one number
    serves once or until it expires. `emergency_hours` is the time to put an emergency right.
    """

    code: str
    kind: Literal["approval", "letter", "long-term"] = "approval"
    scheme: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    answer_hours: int | Unknown = "unknown"
    validity_days: int | Unknown = "unknown"
    reuse: Literal["once", "until-expiry", "unknown"] = "unknown"
    silence: Literal["granted", "refused", "unknown"] = "unknown"
    emergency_hours: int | Unknown = "unknown"


class Identification(Row, frozen=True, kw_only=True):
    """A paper that identifies or opens rights, for a scheme and a level; `instead` says what counts without it.

    `newborn` marks the papers that prove the birth of a child who has no number yet.
    """

    code: str
    name: Text
    scheme: str = ""
    level: str = ""
    step: int = 1
    instead: str = ""
    newborn: bool = False


class Commitment(Row, frozen=True, kw_only=True):
    """What one side owes the other: what, by when, how it is measured, and what follows when it is not kept."""

    code: str
    by: Literal["facility", "payer", "both"]
    name: Text
    days: int | Unknown | None = None
    measure: str = ""
    consequence: str = ""


class Reason(Row, frozen=True, kw_only=True):
    """A reason for refusing or reducing, as the arrangement words it, and who bears the amount."""

    code: str
    name: Text
    finding: str = ""
    borne_by: Bearer = ""


class Holiday(Row, frozen=True, kw_only=True):
    """A declared public holiday; days that follow the moon are listed year by year."""

    code: str
    day: date
    name: Text


class Delegation(Row, frozen=True, kw_only=True):
    """A power that the payer gives to a technical centre or an intermediate validator, up to an amount.

    `cards` gives the power to issue member cards: those of the union, centre or agency `to` count everywhere.
    """

    code: str
    to: str
    name: Text
    limit: int | Unknown | None = None
    cards: bool = False


class Committee(Row, frozen=True, kw_only=True):
    """Who settles disputes and watches over the arrangement, and how often they meet."""

    code: str
    name: Text
    members: str = ""
    every_months: int | Unknown | None = None


class Duties(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All of these rows of one arrangement."""

    guarantees: tuple[GuaranteeRule, ...] = ()
    identifications: tuple[Identification, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    reasons: tuple[Reason, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    committees: tuple[Committee, ...] = ()
