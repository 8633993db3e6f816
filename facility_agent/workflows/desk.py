"""Reception: read the card, load the coverage, ask for the verdict, and write down that it was asked.

Nothing here judges: the rules are asked. A card that was altered or is a stranger's opens nothing, but a programme
or an emergency still can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from facility_agent.cards.keyboard import read_typed
from facility_agent.cards.read import read_image
from facility_agent.eligibility.card import Issuer, Reading
from facility_agent.eligibility.verdict import verdict
from facility_agent.exchange.revocations import is_set
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Admission, Beneficiary, Card, Coverage, Visit
from facility_agent.vocabulary.verdicts import DeskFacts, Verdict
from facility_agent.workflows import households, newborns
from facility_agent.workflows.site import Site

How = Literal["card", "number", "none"]


class Asked(msgspec.Struct, frozen=True):
    """What the clerk said beside the card."""

    admission: Admission | None = None
    emergency: bool = False
    pregnant: bool | None = None


class Answer(msgspec.Struct, frozen=True):
    """What the desk is told: the verdict, how the person was identified, and what it rests on."""

    verdict: Verdict
    how: How
    card: Card | None
    coverage: tuple[Coverage, ...]
    facts: DeskFacts
    asked: Asked
    admissions: tuple[Admission, ...] = ()


NOTHING_ASKED = Asked()


async def verify_text(site: Site, text: str, by: str, asked: Asked = NOTHING_ASKED, member: str = "") -> Answer:
    """The verdict on what a scanner typed or a person wrote: a card's digits, mangled or not, or a member number.

    A household's card needs the `member` who was chosen from its list; InputError `household-choose` without one.
    """
    issuers = await site.issuers()
    reading = read_typed(text, issuers, site.today())
    if reading.kind == "household":
        reading = await households.chosen(site, reading, member, text)
    number = reading.card.member if reading.card else reading.member if reading.kind == "number" else ""
    number = await newborns.current(site, number)
    coverage = await newborns.coverage_of(site, number) if number else ()
    if reading.kind == "number" and not coverage and not asked.emergency:
        raise InputError("member-unknown", member=reading.member)
    person = coverage[0].beneficiary if coverage else _of_card(reading.card, number)
    facts = await _facts(site, reading, coverage, person.number, issuers)
    how: How = "number" if reading.kind == "number" else "card"
    return await _ask(site, person, how, reading.card, reading.findings, coverage, facts, by, asked)


async def verify_image(site: Site, data: bytes, by: str, asked: Asked = NOTHING_ASKED) -> Answer:
    """The verdict on a photo of a card, read by the real decoders."""
    return await verify_text(site, await read_image(data), by, asked)


async def admit_without_card(site: Site, person: Beneficiary, by: str, asked: Asked) -> Answer:
    """The verdict on a person without a card: under a State programme on a proof, or in an emergency.

    Somebody in no register is named by the proof, so that the same person is known again.
    """
    if not person.number and asked.admission is not None and asked.admission.number:
        number = f"{asked.admission.programme}:{asked.admission.proof}:{asked.admission.number}"
        person = msgspec.structs.replace(person, number=number)
    coverage = await newborns.coverage_of(site, person.number) if person.number else ()
    facts = DeskFacts(
        seen_today=await site.store.lookups_of(person.number, site.today()) if person.number else 0,
        latest_day=await site.store.latest_day(),
    )
    return await _ask(site, person, "none", None, (), coverage, facts, by, asked)


async def search(site: Site, text: str) -> tuple[Coverage, ...]:
    """People of the register by number, name, household or telephone."""
    return await site.store.search(text.strip(), limit=20) if text.strip() else ()


async def _ask(
    site: Site,
    person: Beneficiary,
    how: How,
    card: Card | None,
    findings: tuple[Finding, ...],
    coverage: tuple[Coverage, ...],
    facts: DeskFacts,
    by: str,
    asked: Asked,
) -> Answer:
    today = site.today()
    admissions = (*((asked.admission,) if asked.admission else ()), *await newborns.proof_of(site, person.number))
    probe = Visit(
        id="",
        facility=site.config.code,
        day=today,
        beneficiary=person,
        lines=(),
        emergency=asked.emergency,
        identified=how,
        card_serial=card.serial if card else None,
        card_expires=card.expires if card else None,
        card_revoked=facts.revoked,
        card_key=card.key if card else "",
        admissions=admissions,
        pregnant=asked.pregnant,
    )
    agreement = await site.agreement(site.config.code, coverage[0].payer if coverage else None, today)
    history = await newborns.history_of(site, person, coverage)
    shown = verdict(card, findings, coverage, facts, history, site.arrangement(today), agreement, probe)
    await site.store.note_lookup(
        site.new_id(), at=site.now(), account=by, member_number=person.number, colour=shown.colour, how=how, day=today
    )
    return Answer(shown, how, card, coverage, facts, asked, admissions)


async def _facts(
    site: Site, reading: Reading, coverage: tuple[Coverage, ...], number: str, issuers: Mapping[str, Issuer]
) -> DeskFacts:
    """The age of the register and of the list of revoked cards, whether this card is on it, who came today."""
    issuer = issuers[reading.card.key].payer if reading.card else None
    payer = coverage[0].payer if coverage else issuer
    register = await site.store.register_state(payer) if payer else None
    # Serials are the issuer's: a union's card of a mutual's member stands on the union's list.
    lists = await site.store.revocations(issuer or payer or "")
    revoked = is_set(lists.bitmap, reading.card.serial) if lists and reading.card is not None else None
    return DeskFacts(
        register_as_of=register.as_of if register else None,
        register_sequence=register.sequence if register else None,
        revocations_as_of=lists.as_of if lists else None,
        revoked=revoked,
        seen_today=await site.store.lookups_of(number, site.today()) if number else 0,
        latest_day=await site.store.latest_day(),
    )


def _of_card(card: Card | None, number: str) -> Beneficiary:
    """A person of whom only the card, or a number, is known."""
    if card is None:
        return Beneficiary(number, "")
    return Beneficiary(card.member, card.name, card.sex, None, card.birth_year, card.household)
