"""The review queue: money first, a word with its reason, two persons above an amount, nobody on their own entry."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.arrangements.duties import Delegation
from facility_agent.arrangements.row import Text
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.reviews import RuledLine
from facility_agent.workflows import accounts, audit_desk, exchange, membership, own_check, review
from tests.workflows.march import DUE, DUE_MALARIA
from tests.workflows.nothing import refused, told
from tests.workflows.places import Places

AWA, ISSA = "MLT-000001-01", "MLT-000004-02"


@pytest.fixture
async def batch(sent: Places) -> str:
    """The batch received, two of its people having been suspended by the mutual meanwhile."""
    (row,) = await sent.facility.store.batches()
    data = await sent.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    sent.at(date(2026, 4, 5))
    changed = [
        msgspec.structs.replace(entry, suspended_on=date(2026, 3, 1))
        if entry.beneficiary.number in (AWA, ISSA)
        else entry
        for entry in await sent.mutual.store.all_coverages("MLT")
    ]
    await membership.replace_members(sent.mutual, tuple(changed))
    return (await exchange.receive(sent.mutual, data, "agent")).about


def two_persons(places: Places, above: int) -> None:
    places.mutual.config = msgspec.structs.replace(places.mutual.config, second_eyes_above=above)


async def test_the_queue_is_filled_by_the_check_and_begins_with_the_most_money(sent: Places, batch: str) -> None:
    before = await review.queue(sent.mutual)
    assert (before.rows, before.unaudited) == ((), (batch,))
    assert await review.check_new(sent.mutual) == 1
    queue = await review.queue(sent.mutual)
    assert queue.unaudited == ()
    risks = [row.at_risk for row in queue.rows]
    assert risks == sorted(risks, reverse=True)
    assert risks[:2] == [DUE_MALARIA, DUE_MALARIA]
    assert (queue.claims, queue.money) == (len(queue.rows), sum(risks))


async def test_one_claim_is_opened_without_judging_the_others(
    sent: Places, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await audit_desk.audit(sent.mutual, batch)
    judged: list[str] = []
    real = own_check.recompute
    monkeypatch.setattr(own_check, "recompute", lambda *args, **more: judged.append(args[4].id) or real(*args, **more))
    for place, claim in enumerate(whole.claims):
        judged.clear()
        view = await audit_desk.claim_view(sent.mutual, batch, claim.id)
        assert judged == [claim.id]
        assert view.recomputed == whole.recomputed[place]
        assert view.proposal == whole.proposals[place]
        assert view.flags == tuple(flag for flag in whole.flags if claim.id in flag.claims)


async def test_words_kept_on_claims_are_those_of_the_decision(sent: Places, batch: str) -> None:
    await review.check_new(sent.mutual)
    first, second = (await review.queue(sent.mutual)).rows[:2]
    lines = (await audit_desk.claim_view(sent.mutual, batch, first.claim)).proposal.lines
    in_full = tuple(RuledLine(line.line, line.claimed) for line in lines)
    async with refused("ruling-without-reason", sent.mutual):
        await review.rule(sent.mutual, batch, first.claim, in_full, " ", "agent")
    async with refused("ruling-lines", sent.mutual):
        await review.rule(sent.mutual, batch, first.claim, in_full[1:], "Urgence", "agent")
    async with refused("override-above-claimed", sent.mutual):
        dear = (RuledLine(in_full[0].line, in_full[0].amount + 1), *in_full[1:])
        await review.rule(sent.mutual, batch, first.claim, dear, "Urgence", "agent")
    await review.rule(sent.mutual, batch, first.claim, in_full, "Suspension levée", "agent")
    assert [row.open for row in (await review.queue(sent.mutual)).rows[:2]] == [False, True]
    async with refused("reason-missing", sent.mutual):
        await review.rule_many(sent.mutual, [(batch, second.claim)], "hold", "", "agent")
    async with refused("ruling-nothing-chosen", sent.mutual):
        await review.rule_many(sent.mutual, [], "hold", "Pièce", "agent")
    assert await review.rule_many(sent.mutual, [(batch, second.claim)] * 2, "hold", "Pièce attendue", "medecin") == 1
    decision = await audit_desk.decide(sent.mutual, batch, {}, "chef")
    assert decision.amount == DUE - DUE_MALARIA
    answers = {answer.claim: answer for answer in decision.claims}
    assert {line.outcome for line in answers[second.claim].lines} == {"pending"}
    said = [f for line in answers[first.claim].lines for f in line.findings if f.code == "decided-by-person"]
    assert {(finding.evidence["reason"], finding.evidence["by"]) for finding in said} == {("Suspension levée", "agent")}
    assert (await review.queue(sent.mutual)).rows == ()
    async with refused("batch-decided", sent.mutual):
        await review.rule(sent.mutual, batch, first.claim, in_full, "Trop tard", "agent")


async def test_a_word_that_is_taken_back_counts_no_more(sent: Places, batch: str) -> None:
    await review.check_new(sent.mutual)
    first = (await review.queue(sent.mutual)).rows[0]
    async with refused("ruling-none", sent.mutual):
        await review.withdraw(sent.mutual, batch, first.claim, "agent")
    await review.rule_many(sent.mutual, [(batch, first.claim)], "full", "Accord du bureau", "agent")
    await review.withdraw(sent.mutual, batch, first.claim, "agent")
    assert (await review.queue(sent.mutual)).rows[0].ruled is None
    assert (await audit_desk.decide(sent.mutual, batch, {}, "agent")).amount == DUE - 2 * DUE_MALARIA


async def test_above_the_amount_two_persons_decide_and_without_one_nobody_asks(sent: Places, batch: str) -> None:
    two_persons(sent, DUE_MALARIA - 1)
    await review.check_new(sent.mutual)
    first, second = (await review.queue(sent.mutual)).rows[:2]
    assert (first.needs_second, second.needs_second) == (True, True)
    async with refused("second-eyes-missing", sent.mutual):
        await audit_desk.decide(sent.mutual, batch, {}, "agent")
    both = [(batch, first.claim), (batch, second.claim)]
    await review.rule_many(sent.mutual, both, "proposed", "Suspension connue", "agent")
    async with refused("second-eyes-same", sent.mutual):
        await review.second(sent.mutual, batch, first.claim, "agent")
    await review.second(sent.mutual, batch, first.claim, "medecin")
    async with refused("second-eyes-missing", sent.mutual):
        await audit_desk.decide(sent.mutual, batch, {}, "agent")
    await review.second(sent.mutual, batch, second.claim, "medecin")
    assert (await audit_desk.decide(sent.mutual, batch, {}, "agent")).amount == DUE - 2 * DUE_MALARIA
    two_persons(sent, 0)
    assert not any(row.needs_second for row in (await review.queue(sent.mutual)).rows)


async def test_whoever_followed_a_proposal_that_changed_is_asked_again(sent: Places, batch: str) -> None:
    await review.check_new(sent.mutual)
    first = (await review.queue(sent.mutual)).rows[0]
    lines = (await audit_desk.claim_view(sent.mutual, batch, first.claim)).proposal.lines
    await review.rule(sent.mutual, batch, first.claim, [RuledLine(x.line, x.amount) for x in lines], "", "agent")
    healed = [
        msgspec.structs.replace(entry, suspended_on=None) for entry in await sent.mutual.store.all_coverages("MLT")
    ]
    await membership.replace_members(sent.mutual, tuple(healed))
    with pytest.raises(InputError) as caught:
        await audit_desk.decide(sent.mutual, batch, {}, "agent")
    told(caught.value, "ruling-stale")
    assert await sent.mutual.store.decision(batch) is None


async def test_nobody_decides_what_they_entered(sent: Places, batch: str) -> None:
    await sent.mutual.store.put_paper_batch(batch, "keyed", "d" * 64, sent.mutual.now(), "agent")
    await review.check_new(sent.mutual)
    first = (await review.queue(sent.mutual)).rows[0]
    assert first.entered_by == "agent"
    async with refused("decided-by-enterer", sent.mutual):
        await review.rule_many(sent.mutual, [(batch, first.claim)], "full", "Je le sais", "agent")
    async with refused("decided-by-enterer", sent.mutual):
        await audit_desk.decide(sent.mutual, batch, {}, "agent")
    await review.rule_many(sent.mutual, [(batch, first.claim)], "full", "Vu avec le centre", "medecin")
    async with refused("decided-by-enterer", sent.mutual):
        await review.second(sent.mutual, batch, first.claim, "agent")
    assert (await audit_desk.decide(sent.mutual, batch, {}, "medecin")).amount == DUE - DUE_MALARIA


async def test_a_claim_says_which_fact_differs_and_whether_the_desk_binds_the_payer(sent: Places, batch: str) -> None:
    await review.check_new(sent.mutual)
    first, *rest = (await review.queue(sent.mutual)).rows
    view = await audit_desk.claim_view(sent.mutual, batch, first.claim)
    facts = {finding.evidence["fact"] for finding in view.recomputed.findings if finding.code == "facts-differ"}
    assert "suspended_on" in facts
    # The contract leaves open up to which amount the desk binds: a person decides, and sees why.
    assert view.binding is not None
    assert (view.binding.binds, view.binding.clause) == (None, "offline_cap")
    whole = await audit_desk.audit(sent.mutual, batch)
    equal = next(answer.claim for answer in whole.recomputed if answer.claimed == answer.computed)
    assert (await audit_desk.claim_view(sent.mutual, batch, equal)).binding is None
    assert equal not in {row.claim for row in (first, *rest)}


async def test_above_the_powers_of_a_centre_one_of_our_own_people_speaks(sent: Places, batch: str) -> None:
    """The centre rules everything, and is asked for somebody of the mutual where the amount is above its limit."""
    await accounts.admit(sent.mutual, "centre", "Centre (exemple)", ("officer",), "CTG")
    await review.check_new(sent.mutual)
    rows = (await review.queue(sent.mutual, by="centre")).rows
    assert rows and all(row.beyond for row in rows)
    assert not any(row.beyond for row in (await review.queue(sent.mutual, by="agent")).rows)
    async with refused("claim-above-powers", sent.mutual):
        await audit_desk.decide(sent.mutual, batch, {}, "centre")
    delegate(sent, limit=DUE_MALARIA - 1)
    large = {row.claim for row in (await review.queue(sent.mutual, by="centre")).rows if row.beyond}
    assert large == {row.claim for row in rows if row.claimed >= DUE_MALARIA}
    await review.rule_many(sent.mutual, [(batch, row.claim) for row in rows], "proposed", "Vu", "centre")
    # Under the changed contract the batch is audited once more, so that rows change although nothing is decided.
    with pytest.raises(InputError, match="claim-above-powers"):
        await audit_desk.decide(sent.mutual, batch, {}, "centre")
    for claim in large:
        await review.second(sent.mutual, batch, claim, "agent")
    decision = await audit_desk.decide(sent.mutual, batch, {}, "centre")
    assert decision.decided_by == "centre"
    async with refused("power-not-delegated", sent.mutual):
        await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 5), "centre")
    await audit_desk.pay(sent.mutual, batch, "VIR-1", date(2026, 4, 5), "tresorier")


def delegate(places: Places, limit: int) -> None:
    """The arrangement gives the centre the power to decide, up to a limit per claim."""
    site = places.mutual
    arrangement = site.arrangement(date(2026, 3, 31))
    row = Delegation(code="centre", to="CTG", name=Text(fr="x", en="x"), power="decide", limit=limit)
    duties = msgspec.structs.replace(arrangement.duties, delegations=(row,))
    changed = msgspec.structs.replace(arrangement, duties=duties, digest="delegating")
    site.arrangement = lambda day: changed  # type: ignore[method-assign]
