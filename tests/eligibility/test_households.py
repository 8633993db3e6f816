"""What the policyholder paid stands on the dependants' entitlements, where it is earlier than their own."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.eligibility.households import with_policyholders
from facility_agent.vocabulary.records import Beneficiary, Coverage

SINCE = date(2024, 2, 29)


def entry(number: str, paid: date | None, *, holds: bool = False, home: str = "H1", payer: str = "M") -> Coverage:
    return Coverage(Beneficiary(number, number, household=home, policyholder=holds), payer, "s", SINCE, paid_until=paid)


EARLY, LATE = date(2026, 1, 31), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("holder", "dependant", "told"),
    [
        (entry("1", EARLY, holds=True), entry("2", LATE), EARLY),
        (entry("1", EARLY, holds=True), entry("2", None), EARLY),
        (entry("1", LATE, holds=True), entry("2", EARLY), None),
        (entry("1", None, holds=True), entry("2", LATE), None),
        (entry("1", EARLY, holds=True), entry("2", LATE, home="H2"), None),
        (entry("1", EARLY, holds=True, home=""), entry("2", LATE, home=""), None),
        (entry("1", EARLY, holds=True, payer="N"), entry("2", LATE), None),
        (entry("1", EARLY), entry("2", LATE), None),
    ],
)
def test_a_dependant_is_told_what_the_policyholder_paid(
    holder: Coverage, dependant: Coverage, told: date | None
) -> None:
    own, theirs = with_policyholders([holder, dependant])
    assert (own.policyholder_paid_until, theirs.policyholder_paid_until) == (None, told)


def test_a_policyholder_who_pays_clears_the_dependants() -> None:
    once = with_policyholders([entry("1", EARLY, holds=True), entry("2", LATE)])
    paid = (msgspec.structs.replace(once[0], paid_until=LATE), once[1])
    assert with_policyholders(paid) == (entry("1", LATE, holds=True), entry("2", LATE))
