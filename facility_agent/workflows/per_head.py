"""The invoice of a head count on both sides: made once for a period by the facility, counted again by its payer."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.audit.heads import recounted, why_not
from facility_agent.audit.recompute import Recomputed
from facility_agent.invoicing.capitation import Due, HeadCount, grace_of
from facility_agent.invoicing.per_head import Identity, batch_of, claim_of, of_period
from facility_agent.storage.room import needing_room
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Basis, Claim
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import head_count
from facility_agent.workflows.site import Site


class Period(msgspec.Struct, frozen=True):
    """One scheme and period of a count: whether its rate is `open`, and id and number of the batch that bills it."""

    scheme: str
    start: date
    open: bool
    batch: tuple[str, str] | None


async def periods(site: Site, count: HeadCount) -> tuple[Period, ...]:
    """What of a count is invoiced together, and what was already; of nobody there is nothing to invoice."""
    done = await site.store.counts_invoiced(count.facility, count.payer)
    dues: dict[tuple[str, date], list[Due]] = {}
    for due in count.dues:
        if due.heads:
            dues.setdefault((due.scheme, due.start), []).append(due)
    return tuple(
        Period(scheme, start, any(due.rate is None for due in some), done.get((scheme, start.isoformat())))
        for (scheme, start), some in dues.items()
    )


async def invoice(site: Site, payer: str, scheme: str, on: date, start: date, by: str) -> Batch:
    """Close the invoice of our count of a day, for the rows of one scheme whose period begins at `start`.

    It takes the next number of this facility and payer. Errors as in `head_count.count`, and InputError
    `count-rate-open`, `count-invoiced`, `agreement-missing`, `disk-full`.
    """
    own = site.config.code
    counted = of_period(await head_count.count(site, own, payer, on), scheme, start)
    arrangement, agreement = site.arrangement(on), await site.agreement(own, payer, on)
    if agreement is None:
        raise InputError("agreement-missing", payer=payer, day=on.isoformat())
    basis = Basis(terms(arrangement, agreement, own).rule_set, agreement.id, counted.sequence)
    invented = site.config.invented or arrangement.invented or agreement.annex.invented
    with needing_room():
        async with site.store.transaction():
            place = await site.store.next_number(f"batch:{own}:{payer}")
            named = Identity(site.new_id(), site.new_id(), f"{own}-{payer}-{place:04d}", site.today())
            claim = claim_of(counted, named, basis, arrangement.currency)
            batch = batch_of(claim, named, counted.dues[0], invented)
            await site.store.mint(claim, {}, site.now(), by)
            await site.store.put_batch(batch, "closed", site.now(), by)
            await site.store.put_batch_count(batch.id, counted)
    return batch


async def answered(site: Site, batch: Batch, claim: Claim, count: HeadCount) -> Recomputed:
    """Our answer to a batch per head: the persons counted again on their day, and why each that differs is not paid."""
    ours: tuple[Due, ...] | None
    try:
        ours = (await head_count.count(site, batch.facility, batch.payer, count.counted_on, count.sequence)).dues
    except InputError as error:
        ours = () if error.code == "count-nothing" else None
    mine = {person for due in ours or () if due.scheme == batch.scheme for person in due.persons}
    apart = {person for due in count.dues for person in due.persons} - mine
    rows = {}
    if ours is not None:
        state = await head_count.state_of(site, batch.payer, count.sequence)
        for person in apart:
            held = await site.store.coverage_then(person, state.payer, state.sequence) or ()
            rows[person] = [row for row in held if row.scheme == batch.scheme]
    known = terms(
        site.arrangement(count.counted_on),
        await site.agreement(batch.facility, batch.payer, count.counted_on), batch.facility,
    )  # fmt: skip
    grace = grace_of(known)
    return recounted(
        batch, claim, count, None if ours is None else [due for due in ours if due.scheme == batch.scheme],
        lambda person: why_not(rows.get(person, ()), batch.facility, count.counted_on, grace),
    )  # fmt: skip
