"""Guarantees of payment: asked for from a visit, answered by the payer, used by number, and what is left of them.

The letter travels sealed, both ways. Where there is no network the payer reads the number out: its check digits are
verified here, and the letter that comes later must say the same. Care never waits for an answer: the rules say what a
line without a guarantee meets.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.guarantees import GuaranteedRate, GuaranteeFile, GuaranteeKind, Used, checks, numbered
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import mail, visits
from facility_agent.workflows.powers import powers_at
from facility_agent.workflows.site import Site


class Request(msgspec.Struct, frozen=True):
    """What is asked for; `id` is made by the form, so that the same one twice is one request."""

    id: str
    kind: GuaranteeKind
    acts: tuple[str, ...]
    reason: str
    papers: str = ""


async def ask(site: Site, member: str, wanted: Request, by: str) -> GuaranteeFile:
    """Ask the person's payer, with a sealed letter in the outbox. InputError `guarantee-reason`, `member-unknown`."""
    held = await site.store.guarantee(wanted.id)
    if held is not None:
        return held
    if not wanted.reason.strip():
        raise InputError("guarantee-reason")
    payer = await _payer_of(site, member)
    asked = GuaranteeFile(
        wanted.id, payer, site.config.code, member, wanted.kind, wanted.acts, wanted.reason.strip(), site.today(), by,
        wanted.papers.strip(),
    )  # fmt: skip
    async with site.store.transaction():
        await site.store.put_guarantee(asked, site.now(), by)
        name = await mail.send(site, payer, "guarantee", asked, f"guarantee-{asked.id[:13]}")
    await mail.lay_out(site, name)
    return asked


async def telephoned(
    site: Site, member: str, id: str, number: str, acts: tuple[str, ...], until: date | None, by: str,
    quantity: int | None = None,
) -> GuaranteeFile:  # fmt: skip
    """Write down a number that the payer read out. InputError `guarantee-number` when its check digits are wrong."""
    number = number.strip().upper()
    if not checks(number):
        raise InputError("guarantee-number", number=number)
    held = await site.store.guarantee(id)
    today = site.today()
    base = held or GuaranteeFile(
        id, await _payer_of(site, member), site.config.code, member, "approval", acts, "", today, by
    )
    granted = msgspec.structs.replace(
        base, number=number, state="granted", start=today, until=until, quantity=quantity, by_telephone=True
    )
    await site.store.put_guarantee(granted, site.now(), by)
    return granted


class Answer(msgspec.Struct, frozen=True):
    """The payer's answer: granted with its limits, or refused with words."""

    granted: bool
    said: str = ""
    until: date | None = None
    quantity: int | None = None
    per_month: int | None = None


async def answer(site: Site, id: str, given: Answer, by: str) -> GuaranteeFile:
    """Answer a request, with a sealed letter where we hold the facility's keys; another one hears the number.

    InputError `guarantee-unknown`, `guarantee-state`, `power-not-delegated`.
    """
    held = await site.store.guarantee(id)
    if held is None:
        raise InputError("guarantee-unknown", number=id)
    if not given.granted and not given.said.strip():
        raise InputError("guarantee-reason")
    # What a letter will cost is not known yet: whoever may decide nothing may promise nothing.
    (await powers_at(site, held.facility, site.today())).check(by, "decide", 0)
    today, known = site.today(), await site.names()
    async with site.store.transaction():
        number = numbered(site.config.code, await site.store.next_number("guarantee")) if given.granted else ""
        answered = msgspec.structs.replace(
            held,
            state="granted" if given.granted else "refused",
            number=number,
            start=today if given.granted else None,
            until=(given.until or await _until(site, held, today)) if given.granted else None,
            quantity=given.quantity,
            per_month=given.per_month,
            answer=given.said.strip(),
            rates=await _rates(site, held, today) if given.granted else (),
        )
        await site.store.put_guarantee(answered, site.now(), by)
        name = ""
        if held.facility in known:
            name = await mail.send(site, held.facility, "guarantee", answered, f"guarantee-{answered.id[:13]}")
    if name:
        await mail.lay_out(site, name)
    return answered


async def take(site: Site, message: GuaranteeFile, sender: str) -> None:
    """A request that arrives at the payer, or an answer at the facility; whoever sends it must be its other side."""
    expected = message.facility if site.config.role != "facility" else message.payer
    if sender != expected:
        raise InputError("guarantee-sender", sender=sender, expected=expected)
    if site.config.role != "facility" and message.state != "asked":
        raise InputError("guarantee-state", before="", after=message.state)
    await site.store.put_guarantee(message, site.now(), sender)


async def of_person(site: Site, member: str, day: date, besides: str = "") -> tuple[Used, ...]:
    """The guarantees of a person that hold on a day, with what is left of each."""
    return await left_of(site, await site.store.guarantees(member=member), day, besides) if member else ()


async def left_of(site: Site, known: Iterable[GuaranteeFile], day: date, besides: str = "") -> tuple[Used, ...]:
    """Those of the guarantees that hold on a day, with what is left of each; the visit `besides` uses nothing."""
    held = [each for each in known if each.holds_on(day)]
    return await site.store.used(held, month_of(day), besides) if held else ()


async def attached(site: Site, visit: Visit) -> Visit:
    """The visit with the guarantees that concern its care; those that have nothing left are left out."""
    acts = {line.act for line in visit.lines}
    fit = [
        used.guarantee.for_visit()
        for used in await of_person(site, visit.beneficiary.number, visit.day, visit.id)
        if used.left != 0 and (not used.guarantee.acts or acts.intersection(used.guarantee.acts))
    ]
    return msgspec.structs.replace(visit, guarantees=tuple(fit)) if fit else visit


async def _payer_of(site: Site, member: str) -> str:
    coverage = await site.store.coverage_of(member)
    if not coverage:
        raise InputError("member-unknown", member=member)
    return coverage[0].payer


async def _rates(site: Site, held: GuaranteeFile, day: date) -> tuple[GuaranteedRate, ...]:
    """Our part of each act of a guarantee under the person's scheme, as the contract of the day has it."""
    coverage = [row for row in await site.store.coverage_of(held.member) if row.payer == site.config.code]
    if not coverage:
        return ()
    known = terms(site.arrangement(day), await site.agreement(held.facility, site.config.code, day), held.facility)
    rows = ((act, known.rate(coverage[0].scheme, act)) for act in held.acts or ("",))
    return tuple(
        GuaranteedRate(act, "" if row is None or row.rate in (None, UNKNOWN) else str(row.rate)) for act, row in rows
    )


async def _until(site: Site, held: GuaranteeFile, start: date) -> date | None:
    """The last day of a guarantee where the arrangement says how long it holds."""
    agreement = await visits.agreement_of(site, await site.store.coverage_of(held.member), start)
    known = terms(site.arrangement(start), agreement, held.facility)
    for row in known.arrangement.duties.guarantees:
        if row.kind == held.kind and row.validity_days != UNKNOWN:
            return start + timedelta(days=int(row.validity_days) - 1)
    return None
