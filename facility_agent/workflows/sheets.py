"""Referral, evacuation, counter-referral, prescription for elsewhere: written here, signed, and read there offline.

A sheet that was brought is proof of the path of care: its number goes into the visit. One that was filled in by hand
is taken as it is and marked. A prescription is filled once here, whatever number of copies of it there are; across
pharmacies the payer sees its number in the claims.
"""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.eligibility.proof import Proof, person_tag
from facility_agent.vocabulary.bedside import Item, Prescription, Sheet, SheetKind
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows import proofs
from facility_agent.workflows.site import Site
from facility_agent.workflows.visit_life import entry_of

#: The letter that begins the number of each kind of sheet.
_LETTERS: dict[SheetKind, str] = {"referral": "RF", "evacuation": "EV", "counter-referral": "CR", "prescription": "OR"}


class Wanted(msgspec.Struct, frozen=True):
    """What the form of a sheet says. `id` is made by the form: the same one twice is one sheet."""

    id: str
    kind: SheetKind
    to: str = ""
    reason: str = ""
    treatment: str = ""
    kilometres: int | None = None
    companion: str = ""


async def write(site: Site, visit_id: str, wanted: Wanted, by: str) -> Sheet:
    """Write and sign a sheet for the person of a visit; a referral notes in the visit where the person was sent.

    InputError `sheet-incomplete` for a referral that says not where or why, `sheet-nothing` for a prescription when
    nothing of the visit is for elsewhere, `proof-too-large`.
    """
    held = await site.store.sheet(wanted.id)
    if held is not None:
        return held
    entry = await entry_of(site, visit_id)
    visit, items, until = entry.visit, tuple[Item, ...](), None
    if wanted.kind == "prescription":
        rests = [rest for rest in await site.store.rests(visit=visit_id) if rest.prescription.elsewhere]
        if not rests:
            raise InputError("sheet-nothing")
        items = tuple(Item(rest.prescription.act, rest.prescription.quantity) for rest in rests)
        until = rests[0].prescription.until
    elif not wanted.to or not wanted.reason:
        raise InputError("sheet-incomplete")
    async with site.store.transaction():
        number = await site.store.next_number(f"sheet:{wanted.kind}:{site.today().year}")
        sheet = Sheet(
            id=wanted.id,
            kind=wanted.kind,
            number=f"{site.config.code}-{_LETTERS[wanted.kind]}{site.today().year}-{number:04d}",
            sender=site.config.code,
            to=wanted.to,
            day=site.today(),
            visit=visit_id,
            member=visit.beneficiary.number,
            name=visit.beneficiary.name,
            reason=wanted.reason,
            treatment=wanted.treatment,
            kilometres=wanted.kilometres,
            companion=wanted.companion,
            items=items,
            until=until,
        )
        sheet = msgspec.structs.replace(sheet, token=await proofs.signed(site, _proof(site, sheet)))
        await site.store.put_sheet(sheet, "out", site.now(), by)
        if wanted.kind in ("referral", "evacuation") and entry.state in ("open", "recorded"):
            sent = msgspec.structs.replace(visit, referred_to=wanted.to)
            await site.store.save_visit(sent, entry.state, entry.version, site.now(), by)
    return sheet


def _proof(site: Site, sheet: Sheet) -> Proof:
    return Proof(
        sheet.kind, sheet.id, sheet.number, sheet.day, person_tag(sheet.id, sheet.member), sheet.to,
        site.config.level, sheet.until, items=sheet.items,
    )  # fmt: skip


async def take(site: Site, text: str, member: str, by: str) -> Sheet:
    """Keep a sheet that was brought, read from its code; the same one twice counts once.

    Its prescriptions may then be filled here, for the person whose number fits it. InputError `sheet-other-person`,
    `sheet-own`, and those of `proofs.read`.
    """
    proof = await proofs.read(site, text)
    if proof.kind == "slip" or proof.kind == "guarantee":
        raise InputError("proof-not-ours")
    if proof.sender == site.config.code:
        raise InputError("sheet-own", number=proof.number)
    if person_tag(proof.id, member) != proof.person:
        raise InputError("sheet-other-person", number=proof.number)
    sheet = Sheet(
        id=proof.id, kind=proof.kind, number=proof.number, sender=proof.sender, to=proof.to, day=proof.day, visit="",
        member=member, items=proof.items, until=proof.until, token="".join(text.split()),
    )  # fmt: skip
    return await _kept(site, sheet, by)


async def take_by_hand(
    site: Site, id: str, kind: SheetKind, sender: str, number: str, day: date, member: str, by: str,
    items: tuple[Item, ...] = (),
) -> Sheet:  # fmt: skip
    """Keep a sheet that was filled in by hand, marked as such. InputError `sheet-incomplete`, `sheet-taken`."""
    if not sender.strip() or not number.strip():
        raise InputError("sheet-incomplete")
    sheet = Sheet(
        id, kind, number.strip(), sender.strip(), site.config.code, day, "", member, by_hand=True, items=items
    )
    return await _kept(site, sheet, by)


async def _kept(site: Site, sheet: Sheet, by: str) -> Sheet:
    async with site.store.transaction():
        await site.store.put_sheet(sheet, "in", site.now(), by)
        for place, item in enumerate(sheet.items if sheet.kind == "prescription" else (), 1):
            await site.store.take_prescription(
                Prescription(
                    f"{sheet.id}:{place}",
                    sheet.sender,
                    sheet.id,
                    sheet.member,
                    item.act,
                    item.quantity,
                    sheet.day,
                    sheet.until,
                )
            )
    return sheet


def arrived_with(visit: Visit, sheet: Sheet) -> Visit:
    """The visit of a person who came with a sheet: where from, and its number as proof of the path."""
    referred = sheet.sender if sheet.kind in ("referral", "evacuation", "counter-referral") else visit.referred_from
    return msgspec.structs.replace(visit, referred_from=referred, brought=sheet.number)
