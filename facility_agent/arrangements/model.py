"""A national contractual arrangement as records: what the folder `contracts/<country>/<day>/` says.

Every row carries its provenance: `source`, `source_date`, `evidence` (published, implementation, derived, none,
invented) and a `note`. What no source gives is the word `unknown`, which is a legal value and never a default.
Amounts are whole minor units of `currency`; rates are whole percentages or ratios such as `"2/3"`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements.clauses import MONEY_CLAUSES as MONEY_CLAUSES
from facility_agent.arrangements.clauses import Clauses as Clauses
from facility_agent.arrangements.clauses import Provenance as Provenance
from facility_agent.arrangements.duties import Duties as Duties
from facility_agent.arrangements.layouts import Layout
from facility_agent.arrangements.protocols import Condition, Indicator, Item, Protocol, Rule
from facility_agent.arrangements.referrals import ReferralRule as ReferralRule
from facility_agent.arrangements.row import Evidence as Evidence
from facility_agent.arrangements.row import Rate as Rate
from facility_agent.arrangements.row import Row as Row
from facility_agent.arrangements.row import Text as Text
from facility_agent.vocabulary.findings import Bearer, Unknown
from facility_agent.vocabulary.records import Sex


class Level(Row, frozen=True, kw_only=True):
    """A level of care and the types of facility that stand at it; `rank` 1 is nearest to the village.

    `through` says that batches of this level go to their payer through the parent facility that the agreement names.
    """

    code: str
    rank: int
    name: Text
    types: tuple[str, ...] = ()
    through: Literal["", "parent"] = ""


class Scheme(Row, frozen=True, kw_only=True):
    """Who pays under which title. `order` is the order of payment; a `programme` admits people on a proof.

    `payer` empty means the payer of the coverage. `tariff` = "own" lets only prices made for this scheme count.
    `families` and `acts` are all that it pays for (a caesarean); without them it pays for all care.
    """

    code: str
    name: Text
    kind: Literal["state", "insurer", "mutual"]
    order: int
    payer: str = ""
    programme: bool = False
    under_months: int | None = None
    over_months: int | None = None
    pregnant: bool = False
    proofs: tuple[str, ...] = ()
    ownership: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    agreement: bool = True
    tariff: Literal["general", "own"] = "general"
    card: Literal["required", "expected", "not-needed"] = "expected"


class Family(Row, frozen=True, kw_only=True):
    """A family of services or medicines; `prescribed` ones need a prescription."""

    code: str
    name: Text
    prescribed: bool = False


class Act(Row, frozen=True, kw_only=True):
    """An act, service or medicine of the package. Empty `levels` or `roles` leave the question to nobody.

    `roles` may do or give it, `prescribers` may prescribe it. `letter` and `coefficient` price it by a key letter (B29:
    the value of B times 29); `dispensers` are the types of facility that may dispense it; a `day_of_stay` is counted by
    the clause of days, and a day of `observation` has a maximum of its own.
    """

    code: str
    name: Text
    family: str
    unit: str = "act"
    status: Literal["eligible", "approval", "excluded"] = "eligible"
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    prescribers: tuple[str, ...] = ()
    sex: Sex = ""
    minimum_age_months: int | None = None
    maximum_age_months: int | None = None
    maximum_quantity: int | None = None
    follow_up: bool = False
    test: bool = False
    atc: str = ""
    aliases: tuple[str, ...] = ()
    minutes: int | None = None
    letter: str = ""
    coefficient: Rate | None = None
    dispensers: tuple[str, ...] = ()
    day_of_stay: bool = False
    observation: bool = False


class Tariff(Row, frozen=True, kw_only=True):
    """A price in force: for an act, at a level, for a scheme, an ownership (empty = any).

    `actual` lets the facility's own price stand; `capitation` pays persons, not visits, so the visit counts 0. `flat`
    is one price for the episode, whatever the quantity: the families that it `includes` are not paid beside it, in the
    same visit and for `episode_days` afterwards.
    """

    act: str
    price: int | Unknown
    level: str = ""
    scheme: str = ""
    ownership: str = ""
    dispenser: str = ""
    basis: Literal["tariff", "actual", "capitation", "flat"] = "tariff"
    includes: tuple[str, ...] = ()
    episode_days: int | Unknown | None = None
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    row: str = ""


class RateRow(Row, frozen=True, kw_only=True):
    """The payer's part: a `rate` of what is left, or all but a flat `copay`. The most specific row counts.

    The co-payment is due for each line, once for the visit (a voucher), or once for the `episode_days` in which the
    person comes back for the same condition.
    """

    scheme: str
    rate: Rate | None = None
    copay: int | Unknown | None = None
    per: Literal["line", "visit", "episode"] = "line"
    episode_days: int | Unknown | None = None
    family: str = ""
    act: str = ""
    level: str = ""
    ownership: str = ""
    dispenser: str = ""


class Letter(Row, frozen=True, kw_only=True):
    """The value of a key letter, in minor units, at a level, for a scheme or an ownership (empty = any)."""

    code: str
    value: int | Unknown
    level: str = ""
    scheme: str = ""
    ownership: str = ""


class Capitation(Row, frozen=True, kw_only=True):
    """A payment per listed person and period instead of per visit; visits are recorded at 0."""

    code: str
    scheme: str
    level: str
    amount: int | Unknown
    per: Literal["month", "quarter", "year"] = "month"


class Waiting(Row, frozen=True, kw_only=True):
    """Benefits that open some months after joining; empty `families` and `acts` mean all care."""

    code: str
    scheme: str
    months: int | Unknown
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


Scope = Literal["person", "household"]
Per = Literal["line", "visit", "stay", "day", "month", "year", "coverage"]


class Limit(Row, frozen=True, kw_only=True):
    """A ceiling (`amount` of the payer's share), a `count` of acts, or an `interval` in days.

    Per visit, stay, day, month, calendar year or year of coverage; per person or household. Beyond a count marked
    `approvable`, a prior approval opens the door again.
    """

    code: str
    scheme: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    scope: Scope = "person"
    per: Per = "year"
    amount: int | Unknown | None = None
    count: int | Unknown | None = None
    interval: int | Unknown | None = None
    months: int | None = None
    approvable: bool = False
    borne_by: Bearer = "member"


class Deductible(Row, frozen=True, kw_only=True):
    """What a person or household bears before a scheme pays for some care or all, per visit or per year."""

    code: str
    scheme: str
    amount: int | Unknown
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    scope: Scope = "person"
    per: Literal["visit", "year"] = "year"


class Requirement(Row, frozen=True, kw_only=True):
    """A fact or paper that the arrangement demands for some care; missing, it holds or refuses the line.

    `levels` are those at which it is demanded, `under_months` the age below which it is (an infant's attestation),
    `when` what must be so: the person came with a referral, is sent elsewhere, or stays.
    """

    code: str
    kind: Literal["fact", "document"]
    scheme: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    under_months: int | None = None
    when: Literal["", "referred", "transferred", "stay"] = ""
    refuses: bool = False
    borne_by: Bearer = "facility"


class Arrangement(msgspec.Struct, frozen=True, eq=False, omit_defaults=True, kw_only=True):
    """One version of a country's arrangement. Compared by `digest`, so that compiled terms can be kept."""

    country: str
    title: Text
    currency: str
    zone: str
    start: date
    until: date | None = None
    invented: bool = False
    clauses: Clauses = Clauses()
    provenance: dict[str, Provenance] = {}
    levels: tuple[Level, ...] = ()
    schemes: tuple[Scheme, ...] = ()
    families: tuple[Family, ...] = ()
    acts: tuple[Act, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    rates: tuple[RateRow, ...] = ()
    waitings: tuple[Waiting, ...] = ()
    limits: tuple[Limit, ...] = ()
    deductibles: tuple[Deductible, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    rules: tuple[Rule, ...] = ()
    items: tuple[Item, ...] = ()
    conditions: tuple[Condition, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    letters: tuple[Letter, ...] = ()
    capitations: tuple[Capitation, ...] = ()
    referrals: tuple[ReferralRule, ...] = ()
    layouts: tuple[Layout, ...] = ()
    duties: Duties = Duties()
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arrangement) and self.digest == other.digest
