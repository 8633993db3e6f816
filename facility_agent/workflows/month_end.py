"""The month end: what is in and what waits, one batch per payer, its prints and its sealed file, and what comes back.

Closing is final. What a payer answers is kept line by line, and every franc of the batch is somewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.audit.reconcile import Reconciliation, reconcile
from facility_agent.documents.apart import CONDITIONS, KINDS, printed
from facility_agent.exchange.messages import BatchMessage, encode
from facility_agent.exchange.seals import PART, packed
from facility_agent.invoicing.statement import Statement
from facility_agent.storage.files import write_whole
from facility_agent.storage.room import needing_room
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.month import Justified
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, Decision, Remittance
from facility_agent.workflows import endorsing, mail
from facility_agent.workflows.closing import Preview as Preview
from facility_agent.workflows.closing import Waiting as Waiting
from facility_agent.workflows.closing import close as close
from facility_agent.workflows.closing import preview as preview
from facility_agent.workflows.month_papers import conditions_listed, statement_of
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import EXPORTS, Site

#: What an export does, in the order in which a page tells it; the last one is sealing and all that follows.
STEPS: Final = (*KINDS, "sealed")


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


async def export(site: Site, batch_id: str, by: str, heard: Callable[[str], None] = lambda step: None) -> Exported:
    """Write the statement as PDF, XLSX and CSV, and seal the batch for a payer whose keys we know.

    `heard` is told each of `STEPS` that is done.
    InputError `batch-unknown`, `batch-print-failed`, `disk-full`, `parent-missing`; the batch stays closed then, and is
    exported again.
    """
    with needing_room():
        exported = await _exported(site, batch_id, by, heard)
    heard("sealed")
    return exported


async def _exported(site: Site, batch_id: str, by: str, heard: Callable[[str], None]) -> Exported:
    view = await batch_of(site, batch_id)
    counted = await site.store.batch_count(batch_id)
    core = BatchMessage(view.batch, view.claims, await _justified(site, view.batch), counted)
    seal = digest(canonical(core))
    folder = site.folder / EXPORTS / view.batch.month
    name = f"bordereau-{view.batch.number}"
    listed = conditions_listed(site, view.batch, view.claims)
    prints = await printed(
        view.statement, seal, site.config.language, view.batch.closed_on, conditions=listed, heard=heard
    )
    pdf, xlsx, csv = (folder / f"{name}.{kind}" for kind in ("pdf", "xlsx", "csv"))
    for path in (pdf, xlsx, csv):
        kind = path.suffix[1:]
        write_whole(path, prints[kind].files[kind])
    to = await endorsing.next_of(site, view.batch)
    if to not in {party.party for party in await site.partners()}:
        return Exported(pdf, xlsx, csv, None)
    letter = f"batch-{view.batch.number}"
    if view.state == "closed" or await _returned(site, view):
        seal_part = packed([endorsing.own_seal(site, encode(core), "closed")])
        parts = {pdf.name: prints["pdf"].files["pdf"], xlsx.name: prints["xlsx"].files["xlsx"], PART: seal_part}
        if listed:
            # In the letter alone: whoever keeps the accounts opens the folder of the prints.
            parts[f"conditions-{view.batch.number}.pdf"] = prints[CONDITIONS].files[CONDITIONS]
        async with site.store.transaction():
            letter = (await mail.send(site, to, "batch", core, letter, parts)).removesuffix(".fae")
            await site.store.move_batch(batch_id, "sealed", site.now(), by)
            if to == view.batch.payer:
                await site.store.move_batch(batch_id, "sent", site.now(), by)
            for claim in view.claims:
                await site.store.move_claim(claim.id, "sealed", site.now(), by, view.batch.number)
            await settle(site, view.batch, by)
    return Exported(pdf, xlsx, csv, await mail.lay_out(site, f"{letter}.fae"))


async def _returned(site: Site, view: BatchView) -> bool:
    """Whether the batch came back with a reason, and was not sent again since."""
    last = (await site.store.batch_events(view.batch.id))[-1]
    return view.state == "sealed" and bool(last.detail)


async def _justified(site: Site, batch: Batch) -> tuple[Justified, ...]:
    """What we say of claims of this batch beside the claims themselves, in its order."""
    said = {
        note.visit: note.reason
        for note in await site.store.month_notes(batch.month)
        if (note.kind, note.payer, note.scheme) == ("justified", batch.payer, batch.scheme)
    }
    return tuple(Justified(item.claim, said[item.claim]) for item in batch.items if item.claim in said)


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
    page = await statement_of(site, batch, claims)
    decision = await site.store.decision(batch_id)
    remittances = await site.store.remittances(batch_id)
    reconciled = reconcile(batch, decision, remittances) if decision is not None else None
    folder = site.folder / EXPORTS / batch.month
    files = tuple(sorted(path.name for path in folder.glob(f"*{batch.number}*"))) if folder.is_dir() else ()
    return BatchView(batch, row.state, claims, page, decision, remittances, reconciled, files)
