"""What is said while a month is prepared: left out, justified, why something waits, what is due soon."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import msgspec

from facility_agent.invoicing.batch import month_of_claim
from facility_agent.invoicing.clocks import submit_clock
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.month import MonthNote, NoteKind
from facility_agent.vocabulary.periods import add_months, month_of
from facility_agent.workflows import own_check, visits
from facility_agent.workflows.closing import terms_of, well_formed
from facility_agent.workflows.site import Site

#: So many days before the last day of sending, the month's work is asked for.
REMINDED: Final = 5
#: How many months back something may still wait to be sent.
_LOOKED_BACK: Final = 6


class Cutoff(msgspec.Struct, frozen=True):
    """A month of which something waits to be sent, and by when; `due` None where the arrangement is silent."""

    month: str
    payer: str
    scheme: str
    claims: int
    due: date | None
    missing: str
    passed: bool


async def note(
    site: Site, kind: NoteKind, month: str, visit: str, payer: str, scheme: str, reason: str, by: str
) -> None:
    """Leave a visit out of this payer's batch for now, or say why its claim is right; every payer where none is named.

    InputError `reason-missing`, `visit-unknown`, `claim-invoiced`.
    """
    if not reason.strip():
        raise InputError("reason-missing")
    await _open_visit(site, month, visit, payer, scheme)
    made = MonthNote(visit, payer, scheme, kind, month, reason.strip())
    await site.store.put_month_notes([made], site.now(), by)


async def take_back(site: Site, kind: NoteKind, month: str, visit: str, payer: str, scheme: str) -> None:
    """The note does not count any more. InputError `visit-unknown`, `claim-invoiced`."""
    await _open_visit(site, month, visit, payer, scheme)
    await site.store.drop_month_note(visit, payer, scheme, kind)


async def _open_visit(site: Site, month: str, visit: str, payer: str, scheme: str) -> None:
    """The visit is of this month, and not invoiced to this payer yet."""
    claim, entry = await site.store.claim(visit), await site.store.visit(visit)
    own = month_of_claim(claim) if claim else month_of(entry.visit.day) if entry else ""
    if own != well_formed(month):
        raise InputError("visit-unknown")
    if payer and visit in await site.store.batched_claims(payer, scheme):
        raise InputError("claim-invoiced", claim=claim.number if claim else visit)


async def why_waiting(site: Site, visit: str) -> tuple[Finding, ...]:
    """What a waiting visit still lacks, as the rules see it now: a reason, a letter, an agreement, a paper."""
    entry = await site.store.visit(visit)
    if entry is None or not entry.visit.lines:
        return ()
    judged = await visits.judge(site, entry.visit)
    lacks = [
        finding
        for finding in judged.adjudication.all_findings
        if finding.weight == "refuse" or (finding.weight == "unchecked" and finding.cause == "fact" and finding.review)
    ]
    return own_check.once(lacks)


async def cutoffs(site: Site, soon: int = REMINDED) -> tuple[Cutoff, ...]:
    """Months that are over and of which something waits to be sent, within `soon` days of the last day or after it.

    Where the arrangement names no day, every one of them is named, and says which clause is open.
    """
    today, found = site.today(), []
    first = today.replace(day=1)
    since, running = month_of(add_months(first, -_LOOKED_BACK)), month_of(today)
    waiting = [entry for entry in await site.store.to_send(site.config.code, since) if entry[0] < running]
    known = {party.party for party in await site.partners()}
    for row in await site.store.batches():
        # A batch for a payer without keys goes on paper, and nobody here hears when.
        if row.state == "closed" and row.batch.payer in known and row.batch.month >= since:
            waiting.append((row.batch.month, row.batch.payer, row.batch.scheme, len(row.batch.items)))
    for month, payer, scheme, claims in waiting:
        clock = submit_clock(await terms_of(site, payer, month), month)
        passed = clock.due is not None and clock.due < today
        if clock.due is None or clock.due - timedelta(days=soon) <= today:
            found.append(Cutoff(month, payer, scheme, claims, clock.due, clock.missing, passed))
    return tuple(sorted(found, key=lambda entry: (entry.due or date.max, entry.month, entry.payer)))
