"""Reception: read the card, load the coverage, ask for the verdict, and write down that it was asked.

Nothing here judges: the rules are asked. A card that was altered or is a stranger's opens nothing, but a programme
or an emergency still can. The look-up carries its answer until care is recorded, so that a restart forgets nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from facility_agent.cards.keyboard import read_typed
from facility_agent.cards.read import read_image
from facility_agent.eligibility.card import Issuer, photo_differs
from facility_agent.eligibility.verdict import Photo, missing, verdict
from facility_agent.exchange.revocations import is_set
from facility_agent.storage.store.reception import Emergency, Known
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Admission, Beneficiary, Card, Coverage, Visit
from facility_agent.vocabulary.verdicts import DeskFacts, Verdict
from facility_agent.workflows import guarantees, households, newborns
from facility_agent.workflows.site import Site

How = Literal["card", "number", "search", "paper", "household", "unknown-card", "none"]
#: How somebody was found who showed no card of their own; the look-up says so.
Via = Literal["", "search", "paper", "household"]
IDENTIFIED: dict[How, Literal["card", "number", "paper", "none"]] = {
    "card": "card", "household": "card", "number": "number", "search": "number", "paper": "paper",
    "unknown-card": "none", "none": "none",
}  # fmt: skip


class Asked(msgspec.Struct, frozen=True):
    """What the clerk said beside the card."""

    admission: Admission | None = None
    emergency: bool = False
    pregnant: bool | None = None
    via: Via = ""
    referred_from: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the desk is told: the verdict, how the person was identified, what it rests on, and the visit it opens.

    `by` is who asked; `photo` what the clerk saw. The answer has the identifier of its look-up and of the visit.
    """

    verdict: Verdict
    how: How
    card: Card | None
    coverage: tuple[Coverage, ...]
    facts: DeskFacts
    asked: Asked
    visit: Visit
    by: str
    card_findings: tuple[Finding, ...] = ()
    photo: Photo | None = None
    portrait: bool = False

    @property
    def person(self) -> str:
        """What tells this person from others; of whom nothing is known, each is somebody else."""
        return self.visit.beneficiary.number or self.visit.beneficiary.name or self.visit.id

    @property
    def waits(self) -> bool:
        """Whether somebody waits for care: not under a card that names nobody, until more is said of them."""
        return self.how != "unknown-card" or self.visit.emergency or bool(self.visit.admissions)


class _Shown(msgspec.Struct, frozen=True):
    """What the person showed: a card with its findings, or a number."""

    how: How
    card: Card | None = None
    findings: tuple[Finding, ...] = ()


NOTHING_ASKED = Asked()
NOBODY = Known()


async def verify_text(site: Site, text: str, by: str, asked: Asked = NOTHING_ASKED, member: str = "") -> Answer:
    """The verdict on what a scanner typed or a person wrote: a card's digits, mangled or not, or a member number.

    A household's card needs the `member` who was chosen from its list; InputError `household-choose` without one.
    """
    issuers = await site.issuers()
    reading = read_typed(text, issuers, site.today())
    how: How = "paper" if reading.card and reading.card.kind == "certificate" else reading.kind
    if how == "card" and reading.card is None:
        how = "unknown-card"
    if reading.kind == "household":
        reading = await households.chosen(site, reading, member, text)
    number = reading.card.member if reading.card else reading.member if reading.kind == "number" else ""
    number = await newborns.current(site, number)
    coverage = await newborns.coverage_of(site, number) if number else ()
    unknown = reading.kind == "number" and not coverage and not asked.emergency
    if unknown and await site.store.register_state(None) is not None:
        raise InputError("member-unknown", member=reading.member)
    person = coverage[0].beneficiary if coverage else _of_card(reading.card, number)
    shown = _Shown(asked.via or how, reading.card, reading.findings)
    lists = await _lists(site, reading.card, coverage, issuers)
    return await _ask(site, person, shown, coverage, lists, by, asked)


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
    shown = _Shown("paper" if asked.admission is not None else "none")
    return await _ask(site, person, shown, coverage, DeskFacts(), by, asked)


async def ask_again(site: Site, before: Answer, by: str, asked: Asked) -> Answer:
    """The same person once more, with a programme, an emergency or a referral; nothing needs to be shown again."""
    person = before.visit.beneficiary
    if before.how in ("none", "paper") and before.card is None:
        return await admit_without_card(site, person, by, asked)
    coverage = await newborns.coverage_of(site, person.number) if person.number else ()
    lists = await _lists(site, before.card, coverage, await site.issuers())
    return await _ask(site, person, _Shown(before.how, before.card, before.card_findings), coverage, lists, by, asked)


async def search(site: Site, text: str) -> tuple[Coverage, ...]:
    """People of the register by number, name, household or telephone."""
    return await site.store.search(text.strip(), limit=20) if text.strip() else ()


async def _ask(
    site: Site,
    person: Beneficiary,
    shown: _Shown,
    coverage: tuple[Coverage, ...],
    lists: DeskFacts,
    by: str,
    asked: Asked,
) -> Answer:
    now, today, card = site.now(), site.today(), shown.card
    known = await site.store.known_of(person.number, today) if person.number else NOBODY
    facts = msgspec.structs.replace(
        lists,
        seen_today=known.seen_today,
        latest_day=await site.store.latest_day(),
        letters=known.letters,
        guarantees=await guarantees.left_of(site, known.guarantees, today),
    )
    admissions = (*((asked.admission,) if asked.admission else ()), *await newborns.proof_of(site, person.number))
    visit = Visit(
        id=site.new_id(),
        facility=site.config.code,
        day=today,
        at=now.astimezone(site.zone).strftime("%H:%M"),
        beneficiary=person,
        lines=(),
        emergency=asked.emergency,
        identified="card" if card else IDENTIFIED[shown.how],
        card_serial=card.serial if card else None,
        card_expires=card.expires if card else None,
        card_revoked=facts.revoked if card else None,
        card_key=card.key if card else "",
        admissions=admissions,
        pregnant=asked.pregnant,
        referred_from=asked.referred_from,
    )
    agreement = await site.agreement(site.config.code, coverage[0].payer if coverage else None, today)
    history = await newborns.history_of(site, person, coverage)
    other = photo_differs(card, known.portrait) if card else None
    findings = (*shown.findings, other) if other else shown.findings
    found = verdict(card, findings, coverage, facts, history, site.arrangement(today), agreement, visit)
    held = bool(known.portrait)
    answer = Answer(found, shown.how, card, coverage, facts, asked, visit, by, shown.findings, portrait=held)
    await _write_down(site, answer, now, today)
    return answer


async def _write_down(site: Site, answer: Answer, now: datetime, today: date) -> None:
    """The look-up with its answer, and an emergency on the list of those whose papers are to come."""
    person, found = answer.visit.beneficiary, answer.verdict
    await site.store.note_lookup(
        answer.visit.id, at=now, account=answer.by, member_number=person.number, colour=found.colour, how=answer.how,
        day=today, draft=msgspec.json.encode(answer),
    )  # fmt: skip
    if found.emergency:
        until = next((str(f.evidence.get("until", "")) for f in found.findings if f.code == "emergency-opens-care"), "")
        last = date.fromisoformat(until) if until else None
        await site.store.put_emergency(
            Emergency(answer.visit.id, today, person.number, person.name, missing(found), last)
        )


async def _lists(
    site: Site, card: Card | None, coverage: tuple[Coverage, ...], issuers: Mapping[str, Issuer]
) -> DeskFacts:
    """The age of the register and of the list of revoked cards, and whether this card is on it."""
    known = issuers.get(card.key) if card else None
    issuer = known.payer if known else None
    payer = coverage[0].payer if coverage else issuer
    register = await site.store.register_state(payer) if payer else None
    # Serials are the issuer's: a union's card of a mutual's member stands on the union's list.
    lists = await site.store.revocations(issuer or payer or "")
    return DeskFacts(
        register_as_of=register.as_of if register else None,
        register_sequence=register.sequence if register else None,
        revocations_as_of=lists.as_of if lists else None,
        revoked=is_set(lists.bitmap, card.serial) if lists and card is not None else None,
    )


def _of_card(card: Card | None, number: str) -> Beneficiary:
    """A person of whom only the card, or a number, is known."""
    if card is None:
        return Beneficiary(number, "")
    return Beneficiary(card.member, card.name, card.sex, None, card.birth_year, card.household)
