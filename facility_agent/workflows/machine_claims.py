"""Claims that a facility's system brings to a payer over FHIR, and what it is answered.

A claim is minted at once, so that later ones are judged with it; an officer gathers a month of them into a batch, which
is audited, decided and paid like any other. The answer is fetched, as no letter can be sealed to a system.
"""

from __future__ import annotations

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.terms import terms
from facility_agent.exchange.fhir.answers import decided_response, judged_response
from facility_agent.exchange.fhir.claims import day_of_care, visit_of
from facility_agent.exchange.fhir.resources import Claim as ClaimResource
from facility_agent.exchange.fhir.resources import ClaimResponse
from facility_agent.invoicing.batch import due_of, faults, gather
from facility_agent.storage.store.machines import Machine
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import add_months, last_day, month_of
from facility_agent.vocabulary.records import Basis, Beneficiary, Claim
from facility_agent.vocabulary.settlement import Batch
from facility_agent.words import Words
from facility_agent.workflows import newborns
from facility_agent.workflows.fhir import sentences_of, visit_id
from facility_agent.workflows.machines import account_of, ours
from facility_agent.workflows.site import Site

#: How many months back claims may wait to be gathered.
_LOOKED_BACK = 3


class Waiting(msgspec.Struct, frozen=True):
    """Claims of a month that a system brought and that stand in no batch yet; `due` in minor units."""

    facility: str
    month: str
    claims: int
    due: int


async def bring(site: Site, machine: Machine, brought: ClaimResource, words: Words) -> tuple[ClaimResponse, bool]:
    """Judge a claim; with `use` = claim it is minted, once however often it comes. Whether something was kept.

    InputError `fhir-provider`, `fhir-insurer`, `fhir-claim-unnamed`, `fhir-claim-differs`, `agreement-missing`.
    """
    if brought.provider.value != machine.facility:
        raise InputError("fhir-provider", provider=brought.provider.value)
    ours(site, brought.insurer.value if brought.insurer else "")
    day, own = day_of_care(brought), site.config.code
    if day > site.today():
        raise InputError("fhir-day", value=day.isoformat())
    name = next((each.value for each in brought.identifier if each.value), brought.id)
    if not name:
        raise InputError("fhir-claim-unnamed")
    arrangement, agreement = site.arrangement(day), await site.agreement(machine.facility, own, day)
    if agreement is None:
        raise InputError("agreement-missing", payer=machine.facility, day=day.isoformat())
    visit = visit_of(brought, machine.facility, visit_id(f"{machine.facility}:{name}", day), arrangement.currency)
    coverage = tuple(row for row in await newborns.coverage_of(site, visit.beneficiary.number) if row.payer == own)
    person = coverage[0].beneficiary if coverage else Beneficiary(visit.beneficiary.number, "")
    visit = msgspec.structs.replace(visit, beneficiary=person, entered_on=day, entered_by=account_of(machine))
    held = await site.store.claim(visit.id)
    if held is not None:
        # What the register says of the person may have changed since.
        same = msgspec.structs.replace(held.visit, beneficiary=person) == visit
        if not same or held.visit.beneficiary.number != person.number:
            raise InputError("fhir-claim-differs", name=name)
        return await response(site, machine, held.id, words), False
    history = await newborns.history_of(site, person, coverage)
    judged = adjudicate(arrangement, agreement, coverage, history, visit)
    rules = terms(arrangement, agreement, machine.facility)
    basis = Basis(judged.rule_set, agreement.id, history=tuple(sorted({line.claim for line in history.lines})))
    claim = Claim(visit.id, name, visit, coverage, basis, judged, site.today())
    kept = brought.use == "claim"
    if kept:
        async with site.store.transaction():
            number = await site.store.next_number(f"machine-claim:{machine.facility}:{day.year}")
            claim = msgspec.structs.replace(claim, number=f"{machine.facility}-F{day.year}-{number:06d}")
            families = {act.code: act.family for act in rules.acts.values()}
            await site.store.mint(claim, families, site.now(), account_of(machine), "received")
    return _answer(site, claim, words, waits=kept), kept


async def response(site: Site, machine: Machine, id: str, words: Words) -> ClaimResponse:
    """Our decision on a claim; `queued` while there is none. InputError `fhir-not-found` for another facility's."""
    held = await site.store.claim(id)
    if held is None or held.counted or held.visit.facility != machine.facility:
        raise InputError("fhir-not-found", kind="ClaimResponse", id=id[:64])
    within = (await site.store.batched_claims(site.config.code, site.config.scheme)).get(id)
    entry = await site.store.batch(within) if within else None
    decision = await site.store.decision(within) if within else None
    if entry is None or decision is None:
        return _answer(site, held, words, waits=True)
    reasons = [found for each in decision.claims if each.claim == id for line in each.lines for found in line.findings]
    return decided_response(entry.batch, held, decision, sentences_of(reasons, words))


async def waiting(site: Site) -> tuple[Waiting, ...]:
    """What systems brought that stands in no batch, the oldest month first."""
    first = site.today().replace(day=1)
    found = []
    for facility in sorted({machine.facility for machine in await site.store.machines()}):
        for back in range(_LOOKED_BACK, -1, -1):
            month = month_of(add_months(first, -back))
            claims = await _unbatched(site, facility, month)
            if claims:
                due = sum(due_of(claim, site.config.code, site.config.scheme) for claim in claims)
                found.append(Waiting(facility, month, len(claims), due))
    return tuple(found)


async def gathered(site: Site, facility: str, month: str, by: str) -> Batch:
    """The batch of what waits of a month that is over, kept as received. InputError `month-not-over`, `batch-empty`."""
    if last_day(month) >= site.today():
        raise InputError("month-not-over", month=month)
    own, scheme = site.config.code, site.config.scheme
    async with site.store.transaction():
        claims = await _unbatched(site, facility, month)
        if not claims:
            raise InputError("batch-empty", facility=facility, payer=own, month=month)
        earlier = await site.store.batches(month)
        main = any(row.batch.facility == facility and row.batch.scheme == scheme for row in earlier)
        place = await site.store.next_number(f"machine-batch:{facility}")
        batch = gather(
            claims, facility, own, scheme, month, f"{facility}-{own}-F{place:04d}", site.new_id(),
            "supplementary" if main else "main", site.today(), site.config.invented,
        )  # fmt: skip
        wrong = faults(batch, claims)
        if wrong:
            raise InputError("batch-inconsistent", month=month, reasons=", ".join(fault.code for fault in wrong[:5]))
        await site.store.put_batch(batch, "received", site.now(), by)
    return batch


async def _unbatched(site: Site, facility: str, month: str) -> tuple[Claim, ...]:
    """Claims of a month for which we owe something, and that stand in no batch."""
    own, scheme = site.config.code, site.config.scheme
    within = await site.store.batched_claims(own, scheme)
    every = await site.store.claims_of_month(facility, month)
    return tuple(claim for claim in every if claim.id not in within and due_of(claim, own, scheme) > 0)


def _answer(site: Site, claim: Claim, words: Words, *, waits: bool) -> ClaimResponse:
    """What the rules say of a claim; where we owe something and nobody has decided, it is `queued`."""
    said = sentences_of(claim.adjudication.all_findings, words)
    made = judged_response(claim, site.config.code, claim.minted_on.isoformat(), said)
    if waits and due_of(claim, site.config.code, site.config.scheme):
        return msgspec.structs.replace(made, use="claim", outcome="queued")
    return made
