"""The mutual's desk: take a batch in once, ask the same rules again, propose, decide, pay, and say why.

Batches are recomputed in the order in which the facility minted their claims, with the mutual's own register,
revocations and history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.audit import edits
from facility_agent.audit.binding import Binding, binding
from facility_agent.audit.comparisons import compare, rates
from facility_agent.audit.decide import Override, decision_of, propose
from facility_agent.audit.funnel import Unit
from facility_agent.audit.month import Flag
from facility_agent.audit.recompute import Recomputed
from facility_agent.audit.reconcile import Reconciliation, reconcile, remittance_of
from facility_agent.audit.report import AuditReport, report
from facility_agent.invoicing.clocks import endorsed, kind_allowed, submitted_late
from facility_agent.storage.store.reviews import Audited
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.records import Claim, Record
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, Remittance
from facility_agent.workflows import endorsing, mail, regularising, samples, sharing
from facility_agent.workflows.own_check import month_of, recomputed
from facility_agent.workflows.powers import powers_over
from facility_agent.workflows.rulings import with_rulings
from facility_agent.workflows.settling import settle
from facility_agent.workflows.site import Site


class AuditView(msgspec.Struct, frozen=True):
    """A received batch with the mutual's own answers, and what was decided and paid."""

    batch: Batch
    state: str
    claims: tuple[Claim, ...]
    report: AuditReport
    recomputed: tuple[Recomputed, ...]
    flags: tuple[Flag, ...]
    proposals: tuple[ClaimDecision, ...]
    decision: Decision | None
    remittances: tuple[Remittance, ...]
    reconciliation: Reconciliation | None
    about: tuple[Finding, ...] = ()


class ClaimView(msgspec.Struct, frozen=True):
    """One claim as an officer sees it: both answers, the flags, the proposal, and the person's other claims."""

    batch: Batch
    claim: Claim
    recomputed: Recomputed
    flags: tuple[Flag, ...]
    proposal: ClaimDecision
    others: tuple[Claim, ...]
    justified: str = ""
    entered_by: str = ""
    binding: Binding | None = None


class Seen(Record, frozen=True):
    """What the edits said of one claim when its batch was audited, and why a person should look at it."""

    flags: tuple[Flag, ...] = ()
    why: tuple[Finding, ...] = ()


class BatchLine(msgspec.Struct, frozen=True):
    """A row of the list of batches."""

    batch: Batch
    state: str
    accepted: int | None
    paid: int
    entered_by: str = ""


async def audit(site: Site, batch_id: str) -> AuditView:
    """Recompute a batch, run the edits, propose the answers, and keep the report."""
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    batch = entry.batch
    found = await site.store.claims(tuple(item.claim for item in batch.items))
    arrangement = site.arrangement(last_day(batch.month))
    agreement = await site.agreement(batch.facility, batch.payer, last_day(batch.month))
    answers = await recomputed(site, batch, found, arrangement, agreement)
    flags = await _flags(site, batch, found)
    proposals = tuple(propose(answer, flags) for answer in answers)
    made = report(batch, answers, flags, proposals, await samples.found(site, batch))
    decision = await site.store.decision(batch_id)
    async with site.store.transaction():
        await site.store.put_audit(batch_id, canonical(made), site.now())
        if decision is None:
            await site.store.put_audited(batch_id, _audited(batch, answers, flags, proposals, made))
    remittances = await site.store.remittances(batch_id)
    reconciled = reconcile(batch, decision, remittances) if decision is not None else None
    about = await _about(site, batch, found, terms(arrangement, agreement, batch.facility))
    return AuditView(
        batch, entry.state, found, made, answers, flags, proposals, decision, remittances, reconciled, about
    )


async def _flags(site: Site, batch: Batch, claims: tuple[Claim, ...]) -> tuple[Flag, ...]:
    """What the edits say of the claims; they ask of care, and say nothing of persons who were counted."""
    if batch.kind == "per-head":
        return ()
    day = last_day(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    theirs = await sharing.shown_beside(site, batch.facility, claims, day)
    return edits.run(await month_of(site, batch, claims, site.arrangement(day), agreement, theirs))


async def rates_of(site: Site, view: AuditView) -> dict[str, tuple[Unit, ...]]:
    """How often each finding stands on the claims of a batch, comparisons included, to be set beside other batches."""
    if view.batch.kind == "per-head":
        return {}
    day = last_day(view.batch.month)
    agreement = await site.agreement(view.batch.facility, view.batch.payer, day)
    month = await month_of(site, view.batch, view.claims, site.arrangement(day), agreement)
    return rates(month, (*view.flags, *compare(month)))


async def _about(site: Site, batch: Batch, claims: tuple[Claim, ...], known: Terms) -> tuple[Finding, ...]:
    """What is to be said of the whole batch: sent or put right late, of a kind that is not allowed, not endorsed."""
    receipt = await site.store.receipt(batch.id)
    sent = receipt.received_on if receipt else site.today()
    found = [
        submitted_late(known, batch.month, sent),
        await regularising.late(site, known, claims, batch.payer, batch.scheme, sent),
        kind_allowed(known, batch.kind),
        endorsed(known, await endorsing.hands_of(site, batch), await endorsing.endorsers(site, batch.id)),
    ]
    return tuple(finding for finding in found if finding is not None and finding.cause != "clause")


def _audited(
    batch: Batch, answers: tuple[Recomputed, ...], flags: tuple[Flag, ...], proposals: tuple[ClaimDecision, ...],
    made: AuditReport,
) -> list[Audited]:  # fmt: skip
    """One row per claim, for the queue and for whoever opens one claim."""
    about: dict[str, list[Flag]] = {}
    for flag in flags:
        for claim in flag.claims:
            about.setdefault(claim, []).append(flag)
    looked, numbers = {entry.claim: entry for entry in made.look_at}, {item.claim: item.number for item in batch.items}
    rows = []
    for answer, proposal in zip(answers, proposals, strict=True):
        look = looked.get(answer.claim)
        seen = Seen(tuple(about.get(answer.claim, ())), look.findings if look else ())
        rows.append(
            Audited(
                batch.id, answer.claim, numbers[answer.claim], answer.claimed, proposal.amount,
                look.at_risk if look else 0, look is not None, canonical(seen),
            )
        )  # fmt: skip
    return rows


async def claim_view(site: Site, batch_id: str, claim_id: str) -> ClaimView:
    """One claim of a batch with everything that an officer needs; InputError `batch-unknown`, `claim-unknown`.

    The rules are asked again for this claim alone; what the edits saw of it across the batch is taken from the last
    audit, or from one that is made now.
    """
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    batch = entry.batch
    if all(item.claim != claim_id for item in batch.items):
        raise InputError("claim-unknown", claim=claim_id)
    kept = await site.store.audited(batch_id, claim_id)
    if kept is None:
        await audit(site, batch_id)
        kept = await site.store.audited(batch_id, claim_id)
    flags = msgspec.json.decode(kept.document, type=Seen).flags if kept else ()
    claims = await site.store.claims((claim_id,))
    arrangement = site.arrangement(last_day(batch.month))
    agreement = await site.agreement(batch.facility, batch.payer, last_day(batch.month))
    (answer,) = await recomputed(site, batch, claims, arrangement, agreement)
    others = await site.store.claims_of_members((claims[0].visit.beneficiary.number,))
    entered = (await site.store.paper_batches()).get(batch_id, "")
    elsewhere = tuple(other for other in others if other.id != claim_id)
    notes = await site.store.month_notes(batch.month)
    justified = next((note.reason for note in notes if (note.visit, note.kind) == (claim_id, "justified")), "")
    published = {state.sequence: state.as_of for state in await site.store.register_states(site.config.code)}
    known = terms(arrangement, agreement, batch.facility)
    bound = binding(known, claims[0], answer, published.get(claims[0].basis.register_sequence or 0))
    return ClaimView(batch, claims[0], answer, flags, propose(answer, flags), elsewhere, justified, entered, bound)


async def batches(site: Site) -> tuple[BatchLine, ...]:
    """The batches received, the newest month first."""
    lines, entered = [], await site.store.paper_batches()
    for entry in sorted(await site.store.batches(), key=lambda row: (row.batch.month, row.batch.number), reverse=True):
        decision = await site.store.decision(entry.batch.id)
        paid = sum(remittance.amount for remittance in await site.store.remittances(entry.batch.id))
        lines.append(
            BatchLine(
                entry.batch, entry.state, decision.amount if decision else None, paid, entered.get(entry.batch.id, "")
            )
        )
    return tuple(lines)


async def decide(site: Site, batch_id: str, overrides: Mapping[tuple[str, str], Override], by: str) -> Decision:
    """Decide a batch, the proposals with the officers' rulings and overrides, and seal the answer to the facility."""
    view = await audit(site, batch_id)
    if view.decision is not None:
        raise InputError("decision-second", batch=view.batch.number)
    ruled = with_rulings(
        site.config, view.batch, view.report, view.proposals, await site.store.rulings(batch_id), overrides, by,
        (await site.store.paper_batches()).get(batch_id, ""), await powers_over(site, view.batch),
    )  # fmt: skip
    decision = decision_of(view.batch, view.proposals, ruled, id=site.new_id(), by=by, on=site.today())
    async with site.store.transaction():
        # Somebody else, perhaps on another machine, may have decided meanwhile.
        if await site.store.decision(batch_id) is not None:
            raise InputError("decision-second", batch=view.batch.number)
        await site.store.put_decision(decision, site.now())
        await site.store.move_batch(batch_id, "decided", site.now(), by)
        await settle(site, view.batch, by)
        for answer in decision.claims:
            await site.store.move_claim(answer.claim, "decided", site.now(), by)
        name = await mail.answer(site, view.batch, "decision", decision)
    if name:
        await mail.lay_out(site, name)
    return decision


async def pay(site: Site, batch_id: str, reference: str, paid_on: date, by: str) -> Remittance:
    """Write down the payment of what was accepted, and seal it to the facility."""
    entry = await site.store.batch(batch_id)
    decision = await site.store.decision(batch_id)
    if entry is None or decision is None:
        raise InputError("remittance-before-decision", reference=reference)
    if not reference.strip():
        raise InputError("reference-missing")
    async with site.store.transaction():
        earlier = await site.store.remittances(batch_id)
        if earlier and not reconcile(entry.batch, decision, earlier).open:
            raise InputError("remittance-second", batch=entry.batch.number)
        remittance = remittance_of(
            decision, entry.batch, id=site.new_id(), reference=reference.strip(), paid_on=paid_on, earlier=earlier
        )
        (await powers_over(site, entry.batch)).check(by, "pay", remittance.amount)
        await site.store.put_remittance(remittance, site.now())
        await settle(site, entry.batch, by)
        name = await mail.answer(site, entry.batch, "remittance", remittance)
    if name:
        await mail.lay_out(site, name)
    return remittance
