"""FHIR at a facility: what is asked for is loaded and written, what is brought is judged or checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.answers import decided_response, judged_response, payment_resource
from facility_agent.exchange.fhir.claims import claim_bundle, claim_resource, day_of_care, visit_of
from facility_agent.exchange.fhir.contracts import contract_resource, plan_resource
from facility_agent.exchange.fhir.openimis import openimis_claim
from facility_agent.exchange.fhir.outward import Bundle, BundleEntry, PaymentReconciliation, Written
from facility_agent.exchange.fhir.resources import Claim as ClaimResource
from facility_agent.exchange.fhir.resources import (
    ClaimResponse,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
)
from facility_agent.exchange.fhir.rights import asked_of, coverage_resource, verdict_resource
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.identifiers import uuid7
from facility_agent.vocabulary.records import Basis, Claim
from facility_agent.vocabulary.settlement import Batch
from facility_agent.words import Words
from facility_agent.workflows import desk, visits
from facility_agent.workflows.site import Site

#: The fact whose name says that a payer wants to know the condition.
CONDITION = "condition"


async def claim(site: Site, id: str, *, payer: str = "", openimis: bool = False, by: str = "") -> ClaimResource:
    """One claim as a payer is asked for it, its first one unless another is named."""
    held = await _claim(site, id)
    asked, scheme = _asked(held, payer)
    known = await _terms(site, held, asked)
    demanded = demands_condition(known, held, scheme)
    if not openimis:
        return claim_resource(held, asked, scheme, condition=demanded)
    medicines = frozenset(act.code for act in known.acts.values() if "medic" in act.family or act.unit)
    return openimis_claim(held, asked, scheme, enterer=by, medicines=medicines, condition=demanded)


async def response(site: Site, id: str, words: Words) -> ClaimResponse:
    """The payer's decision on a claim, or the answer of the rules while no payer has decided it."""
    held = await _claim(site, id)
    for entry in await site.store.batches():
        if any(item.claim == held.id for item in entry.batch.items):
            decision = await site.store.decision(entry.batch.id)
            if decision is not None:
                reasons = [found for each in decision.claims if each.claim == held.id
                           for line in each.lines for found in line.findings]  # fmt: skip
                return decided_response(entry.batch, held, decision, sentences_of(reasons, words))
    payer, _ = _asked(held, "")
    sentences = sentences_of(held.adjudication.all_findings, words)
    return judged_response(held, payer, held.minted_on.isoformat(), sentences)


async def bundle(site: Site, id: str) -> Bundle:
    """A batch as a bundle of its claims; the condition stands where the arrangement demands it."""
    entry = await site.store.batch(id)
    if entry is None or entry.batch.kind == "per-head":
        raise InputError("fhir-not-found", kind="Bundle", id=id)
    claims = await site.store.claims(tuple(item.claim for item in entry.batch.items))
    demanded = [each.id for each in claims if await _demanded(site, entry.batch, each)]
    return claim_bundle(entry.batch, claims, frozenset(demanded))


async def payment(site: Site, id: str) -> PaymentReconciliation:
    """A payment that a payer announced."""
    for paid in await site.store.announced():
        if paid.id == id:
            entry = await site.store.batch(paid.batch)
            assert entry is not None  # the table has a foreign key
            return payment_resource(entry.batch, paid)
    raise InputError("fhir-not-found", kind="PaymentReconciliation", id=id)


async def rights(site: Site, number: str) -> Bundle:
    """All rights of one person, as the register here says today."""
    held = await site.store.coverage_of(number) if number else ()
    return _listed([coverage_resource(each, site.today()) for each in held])


async def plans(site: Site, language: str) -> Bundle:
    """The packages of the arrangement in force, one for each scheme."""
    known = await visits.terms_of_today(site)
    payers = [party.code for party in (known.agreement.everybody if known.agreement else ()) if party.role == "payer"]
    return _listed(
        [plan_resource(known, each, each.payer or next(iter(payers), ""), language) for each in known.schemes.values()]
    )


async def contracts(site: Site, language: str) -> Bundle:
    """The agreements that are kept here."""
    found = []
    for each in await site.store.agreements():
        title = getattr(site.arrangement(each.start).title, language)
        found.append(contract_resource(each, title, each.state))
    return _listed(found)


async def eligibility(
    site: Site, asked: CoverageEligibilityRequest, by: str, words: Words
) -> CoverageEligibilityResponse:
    """The answer of the desk to a question about today; another day is not answered by a register of today."""
    number, payer, day = asked_of(asked)
    if day != site.today():
        raise InputError("fhir-day", value=day.isoformat())
    answer = await desk.verify_text(site, number, by)
    payer = answer.coverage[0].payer if answer.coverage else payer
    currency = site.arrangement(day).currency
    said = words(f"fhir.disposition.{answer.verdict.colour}")
    return verdict_resource(answer.visit.id, answer.verdict, number, payer, site.config.code, day, currency, said)


async def bring_claim(site: Site, brought: ClaimResource, by: str, words: Words) -> tuple[ClaimResponse, bool]:
    """Judge a claim that another system brings; with `use` = claim the visit is kept, once however often it comes.

    Returns the answer, and whether something was kept. InputError `fhir-provider` for another facility's claim.
    """
    if brought.provider.value != site.config.code:
        raise InputError("fhir-provider", provider=brought.provider.value)
    name = next((each.value for each in brought.identifier if each.value), brought.id)
    day = day_of_care(brought)
    id = visit_id(name, day) if name else site.new_id()
    visit = visit_of(brought, site.config.code, id, site.arrangement(day).currency)
    known = await site.store.coverage_of(visit.beneficiary.number)
    if known:
        visit = msgspec.structs.replace(visit, beneficiary=known[0].beneficiary, entered_on=site.today(), entered_by=by)
    judged = await visits.judge(site, visit)
    kept = False
    if brought.use == "claim" and await site.store.visit(id) is None:
        await visits.record(site, visit, by)
        kept = True
    shares = judged.adjudication.shares
    payer = shares[0].payer if shares else brought.insurer.value if brought.insurer else ""
    made = Claim(id, name, visit, judged.coverage, Basis(judged.adjudication.rule_set), judged.adjudication, day)
    sentences = sentences_of(judged.adjudication.all_findings, words)
    return judged_response(made, payer or "nobody", site.today().isoformat(), sentences), kept


def check(data: bytes) -> tuple[str, tuple[str, ...]]:
    """What would be taken over of a resource that is brought: its type, and the elements that would not."""
    read = wire.read_any(data)
    return type(read).__name__, wire.not_kept(data, read)


def demands_condition(known: Terms, claim: Claim, scheme: str) -> bool:
    """Whether the arrangement demands the condition for some line of a claim."""
    return any(
        row.kind == "fact" and row.code == CONDITION
        for line in claim.visit.lines
        for row in known.requirements(scheme, line.act)
    )


async def _demanded(site: Site, batch: Batch, claim: Claim) -> bool:
    return demands_condition(await _terms(site, claim, batch.payer), claim, batch.scheme)


async def _terms(site: Site, claim: Claim, payer: str) -> Terms:
    day, facility = claim.visit.day, claim.visit.facility
    return terms(site.arrangement(day), await site.agreement(facility, payer, day), facility)


async def _claim(site: Site, id: str) -> Claim:
    held = await site.store.claim(id)
    if held is None or held.counted:
        # FHIR's Claim is about one patient: an invoice per head has none.
        raise InputError("fhir-not-found", kind="Claim", id=id)
    return held


def _asked(claim: Claim, payer: str) -> tuple[str, str]:
    """The payer that is asked, and under which scheme."""
    shares = claim.adjudication.shares
    for share in shares:
        if payer in ("", share.payer):
            return share.payer, share.scheme
    if payer or not claim.coverage:
        raise InputError("fhir-not-found", kind="Claim", id=f"{claim.id}?payer={payer}")
    return claim.coverage[0].payer, claim.coverage[0].scheme


def visit_id(name: str, day: date) -> str:
    """The same claim of another system always opens the same visit; ids stand in the order of the days of care."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return uuid7(int(midnight.timestamp() * 1000), hashlib.sha256(f"fhir:{name}".encode()).digest()[:10])


def _listed(resources: Sequence[Written]) -> Bundle:
    return Bundle(type="searchset", total=len(resources), entry=tuple(BundleEntry(resource=each) for each in resources))


def sentences_of(findings: Iterable[Finding], words: Words) -> dict[str, str]:
    """The neutral sentence of each finding by its code; the first one speaks for its code."""
    said: dict[str, str] = {}
    for found in findings:
        said.setdefault(found.code, words.finding(found))
    return said
