"""What the policyholder has not paid concerns the whole household, where the arrangement says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from facility_agent.vocabulary.records import Coverage


def with_policyholders(coverages: Iterable[Coverage]) -> tuple[Coverage, ...]:
    """The entitlements of a register; a dependant's says until when the policyholder paid, where that is earlier.

    A household is known by payer, scheme and number; of two policyholders the one who paid further counts.
    """
    entries = tuple(coverages)
    paid: dict[tuple[str, str, str], date] = {}
    for entry in entries:
        home = (entry.payer, entry.scheme, entry.beneficiary.household)
        if entry.beneficiary.policyholder and entry.beneficiary.household and entry.paid_until is not None:
            paid[home] = max(entry.paid_until, paid.get(home, entry.paid_until))
    return tuple(_told(entry, paid.get((entry.payer, entry.scheme, entry.beneficiary.household))) for entry in entries)


def _told(entry: Coverage, paid: date | None) -> Coverage:
    later = paid is not None and (entry.paid_until is None or paid < entry.paid_until)
    told = paid if later and not entry.beneficiary.policyholder else None
    if told == entry.policyholder_paid_until:
        return entry
    return msgspec.structs.replace(entry, policyholder_paid_until=told)
