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

    `kind`: a prior approval, a letter of guarantee, a long-term authorisation, or the `extension` of a stay, which says
    what silence means when more days were asked for. Without families and acts the row
    speaks of all acts under prior approval, a letter of all care. `without` says what care without it meets: nothing
    of its own, a person who looks, or a refusal. `above` is the quantity up to which none is needed. `reuse` says
    whether one number serves once or until it expires. `emergency_hours` is the time to put an emergency right;
    hours are those of every day or of working days only, as `hours_unit` says.
    """

    code: str
    kind: Literal["approval", "letter", "long-term", "extension"] = "approval"
    scheme: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    above: int | None = None
    without: Literal["nothing", "unchecked", "refuse"] = "nothing"
    borne_by: Bearer = "facility"
    answer_hours: int | Unknown = "unknown"
    hours_unit: Literal["calendar", "working", "unknown"] = "unknown"
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
    """What one side owes the other: what, by when, how it is measured, and what follows when it is not kept.

    `step` names the delay of a batch by which `days` are measured without asking anybody; other commitments are
    measured as `measure` says, by people.
    """

    code: str
    by: Literal["facility", "payer", "both"]
    name: Text
    days: int | Unknown | None = None
    step: Literal["", "submit", "receipt", "decision", "payment", "contest"] = ""
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

    `share` lets a centre lay our claims beside those of other mutuals for which it works.
    `cards` gives the power to issue member cards: those of the union, centre or agency `to` count everywhere.
    """

    code: str
    to: str
    name: Text
    power: Literal["", "endorse", "verify", "decide", "pay", "share"] = ""
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
