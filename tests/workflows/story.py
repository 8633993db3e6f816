"""The whole way of a month: photo, verdict, visit, claim, batch, receipt, audit, decision, payment, to the franc.

One process speaks one dialect, so the story is told on SQLite by a test and on PostgreSQL by a process of its own:
`python -m tests.workflows.story FOLDER postgres://… postgres://…`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

from facility_agent.audit.decide import Override
from facility_agent.cards.degrade import jpeg
from facility_agent.cards.draw import draw_card
from facility_agent.vocabulary.settlement import Decision
from facility_agent.workflows import audit_desk, desk, exchange, month_end, visits
from tests.workflows.march import DUE, DUE_FEVER, DUE_MALARIA, FEVER, MARCH, close_march, live_march
from tests.workflows.places import Places, new_places

#: Somebody more, whose card is photographed.
PHOTOGRAPHED = "MLT-000007-01"
#: What the officer pays of the 90 francs of tablets in the first claim.
TABLETS = 40


async def tell(places: Places) -> None:
    """Live the month on both installations; an AssertionError where it does not come out."""
    await _two_desks_close_one_day(places)
    await _at_the_desk(places)
    await live_march(places)
    batch, sealed = await close_march(places)
    assert (len(batch.items), batch.due) == (len(MARCH) + 2, DUE + DUE_FEVER)
    await _arrives_once(places, sealed)
    decision = await _decided(places, batch.id)
    places.at(date(2026, 4, 20))
    paid = await audit_desk.pay(places.mutual, batch.id, " VIR-0001 ", date(2026, 4, 20), "tresorier")
    assert (paid.amount, paid.reference) == (decision.amount, "VIR-0001")
    for kind in ("receipt", "decision", "remittance"):
        letter = places.mutual.folder / "outbox" / f"{kind}-{batch.number}.fae"
        received = await exchange.receive(places.facility, letter.read_bytes(), "comptable", letter.name)
        assert (received.kind, received.about, received.again, received.gaps) == (kind, batch.id, False, ())
    await _to_the_franc(places, batch.id, decision)


async def _two_desks_close_one_day(places: Places) -> None:
    """Late in February two desks close the same day at once: every visit gives one claim, the numbers have no gap."""
    site, day = places.facility, date(2026, 2, 26)
    places.at(day)
    for place, member in enumerate(("MLT-000007-02", "MLT-000007-03", "MLT-000008-01", "MLT-000009-02")):
        await visits.record(site, places.visit(member, day, at=f"08:{place:02d}"), "soins")
    both = await asyncio.gather(*(visits.close_day(site, day, "caisse") for _ in range(3)))
    claims = await site.store.claims_of_month(None, "2026-02")
    assert sorted(claim.id for claims in both for claim in claims) == sorted(claim.id for claim in claims)
    assert [claim.number[-6:] for claim in claims] == ["000001", "000002", "000003", "000004"]


async def _at_the_desk(places: Places) -> None:
    """A photo of the card opens the desk; care is given, shown with its shares, and recorded."""
    site, card = places.facility, places.cards[PHOTOGRAPHED]
    places.at(date(2026, 3, 3), "07:55")
    photo = jpeg(draw_card(card.card, card.text, payer=places.mutual.config.name, invented=True))
    answer = await desk.verify_image(site, photo, "accueil")
    assert (answer.verdict.colour, answer.how, answer.verdict.schemes) == ("green", "card", ("mutual",))
    assert answer.card == card.card
    again = await desk.verify_text(site, PHOTOGRAPHED, "accueil")
    assert again.how == "number"
    assert "card-seen-today" in {finding.code for finding in again.verdict.findings}
    visit = places.visit(PHOTOGRAPHED, date(2026, 3, 3), *FEVER, at="07:55")
    shown = await visits.judge(site, visit)
    assert (shown.adjudication.submitted, shown.adjudication.member_pays) == (220, 220 - DUE_FEVER)
    kept = await visits.record(site, visit, "soins")
    assert kept.adjudication == shown.adjudication


async def _arrives_once(places: Places, sealed: Path) -> None:
    """Twice by hand and once over HTTP: one batch, one receipt."""
    data = sealed.read_bytes()
    first = await exchange.receive(places.mutual, data, "agent", sealed.name)
    second = await exchange.receive(places.mutual, data, "agent", "copie.fae")
    status = await places.pair.post(data)
    assert (first.again, second.again, status) == (False, True, 200)
    assert (first.about, first.reply) == (second.about, second.reply)
    assert len(await audit_desk.batches(places.mutual)) == 1
    assert len(await places.mutual.store.claims_of_month(None, "2026-03")) == len(MARCH) + 2
    (letter,) = [letter for letter in await places.mutual.store.letters("in") if letter.kind == "batch"]
    assert letter.times == 3
    assert [letter.kind for letter in await places.mutual.store.letters("out")].count("receipt") == 1


async def _decided(places: Places, batch_id: str) -> Decision:
    """The audit finds the same answers; an officer cuts one line, with a reason."""
    places.at(date(2026, 4, 10))
    view = await audit_desk.audit(places.mutual, batch_id)
    assert {answer.claimed - answer.computed for answer in view.recomputed} == {0}
    claim = next(claim for claim in view.claims if claim.number.endswith("-000006"))
    line = next(line.id for line in claim.visit.lines if line.act == "paracetamol")
    seen = await audit_desk.claim_view(places.mutual, batch_id, claim.id)
    assert (seen.claim, seen.recomputed.claimed, seen.others) == (claim, DUE_MALARIA, ())
    word = {(claim.id, line): Override(TABLETS, "Boîte entamée rendue (exemple inventé)")}
    decision = await audit_desk.decide(places.mutual, batch_id, word, "agent")
    assert decision.amount == view.batch.due - (90 - TABLETS)
    return decision


async def _to_the_franc(places: Places, batch_id: str, decision: Decision) -> None:
    """Every franc of the batch is paid or reduced at the facility, and both sides tell the same."""
    (view,) = await month_end.batches(places.facility)
    money = view.reconciliation
    assert money is not None
    assert (view.state, view.decision, money.paid, money.closed) == ("reconciled", decision, decision.amount, True)
    assert money.claimed == view.batch.due == money.paid + money.reduced
    assert money.reduced == 90 - TABLETS
    for balance in money.claims:
        assert balance.claimed == balance.paid + balance.reduced
    theirs = await audit_desk.audit(places.mutual, batch_id)
    assert (theirs.state, theirs.reconciliation, theirs.remittances) == ("reconciled", money, view.remittances)
    for claim in view.claims:
        judged = claim.adjudication
        assert (
            judged.submitted
            == sum(share.amount for share in judged.shares) + judged.member_pays + judged.facility_bears
        )


async def _main(folder: Path, *databases: str) -> None:
    async with new_places(folder, databases=databases) as places:
        await tell(places)
        print("reconciled")


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), *sys.argv[2:]))
