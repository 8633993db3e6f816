"""The adherence table of a month: every facility whose claims the payer holds, every indicator of the arrangement."""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.protocols import Indicator
from facility_agent.audit.adherence import Adherence, adherence
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import month_of, month_period
from facility_agent.workflows.site import Site


class AdherenceView(msgspec.Struct, frozen=True):
    """A month's table: the indicators in the arrangement's order, each with its rows by facility."""

    month: str
    months: tuple[str, ...]
    tables: tuple[tuple[Indicator, tuple[Adherence, ...]], ...]


async def table(site: Site, month: str = "") -> AdherenceView:
    """The table of a month, by default of the newest one with claims; InputError `month-malformed`."""
    months = tuple(sorted({row.batch.month for row in await site.store.batches()}, reverse=True))
    chosen = month or (months[0] if months else month_of(site.today()))
    try:
        last = month_period(chosen).until
    except ValueError:
        raise InputError("month-malformed", month=chosen) from None
    assert last is not None
    arrangement = site.arrangement(last)
    claims = await site.store.claims_of_month(None, chosen)
    people = {claim.visit.beneficiary.number for claim in claims if claim.visit.beneficiary.number}
    earlier = await site.store.claims_of_members(people)
    agreements = [await site.agreement(code, None, last) for code in sorted({claim.visit.facility for claim in claims})]
    added = [act for agreement in agreements if agreement is not None for act in agreement.annex.acts]
    rows = adherence(arrangement, claims, earlier, chosen, {act.code: act for act in added}.values())
    tables = tuple((row, tuple(each for each in rows if each.indicator == row.code)) for row in arrangement.indicators)
    return AdherenceView(chosen, tuple(sorted({*months, chosen}, reverse=True)), tables)
