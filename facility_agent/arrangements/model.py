"""A national contractual arrangement as records: what the folder `contracts/<country>/<day>/` says.

Every row carries its provenance: `source`, `source_date`, `evidence` (published, implementation, derived, none,
invented) and a `note`. What no source gives is the word `unknown`, which is a legal value and never a default.
Amounts are whole minor units of `currency`; rates are whole percentages or ratios such as `"2/3"`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from facility_agent.vocabulary.findings import Bearer, Unknown
from facility_agent.vocabulary.money import Rounding
from facility_agent.vocabulary.records import Sex

Evidence = Literal["published", "implementation", "derived", "none", "invented"]
Rate = int | str


class Row(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """What every row of an arrangement carries."""

    source: str = ""
    source_date: str = ""
    evidence: Evidence = "none"
    note: str = ""
    clause: str = ""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in French and English."""

    fr: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.fr


class Level(Row, frozen=True, kw_only=True):
    """A level of care and the types of facility that stand at it; `rank` 1 is nearest to the village."""

    code: str
    rank: int
    name: Text
    types: tuple[str, ...] = ()


class Scheme(Row, frozen=True, kw_only=True):
    """Who pays under which title. `order` is the order of payment; a `programme` admits people on a proof.

    `payer` empty means the payer of the coverage. `tariff` = "own" lets only prices made for this scheme count.
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
    agreement: bool = True
    tariff: Literal["general", "own"] = "general"
    card: Literal["required", "expected", "not-needed"] = "expected"


class Family(Row, frozen=True, kw_only=True):
    """A family of services or medicines; `prescribed` ones need a prescription."""

    code: str
    name: Text
    prescribed: bool = False


class Act(Row, frozen=True, kw_only=True):
    """An act, service or medicine of the package. Empty `levels` or `roles` leave the question to nobody."""

    code: str
    name: Text
    family: str
    unit: str = "act"
    status: Literal["eligible", "approval", "excluded"] = "eligible"
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sex: Sex = ""
    minimum_age_months: int | None = None
    maximum_age_months: int | None = None
    maximum_quantity: int | None = None
    follow_up: bool = False
    test: bool = False
    atc: str = ""
    aliases: tuple[str, ...] = ()
    minutes: int | None = None


class Tariff(Row, frozen=True, kw_only=True):
    """A price in force: for an act, at a level, for a scheme, an ownership (empty = any).

    `actual` lets the facility's own price stand; `capitation` pays persons, not visits, so the visit counts 0.
    """

    act: str
    price: int | Unknown
    level: str = ""
    scheme: str = ""
    ownership: str = ""
    basis: Literal["tariff", "actual", "capitation"] = "tariff"
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    row: str = ""


class RateRow(Row, frozen=True, kw_only=True):
    """The payer's part: a `rate` of what is left, or all but a flat `copay`. The most specific row counts."""

    scheme: str
    rate: Rate | None = None
    copay: int | Unknown | None = None
    family: str = ""
    act: str = ""
    level: str = ""
    ownership: str = ""


class Waiting(Row, frozen=True, kw_only=True):
    """Benefits that open some months after joining; empty `families` and `acts` mean all care."""

    code: str
    scheme: str
    months: int | Unknown
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


Scope = Literal["person", "household"]
Per = Literal["line", "visit", "day", "month", "year", "coverage"]


class Limit(Row, frozen=True, kw_only=True):
    """A ceiling (`amount` of the payer's share), a `count` of acts, or an `interval` in days.

    Per visit, day, month, calendar year or year of coverage; per person or household.
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
    borne_by: Bearer = "member"


class Deductible(Row, frozen=True, kw_only=True):
    """What a person or household bears before a scheme pays, per visit or per year."""

    code: str
    scheme: str
    amount: int | Unknown
    scope: Scope = "person"
    per: Literal["visit", "year"] = "year"


class Requirement(Row, frozen=True, kw_only=True):
    """A fact or paper that the arrangement demands for some care; missing, it holds or refuses the line."""

    code: str
    kind: Literal["fact", "document"]
    scheme: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    refuses: bool = False
    borne_by: Bearer = "facility"


class Protocol(Row, frozen=True, kw_only=True):
    """A protocol rule as data: what was given (`acts`) against what should go with it.

    `test-first` wants one of `others` in the same visit or `days` before; `band` gives the quantity by weight or
    age; `incompatible` and `prerequisite` look at `others`. Unsourced rules may at most carry `note`.
    """

    code: str
    kind: Literal["test-first", "band", "incompatible", "prerequisite"]
    name: Text
    acts: tuple[str, ...]
    others: tuple[str, ...] = ()
    weight: Literal["note", "reduce", "refuse"] = "note"
    days: int = 0
    positive: bool = False
    bands: tuple[Band, ...] = ()


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A quantity by weight (grams) or, without a weight, by age (months); upper ends are excluded."""

    quantity: int
    from_grams: int
    to_grams: int | None = None
    from_months: int = 0
    to_months: int | None = None


class Clauses(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Single values of the arrangement, each with its provenance in `Arrangement.provenance`."""

    rounding: Rounding | Unknown = "unknown"
    rounding_step: int | Unknown = "unknown"
    follow_up_days: dict[str, int | Unknown] = {}
    prescription_days: int | Unknown = "unknown"
    register_days: int | Unknown = "unknown"
    offline_cap: int | Unknown = "unknown"
    arrears_grace_days: int | Unknown = "unknown"
    arrears_suspend: bool | Unknown = "unknown"
    emergency_days: int | Unknown = "unknown"
    referral_from_rank: int | Unknown = "unknown"
    invoice_unit: str = "unknown"
    invoice_day: int | Unknown = "unknown"
    late_refused_after_days: int | Unknown = "unknown"
    receipt_days: int | Unknown = "unknown"
    decision_days: int | Unknown = "unknown"
    payment_days: int | Unknown = "unknown"
    contest_days: int | Unknown = "unknown"
    provider_day_minutes: int | Unknown = "unknown"
    extrapolation: bool = False


class Provenance(Row, frozen=True, kw_only=True):
    """Where a single clause comes from."""


MONEY_CLAUSES = ("rounding", "rounding_step")


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
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arrangement) and self.digest == other.digest
