"""Single values of an arrangement, each with its provenance: rounding, windows, delays, days, papers."""

from __future__ import annotations

from typing import Literal

import msgspec

from facility_agent.arrangements.row import Row
from facility_agent.vocabulary.findings import Unknown
from facility_agent.vocabulary.money import Rounding

#: Delays that may be said in working days; `*` stands for all of them.
Delay = Literal["*", "receipt_days", "decision_days", "payment_days", "contest_days", "reminder_days", "emergency_days"]
Unit = Literal["calendar", "working", "unknown"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


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
    follow_up_chronic_days: dict[str, int | Unknown] = {}
    receipt_days: int | Unknown = "unknown"
    decision_days: int | Unknown = "unknown"
    payment_days: int | Unknown = "unknown"
    contest_days: int | Unknown = "unknown"
    provider_day_minutes: int | Unknown = "unknown"
    observation_days: int | Unknown = "unknown"
    stay_days: Literal["entry-to-eve", "both-ends", "unknown"] = "unknown"
    condition_code: Literal["required", "optional", "unknown"] = "unknown"
    forbidden_conditions: tuple[str, ...] = ()
    newborn_days: int | Unknown = "unknown"
    silence_days: int | Unknown = "unknown"
    delay_units: dict[Delay, Unit] = {}
    rest_days: tuple[Weekday, ...] | Unknown = "unknown"
    reminder_days: int | Unknown = "unknown"
    late_penalty_percent: int | Unknown = "unknown"
    late_penalty_per: Literal["once", "month", "unknown"] = "unknown"
    validator: str = "unknown"
    supplementary: bool | Unknown = "unknown"
    regularisation_months: int | Unknown = "unknown"
    outright_rejection_months: int | Unknown = "unknown"
    cash_step: int | Unknown = "unknown"
    cash_difference: Literal["member", "facility", "unknown"] = "unknown"
    sampling: bool = False
    extrapolation: bool = False
    medical_adviser: bool | Unknown = "unknown"
    reviewed_first: bool | Unknown = "unknown"


class Provenance(Row, frozen=True, kw_only=True):
    """Where a single clause comes from."""


MONEY_CLAUSES = ("rounding", "rounding_step")
