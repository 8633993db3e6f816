"""What somebody may decide or pay for a payer whose own person they are not: as far as the contract delegates it.

A technical centre works under the powers of the arrangement. Beyond them a claim waits for the payer's own people, who
need nobody's leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.invoicing.dues import delegated
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.reviews import Ruled
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site

Power = Literal["decide", "pay"]


class Powers(msgspec.Struct, frozen=True):
    """What the contract gives to offices that work for us; `offices` is the office of each login that has one."""

    terms: Terms
    offices: Mapping[str, str]

    def reaches(self, by: str, power: Power, amount: int) -> bool:
        """Whether somebody may do this up to an amount in minor units; our own people always may."""
        office = self.offices.get(by, "")
        return not office or delegated(self.terms, office, power, amount) is None

    def check(self, by: str, power: Power, amount: int) -> None:
        """InputError `power-not-delegated` where it does not reach."""
        if not self.reaches(by, power, amount):
            raise InputError("power-not-delegated", office=self.offices[by])

    def settles(self, by: str, claimed: int, ruled: Ruled | None) -> bool:
        """Whether `by` may decide a claim: within their powers, or on the word of one of our own people."""
        if self.reaches(by, "decide", claimed):
            return True
        return ruled is not None and any(who and not self.offices.get(who) for who in (ruled.by, ruled.seconded_by))

    def waits(self, by: str, claimed: int, ruled: Ruled | None) -> bool:
        """Whether one of our own people must speak after whoever ruled, or after `by` while nobody has."""
        return not self.settles(ruled.by if ruled else by, claimed, ruled)


async def powers_over(site: Site, batch: Batch) -> Powers:
    """The powers over the claims of a batch."""
    return await powers_at(site, batch.facility, last_day(batch.month))


async def powers_at(site: Site, facility: str, day: date) -> Powers:
    """The powers over care at a facility on a day; where we have no agreement with it, those of the arrangement."""
    agreement = await site.agreement(facility, site.config.code, day)
    return Powers(terms(site.arrangement(day), agreement, facility), await _offices(site))


async def _offices(site: Site) -> dict[str, str]:
    return {account.login: account.office for account in await site.store.accounts() if account.office}
