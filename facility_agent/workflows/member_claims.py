"""Members' own claims: a receipt entered, judged by the same rules, decided by somebody else, paid against a signature.

What was granted becomes a claim of the history: ceilings count it, and a facility that claims the same care meets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.terms import terms
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.member_claims import Channel, Complaint, MemberClaim, ReceiptLine
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    LineAdjudication,
    Share,
    Visit,
)
from facility_agent.workflows import newborns, sharing
from facility_agent.workflows.powers import powers_at
from facility_agent.workflows.rulings import needs_second
from facility_agent.workflows.site import Site


class Brought(msgspec.Struct, frozen=True):
    """A receipt as the member brings it."""

    member: str
    provider: str
    receipt: str
    day: date
    lines: tuple[ReceiptLine, ...]


async def enter(site: Site, brought: Brought, by: str) -> MemberClaim:
    """Keep a receipt with what the rules say. InputError `member-unknown`, `member-claim-*`, `receipt-twice`."""
    coverage = await newborns.coverage_of(site, brought.member)
    if not coverage:
        raise InputError("member-unknown", member=brought.member)
    if not brought.lines:
        raise InputError("member-claim-empty")
    if brought.day > site.today():
        raise InputError("visit-in-future", day=brought.day.isoformat(), today=site.today().isoformat())
    arrangement = site.arrangement(brought.day)
    agreement = await site.agreement(brought.provider, site.config.code, brought.day)
    person = coverage[0].beneficiary
    visit = _visit(site.new_id(), brought.provider, brought.day, person, brought.lines)
    history = await newborns.history_of(site, person, coverage)
    answer = adjudicate(arrangement, agreement, coverage, history, visit)
    owed = tuple(
        min(sum(share.amount for share in line.shares if share.payer == site.config.code), line.submitted)
        for line in sorted(answer.lines, key=lambda line: int(line.id))
    )
    twice = await sharing.receipt_beside(site, brought.provider, brought.receipt, brought.day)
    async with site.store.transaction():
        number = await site.store.next_number(f"member-claim:{brought.day.year}")
        made = MemberClaim(
            visit.id, f"{site.config.code}-R{brought.day.year}-{number:05d}", person.number, person.name,
            brought.provider, brought.receipt, brought.day, answer.currency, brought.lines, site.today(), by,
            sum(owed), (*answer.all_findings, *twice), proposed_lines=owed,
        )  # fmt: skip
        await site.store.put_member_claim(made, site.now(), by)
    return made


async def decide(site: Site, id: str, granted: Sequence[int], reason: str, by: str) -> MemberClaim:
    """Grant an amount for each line, or nothing; with a reason where it is not what the rules say.

    Above the amount for two persons the receipt waits for `confirm`. InputError `decided-by-enterer`,
    `member-claim-amount`, `reason-missing`, `member-claim-state`, `power-not-delegated`.
    """
    held, lines = await _held(site, id), tuple(granted)
    if held.entered_by == by:
        raise InputError("decided-by-enterer", batch=held.number)
    for amount, line in zip(lines, held.lines, strict=True):
        if not 0 <= amount <= line.quantity * line.price:
            raise InputError("member-claim-amount", amount=amount, asked=line.quantity * line.price)
    if (lines != held.proposed_lines or sum(lines) != held.proposed) and not reason.strip():
        raise InputError("reason-missing")
    (await powers_at(site, held.provider, held.day)).check(by, "decide", held.asked)
    word = msgspec.structs.replace(
        held, granted=sum(lines), granted_lines=lines, reason=reason.strip(), decided_by=by, decided_on=site.today()
    )
    if needs_second(site.config, held.asked):
        await site.store.put_member_claim(word, site.now(), by)
        return word
    return await _settled(site, word, by)


async def confirm(site: Site, id: str, by: str) -> MemberClaim:
    """A second person agrees with what was decided: not whoever decided, nor whoever entered the receipt.

    InputError `ruling-none` while nobody has decided, `second-eyes-same`, `decided-by-enterer`, `power-not-delegated`.
    """
    held = await _held(site, id)
    if not held.waits_for_second:
        raise InputError("ruling-none")
    if by == held.decided_by:
        raise InputError("second-eyes-same")
    if by == held.entered_by:
        raise InputError("decided-by-enterer", batch=held.number)
    (await powers_at(site, held.provider, held.day)).check(by, "decide", held.asked)
    return await _settled(site, msgspec.structs.replace(held, confirmed_by=by), by)


async def _settled(site: Site, held: MemberClaim, by: str) -> MemberClaim:
    decided = msgspec.structs.replace(held, state="decided" if held.granted else "refused")
    async with site.store.transaction():
        await site.store.put_member_claim(decided, site.now(), by)
        if decided.granted:
            await _mint(site, decided, by)
    return decided


async def pay(
    site: Site, id: str, signed_by: str, sign: Literal["signature", "fingerprint"], by: str
) -> MemberClaim:  # fmt: skip
    """Pay the member against a signature. Above the amount for two persons, not by whoever decided."""
    held = await _held(site, id)
    if not signed_by.strip():
        raise InputError("member-claim-unsigned")
    if needs_second(site.config, held.asked) and by == held.decided_by:
        raise InputError("second-eyes-same")
    (await powers_at(site, held.provider, held.day)).check(by, "pay", held.granted)
    paid = msgspec.structs.replace(
        held, state="paid", paid_by=by, paid_on=site.today(), signed_by=signed_by.strip(), sign=sign
    )
    await site.store.put_member_claim(paid, site.now(), by)
    return paid


async def complain(
    site: Site, member: str, facility: str, channel: Channel, said: str, by: str, claim: str = ""
) -> Complaint:  # fmt: skip
    """Write a complaint down; InputError `complaint-empty`."""
    if not said.strip():
        raise InputError("complaint-empty")
    async with site.store.transaction():
        number = await site.store.next_number(f"complaint:{site.today().year}")
        made = Complaint(
            site.new_id(), f"{site.config.code}-C{site.today().year}-{number:04d}", member.strip(), facility.strip(),
            channel, said.strip(), site.today(), by, claim.strip(),
        )  # fmt: skip
        await site.store.put_complaint(made, site.now(), by)
    return made


async def answer(site: Site, id: str, said: str, by: str) -> Complaint:
    """Answer a complaint, once. InputError `complaint-unknown`, `complaint-empty`, `complaint-answered`."""
    held = await site.store.complaint(id)
    if held is None:
        raise InputError("complaint-unknown")
    if not said.strip():
        raise InputError("complaint-empty")
    told = msgspec.structs.replace(held, answer=said.strip(), answered_by=by, answered_on=site.today())
    await site.store.put_complaint(told, site.now(), by)
    return told


async def _held(site: Site, id: str) -> MemberClaim:
    held = await site.store.member_claim(id)
    if held is None:
        raise InputError("member-claim-unknown")
    return held


async def _mint(site: Site, held: MemberClaim, by: str) -> None:
    """What was granted, as a claim."""
    coverage = await newborns.coverage_of(site, held.member)
    agreement = await site.agreement(held.provider, site.config.code, held.day)
    known = terms(site.arrangement(held.day), agreement, held.provider)
    visit = _visit(held.id, held.provider, held.day, coverage[0].beneficiary, held.lines)
    lines = []
    for line, ours in zip(visit.lines, held.granted_lines, strict=True):
        submitted = line.quantity * line.price
        shares = (Share(site.config.code, coverage[0].scheme, ours),) if ours else ()
        rest = submitted - ours
        lines.append(LineAdjudication(line.id, line.act, submitted, line.price, submitted, rest, rest, 0, shares))
    judged = Adjudication(visit.id, held.currency, known.rule_set, tuple(lines))
    claim = Claim(
        held.id, held.number, visit, coverage, Basis(known.rule_set, agreement.id if agreement else ""), judged,
        site.today(),
    )  # fmt: skip
    await site.store.mint(claim, {act.code: act.family for act in known.acts.values()}, site.now(), by, "received")
    await site.store.move_claim(claim.id, "decided", site.now(), by)


def _visit(id: str, provider: str, day: date, person: Beneficiary, lines: tuple[ReceiptLine, ...]) -> Visit:
    care = tuple(CareLine(str(place), line.act, line.quantity, line.price) for place, line in enumerate(lines, start=1))
    return Visit(id=id, facility=provider, day=day, beneficiary=person, lines=care, identified="paper")
