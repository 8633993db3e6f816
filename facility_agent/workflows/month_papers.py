"""What a payer answers, on one paper each to sign: the receipt, the decision, every payment; on both sides the same."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec

from facility_agent.arrangements.layouts import asks_conditions, layout_of
from facility_agent.documents.conditions_pdf import conditions_pdf
from facility_agent.documents.layouts import detail
from facility_agent.documents.receipt_pdf import decision_pdf, receipt_pdf, remittance_pdf
from facility_agent.documents.statement_pdf import statement_pdf
from facility_agent.invoicing.conditions import ConditionRow, conditions_of
from facility_agent.invoicing.per_head import PER_HEAD
from facility_agent.invoicing.statement import Statement, statement
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch
from facility_agent.words import Words
from facility_agent.workflows import timing
from facility_agent.workflows.claim_numbers import by_number
from facility_agent.workflows.site import Site


async def kinds(site: Site, batch: Batch) -> tuple[str, ...]:
    """The papers that there are: `receipt`, `decision`, and `remittance-1` onwards."""
    found = []
    if await site.store.receipt(batch.id) is not None:
        found.append("receipt")
    if await site.store.decision(batch.id) is not None:
        found.append("decision")
    paid = await site.store.remittances(batch.id)
    return (*found, *(f"remittance-{place}" for place in range(1, len(paid) + 1)))


async def paper(site: Site, batch_id: str, kind: str) -> bytes:
    """One paper as PDF; InputError `batch-unknown`, or `page-not-found` for one that there is not."""
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    batch, language = entry.batch, site.config.language
    if kind not in await kinds(site, batch):
        raise InputError("page-not-found")
    page = await statement_of(site, batch)
    receipt, decision = await site.store.receipt(batch.id), await site.store.decision(batch.id)
    if kind == "receipt" and receipt is not None:
        made = partial(receipt_pdf, receipt, page, language, made_on=receipt.received_on)
    elif kind == "decision" and decision is not None:
        clock = next(c for c in (await timing.timed(site, entry)).clocks if c.step == "contest")
        labels = await _labels(site, batch)
        decision = msgspec.structs.replace(decision, claims=await by_number(site, decision.claims))
        made = partial(
            decision_pdf, decision, page, labels, language, made_on=decision.decided_on, contest_until=clock.due
        )
    else:
        paid = (await site.store.remittances(batch.id))[int(kind.rpartition("-")[2]) - 1]
        made = partial(remittance_pdf, paid, page, language, made_on=paid.paid_on)
    return await asyncio.to_thread(made)


async def statement_of(site: Site, batch: Batch, claims: tuple[Claim, ...] = ()) -> Statement:
    """The statement of a batch as either side prints it; with the claims, in the payer's own table where it has one."""
    day = last_day(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    arrangement, small = site.arrangement(day), site.config.small_facility
    page = statement(batch, arrangement, agreement, names=await site.names(), one_person=small)
    if batch.kind == "per-head":
        return msgspec.structs.replace(page, count=await site.store.batch_count(batch.id))
    layout = layout_of(arrangement, batch.scheme)
    if layout is None or not claims:
        return page
    language = site.config.language
    acts = {act.code: act for act in (*(agreement.annex.acts if agreement else ()), *arrangement.acts)}
    families = {family.code: family.name.say(language) for family in arrangement.families}
    names = {code: act.name.say(language) for code, act in acts.items()}
    services = {code: families.get(act.family, "") for code, act in acts.items()}
    return msgspec.structs.replace(page, detail=detail(layout, batch, claims, names, services, await site.names()))


def conditions_listed(site: Site, batch: Batch, claims: tuple[Claim, ...]) -> tuple[ConditionRow, ...]:
    """What stands in the confidential list of a batch; nothing where the payer's own form asks for it anyway."""
    asked = asks_conditions(site.arrangement(last_day(batch.month)), batch.scheme)
    return () if asked else conditions_of(batch, claims)


async def conditions_paper(site: Site, batch_id: str) -> bytes:
    """The confidential list as PDF; InputError `batch-unknown`, or `conditions-none` when there is none."""
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    batch = entry.batch
    claims = await site.store.claims(tuple(item.claim for item in batch.items))
    rows = conditions_listed(site, batch, claims)
    if not rows:
        raise InputError("conditions-none", number=batch.number)
    page = await statement_of(site, batch)
    return await asyncio.to_thread(partial(conditions_pdf, rows, page, site.config.language, made_on=batch.closed_on))


async def preview_paper(site: Site, batch: Batch, claims: tuple[Claim, ...]) -> bytes:
    """The statement of a batch that is not closed: every page says that nothing is sealed yet."""
    page = await statement_of(site, batch, claims)
    return await asyncio.to_thread(partial(statement_pdf, page, "", site.config.language, made_on=site.today()))


async def _labels(site: Site, batch: Batch) -> dict[tuple[str, str], str]:
    """What the lines of the claims are called: the names of their acts."""
    day = last_day(batch.month)
    arrangement = site.arrangement(day)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    acts = (*(agreement.annex.acts if agreement else ()), *arrangement.acts)
    names = {act.code: act.name.say(site.config.language) for act in acts}
    names[PER_HEAD] = Words(site.config.language)("doc.act.per-head")
    claims = await site.store.claims(tuple(item.claim for item in batch.items))
    return {(claim.id, line.id): names.get(line.act, line.act) for claim in claims for line in claim.visit.lines}
