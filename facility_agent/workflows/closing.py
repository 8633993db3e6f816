"""Before a batch is closed: what is in, what waits and why, what comes late under which rule, what is left out.

Nothing is lost on the way: whoever takes the work up finds the notes of the one before.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.invoicing.batch import check, gather, month_of_claim, payers_of
from facility_agent.invoicing.clocks import kind_allowed, submitted_late
from facility_agent.invoicing.kinds import to_invoice
from facility_agent.storage.room import needing_room
from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.month import MonthNote
from facility_agent.vocabulary.periods import last_day, month_period
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch, BatchKind
from facility_agent.workflows import first_review, own_check, regularising
from facility_agent.workflows.own_check import Forecast
from facility_agent.workflows.site import Site


class Waiting(msgspec.Struct, frozen=True):
    """A visit that is not in the batch, and why; `left_out` is the reason why it may stay out."""

    visit: str
    register_number: str
    reason: str
    left_out: str = ""


class Preview(msgspec.Struct, frozen=True):
    """What one batch of a month holds, before or after it is closed.

    `late` is the finding when it would be sent today; `allowed` when its kind is refused or nobody said; `unreviewed`
    counts claims that are to be reviewed first, None where no contract asks for it.
    """

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
    kind: BatchKind = "main"
    late: tuple[Finding, ...] = ()
    allowed: Finding | None = None
    left_out: tuple[MonthNote, ...] = ()
    unreviewed: int | None = None


class Ready(msgspec.Struct, frozen=True):
    """A batch as it would be closed now, with its claims."""

    batch: Batch
    claims: tuple[Claim, ...]


async def preview(site: Site, month: str) -> tuple[Preview, ...]:
    """The closed batches of a month as they are, and those that can be closed as they would be."""
    well_formed(month)
    claims = await site.store.claims_of_month(site.config.code, month)
    waiting = await waiting_of(site, month)
    notes = await site.store.month_notes(month)
    closed = await site.store.batches(month=month)
    shown = [_shown(row.batch, claims, closed=row) for row in closed]
    for payer, scheme in payers_of(claims):
        known = await terms_of(site, payer, month)
        out = tuple(note for note in notes if note.kind == "left-out" and (note.payer, note.scheme) == (payer, scheme))
        for kind, some in (await _open_kinds(site, claims, payer, scheme, notes, closed)).items():
            batch = _gathered(site, some, payer, scheme, month, kind)
            row = _shown(batch, some)
            late = (
                submitted_late(known, month, site.today()),
                await regularising.late(site, known, some, payer, scheme, site.today()),
            )
            said = tuple(finding for finding in late if finding is not None)
            allowed = kind_allowed(known, kind)
            first = await first_review.unreviewed(site, batch) if known.clause("reviewed_first") is True else None
            shown.append(
                msgspec.structs.replace(
                    row, waiting=waiting, late=said, allowed=allowed, left_out=out, unreviewed=first
                )
            )
    return tuple(sorted(shown, key=lambda row: (row.payer, row.scheme, row.closed is None)))


def _shown(batch: Batch, claims: tuple[Claim, ...], closed: BatchEntry | None = None) -> Preview:
    inside = {item.claim for item in batch.items}
    codes = Counter(
        finding.code for claim in claims if claim.id in inside for finding in claim.adjudication.all_findings
    )
    return Preview(
        batch.month, batch.payer, batch.scheme, len(batch.items), batch.submitted, batch.due,
        sum(item.member_pays for item in batch.items), sum(item.facility_bears for item in batch.items),
        sum(item.other_payers for item in batch.items), (), tuple(sorted(codes.items())), batch.currency,
        batch if closed else None, closed.state if closed else "preview", batch.kind,
    )  # fmt: skip


async def _open_kinds(
    site: Site,
    claims: tuple[Claim, ...],
    payer: str,
    scheme: str,
    notes: tuple[MonthNote, ...],
    closed: tuple[BatchEntry, ...],
) -> dict[BatchKind, tuple[Claim, ...]]:
    """What this payer is still to be billed for, by kind of batch."""
    invoiced = await site.store.batched_claims(payer, scheme)
    left = {
        note.visit for note in notes if note.kind == "left-out" and note.payer in ("", payer) and
        note.scheme in ("", scheme)
    }  # fmt: skip
    main = any((r.batch.payer, r.batch.scheme, r.batch.kind) == (payer, scheme, "main") for r in closed)
    month = [claim for claim in claims if claim.visit.facility == site.config.code]
    return to_invoice(month, payer, scheme, invoiced, left, main)


async def ready(site: Site, month: str, payer: str, scheme: str, kind: BatchKind) -> Ready:
    """The batch that would be closed now; InputError `batch-second-main` or `batch-empty`."""
    well_formed(month)
    claims = await site.store.claims_of_month(site.config.code, month)
    closed = await site.store.batches(month=month)
    for row in closed:
        if kind == "main" and (row.batch.payer, row.batch.scheme, row.batch.kind) == (payer, scheme, "main"):
            raise InputError("batch-second-main", month=month, payer=payer, number=row.batch.number)
    notes = await site.store.month_notes(month)
    some = (await _open_kinds(site, claims, payer, scheme, notes, closed)).get(kind, ())
    if not some:
        raise InputError("batch-empty", facility=site.config.code, payer=payer, month=month)
    batch = _gathered(site, some, payer, scheme, month, kind)
    held = {claim.id: claim for claim in some}
    return Ready(batch, tuple(held[item.claim] for item in batch.items))


async def forecast(site: Site, month: str, payer: str, scheme: str, kind: BatchKind = "main") -> Forecast:
    """The mutual's own check, run by the facility: what to expect, and what would be refused."""
    now = await ready(site, month, payer, scheme, kind)
    found = await own_check.forecast(site, now.batch, now.claims)
    said = {
        note.visit: note.reason
        for note in await site.store.month_notes(month)
        if (note.kind, note.payer, note.scheme) == ("justified", payer, scheme)
    }
    doubts = tuple(msgspec.structs.replace(doubt, justified=said.get(doubt.claim.id, "")) for doubt in found.doubts)
    return msgspec.structs.replace(found, doubts=doubts)


async def close(site: Site, month: str, payer: str, scheme: str, by: str, kind: BatchKind = "main") -> Batch:
    """Close a payer's batch of a month for good, under the next number of this facility and payer.

    InputError `month-not-over`, `month-visits-open` (unless each is left out with a reason), `batch-second-main`,
    `batch-empty`, `batch-kind-not-allowed`, `disk-full`; `month-unreviewed` where the arrangement wants every claim
    reviewed first.
    """
    last = month_period(well_formed(month)).until
    if last is None or last >= site.today():
        raise InputError("month-not-over", month=month)
    waiting = [entry for entry in await waiting_of(site, month) if not entry.left_out]
    if waiting:
        raise InputError("month-visits-open", month=month, visits=len(waiting))
    now = await ready(site, month, payer, scheme, kind)
    known = await terms_of(site, payer, month)
    allowed = kind_allowed(known, kind)
    if allowed is not None and allowed.weight == "refuse":
        raise InputError("batch-kind-not-allowed", kind=kind, payer=payer)
    if known.clause("reviewed_first") is True:
        unread = await first_review.unreviewed(site, now.batch)
        if unread:
            raise InputError("month-unreviewed", month=month, claims=unread)
    agreement = await site.agreement(site.config.code, payer, last)
    invented = site.config.invented or (agreement is not None and agreement.annex.invented)
    with needing_room():
        async with site.store.transaction():
            return await _closed(site, now.batch, invented, by)


async def _closed(site: Site, ready: Batch, invented: bool, by: str) -> Batch:
    """Inside a transaction: the batch under its number, kept."""
    number = await site.store.next_number(f"batch:{site.config.code}:{ready.payer}")
    batch = msgspec.structs.replace(
        ready, id=site.new_id(), number=f"{site.config.code}-{ready.payer}-{number:04d}", invented=invented
    )
    await site.store.put_batch(batch, "closed", site.now(), by)
    return batch


async def waiting_of(site: Site, month: str) -> tuple[Waiting, ...]:
    """Visits of the month whose claim is not minted yet, with the reason why one may stay out."""
    rows = await site.store.visits(month=month, states=("open", "recorded"))
    if not rows:
        return ()
    out = {
        note.visit: note.reason
        for note in await site.store.month_notes(month)
        if note.kind == "left-out" and not note.payer
    }
    return tuple(
        Waiting(row.visit.id, row.visit.register_number, f"visit-{row.state}", out.get(row.visit.id, ""))
        for row in rows
    )


async def terms_of(site: Site, payer: str, month: str) -> Terms:
    """What holds between us and a payer on the last day of a month."""
    day = last_day(month)
    return terms(site.arrangement(day), await site.agreement(site.config.code, payer, day), site.config.code)


def _gathered(site: Site, claims: tuple[Claim, ...], payer: str, scheme: str, month: str, kind: BatchKind) -> Batch:
    inside = tuple(claim for claim in claims if month_of_claim(claim) == month)
    batch = gather(inside, site.config.code, payer, scheme, month, "", "", kind, site.today(), False)
    wrong = check(batch, inside)
    if wrong:
        raise InputError("batch-inconsistent", month=month, reasons=", ".join(wrong))
    return batch


def well_formed(month: str) -> str:
    """The month as it is written; InputError `month-malformed`."""
    try:
        month_period(month)
    except ValueError:
        raise InputError("month-malformed", month=month) from None
    return month
