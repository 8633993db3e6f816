"""All cross-claim edits in the order in which an officer reads them: a month in, flags out.

An edit is one named function of the month. Adding one is a function and a line. What one claim alone tells (rights,
sex, age, tariff, care after death) is a rule, which `recompute` has asked already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from facility_agent.audit.arithmetic import price_multiple, totals
from facility_agent.audit.bursts import copied_text, household_deliveries, sequential_cards
from facility_agent.audit.duplicates import (
    claim_in_another_batch,
    claim_replaced,
    correction_of_batched,
    exact_duplicate,
    near_duplicate,
)
from facility_agent.audit.month import Bars, Flag, Month
from facility_agent.audit.patterns import delivery_twice, repeated_follow_up, two_facilities_one_hour
from facility_agent.audit.shared import billed_to_another, two_memberships_one_day, two_mutuals_one_hour
from facility_agent.audit.splits import duplicate_elsewhere, same_day_visits, split_claim
from facility_agent.audit.stays import care_during_stay, overlapping_stays
from facility_agent.audit.volumes import provider_day, quantity_outlier

__all__ = ["EDITS", "Bars", "Edit", "Flag", "Month", "by_claim", "run"]

Edit = Callable[[Month], Iterable[Flag]]

EDITS: tuple[Edit, ...] = (
    totals,
    claim_in_another_batch,
    claim_replaced,
    correction_of_batched,
    exact_duplicate,
    near_duplicate,
    price_multiple,
    two_facilities_one_hour,
    delivery_twice,
    repeated_follow_up,
    quantity_outlier,
    provider_day,
    duplicate_elsewhere,
    same_day_visits,
    split_claim,
    overlapping_stays,
    care_during_stay,
    copied_text,
    sequential_cards,
    household_deliveries,
    billed_to_another,
    two_mutuals_one_hour,
    two_memberships_one_day,
)


def run(month: Month) -> tuple[Flag, ...]:
    """Everything that the edits see in a month."""
    return tuple(flag for edit in EDITS for flag in edit(month))


def by_claim(flags: Iterable[Flag]) -> dict[str, tuple[Flag, ...]]:
    """The flags by the claim that they are about; those about the whole month stand under the empty name."""
    found: dict[str, tuple[Flag, ...]] = {}
    for flag in flags:
        found[flag.about] = (*found.get(flag.about, ()), flag)
    return found
