"""A contestation line by line: made by the facility within its delay, answered by the payer with a further decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from facility_agent.audit.contested import contestable, decided_again, unanswered, waiting_for_paper
from facility_agent.audit.decide import Override
from facility_agent.exchange.envelope import CORE
from facility_agent.storage.files import write_whole
from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Contest, ContestedLine
from facility_agent.vocabulary.payments import Contested
from facility_agent.vocabulary.settlement import Batch, Decision
from facility_agent.workflows import mail, timing
from facility_agent.workflows.powers import powers_over
from facility_agent.workflows.rulings import needs_second
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import INBOX, Site

#: The largest paper that travels with a contestation.
MOST_BYTES = 8 * 1024 * 1024


async def contest(
    site: Site,
    batch_id: str,
    reasons: Mapping[tuple[str, str], str],
    by: str,
    papers: Mapping[str, bytes] | None = None,
) -> Contest:
    """Contest lines of a decision, each (claim, line) with its reason, and seal it to the payer.

    InputError `contest-before-decision`, `contest-empty`, `contest-names-nothing` (a line that was accepted, or is not
    there), `reason-missing`, `contest-too-late` (the clause names a day that has passed), `contest-paper-too-large`.
    """
    entry, decision = await _decided(site, batch_id)
    batch = entry.batch
    if not reasons:
        raise InputError("contest-empty", batch=batch.number)
    _known(decision, reasons.keys(), batch.number)
    if any(not reason.strip() for reason in reasons.values()):
        raise InputError("reason-missing")
    for name, data in (papers or {}).items():
        if len(data) > MOST_BYTES:
            raise InputError("contest-paper-too-large", name=name[:60], limit=MOST_BYTES // 1024 // 1024)
    clock = next(c for c in (await timing.timed(site, entry)).clocks if c.step == "contest")
    if clock.due is not None and clock.due < site.today():
        raise InputError("contest-too-late", batch=batch.number, deadline=clock.due.isoformat())
    lines = tuple(ContestedLine(claim, line, reason.strip()) for (claim, line), reason in sorted(reasons.items()))
    made = Contest(site.new_id(), batch.id, decision.id, site.today(), by, lines)
    claims = tuple(dict.fromkeys(line.claim for line in made.lines))
    async with site.store.transaction():
        await _keep(site, made)
        await site.store.put_payments([Contested(batch.id, claims, made.made_on)], site.now())
        name = await mail.send(site, batch.payer, "contest", made, f"contest-{batch.number}", papers)
    await mail.lay_out(site, name)
    return made


async def take(site: Site, message: Contest, sender: str) -> None:
    """A contestation arrives at the payer. One that comes late is kept: the payer says what it does with it."""
    entry, decision = await _decided(site, message.batch)
    if entry.batch.facility != sender:
        raise InputError("batch-of-another-facility", facility=entry.batch.facility, sender=sender)
    if message.decision != decision.id:
        raise InputError("contest-of-another-decision", batch=entry.batch.number)
    if not message.lines or any(not line.reason.strip() for line in message.lines):
        raise InputError("contest-empty", batch=entry.batch.number)
    _known(decision, {(line.claim, line.line) for line in message.lines}, entry.batch.number)
    await _keep(site, message)


def keep_papers(site: Site, message: Contest, parts: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write the papers of a contestation into the inbox, under its own folder; a name is only ever a name there."""
    folder = site.folder / INBOX / f"contest-{message.id}"
    kept = []
    for place, (name, data) in enumerate(sorted(parts.items()), 1):
        if name != CORE:
            plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[-60:] or "piece"
            kept.append(folder / f"{place}-{plain}")
            write_whole(kept[-1], data)
    return tuple(kept)


def papers_of(site: Site, contest_id: str) -> tuple[Path, ...]:
    """The papers that came with a contestation."""
    return tuple(sorted((site.folder / INBOX / f"contest-{contest_id}").glob("[0-9]*")))


async def answer(site: Site, batch_id: str, answers: Mapping[tuple[str, str], Override], by: str) -> Decision:
    """Decide contested lines again, and those whose paper has come, each with a reason; sealed to the facility.

    InputError `decided-by-enterer`, `power-not-delegated`, `second-eyes-same` above the amount for two persons, and
    what `decided_again` raises.
    """
    entry, held = await _decided(site, batch_id)
    batch = entry.batch
    contested = unanswered(await site.store.contests(batch.id), held)
    decision = decided_again(held, contested, answers, batch, id=site.new_id(), by=by, on=site.today())
    await _may_decide(site, batch, held, {claim for claim, _ in answers}, by)
    async with site.store.transaction():
        await site.store.put_decision(decision, site.now())
        await site.store.move_batch(batch.id, "decided", site.now(), by)
        await settle(site, batch, by)
        for claim in dict.fromkeys(claim for claim, _ in answers):
            await site.store.move_claim(claim, "decided again", site.now(), by)
        name = await mail.answer(site, batch, "decision", decision)
    if name:
        await mail.lay_out(site, name)
    return decision


async def _may_decide(site: Site, batch: Batch, held: Decision, claims: set[str], by: str) -> None:
    if (await site.store.paper_batches()).get(batch.id) == by:
        raise InputError("decided-by-enterer", batch=batch.number)
    powers = await powers_over(site, batch)
    for answer in held.claims:
        claimed = sum(line.claimed for line in answer.lines)
        if answer.claim in claims:
            powers.check(by, "decide", claimed)
            if needs_second(site.config, claimed) and by == held.decided_by:
                raise InputError("second-eyes-same")


async def open_lines(site: Site, batch_id: str) -> dict[tuple[str, str], str]:
    """The contested lines of a batch that wait for the payer's answer, each with its reason."""
    return unanswered(await site.store.contests(batch_id), await site.store.decision(batch_id))


async def held_lines(site: Site, batch_id: str) -> frozenset[tuple[str, str]]:
    """The lines of a decided batch that are held until a paper comes."""
    return waiting_for_paper(await site.store.decision(batch_id))


async def _decided(site: Site, batch_id: str) -> tuple[BatchEntry, Decision]:
    entry, decision = await site.store.batch(batch_id), await site.store.decision(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    if decision is None:
        raise InputError("contest-before-decision", batch=entry.batch.number)
    return entry, decision


def _known(decision: Decision, lines: object, number: str) -> None:
    """Every line was reduced or refused by this decision."""
    for _, line in sorted(set(lines) - contestable(decision)):  # type: ignore[call-overload]
        raise InputError("contest-names-nothing", batch=number, line=line)


async def _keep(site: Site, made: Contest) -> None:
    """Written down with what became of its claims; the same twice counts once."""
    if not await site.store.put_contest(made, site.now()):
        return
    claims = tuple(dict.fromkeys(line.claim for line in made.lines))
    await site.store.contest(made.batch, claims)
    for claim in claims:
        if await site.store.claim_state(claim) in ("decided", "decided again", "contested"):
            await site.store.move_claim(claim, "contested", site.now(), made.made_by)
