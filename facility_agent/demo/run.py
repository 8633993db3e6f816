"""The demonstration, step by step: each step uses the workflows as people would, and says what it did.

A fixed seed, an injected clock and invented people: the same bytes on any day. What a step gives is held against
what was planted; anything else is a fault, named in the summary.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from facility_agent.cards.degrade import degrade, jpeg, photograph
from facility_agent.cards.draw import draw_card, png
from facility_agent.cards.read import decoders
from facility_agent.cards.sheet import card_sheets
from facility_agent.demo import check
from facility_agent.demo.month import plan_month
from facility_agent.demo.plan import Planned, PlannedLine
from facility_agent.demo.sites import EXPIRES, FIRST, Pair, open_pair
from facility_agent.demo.stray import stray_scans
from facility_agent.demo.summary import Summary
from facility_agent.documents.agreement_pdf import agreement_pdf
from facility_agent.storage.files import write_whole
from facility_agent.vocabulary.periods import add_months, month_of
from facility_agent.vocabulary.records import Beneficiary, CareLine, Coverage, Visit
from facility_agent.words import Words
from facility_agent.workflows import audit_desk, desk, exchange, membership, month_end, visits
from facility_agent.workflows.cards import IssuedCard, issue_cards
from facility_agent.workflows.desk import Answer, Asked
from facility_agent.workflows.lost_cards import revoke

Say = Callable[[str], None]
KINDS = ("clean", "rotation", "tilt", "blur", "low-light", "jpeg")


class Recorded(msgspec.Struct, frozen=True):
    """A planned visit, the desk's answer, and the visit that was kept."""

    planned: Planned
    answer: Answer | None
    visit: Visit


async def run_demo(
    folder: Path, seed: int = 1, say: Say = print, members: int = 1000, visits_wanted: int = 420
) -> Summary:
    """Run the whole month in `folder` (emptied first when it holds an earlier demonstration)."""
    async with open_pair(folder, seed) as pair:
        faults: list[str] = []
        say("1. deux installations · two installations")
        coverages = await _register(pair, seed, members)
        say(
            f"2. arrangement BF, convention signée, {len(coverages)} membres, cartes · agreement signed, members, cards"
        )
        cards = await _cards(pair, coverages, seed)
        say("3. cartes imprimées, registre envoyé · cards printed, register sent")
        say(f"   décodeurs · decoders : {', '.join(decoders())}")
        if len(decoders()) == 1:
            say(f"   {Words('fr')('demo.one-decoder')} · {Words('en')('demo.one-decoder')}")
        faults += await stray_scans(pair, cards)
        planned = plan_month(coverages, FIRST, seed, visits_wanted)
        recorded = await _month(pair, planned, cards, seed, say)
        say("5. fin du mois · month end")
        sealed, batches = await _close(pair)
        say("6. la mutuelle vérifie, décide, paie · the mutual checks, decides, pays")
        await _news_at_the_mutual(pair, recorded, coverages, cards)
        view = await _answer(pair, sealed, faults)
        say("7. rapprochement · reconciliation")
        faults += await check.month(pair, recorded, view, batches)
        return await _summary(pair, folder, seed, recorded, view, faults)


async def _register(pair: Pair, seed: int, members: int) -> tuple[Coverage, ...]:
    """Both sign the agreement; the mutual fills its register from a members' file."""
    pair.clock.set(_moment(FIRST - timedelta(days=3), "08:00"))
    agreement = await pair.sign_agreement()
    printed = agreement_pdf(agreement, pair.facility.arrangement(FIRST), made_on=agreement.start)
    write_whole(pair.facility.folder / "exports" / "convention.pdf", printed)
    await membership.import_members(pair.mutual, pair.members_file(seed, members))
    return await pair.mutual.store.all_coverages(pair.mutual.config.code)


async def _cards(pair: Pair, coverages: tuple[Coverage, ...], seed: int) -> dict[str, IssuedCard]:
    """Issue the cards, print one household, revoke some, and send register and list to the health centre."""
    store = pair.mutual
    plan = plan_month(coverages, FIRST, seed)
    expired = {entry.person.number for entry in plan if entry.planted == "card-expired"}
    on_time = [entry for entry in coverages if entry.beneficiary.number not in expired]
    late = [entry for entry in coverages if entry.beneficiary.number in expired]
    issued = list(await issue_cards(store, on_time, EXPIRES, pair.passphrase))
    issued += await issue_cards(store, late, FIRST - timedelta(days=1), pair.passphrase)
    cards = {entry.card.member: entry for entry in issued}
    home = coverages[0].beneficiary.household
    household = [cards[entry.beneficiary.number] for entry in coverages if entry.beneficiary.household == home]
    faces = [draw_card(entry.card, entry.text, payer=store.config.name, invented=True) for entry in household]
    for entry, face in zip(household, faces, strict=True):
        write_whole(store.folder / "exports" / "cards" / f"{entry.card.member}.png", png(face))
    write_whole(store.folder / "exports" / "cards" / "planche-A4.pdf", card_sheets(faces, FIRST))
    lost = [entry.person.number for entry in plan if entry.planted == "card-revoked" and entry.where == "desk"]
    await revoke(store, [cards[number].card.serial for number in lost])
    for publish in (membership.publish_register, membership.publish_revocations):
        letter = await publish(store, pair.facility.config.code)
        await exchange.receive(pair.facility, letter.read_bytes(), "demo", letter.name)
    return cards


async def _month(
    pair: Pair, planned: tuple[Planned, ...], cards: dict[str, IssuedCard], seed: int, say: Say
) -> tuple[Recorded, ...]:
    """Every visit of the month at the desk, and each day closed in the evening."""
    chance = random.Random(f"desk-{seed}")
    recorded: list[Recorded] = []
    days = sorted({entry.day for entry in planned})
    last = add_months(FIRST, 1) - timedelta(days=1)
    day = FIRST
    while day <= last:
        for entry in (found for found in planned if found.day + timedelta(days=found.entered_later) == day):
            pair.clock.set(_moment(day, entry.at or "16:30"))
            recorded.append(await _visit(pair, entry, cards, chance, len(recorded) + 1))
        if day.day == 15:
            await _fresh_register(pair)
        pair.clock.set(_moment(day, "18:00"))
        await visits.close_day(pair.facility, day, "caisse")
        if day in (days[len(days) // 3], days[2 * len(days) // 3], last):
            say(f"4. {day:%d/%m} : {len(recorded)} visites · visits")
        day += timedelta(days=1)
    return tuple(recorded)


async def _fresh_register(pair: Pair) -> None:
    """In the middle of the month the mutual sends its register again, so that the desk's copy stays young."""
    await membership.replace_members(pair.mutual, await pair.mutual.store.all_coverages(pair.mutual.config.code))
    letter = await membership.publish_register(pair.mutual, pair.facility.config.code)
    await exchange.receive(pair.facility, letter.read_bytes(), "demo", letter.name)


async def _visit(
    pair: Pair, entry: Planned, cards: dict[str, IssuedCard], chance: random.Random, place: int
) -> Recorded:
    """One person at the desk: the card's photo is read, the verdict asked, the care recorded."""
    site, card = pair.facility, cards.get(entry.person.number)
    asked = Asked(entry.admission, entry.emergency, entry.pregnant)
    answer: Answer
    if entry.how == "card" and card is not None:
        face = draw_card(card.card, card.text, payer=pair.mutual.config.name, invented=True)
        photo = photograph(face, chance)
        kind = KINDS[place % len(KINDS)]
        if kind != "clean":
            photo = degrade(photo, kind, 0.3, chance)
        answer = await desk.verify_image(site, jpeg(photo), "accueil", asked)
    else:
        answer = await desk.admit_without_card(site, entry.person, "accueil", asked)
    person = answer.verdict.beneficiary or entry.person
    lines = await _lines(pair, entry.lines, answer.verdict.schemes, person, entry)
    visit = Visit(
        id=site.new_id(),
        facility=site.config.code,
        day=entry.day,
        beneficiary=person,
        lines=lines,
        register_number=str(place),
        at=entry.at,
        emergency=entry.emergency,
        identified=answer.visit.identified,
        card_serial=card.card.serial if card and answer.card else None,
        card_expires=card.card.expires if card and answer.card else None,
        card_revoked=answer.facts.revoked,
        admissions=(entry.admission,) if entry.admission else (),
        referred_to=entry.referred_to,
        pregnant=entry.pregnant,
        weight_grams=entry.weight_grams,
        condition=entry.condition,
    )
    judged = await visits.record(site, visit, "soins")
    return Recorded(entry, answer, judged.visit)


async def _lines(
    pair: Pair, planned: tuple[PlannedLine, ...], schemes: tuple[str, ...], person: Beneficiary, entry: Planned
) -> tuple[CareLine, ...]:
    """The lines with the tariff of whoever pays first; a planted price is a multiple of it, or stands by itself."""
    known = await visits.terms_of_today(pair.facility)
    lines = []
    for place, line in enumerate(planned, start=1):
        row = next((row for row in (known.tariff(line.act, code) for code in (*schemes, "mutual")) if row), None)
        price = line.price or (row.maximum or int(row.price) if row else 0) * line.times
        lines.append(CareLine(str(place), line.act, line.quantity, price, "", line.role, line.result, line.prescribed))
    return tuple(lines)


async def _close(pair: Pair) -> tuple[Path, tuple[month_end.BatchView, ...]]:
    """Close the month: one batch per payer, printed; the mutual's is sealed."""
    pair.clock.set(_moment(add_months(FIRST, 1) + timedelta(days=1), "09:00"))
    site, sealed = pair.facility, None
    for row in await month_end.preview(site, month_of(FIRST)):
        batch = await month_end.close(site, row.month, row.payer, row.scheme, "comptable", row.kind)
        exported = await month_end.export(site, batch.id, "comptable")
        sealed = exported.sealed or sealed
    assert sealed is not None
    return sealed, await month_end.batches(site)


async def _news_at_the_mutual(
    pair: Pair, recorded: tuple[Recorded, ...], coverages: tuple[Coverage, ...], cards: dict[str, IssuedCard]
) -> None:
    """What the mutual knows by now and the health centre did not: a suspension, a death, a stolen card."""
    wanted = {entry.planned.person.number: entry.planned for entry in recorded if entry.planned.where == "mutual"}
    changed = []
    for coverage in coverages:
        planned = wanted.get(coverage.beneficiary.number)
        if planned is not None and planned.planted == "coverage-suspended":
            coverage = msgspec.structs.replace(coverage, suspended_on=planned.day - timedelta(days=1))
        if planned is not None and planned.planted == "beneficiary-deceased":
            died = msgspec.structs.replace(coverage.beneficiary, deceased_on=planned.day - timedelta(days=4))
            coverage = msgspec.structs.replace(coverage, beneficiary=died)
        changed.append(coverage)
    await membership.replace_members(pair.mutual, tuple(changed))
    stolen = [number for number, planned in wanted.items() if planned.planted == "card-revoked"]
    await revoke(pair.mutual, [cards[number].card.serial for number in stolen])


async def _answer(pair: Pair, sealed: Path, faults: list[str]) -> audit_desk.AuditView:
    """The sealed file twice (by hand and over HTTP), then the audit, the decision and the payment, all carried back."""
    data = sealed.read_bytes()
    first = await exchange.receive(pair.mutual, data, "demo", sealed.name)
    over_http = await pair.post(data)
    if first.again or over_http != 200:
        faults.append("the second arrival of the sealed file counted")
    pair.clock.set(_moment(add_months(FIRST, 1) + timedelta(days=9), "10:00"))
    await audit_desk.decide(pair.mutual, first.about, {}, "agent")
    pair.clock.set(_moment(add_months(FIRST, 1) + timedelta(days=19), "10:00"))
    await audit_desk.pay(pair.mutual, first.about, "VIR-EXEMPLE-0001", pair.mutual.today(), "tresorier")
    for letter in await pair.mutual.store.letters("out"):
        if letter.kind in ("receipt", "decision", "remittance"):
            path = pair.mutual.folder / "outbox" / letter.name
            await exchange.receive(pair.facility, path.read_bytes(), "comptable", letter.name)
    return await audit_desk.audit(pair.mutual, first.about)


async def _summary(
    pair: Pair, folder: Path, seed: int, recorded: tuple[Recorded, ...], view: audit_desk.AuditView, faults: list[str]
) -> Summary:
    claims = await pair.facility.store.claims_of_month(pair.facility.config.code, month_of(FIRST))
    codes = Counter(
        finding.code for claim in claims for finding in {f.code: f for f in claim.adjudication.all_findings}.values()
    )
    audited = {f"{total.code} ({total.weight})": total.claims for total in view.report.codes}
    batches = await month_end.batches(pair.facility)
    return Summary(
        folder=str(folder),
        seed=seed,
        month=month_of(FIRST),
        currency=view.batch.currency,
        visits=len(recorded),
        verdicts=await pair.facility.store.colours(),
        submitted=sum(claim.adjudication.submitted for claim in claims),
        payers={f"{batch.batch.payer} · {batch.batch.scheme}": batch.batch.due for batch in batches},
        member_pays=sum(claim.adjudication.member_pays for claim in claims),
        facility_bears=sum(claim.adjudication.facility_bears for claim in claims),
        findings=dict(sorted(codes.items())),
        audit_findings=dict(sorted(audited.items())),
        paid=sum(remittance.amount for batch in batches for remittance in batch.remittances),
        refused=sum(
            batch.reconciliation.reduced + batch.reconciliation.refused for batch in batches if batch.reconciliation
        ),
        open=sum(batch.batch.due for batch in batches if batch.decision is None),
        faults=tuple(faults),
    )


def _moment(day: date, at: str) -> datetime:
    """An instant of the demonstration: local time of Ouagadougou is UTC."""
    hour, minute = (int(part) for part in at.split(":"))
    return datetime.combine(day, time(hour, minute), UTC)
