"""What somebody may decide or pay for a payer whose own person they are not: as far as the contract delegates it.

A technical centre works under the powers of the arrangement. Beyond them a claim waits for the payer's own people, who
need nobody's leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements.agreement import Agreement, in_force
from facility_agent.arrangements.duties import Delegation
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.invoicing.dues import delegated
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Unknown
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.reviews import Ruled
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site

Power = Literal["decide", "pay", "share"]


class Given(msgspec.Struct, frozen=True):
    """A power that a row gives to an office: up to which amount in minor units of `currency` (None: any), and in the
    agreement of which facilities; none where the arrangement itself gives it."""

    power: str
    limit: int | Unknown | None
    currency: str
    facilities: tuple[str, ...] = ()


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
    return Powers(await _terms(site, facility, day), await _offices(site))


async def may_share(site: Site, facility: str, day: date) -> bool:
    """Whether our centre may lay the claims of a facility of that day beside those of other mutuals."""
    office = site.office
    if office is None:
        return False
    try:
        known = await _terms(site, facility, day)
    except InputError:
        # Without an arrangement in force nobody has given that power; another mutual's audit goes on.
        return False
    return delegated(known, office.config.code, "share", 0) is None


async def given(site: Site, office: str, day: date) -> tuple[Given, ...]:
    """Every power that the contracts of a day give to an office: the arrangement first, then each agreement. None on a
    day for which there is no arrangement."""
    try:
        arrangement, own = site.arrangement(day), site.config.code
    except InputError:
        return ()
    rows: list[tuple[tuple[str, ...], Delegation]] = [((), row) for row in arrangement.duties.delegations]
    for entry in await site.store.agreements():
        facilities = _bound(entry, own, day)
        rows += [(facilities, row) for row in entry.annex.delegations if facilities]
    return tuple(
        Given(row.power, row.limit, arrangement.currency, facilities)
        for facilities, row in rows
        if row.to == office and row.power
    )


def _bound(agreement: Agreement, payer: str, day: date) -> tuple[str, ...]:
    """The facilities that an agreement binds to a payer on a day, by name."""
    everybody = agreement.everybody
    return tuple(
        party.name for party in everybody if party.role == "facility" and in_force(agreement, party.code, payer, day)
    )


async def _terms(site: Site, facility: str, day: date) -> Terms:
    return terms(site.arrangement(day), await site.agreement(facility, site.config.code, day), facility)


async def _offices(site: Site) -> dict[str, str]:
    return {account.login: account.office for account in await site.store.accounts() if account.office}
