"""A claim explained: from the record, asked again, and where the rules of that day are not at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.library import Library
from facility_agent.demo.sites import MUTUAL, Pair, open_pair
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Beneficiary, CareLine, Claim, Coverage, Visit
from facility_agent.workflows import comparing, exchange, membership, visits
from facility_agent.workflows.explaining import explain, recorded
from tests.workflows.nothing import refused

AWA = Beneficiary("MLT-000001-01", "N'Do Awa", "F", date(1990, 5, 1), 1990, "MLT-000001")
COVER = Coverage(AWA, MUTUAL.code, "mutual", date(2024, 1, 1), paid_until=date(2026, 12, 31))


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with open_pair(tmp_path / "sites", 3) as opened:
        await opened.sign_agreement()
        await membership.replace_members(opened.mutual, (COVER,))
        letter = await membership.publish_register(opened.mutual, opened.facility.config.code)
        await exchange.receive(opened.facility, letter.read_bytes(), "x")
        yield opened


async def claims(pair: Pair) -> tuple[Claim, ...]:
    """Two consultations for one motive, four days apart: the second one is free of a new fee."""
    minted: tuple[Claim, ...] = ()
    for day in (3, 7):
        pair.clock.set(datetime(2026, 3, day, 9, tzinfo=UTC))
        care = (CareLine("1", "consultation-nurse", 1, 100),)
        visit = Visit(pair.facility.new_id(), "", date(2026, 3, day), AWA, care, identified="number", condition="cough")
        await visits.record(pair.facility, visit, "x")
        minted += await visits.close_day(pair.facility, date(2026, 3, day), "x")
    return minted


async def test_asking_again_gives_the_same_bytes_although_more_has_happened_since(pair: Pair) -> None:
    first, second = await claims(pair)
    for claim in (first, second):
        found = await explain(pair.facility, claim.number)
        assert found.rule_set_at_hand and found.same is True
    codes = {finding.code for finding in second.adjudication.all_findings}
    assert "follow-up-window" in codes and second.basis.history == (first.id,)


async def test_a_claim_that_was_counted_and_replaced_since_is_still_what_the_answer_rests_on(pair: Pair) -> None:
    first, second = await claims(pair)
    right = msgspec.structs.replace(first.visit, id=pair.facility.new_id(), condition="malaria", replaces=first.id)
    await visits.record(pair.facility, right, "x")
    await visits.close_day(pair.facility, first.visit.day, "x")
    assert len(await recorded(pair.facility)) == 2
    assert (await explain(pair.facility, second.number)).same is True


async def test_an_amendment_is_tried_on_the_claims_that_an_installation_holds(pair: Pair) -> None:
    arrangement = pair.facility.arrangement(date(2026, 3, 3))
    async with refused("claims-none", pair.facility):
        await recorded(pair.facility)
    kept = await claims(pair)
    cases = await recorded(pair.facility)
    assert [case.visit for case in cases] == [claim.visit for claim in kept]
    paid = sum(share.amount for claim in kept for share in claim.adjudication.shares)
    rows = {row.by: (row.before, row.moved) for row in comparing.on_claims(arrangement, arrangement, cases)}
    assert rows["payer"] == rows["facility"] == (paid, 0)
    days = msgspec.structs.replace(arrangement.clauses, follow_up_days={"*": 3})
    shorter = msgspec.structs.replace(arrangement, clauses=days, digest="shorter")
    rows = {row.by: (row.before, row.moved) for row in comparing.on_claims(arrangement, shorter, cases)}
    assert rows["payer"] == (paid, paid) and rows["facility-bears"][1] == -100


async def test_without_the_rules_of_that_day_the_record_stands(pair: Pair) -> None:
    first, _ = await claims(pair)
    arrangement = pair.facility.arrangement(date(2026, 3, 3))
    pair.facility.library = Library([msgspec.structs.replace(arrangement, digest="another")])
    found = await explain(pair.facility, first.id)
    assert not found.rule_set_at_hand and found.again is None and found.same is None
    assert found.claim.adjudication == first.adjudication


async def test_an_unknown_claim_is_named(pair: Pair) -> None:
    with pytest.raises(InputError) as error:
        await explain(pair.facility, "CSPS-EX1-2026-999999")
    assert error.value.code == "claim-unknown"
