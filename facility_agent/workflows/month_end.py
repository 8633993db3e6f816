"""The month end: what is in and what waits, one batch per payer, its prints and its sealed file, and what comes back.

Closing is final. What a payer answers is kept line by line, and every franc of the batch is somewhere.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from facility_agent.audit.reconcile import Reconciliation, reconcile
from facility_agent.documents.apart import printed
from facility_agent.exchange.messages import BatchMessage
from facility_agent.invoicing.batch import check, gather, month_of_claim, payers_of
from facility_agent.invoicing.statement import Statement, statement
from facility_agent.storage.files import write_whole
from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import month_period
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, Decision, Receipt, Remittance
from facility_agent.workflows import mail
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import EXPORTS, Site


class Waiting(msgspec.Struct, frozen=True):
    """A visit that is not in the batch, and why."""

    visit: str
    register_number: str
    reason: str


class Preview(msgspec.Struct, frozen=True):
    """What one payer's batch of a month holds, before or after it is closed."""

    month: str
    payer: str
    scheme: str
    claims: int
    submitted: int
    due: int
    member_pays: int
    facility_bears: int
    other_payers: int
    waiting: tuple[Waiting, ...]
    findings: tuple[tuple[str, int], ...]
    currency: str
    closed: Batch | None
    state: str


class Exported(msgspec.Struct, frozen=True):
    """The files of a closed batch; the sealed one only for a payer whose keys we know."""

    pdf: Path
    xlsx: Path
    csv: Path
    sealed: Path | None


class BatchView(msgspec.Struct, frozen=True):
    """A batch with all that answers it."""

    batch: Batch
    state: str
    claims: tuple[Claim, ...]
    statement: Statement
    decision: Decision | None
    remittances: tuple[Remittance, ...]
    reconciliation: Reconciliation | None
    files: tuple[str, ...]


async def preview(site: Site, month: str) -> tuple[Preview, ...]:
    """One row per payer and scheme of the month: closed batches as they are, the others as they would be."""
    _month(month)
    closed = {(row.batch.payer, row.batch.scheme): row for row in await site.store.batches(month=month)}
    claims = await site.store.claims_of_month(site.config.code, month)
    waiting = await _waiting(site, month)
    shown: list[Preview] = []
    for payer, scheme in sorted({*payers_of(claims), *closed}):
        row = closed.get((payer, scheme))
        batch = row.batch if row else _gathered(site, claims, payer, scheme, month, "", "")
        inside = {item.claim for item in batch.items}
        codes = Counter(
            finding.code for claim in claims if claim.id in inside for finding in claim.adjudication.all_findings
        )
        shown.append(
            Preview(
                month,
                payer,
                scheme,
                len(batch.items),
                batch.submitted,
                batch.due,
                sum(item.member_pays for item in batch.items),
                sum(item.facility_bears for item in batch.items),
                sum(item.other_payers for item in batch.items),
                () if row else waiting,
                tuple(sorted(codes.items())),
                batch.currency,
                batch if row else None,
                row.state if row else "preview",
            )
        )
    return tuple(shown)


async def close(site: Site, month: str, payer: str, scheme: str, by: str) -> Batch:
    """Close a payer's main batch of a month for good, under the next number of this facility and payer."""
    if month_period(_month(month)).until >= site.today():  # type: ignore[operator]
        raise InputError("month-not-over", month=month)
    waiting = await _waiting(site, month)
    if waiting:
        raise InputError("month-visits-open", month=month, visits=len(waiting))
    for row in await site.store.batches(month=month):
        if (row.batch.payer, row.batch.scheme, row.batch.kind) == (payer, scheme, "main"):
            raise InputError("batch-second-main", month=month, payer=payer, number=row.batch.number)
    claims = await site.store.claims_of_month(site.config.code, month)
    if (payer, scheme) not in payers_of(claims):
        raise InputError("batch-empty", facility=site.config.code, payer=payer, month=month)
    async with site.store.transaction():
        number = await site.store.next_number(f"batch:{site.config.code}:{payer}")
        batch = _gathered(site, claims, payer, scheme, month, f"{site.config.code}-{payer}-{number:04d}", site.new_id())
        batch = msgspec.structs.replace(batch, invented=await _invented(site, batch))
        await site.store.put_batch(batch, "closed", site.now(), by)
    return batch


async def export(site: Site, batch_id: str, by: str) -> Exported:
    """Write the statement as PDF, XLSX and CSV, and seal the batch for a payer whose keys we know."""
    view = await batch_of(site, batch_id)
    core = BatchMessage(view.batch, view.claims)
    seal = digest(canonical(core))
    folder = site.folder / EXPORTS / view.batch.month
    name = f"bordereau-{view.batch.number}"
    prints = await printed(view.statement, seal, site.config.language, view.batch.closed_on)
    pdf, xlsx, csv = (folder / f"{name}.{kind}" for kind in ("pdf", "xlsx", "csv"))
    for path in (pdf, xlsx, csv):
        kind = path.suffix[1:]
        write_whole(path, prints[kind].files[kind])
    if view.batch.payer not in {party.party for party in await site.partners()}:
        return Exported(pdf, xlsx, csv, None)
    letter = f"batch-{view.batch.number}"
    if view.state == "closed":
        parts = {pdf.name: pdf.read_bytes(), xlsx.name: xlsx.read_bytes()}
        async with site.store.transaction():
            await mail.send(site, view.batch.payer, "batch", core, letter, parts)
            await site.store.move_batch(batch_id, "sealed", site.now(), by)
            await site.store.move_batch(batch_id, "sent", site.now(), by)
            for claim in view.claims:
                await site.store.move_claim(claim.id, "sealed", site.now(), by, view.batch.number)
    return Exported(pdf, xlsx, csv, await mail.lay_out(site, f"{letter}.fae"))


async def batches(site: Site) -> tuple[BatchView, ...]:
    """All batches, the newest month first."""
    rows = sorted(await site.store.batches(), key=lambda row: (row.batch.month, row.batch.number), reverse=True)
    return tuple([await batch_of(site, row.batch.id) for row in rows])


async def batch_of(site: Site, batch_id: str) -> BatchView:
    """One batch with its claims, its statement and its answers; InputError `batch-unknown`."""
    row = await site.store.batch(batch_id)
    if row is None:
        raise InputError("batch-unknown", batch=batch_id)
    batch = row.batch
    found = {claim.id: claim for claim in await site.store.claims(tuple(item.claim for item in batch.items))}
    claims = tuple(found[item.claim] for item in batch.items)
    day = month_period(batch.month).until
    assert day is not None
    agreement = await site.agreement(batch.facility, batch.payer, day)
    page = statement(
        batch, site.arrangement(day), agreement, names=await site.names(), one_person=site.config.small_facility
    )
    decision = await site.store.decision(batch_id)
    remittances = await site.store.remittances(batch_id)
    reconciled = reconcile(batch, decision, remittances) if decision is not None else None
    folder = site.folder / EXPORTS / batch.month
    files = tuple(sorted(path.name for path in folder.glob(f"*{batch.number}*"))) if folder.is_dir() else ()
    return BatchView(batch, row.state, claims, page, decision, remittances, reconciled, files)


async def take_receipt(site: Site, receipt: Receipt, sender: str, by: str) -> None:
    """The payer has the batch whole. A receipt that comes after the decision is kept, and moves nothing back."""
    row = await _answered(site, receipt.batch, sender)
    batch = row.batch
    if (receipt.number, receipt.claims, receipt.due) != (batch.number, len(batch.items), batch.due):
        raise InputError("receipt-does-not-fit", batch=batch.number)
    await site.store.put_receipt(receipt, site.now())
    if row.state in ("sent", "received"):
        await site.store.move_batch(batch.id, "received", site.now(), by)


async def take_decision(site: Site, decision: Decision, sender: str, by: str) -> None:
    """The payer's answer, line by line; one that does not fit the batch changes nothing."""
    row = await _answered(site, decision.batch, sender)
    batch, left = row.batch, {item.claim: item for item in row.batch.items}
    for answer in decision.claims:
        # Each claim is answered once: a second answer finds nothing left.
        asked = left.pop(answer.claim, None)
        stated = sum(line.claimed for line in answer.lines)
        if asked is None or asked.due != stated or any(line.amount > line.claimed for line in answer.lines):
            claim = asked.number if asked else answer.claim
            raise InputError("decision-does-not-fit", batch=batch.number, claim=claim)
    for unanswered in left.values():
        raise InputError("decision-does-not-fit", batch=batch.number, claim=unanswered.number)
    if await site.store.decision(batch.id) == decision:
        return
    await site.store.put_decision(decision, site.now())
    await site.store.move_batch(batch.id, "decided", site.now(), by)
    await settle(site, batch, by)


async def take_remittance(site: Site, remittance: Remittance, sender: str, by: str) -> None:
    """A payment; when every accepted franc has come, the batch is paid, and reconciled when nothing else is left."""
    batch = (await _answered(site, remittance.batch, sender)).batch
    if sum(amount for _, amount in remittance.items) != remittance.amount:
        raise InputError("remittance-does-not-add-up", reference=remittance.reference)
    if await site.store.decision(batch.id) is None:
        raise InputError("remittance-before-decision", reference=remittance.reference)
    if remittance in await site.store.remittances(batch.id):
        return
    await site.store.put_remittance(remittance, site.now())
    await settle(site, batch, by)


async def _answered(site: Site, batch_id: str, sender: str) -> BatchEntry:
    """The batch that a letter answers; nobody but its payer may."""
    row = await site.store.batch(batch_id)
    if row is None:
        raise InputError("batch-unknown", batch=batch_id)
    if row.batch.payer != sender:
        raise InputError("answer-of-another", number=row.batch.number, payer=row.batch.payer, sender=sender)
    return row


async def _waiting(site: Site, month: str) -> tuple[Waiting, ...]:
    """Visits of the month whose claim is not minted yet."""
    rows = await site.store.visits(month=month, states=("open", "recorded"))
    return tuple(Waiting(row.visit.id, row.visit.register_number, f"visit-{row.state}") for row in rows)


def _gathered(
    site: Site, claims: tuple[Claim, ...], payer: str, scheme: str, month: str, number: str, batch_id: str
) -> Batch:
    inside = tuple(claim for claim in claims if month_of_claim(claim) == month)
    batch = gather(inside, site.config.code, payer, scheme, month, number, batch_id, "main", site.today(), False)
    wrong = check(batch, inside)
    if wrong:
        raise InputError("batch-inconsistent", month=month, reasons=", ".join(wrong))
    return batch


async def _invented(site: Site, batch: Batch) -> bool:
    """Whether something in the batch rests on an invented installation or annex."""
    day = month_period(batch.month).until
    assert day is not None
    agreement = await site.agreement(batch.facility, batch.payer, day)
    return site.config.invented or (agreement is not None and agreement.annex.invented)


def _month(month: str) -> str:
    try:
        month_period(month)
    except ValueError:
        raise InputError("month-malformed", month=month) from None
    return month
