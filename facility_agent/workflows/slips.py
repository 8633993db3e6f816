"""The slip of a visit: gathered from its answer and its till, signed, printed; and what a slip's code confirms."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Literal

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.documents.escpos import escpos
from facility_agent.documents.slip import Given, Slip, SlipLine, shortage_lines, slip_lines
from facility_agent.eligibility.proof import Proof, person_tag
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.words import Words
from facility_agent.workflows import proofs, till, visits
from facility_agent.workflows.site import Site
from facility_agent.workflows.visit_life import entry_of

#: Seconds that a printer may take before the page says that it is off.
_PATIENCE = 8.0


class Confirmed(msgspec.Struct, frozen=True):
    """What a code confirms: what it says, and what is known here of the visit or claim that it names.

    `agrees` is None where nothing is known of it here: the signature holds, and that is all.
    """

    proof: Proof
    sender: str
    known: Literal["", "visit", "claim", "guarantee"]
    agrees: bool | None


async def slip_of(site: Site, id: str, by: str, language: str) -> Slip:
    """The facts of a visit's slip, with its signed code. InputError `slip-nothing` for a visit that does not count."""
    account = await till.account_of(site, id)
    answer, visit = account.answer, account.visit
    if answer is None or account.state == "abandoned":
        raise InputError("slip-nothing")
    agreement = await visits.agreement_of(site, await site.store.coverage_of(visit.beneficiary.number), visit.day)
    acts = terms(site.arrangement(visit.day), agreement, site.config.code).acts
    quantities = {line.id: line.quantity for line in visit.lines}
    given = tuple(
        Given(
            acts[line.act].name.say(language) if line.act in acts else line.act,
            quantities.get(line.id, 1),
            line.submitted,
            sum(share.amount for share in line.shares),
            line.member_pays,
        )
        for line in answer.lines
    )
    covered = sum(line.covered for line in given)
    proof = Proof(
        "slip", visit.id, visit.register_number, visit.day, person_tag(visit.id, visit.beneficiary.number),
        amounts=(answer.submitted, covered, answer.member_pays, account.balance.paid),
    )  # fmt: skip
    return Slip(
        facility=site.config.name,
        number=visit.register_number,
        claim=account.claim,
        day=visit.day,
        name=visit.beneficiary.name,
        member=visit.beneficiary.number,
        currency=answer.currency,
        given=given,
        facility_bears=answer.facility_bears,
        entries=account.entries,
        due=account.balance.open,
        code=await proofs.signed(site, proof),
        made_on=site.today(),
        by=by,
        invented=site.config.invented,
    )


async def lines_of(site: Site, id: str, by: str, words: Words) -> tuple[list[SlipLine], str]:
    """A slip in lines, and its code."""
    slip = await slip_of(site, id, by, words.language)
    return slip_lines(slip, words), slip.code


async def shortages_of(site: Site, id: str, words: Words) -> list[SlipLine]:
    """The slip of what a visit could not give. InputError `slip-no-shortage`."""
    entry = await entry_of(site, id)
    notes = [note for note in await site.store.notes(visit=id) if note.kind == "out-of-stock"]
    if not notes:
        raise InputError("slip-no-shortage")
    acts = site.arrangement(entry.visit.day).acts
    named = {act.code: act.name.say(words.language) for act in acts}
    person = _called(entry.visit)
    return shortage_lines(
        site.config.name, person, entry.visit.day, [(note, named.get(note.act, note.act)) for note in notes], words
    )


def _called(visit: Visit) -> str:
    return f"{visit.beneficiary.name} {visit.beneficiary.number}".strip()


async def confirm(site: Site, text: str) -> Confirmed:
    """What the code of a slip confirms, beside what is known here: the visit at its facility, the claim elsewhere."""
    proof = await proofs.read(site, text)
    sender = (await site.names()).get(proof.sender, proof.sender)
    if proof.kind == "guarantee":
        held = await site.store.guarantee(proof.id)
        if held is None:
            return Confirmed(proof, sender, "", None)
        told = (held.number, held.payer, held.until, person_tag(held.id, held.member))
        agrees = held.state == "granted" and told == (proof.number, proof.sender, proof.until, proof.person)
        return Confirmed(proof, sender, "guarantee", agrees)
    claim = await site.store.claim(proof.id)
    entry = await site.store.visit(proof.id) if proof.sender == site.config.code else None
    visit = claim.visit if claim else entry.visit if entry else None
    if visit is None:
        return Confirmed(proof, sender, "", None)
    same = visit.day == proof.day and person_tag(proof.id, visit.beneficiary.number) == proof.person
    if claim is not None and proof.amounts:
        same = same and proof.amounts[0] == claim.adjudication.submitted
    return Confirmed(proof, sender, "claim" if claim else "visit", same)


async def to_printer(site: Site, lines: list[SlipLine], code: str) -> None:
    """Send a slip to the installation's printer; InputError `printer-none` or `printer-off`, and nothing is lost."""
    device = site.config.printer
    if not device:
        raise InputError("printer-none")
    paper = site.config.printer_paper
    try:
        await asyncio.wait_for(asyncio.to_thread(_write, Path(device), escpos(lines, code, paper)), _PATIENCE)
    except (OSError, TimeoutError):
        raise InputError("printer-off", device=device) from None


def _write(device: Path, data: bytes) -> None:
    """All bytes to a device or file that is there; one that is off does not hold us up when it is opened."""
    handle = os.open(device, os.O_WRONLY | os.O_NONBLOCK | os.O_APPEND)
    try:
        os.set_blocking(handle, True)
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)
