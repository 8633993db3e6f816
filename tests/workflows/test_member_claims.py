"""A receipt of a member: the same rules, somebody else decides, paid once against a signature, counted in history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest

from facility_agent.vocabulary.member_claims import ReceiptLine
from facility_agent.workflows import accounts, guarantee_desk, guarantees, member_claims
from facility_agent.workflows.guarantees import Answer
from facility_agent.workflows.member_claims import Brought
from tests.workflows.nothing import refused
from tests.workflows.places import Places

AWA = "MLT-000001-01"
RECEIPT = Brought(AWA, "CSPS-EX1", "A-17", date(2026, 3, 3), (ReceiptLine("consultation-nurse", 1, 100),))


@pytest.fixture
async def places(ready: Places) -> AsyncIterator[Places]:
    ready.at(date(2026, 4, 5))
    yield ready


async def test_a_receipt_is_judged_decided_by_another_and_paid_once(places: Places) -> None:
    site = places.mutual
    held = await member_claims.enter(site, RECEIPT, "agent")
    assert (held.asked, held.proposed, held.state) == (100, 70, "received")
    async with refused("decided-by-enterer", site):
        await member_claims.decide(site, held.id, (70,), "", "agent")
    async with refused("reason-missing", site):
        await member_claims.decide(site, held.id, (60,), " ", "medecin")
    async with refused("member-claim-amount", site):
        await member_claims.decide(site, held.id, (101,), "Trop", "medecin")
    async with refused("member-claim-state", site):
        await member_claims.pay(site, held.id, "Awa", "signature", "tresorier")
    await member_claims.decide(site, held.id, (70,), "", "medecin")
    async with refused("member-claim-unsigned", site):
        await member_claims.pay(site, held.id, " ", "signature", "tresorier")
    paid = await member_claims.pay(site, held.id, "Awa Inventé", "fingerprint", "tresorier")
    assert (paid.state, paid.granted, paid.signed_by) == ("paid", 70, "Awa Inventé")
    async with refused("member-claim-state", site):
        await member_claims.pay(site, held.id, "Awa Inventé", "fingerprint", "tresorier")
    async with refused("member-claim-unknown", site):
        await member_claims.decide(site, "nowhere", (1,), "", "medecin")
    (line,) = await site.store.history((AWA,))
    assert [(share.payer, share.amount) for share in line.shares] == [("MLT", 70)]


async def test_one_receipt_is_refunded_once_and_a_refusal_counts_nothing(places: Places) -> None:
    site = places.mutual
    held = await member_claims.enter(site, RECEIPT, "agent")
    async with refused("receipt-twice", site):
        await member_claims.enter(site, msgspec.structs.replace(RECEIPT, receipt="a-17"), "medecin")
    done = await member_claims.decide(site, held.id, (0,), "Déjà pris en charge au centre", "medecin")
    assert done.state == "refused" and await site.store.history((AWA,)) == ()
    async with refused("member-claim-state", site):
        await member_claims.decide(site, held.id, (70,), "", "medecin")


async def test_care_elsewhere_is_proposed_nothing_and_a_person_may_grant_with_a_reason(places: Places) -> None:
    site = places.mutual
    elsewhere = msgspec.structs.replace(RECEIPT, provider="Clinique de l’Étoile N’Gor", receipt="9")
    held = await member_claims.enter(site, elsewhere, "agent")
    assert held.proposed == 0 and held.findings
    granted = await member_claims.decide(site, held.id, (50,), "Urgence loin du centre", "medecin")
    assert granted.state == "decided"


async def test_a_receipt_that_cannot_be_is_not_kept(places: Places) -> None:
    site = places.mutual
    odd = {
        "member-unknown": msgspec.structs.replace(RECEIPT, member="MLT-999999-99"),
        "member-claim-empty": msgspec.structs.replace(RECEIPT, lines=()),
        "visit-in-future": msgspec.structs.replace(RECEIPT, day=date(2026, 4, 6)),
    }
    for code, brought in odd.items():
        async with refused(code, site):
            await member_claims.enter(site, brought, "agent")


async def test_above_the_amount_two_persons_decide_and_the_decider_does_not_pay(places: Places) -> None:
    site = places.mutual
    site.config = msgspec.structs.replace(site.config, second_eyes_above=99)
    held = await member_claims.enter(site, RECEIPT, "agent")
    async with refused("ruling-none", site):
        await member_claims.confirm(site, held.id, "chef")
    word = await member_claims.decide(site, held.id, (70,), "", "medecin")
    assert word.waits_for_second and await site.store.history((AWA,)) == ()
    for who, code in (("medecin", "second-eyes-same"), ("agent", "decided-by-enterer")):
        async with refused(code, site):
            await member_claims.confirm(site, held.id, who)
    async with refused("member-claim-state", site):
        await member_claims.pay(site, held.id, "Awa", "signature", "tresorier")
    done = await member_claims.confirm(site, held.id, "chef")
    assert (done.state, done.decided_by, done.confirmed_by) == ("decided", "medecin", "chef")
    async with refused("second-eyes-same", site):
        await member_claims.pay(site, held.id, "Awa", "signature", "medecin")
    assert (await member_claims.pay(site, held.id, "Awa", "signature", "tresorier")).state == "paid"


async def test_a_centre_without_the_power_neither_decides_nor_pays_nor_promises(places: Places) -> None:
    site = places.mutual
    await accounts.admit(site, "centre", "Centre (exemple)", ("officer", "payer_accountant"), "CTG")
    held = await member_claims.enter(site, RECEIPT, "agent")
    async with refused("power-not-delegated", site):
        await member_claims.decide(site, held.id, (70,), "", "centre")
    await member_claims.decide(site, held.id, (70,), "", "medecin")
    async with refused("power-not-delegated", site):
        await member_claims.pay(site, held.id, "Awa", "signature", "centre")
    asked = await guarantee_desk.take_down(site, "CSPS-EX1", AWA, "approval", (), "Scanner", "centre")
    async with refused("power-not-delegated", site):
        await guarantees.answer(site, asked.id, Answer(True), "centre")


async def test_each_line_has_an_amount_of_its_own(places: Places) -> None:
    site = places.mutual
    lines = (ReceiptLine("consultation-nurse", 1, 100), ReceiptLine("malaria-rapid-test", 1, 500))
    held = await member_claims.enter(site, msgspec.structs.replace(RECEIPT, lines=lines), "agent")
    assert held.proposed_lines == (70, 350) and held.proposed == 420
    async with refused("member-claim-amount", site):
        await member_claims.decide(site, held.id, (101, 0), "Trop", "medecin")
    async with refused("reason-missing", site):
        await member_claims.decide(site, held.id, (0, 420), "", "medecin")
    done = await member_claims.decide(site, held.id, (0, 350), "Consultation gratuite", "medecin")
    assert (done.granted, done.granted_lines) == (350, (0, 350))
    paid = {line.act: sum(share.amount for share in line.shares) for line in await site.store.history((AWA,))}
    assert paid == {"consultation-nurse": 0, "malaria-rapid-test": 350}


async def test_a_complaint_is_written_and_answered_once(places: Places) -> None:
    site = places.mutual
    async with refused("complaint-empty", site):
        await member_claims.complain(site, AWA, "CSPS-EX1", "voice", " ", "agent")
    made = await member_claims.complain(site, AWA, "CSPS-EX1", "voice", "On m’a fait payer deux fois", "agent")
    async with refused("complaint-empty", site):
        await member_claims.answer(site, made.id, "", "agent")
    await member_claims.answer(site, made.id, "Le centre rembourse 50 francs", "medecin")
    async with refused("complaint-answered", site):
        await member_claims.answer(site, made.id, "Encore", "agent")
    async with refused("complaint-unknown", site):
        await member_claims.answer(site, "nowhere", "Rien", "agent")
    (kept,) = await site.store.complaints()
    assert (kept.answer, kept.answered_by) == ("Le centre rembourse 50 francs", "medecin")
