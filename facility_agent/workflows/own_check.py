"""The payer's own check of a batch: every rule and every edit again, with its register, revocations and history.

The mutual runs it on what it received. The facility runs the same on what it is about to send, with the register that
it was given, and knows which amount to expect and what would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.audit import edits
from facility_agent.audit.decide import needs_person, propose
from facility_agent.audit.month import Bars, Flag, Month, Shown
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.eligibility.newborn import under_one_number
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.periods import last_day
from facility_agent.vocabulary.records import Claim, Coverage, History, PastLine
from facility_agent.vocabulary.settlement import Batch, ClaimDecision
from facility_agent.workflows import newborns, per_head
from facility_agent.workflows.site import Site

#: Acts that end a pregnancy, by the families of the arrangement that hold nothing else.
DELIVERIES: Final = frozenset({"delivery"})


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order, each said once."""
    kept: list[Finding] = []
    for finding in findings:
        if finding not in kept:
            kept.append(finding)
    return tuple(kept)


class Doubt(msgspec.Struct, frozen=True):
    """A claim that the payer would not accept as it stands, or that a person would look at."""

    claim: Claim
    due: int
    expected: int
    answer: ClaimDecision
    findings: tuple[Finding, ...]
    justified: str = ""


class Forecast(msgspec.Struct, frozen=True):
    """What the payer's check would answer: the amount to expect of what is asked, and the claims in doubt."""

    due: int
    expected: int
    doubts: tuple[Doubt, ...]
    register: bool


async def forecast(site: Site, batch: Batch, claims: tuple[Claim, ...]) -> Forecast:
    """What the payer would answer to a batch that is not sent yet.

    Without a copy of the payer's register, what each claim says of its person's rights is taken as it stands
    (`register` False).
    """
    day = last_day(batch.month)
    arrangement = site.arrangement(day)
    agreement = await site.agreement(batch.facility, batch.payer, day)
    answers = await recomputed(site, batch, claims, arrangement, agreement)
    flags = edits.run(await month_of(site, batch, claims, arrangement, agreement))
    about: dict[str, list[Flag]] = {}
    for flag in flags:
        about.setdefault(flag.about, []).append(flag)
    dues = {item.claim: item.due for item in batch.items}
    doubts, expected = [], 0
    for claim, answer in zip(claims, answers, strict=True):
        own = about.get(claim.id, [])
        proposed, looks = propose(answer, own), needs_person(answer, own)
        expected += proposed.amount
        if looks or any(line.outcome != "accepted" for line in proposed.lines):
            reasons = [finding for line in proposed.lines if line.outcome != "accepted" for finding in line.findings]
            findings = once((*reasons, *looks))
            doubts.append(Doubt(claim, dues[claim.id], proposed.amount, proposed, findings))
    doubts.sort(key=lambda doubt: (doubt.expected - doubt.due, doubt.claim.number))
    held = batch.payer in await site.store.registers_held()
    return Forecast(batch.due, expected, tuple(doubts), held)


async def recomputed(
    site: Site, batch: Batch, claims: tuple[Claim, ...], arrangement: Arrangement, agreement: Agreement | None
) -> tuple[Recomputed, ...]:
    """Our own answer to every claim, in the order of the batch."""
    counted = await site.store.batch_count(batch.id)
    if counted is not None:
        return (await per_head.answered(site, batch, claims[0], counted),)
    own, issuers = batch.payer, await site.issuers()
    held = own == site.config.code or own in await site.store.registers_held()
    persons = {claim.visit.beneficiary.number: claim.visit.beneficiary for claim in claims}
    covered = {number: await newborns.coverage_of(site, number) for number in persons}
    others = {number: await newborns.other_numbers(site, person, covered[number]) for number, person in persons.items()}
    homes = tuple({claim.visit.beneficiary.household for claim in claims} - {""})
    history = await _history(site, tuple({*persons, *(number for more in others.values() for number in more)}), homes)
    answers = []
    for claim in claims:
        person = claim.visit.beneficiary
        coverage = await _coverage(site, claim, covered[person.number], own) if held else claim.coverage
        serial = claim.visit.card_serial
        issuer = issuers[claim.visit.card_key].payer if claim.visit.card_key in issuers else own
        revoked = await site.store.is_revoked(issuer, serial) if serial is not None else None
        keys = (person.number, *sorted(others[person.number]), person.household)
        lines = tuple(dict.fromkeys(line for key in keys for line in history.get(key, ())))
        known = History(under_one_number(lines, person.number, others[person.number]))
        answers.append(
            recompute(
                arrangement, agreement, coverage, known, claim,
                payer=batch.payer, scheme=batch.scheme, card_revoked=revoked,
            )
        )  # fmt: skip
    return tuple(answers)


async def _coverage(site: Site, claim: Claim, now: tuple[Coverage, ...], payer: str) -> tuple[Coverage, ...]:
    """What the payer's register says of a person; of care entered from paper, what the print said, if kept."""
    number, sheet = claim.visit.beneficiary.number, claim.visit.sheet
    if sheet is not None and sheet.payer == payer:
        then = await site.store.coverage_then(number, sheet.payer, sheet.sequence)
        if then is not None:
            return then
    return tuple(row for row in now if row.payer == payer)


async def _history(site: Site, people: tuple[str, ...], homes: tuple[str, ...]) -> dict[str, dict[PastLine, None]]:
    """The earlier lines by person and by household, read in a few queries."""
    found: dict[str, dict[PastLine, None]] = {}
    for start in range(0, max(len(people), len(homes)), 200):
        for line in await site.store.history(people[start : start + 200], homes[start : start + 200]):
            for key in {line.member, line.household} - {""}:
                found.setdefault(key, {})[line] = None
    return found


async def month_of(
    site: Site, batch: Batch, claims: tuple[Claim, ...], arrangement: Arrangement, agreement: Agreement | None,
    theirs: Iterable[Shown] = (),
) -> Month:  # fmt: skip
    """The batch as the edits see it, beside what we hold; `theirs` is what other mutuals show of their claims."""
    people = {claim.visit.beneficiary.number for claim in claims}
    others = await site.store.claims_of_members(people)
    elsewhere = await site.store.batched_claims(batch.payer, batch.scheme)
    deliveries = frozenset(act.code for act in arrangement.acts if act.code.startswith(tuple(DELIVERIES)))
    return Month(
        claims,
        arrangement,
        agreement,
        payer=batch.payer,
        scheme=batch.scheme,
        others=others,
        batch=batch,
        batched={claim: other for claim, other in elsewhere.items() if other != batch.id},
        bars=Bars(deliveries=deliveries),
        theirs=theirs,
    )
