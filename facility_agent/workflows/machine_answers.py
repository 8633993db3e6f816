"""What a facility's system asks beside its claims: rights compared, payments fetched, decisions contested."""

from __future__ import annotations

from facility_agent.audit.contested import contestable
from facility_agent.exchange.fhir.answers import payment_resource
from facility_agent.exchange.fhir.contests import Named, contest_resource, contested_of
from facility_agent.exchange.fhir.outward import Bundle, BundleEntry, Communication, PaymentReconciliation
from facility_agent.exchange.fhir.resources import Coverage as CoverageResource
from facility_agent.exchange.fhir.rights import coverage_of
from facility_agent.storage.store.machines import Machine
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Contest, ContestedLine
from facility_agent.vocabulary.settlement import Batch, Decision
from facility_agent.words import Words
from facility_agent.workflows import contesting, newborns
from facility_agent.workflows.fhir import visit_id
from facility_agent.workflows.machines import account_of, ours
from facility_agent.workflows.site import Site

#: What of somebody's rights is compared; names and birth dates stand in no Coverage.
_COMPARED = ("since", "until", "paid_until", "suspended_on", "package")


async def compared(site: Site, brought: CoverageResource, words: Words) -> tuple[str, ...]:
    """Where rights that a system holds differ from our register, in sentences; nothing is kept, the register is ours.

    InputError `fhir-coverage`, `fhir-day`, `fhir-insurer`, `member-unknown` (nobody, or nobody under that scheme).
    """
    theirs = coverage_of(brought)
    ours(site, theirs.payer)
    number = await newborns.current(site, theirs.beneficiary.number)
    rows = await newborns.coverage_of(site, number)
    own = next((row for row in rows if (row.payer, row.scheme) == (site.config.code, theirs.scheme)), None)
    if own is None:
        raise InputError("member-unknown", member=number)
    apart = [(name, getattr(own, name), getattr(theirs, name)) for name in _COMPARED]
    apart.append(("household", own.beneficiary.household, theirs.beneficiary.household))
    return tuple(
        words("fhir.differs", element=name, ours=str(mine or "—"), theirs=str(said or "—"))
        for name, mine, said in apart
        if mine != said
    )


async def payments(site: Site, machine: Machine) -> Bundle:
    """All that was paid to the facility of a system, in order."""
    found = [
        payment_resource(entry.batch, paid)
        for entry in await site.store.batches()
        if entry.batch.facility == machine.facility
        for paid in await site.store.remittances(entry.batch.id)
    ]
    return Bundle(type="searchset", total=len(found), entry=tuple(BundleEntry(resource=each) for each in found))


async def payment(site: Site, machine: Machine, id: str) -> PaymentReconciliation:
    """One payment to the facility of a system; InputError `fhir-not-found`."""
    for entry in (await payments(site, machine)).entry:
        if isinstance(entry.resource, PaymentReconciliation) and entry.resource.id == id:
            return entry.resource
    raise InputError("fhir-not-found", kind="PaymentReconciliation", id=id[:64])


async def contest(site: Site, machine: Machine, brought: Communication) -> tuple[Communication, bool]:
    """Take a contestation of lines of one batch, once however often it comes; whether it is new.

    InputError `fhir-contest`, `fhir-not-found` for a claim that is not the facility's or in no batch, and what
    `contesting.take` raises.
    """
    name, about, reason = contested_of(brought)
    batch, decision = await _decided(site, machine, about)
    id = visit_id(f"contest:{machine.facility}:{name}", batch.closed_on)
    held = next((each for each in await site.store.contests(batch.id) if each.id == id), None)
    asked = {(claim, reason) for claim, _ in about}
    if held is not None and {(line.claim, line.reason) for line in held.lines} != asked:
        raise InputError("contest-id-reused", batch=batch.number)
    places = await _places(site, about)
    open_lines = contestable(decision)
    wanted = {line for line, (claim, place) in places.items() if (claim, place) in about}
    wanted |= {line for line in places if (line[0], None) in about and line in open_lines}
    lines = tuple(ContestedLine(claim, line, reason) for claim, line in sorted(wanted))
    made = held or Contest(id, batch.id, decision.id, site.today(), account_of(machine), lines)
    if held is None:
        async with site.store.transaction():
            await contesting.take(site, made, machine.facility)
    said = {places[line.claim, line.line]: line.reason for line in made.lines}
    return contest_resource(id, name, batch, made.made_on, said), held is None


async def _decided(site: Site, machine: Machine, about: tuple[Named, ...]) -> tuple[Batch, Decision]:
    """The one batch of the facility that holds all these claims, with its decision."""
    claims = {claim for claim, _ in about}
    for entry in await site.store.batches():
        if entry.batch.facility == machine.facility and claims <= {item.claim for item in entry.batch.items}:
            decision = await site.store.decision(entry.batch.id)
            if decision is None:
                raise InputError("contest-before-decision", batch=entry.batch.number)
            return entry.batch, decision
    raise InputError("fhir-not-found", kind="Claim", id=min(claims)[:64])


async def _places(site: Site, about: tuple[Named, ...]) -> dict[tuple[str, str], tuple[str, int]]:
    """Every line of the claims that are named, with the place that FHIR calls it by. InputError `fhir-contest`."""
    found = {
        (claim.id, line.id): (claim.id, place)
        for claim in await site.store.claims(tuple(dict.fromkeys(claim for claim, _ in about)))
        for place, line in enumerate(claim.adjudication.lines, 1)
    }
    if any(place is not None and (claim, place) not in found.values() for claim, place in about):
        raise InputError("fhir-contest", missing="about")
    return found
