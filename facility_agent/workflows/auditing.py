"""Batches audited from their files, with a members' file and an agreement: nothing is stored, nobody is answered.

What the audit knows beside each batch are the other batches given with it: claims of all of them are each other's
history. With an installation's folder, sealed letters are opened with its keys and its agreements are at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import cast

import msgspec

from facility_agent.arrangements.agreement import Agreement, with_digest
from facility_agent.arrangements.library import Library
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import terms
from facility_agent.audit import edits
from facility_agent.audit.comparisons import compare, rates
from facility_agent.audit.decide import propose
from facility_agent.audit.funnel import Unit
from facility_agent.audit.heads import recounted, why_not
from facility_agent.audit.month import Bars, Month
from facility_agent.audit.queue import Place, place, queue
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.audit.report import AuditReport, report
from facility_agent.exchange.envelope import MAGIC
from facility_agent.exchange.messages import BatchMessage, decode
from facility_agent.exchange.spreadsheets import read_members
from facility_agent.invoicing.capitation import HeadCount, dues, grace_of
from facility_agent.invoicing.per_head import mismatched
from facility_agent.lake.history import past_lines
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import month_period
from facility_agent.vocabulary.records import Claim, Coverage, History, Record
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.mail import open_letter
from facility_agent.workflows.own_check import DELIVERIES
from facility_agent.workflows.site import Site


class FileAudit(Record, frozen=True):
    """One batch: what the audit says of it, the order in which to look, and base rates per facility by code."""

    batch: Batch
    report: AuditReport
    queue: tuple[Place, ...]
    rates: dict[str, tuple[Unit, ...]]


async def read_batches(files: Iterable[Path], site: Site | None) -> tuple[BatchMessage, ...]:
    """The batches of these files; InputError names a file that is none, or that only an installation can open.

    A claim that stands in two of the batches is judged in each, and refused in the second.
    """
    found: dict[str, BatchMessage] = {}
    for file in files:
        data = _bytes(file)
        if data.startswith(MAGIC):
            if site is None:
                raise InputError("letter-needs-folder", name=file.name)
            opened = await open_letter(site, data)
            if opened.header.kind != "batch":
                raise InputError("file-not-a-batch", name=file.name)
            data = opened.parts["core"]
        message = cast(BatchMessage, decode("batch", data))
        # The same file twice counts once.
        found.setdefault(message.batch.id, message)
    return tuple(found.values())


def read_agreement(file: Path) -> Agreement:
    """An agreement as JSON; InputError `agreement-file-wrong` says where."""
    try:
        return with_digest(msgspec.json.decode(_bytes(file), type=Agreement))
    except (ValueError, RecursionError) as error:
        raise InputError("agreement-file-wrong", name=file.name, reason=str(error)) from error


async def audit_files(
    messages: tuple[BatchMessage, ...],
    register: Path,
    library: Library,
    agreement: Agreement | None,
    site: Site | None,
) -> tuple[FileAudit, ...]:
    """The audit of each batch, in the order in which they were given."""
    members = _bytes(register)
    batched: dict[str, str] = {}
    done = []
    for message in messages:
        batch, day = message.batch, _last_day(message.batch)
        agreed = agreement or (await site.agreement(batch.facility, batch.payer, day) if site else None)
        if agreed is None:
            raise InputError("agreement-missing", payer=batch.facility, day=day.isoformat())
        arrangement = library.on(agreed.country, day)
        if arrangement is None:
            raise InputError("arrangement-missing", country=agreed.country, day=day.isoformat())
        held = {row.beneficiary.number: (row,) for row in read_members(members, batch.payer, batch.scheme)}
        others = tuple(claim for other in messages if other is not message for claim in other.claims)
        done.append(_audit(message, arrangement, agreed, held, others, batched))
        # A claim that stands in two batches is paid in the one that was given first.
        batched |= {item.claim: batch.number for item in batch.items if item.claim not in batched}
    return tuple(done)


def _audit(
    message: BatchMessage,
    arrangement: Arrangement,
    agreement: Agreement,
    held: Mapping[str, tuple[Coverage, ...]],
    others: tuple[Claim, ...],
    batched: dict[str, str],
) -> FileAudit:
    batch = message.batch
    if message.count is not None:
        return _counted(message, message.count, arrangement, agreement, held)
    month = Month(
        message.claims,
        arrangement,
        agreement,
        payer=batch.payer,
        scheme=batch.scheme,
        others=others,
        batch=batch,
        batched=batched,
        bars=Bars(deliveries=_deliveries(arrangement)),
    )
    families = {act.code: act.family for act in terms(arrangement, agreement, batch.facility).acts.values()}
    history = History(tuple(line for claim in (*month.held, *month.live) for line in past_lines(claim, families)))
    answers: list[Recomputed] = [
        recompute(
            arrangement, agreement, held.get(claim.visit.beneficiary.number, ()), history, claim,
            payer=batch.payer, scheme=batch.scheme,
        )
        for claim in message.claims
    ]  # fmt: skip
    flags = edits.run(month)
    proposals = [propose(answer, flags) for answer in answers]
    places = queue(place(answer, flags) for answer in answers)
    return FileAudit(batch, report(batch, answers, flags, proposals), places, rates(month, (*flags, *compare(month))))


def _counted(
    message: BatchMessage,
    count: HeadCount,
    arrangement: Arrangement,
    agreement: Agreement,
    held: Mapping[str, tuple[Coverage, ...]],
) -> FileAudit:
    """The audit of a batch per head: the persons of the members' file counted on the same day."""
    batch, known = message.batch, terms(arrangement, agreement, message.batch.facility)
    if mismatched(batch, message.claims, count):
        raise InputError("batch-inconsistent", month=batch.month, reasons="count")
    listed = [row for rows in held.values() for row in rows if row.listed_at == batch.facility]
    ours = [due for due in dues(known, listed, count.counted_on) if due.scheme == batch.scheme]
    grace = grace_of(known)
    answer = recounted(
        batch, message.claims[0], count, ours,
        lambda person: why_not(held.get(person, ()), batch.facility, count.counted_on, grace),
    )  # fmt: skip
    return FileAudit(batch, report(batch, [answer], (), [propose(answer, ())]), queue([place(answer, ())]), {})


def _deliveries(arrangement: Arrangement) -> frozenset[str]:
    return frozenset(act.code for act in arrangement.acts if act.code.startswith(tuple(DELIVERIES)))


def _last_day(batch: Batch) -> date:
    try:
        day = month_period(batch.month).until
    except ValueError:
        raise InputError("month-malformed", month=batch.month) from None
    assert day is not None
    return day


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError("file-missing", name=str(file)) from error
