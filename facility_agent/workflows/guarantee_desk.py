"""The guarantee desk at the payer: requests by letter, paper or telephone, their clocks, what was issued and used."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Literal

import msgspec

from facility_agent.arrangements.calendar import later
from facility_agent.arrangements.duties import GuaranteeRule
from facility_agent.arrangements.terms import terms
from facility_agent.documents.guarantee_pdf import GuaranteeLetter, guarantee_pdf
from facility_agent.eligibility.proof import Proof, person_tag
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.guarantees import GuaranteeFile, GuaranteeKind
from facility_agent.workflows import mail, proofs
from facility_agent.workflows.site import Site

Silence = Literal["granted", "refused", "unknown"]


class Asked(msgspec.Struct, frozen=True):
    """A request that waits. `due` None: the contract does not say by when an answer comes; `silence` what it means."""

    guarantee: GuaranteeFile
    due: date | None
    late: bool
    silence: Silence


class Issued(msgspec.Struct, frozen=True):
    """A guarantee that was given, with what claims have used of it so far, and whether it is over."""

    guarantee: GuaranteeFile
    used: int
    over: bool


async def waiting(site: Site) -> tuple[Asked, ...]:
    """The requests without an answer, those that are due first before the others."""
    today, found = site.today(), []
    for held in await site.store.guarantees(state="asked"):
        rule = await _rule(site, held)
        due, silence = (_due(rule, held), rule.silence) if rule else (None, "unknown")
        if rule and due and rule.hours_unit == "working":
            agreement = await site.agreement(held.facility, held.payer, held.asked_on)
            known = terms(site.arrangement(held.asked_on), agreement, held.facility)
            due = later(known, held.asked_on, (due - held.asked_on).days, "working")
        found.append(Asked(held, due, due is not None and today > due, silence))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda row: (row.due or date.max, row.guarantee.asked_on, row.guarantee.id)))


async def issued(site: Site) -> tuple[Issued, ...]:
    """The guarantees given or taken back, the latest number first."""
    held = [each for state in ("granted", "revoked") for each in await site.store.guarantees(state=state)]
    used = await site.store.guarantees_claimed([each.number for each in held])
    today = site.today()
    rows = [
        Issued(each, used.get(each.number, 0), each.state == "revoked" or (each.until or today) < today)
        for each in held
    ]
    return tuple(sorted(rows, key=lambda row: row.guarantee.number, reverse=True))


async def take_down(
    site: Site, facility: str, member: str, kind: GuaranteeKind, acts: tuple[str, ...], reason: str, by: str
) -> GuaranteeFile:  # fmt: skip
    """Write a request down that came on paper or by telephone. InputError `guarantee-reason`, `member-unknown`."""
    if not reason.strip():
        raise InputError("guarantee-reason")
    if not await site.store.coverage_of(member):
        raise InputError("member-unknown", member=member)
    asked = GuaranteeFile(
        site.new_id(), site.config.code, facility, member, kind, acts, reason.strip(), site.today(), by,
        by_telephone=True,
    )  # fmt: skip
    await site.store.put_guarantee(asked, site.now(), by)
    return asked


async def one(site: Site, id: str) -> Issued:
    """A guarantee to look at, read out or print again; InputError `guarantee-unknown`."""
    held = await site.store.guarantee(id)
    if held is None:
        raise InputError("guarantee-unknown", number=id)
    used = (await site.store.guarantees_claimed([held.number])).get(held.number, 0) if held.number else 0
    return Issued(held, used, held.state == "revoked" or (held.until or site.today()) < site.today())


async def printed(site: Site, id: str, by: str, language: str, *, reads_reason: bool) -> bytes:
    """The letter as a page to print, with its stub; every further one says that it is a copy.

    InputError `guarantee-unknown`, `guarantee-not-given` for one without a number. A reason may name health: it is
    printed for those who read it.
    """
    held = (await one(site, id)).guarantee
    if not held.number or held.state != "granted":
        raise InputError("guarantee-not-given")
    start = held.start or held.asked_on
    person = person_tag(held.id, held.member)
    proof = Proof("guarantee", held.id, held.number, start, person, to=held.facility, until=held.until)
    code = await proofs.signed(site, proof)
    coverage = await site.store.coverage_of(held.member)
    agreement = await site.agreement(held.facility, held.payer, start)
    acts = terms(site.arrangement(start), agreement, held.facility).acts
    async with site.store.transaction():
        copy = await site.store.note_print(held.id, site.now(), by)
    letter = GuaranteeLetter(
        held, site.config.name, (await site.names()).get(held.facility, held.facility),
        coverage[0].beneficiary.name if coverage else "", code, site.today(), by,
        held.reason if reads_reason else "", copy, site.config.invented,
    )  # fmt: skip

    def named(act: str) -> str:
        return acts[act].name.say(language) if act in acts else act

    return await asyncio.to_thread(guarantee_pdf, letter, named, language)


async def revoke(site: Site, id: str, reason: str, by: str) -> GuaranteeFile:
    """Take a guarantee back, with words; care that was given under it stays guaranteed."""
    held = (await one(site, id)).guarantee
    if not reason.strip():
        raise InputError("guarantee-reason")
    gone = msgspec.structs.replace(held, state="revoked", answer=reason.strip())
    known = await site.names()
    async with site.store.transaction():
        await site.store.put_guarantee(gone, site.now(), by)
        name = ""
        if held.facility in known:
            name = await mail.send(site, held.facility, "guarantee", gone, f"guarantee-{gone.id[:13]}")
    if name:
        await mail.lay_out(site, name)
    return gone


async def _rule(site: Site, held: GuaranteeFile) -> GuaranteeRule | None:
    """The arrangement's row for this kind of guarantee."""
    agreement = await site.agreement(held.facility, held.payer, held.asked_on)
    known = terms(site.arrangement(held.asked_on), agreement, held.facility)
    return next((row for row in known.arrangement.duties.guarantees if row.kind == held.kind), None)


def _due(rule: GuaranteeRule, held: GuaranteeFile) -> date | None:
    """The last day of the answer: hours count from the day of asking, a day that has begun is whole."""
    if rule.answer_hours == UNKNOWN:
        return None
    return held.asked_on + timedelta(days=-(-int(rule.answer_hours) // 24))
