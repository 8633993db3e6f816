"""The records that rooms pass to each other: people, visits, adjudications and claims.

Frozen msgspec Structs with tuples inside. Amounts are whole minor units of the arrangement's currency; days are
local to the facility's zone; `at` is the local hour as `HH:MM`. Names follow FHIR R4 (Coverage, Claim,
ClaimResponse, PaymentReconciliation) where it has one.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.histories import Counted as Counted
from facility_agent.vocabulary.histories import Counter as Counter
from facility_agent.vocabulary.histories import History as History
from facility_agent.vocabulary.histories import PastLine as PastLine
from facility_agent.vocabulary.histories import Record as Record
from facility_agent.vocabulary.histories import Share as Share

Sex = Literal["F", "M", ""]
Colour = Literal["green", "amber", "red"]
#: What a line may count: a longer number is a typing mistake, and no sum of such numbers fits a document.
Countable = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]
CardKind = Literal["member", "household", "certificate"]


class Beneficiary(Record, frozen=True):
    """A covered person, as the register or the desk knows them.

    `formerly` is the number under which the same person was known before, a newborn's provisional one for instance.
    """

    number: str
    name: str
    sex: Sex = ""
    birth_date: date | None = None
    birth_year: int | None = None
    household: str = ""
    policyholder: bool = False
    phone: str = ""
    village: str = ""
    deceased_on: date | None = None
    formerly: str = ""


class Coverage(Record, frozen=True):
    """One beneficiary's entitlement with one payer (FHIR Coverage). `since` starts the waiting periods.

    `policyholder_paid_until` is the last day paid of the household's policyholder, on a dependant's entitlement.
    `listed_at` is the facility with which the person is listed, where a payment per head goes to it.
    """

    beneficiary: Beneficiary
    payer: str
    scheme: str
    since: date
    until: date | None = None
    paid_until: date | None = None
    suspended_on: date | None = None
    package: str = ""
    policyholder_paid_until: date | None = None
    listed_at: str = ""


class Card(Record, frozen=True):
    """What a card says once its signature has been verified.

    A `member` card names one person. A `household` card names a household and its policyholder: the desk chooses the
    person from the register. A `certificate` is the paper that replaces a member card (`replaces`, its serial).
    """

    key: str
    serial: int
    member: str
    name: str
    birth_year: int | None
    sex: Sex
    issued: date
    expires: date
    household: str = ""
    package: str = ""
    photo: str = ""
    kind: CardKind = "member"
    replaces: int = 0


class Guarantee(Record, frozen=True):
    """A guarantee of payment or prior approval: number, acts or families (none: all care), validity.

    Without a `kind` it is whatever the arrangement demands of the care. One that was only `asked` counts when the
    payer's silence grants it.
    """

    number: str
    acts: tuple[str, ...]
    start: date
    until: date
    quantity: int | None = None
    kind: Literal["", "approval", "letter", "long-term"] = ""
    state: Literal["granted", "asked", "refused"] = "granted"
    asked_on: date | None = None


class Admission(Record, frozen=True):
    """Admission under a State programme on a proof that the arrangement names."""

    programme: str
    proof: str
    number: str = ""


class Sheet(Record, frozen=True):
    """The care sheet on paper from which a visit was entered, and the printed register that was asked that day.

    `held` says whether that version of the register could still be read when the visit was entered.
    """

    number: int
    list: int
    payer: str
    sequence: int
    as_of: date
    held: bool = True


class Stay(Record, frozen=True):
    """A hospital stay; `discharged` None while the person is still there."""

    admitted: date
    discharged: date | None = None
    category: str = ""
    outcome: str = ""
    ward: str = ""


class CareLine(Record, frozen=True):
    """One act or medicine that was given. `price` is the unit price billed; `quantity` is in the act's unit.

    `days` is how many days of treatment the quantity is for; `justification` is what the prescriber says when the line
    departs from a protocol, and may name health: only those who read clinical sentences read it.
    `prescription` is the id of an earlier prescription that the line fills; `day` is the day of care within a stay.
    """

    id: str
    act: str
    quantity: Countable
    price: Countable
    at: str = ""
    role: str = ""
    result: str = ""
    prescribed: int | None = None
    prescribed_on: date | None = None
    label: str = ""
    days: int | None = None
    justification: str = ""
    prescriber: str = ""
    prescription: str = ""
    day: date | None = None


class Visit(Record, frozen=True):
    """One visit with all the facts that judge it. `currency` empty means the arrangement's.

    `justification` is what the prescriber says when the visit as a whole departs from a protocol.
    `pregnancy` links the contacts of one pregnancy; `brought` is the number of the referral or
    prescription that was brought.
    """

    id: str
    facility: str
    day: date
    beneficiary: Beneficiary
    lines: tuple[CareLine, ...]
    register_number: str = ""
    at: str = ""
    emergency: bool = False
    identified: Literal["card", "number", "paper", "none"] = "none"
    card_serial: int | None = None
    card_expires: date | None = None
    card_revoked: bool | None = None
    card_key: str = ""
    admissions: tuple[Admission, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    documents: tuple[str, ...] = ()
    referred_from: str = ""
    referred_to: str = ""
    stay: Stay | None = None
    pregnant: bool | None = None
    gestation_weeks: int | None = None
    weight_grams: int | None = None
    condition: str = ""
    condition_text: str = ""
    reason: str = ""
    entered_on: date | None = None
    entered_by: str = ""
    currency: str = ""
    replaces: str = ""
    justification: str = ""
    chronic: bool | None = None
    sheet: Sheet | None = None
    pregnancy: str = ""
    brought: str = ""


class LineAdjudication(Record, frozen=True):
    """One line: `submitted` = shares + `member_pays` + `facility_bears`; `eligible` is never above `submitted`."""

    id: str
    act: str
    submitted: int
    price_admitted: int
    eligible: int
    copay: int
    member_pays: int
    facility_bears: int
    shares: tuple[Share, ...] = ()
    deductible: int = 0
    findings: tuple[Finding, ...] = ()


class Adjudication(Record, frozen=True):
    """The answer to one visit: amounts and findings, per line and for the whole."""

    visit: str
    currency: str
    rule_set: str
    lines: tuple[LineAdjudication, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def submitted(self) -> int:
        return sum(line.submitted for line in self.lines)

    @property
    def eligible(self) -> int:
        return sum(line.eligible for line in self.lines)

    @property
    def member_pays(self) -> int:
        return sum(line.member_pays for line in self.lines)

    @property
    def facility_bears(self) -> int:
        return sum(line.facility_bears for line in self.lines)

    @property
    def shares(self) -> tuple[Share, ...]:
        """Each payer's total, in the order of payment."""
        totals: dict[tuple[str, str], int] = {}
        for line in self.lines:
            for share in line.shares:
                totals[share.payer, share.scheme] = totals.get((share.payer, share.scheme), 0) + share.amount
        return tuple(Share(payer, scheme, amount) for (payer, scheme), amount in totals.items())

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return self.findings + tuple(finding for line in self.lines for finding in line.findings)


class Basis(Record, frozen=True):
    """What a claim was judged on, so that the answer can be replayed years later."""

    rule_set: str
    agreement: str = ""
    register_sequence: int | None = None
    history: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()


class Claim(Record, frozen=True):
    """One visit as it is claimed: immutable. A correction is a new claim that names the one it replaces.

    `counted` is the fingerprint of the head count that a claim bills which is for listed persons and for no visit.
    """

    id: str
    number: str
    visit: Visit
    coverage: tuple[Coverage, ...]
    basis: Basis
    adjudication: Adjudication
    minted_on: date
    replaces: str = ""
    counted: str = ""
