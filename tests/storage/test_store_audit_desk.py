"""The mutual desk on both databases: what stands of rulings, receipts once, promises and draws once, many at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import msgspec
import pytest

from facility_agent.audit.draw import Item, commitment, random_draw, seed_of
from facility_agent.storage.store import Store, open_store
from facility_agent.storage.store.reviews import Audited
from facility_agent.storage.store.samples import Promise, Sample, Seen
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.member_claims import Complaint, MemberClaim, ReceiptLine
from facility_agent.vocabulary.reviews import CounterCheck, RuledLine, Ruling
from facility_agent.vocabulary.settlement import Batch
from tests import builders
from tests.builders import FACILITY, MUTUAL, batch, claim, new_id

AT = datetime(2026, 4, 5, 8, 30, tzinfo=UTC)
DAY = date(2026, 4, 5)
FAMILIES = {act.code: act.family for act in builders.arrangement().acts}
CLAIMS = (claim(1), claim(2), claim(3))
replace = msgspec.structs.replace


@pytest.fixture
async def held(store: Store) -> Batch:
    """A batch that the payer has received."""
    for entry in CLAIMS:
        await store.mint(entry, FAMILIES, AT, "agent", "received")
    made = batch(CLAIMS, id=new_id(800_001), number=f"{FACILITY}-{MUTUAL}-0001")
    await store.put_batch(made, "received", AT, "agent")
    return made


def audited(batch: str, place: int, at_risk: int) -> Audited:
    one = CLAIMS[place]
    return Audited(batch, one.id, one.number, 100, 0, at_risk, at_risk > 0, b"{}")


async def test_the_queue_goes_by_money_and_a_later_audit_takes_the_place_of_the_earlier(
    store: Store, held: Batch
) -> None:
    assert await store.unaudited() == (held.id,)
    await store.put_audited(held.id, [audited(held.id, 0, 10), audited(held.id, 1, 90), audited(held.id, 2, 0)])
    assert [row.at_risk for row in await store.waiting(10)] == [90, 10]
    assert await store.waiting_sums() == (2, 100)
    assert await store.waiting(1, held.id) == (audited(held.id, 1, 90),)
    await store.put_audited(held.id, [audited(held.id, 2, 5)])
    assert [row.claim for row in await store.waiting(10)] == [CLAIMS[2].id]
    assert await store.audited(held.id, CLAIMS[0].id) is None
    await store.put_audit(held.id, b"{}", AT)
    await store.move_batch(held.id, "decided", AT, "agent")
    assert (await store.waiting(10), await store.unaudited()) == ((), ())


async def test_pages_of_a_batch_on_paper_are_kept_once(store: Store, held: Batch) -> None:
    assert await store.undecided() == 1
    await store.put_paper_batch(held.id, "keyed", "d" * 64, AT, "agent")
    for digest, name in (("a" * 64, "page.pdf"), ("a" * 64, "autre.pdf"), ("b" * 64, "dos.png")):
        await store.put_paper_scan(held.id, digest, name, name.encode(), AT, "agent")
    assert await store.paper_scans(held.id) == (("a" * 64, "page.pdf"), ("b" * 64, "dos.png"))
    assert await store.paper_scan(held.id, "a" * 64) == ("page.pdf", b"page.pdf")
    assert await store.paper_scan(held.id, "c" * 64) is None


async def test_what_stands_of_a_ruling_is_the_last_word(store: Store, held: Batch) -> None:
    first = Ruling(held.id, CLAIMS[0].id, (RuledLine("1", 10),), "Motif")
    await store.put_ruling(first, "ruled", AT, "agent")
    await store.put_ruling(first, "seconded", AT, "medecin")
    ruled = (await store.rulings(held.id))[CLAIMS[0].id]
    assert (ruled.ruling, ruled.by, ruled.seconded_by) == (first, "agent", "medecin")
    later = replace(first, reason="Autre")
    await store.put_ruling(later, "ruled", AT, "chef")
    ruled = (await store.rulings(held.id))[CLAIMS[0].id]
    assert (ruled.ruling, ruled.by, ruled.seconded_by) == (later, "chef", "")
    await store.put_ruling(later, "withdrawn", AT, "chef")
    assert await store.rulings(held.id) == {}
    await store.move_batch(held.id, "decided", AT, "agent")
    with pytest.raises(InputError, match="batch-decided"):
        await store.put_ruling(first, "ruled", AT, "agent")


async def test_a_paper_is_entered_once(store: Store, held: Batch) -> None:
    await store.put_paper_batch(held.id, "keyed", "d" * 64, AT, "agent")
    assert await store.paper_batches() == {held.id: "agent"}
    with pytest.raises(InputError, match="paper-batch-twice"):
        await store.put_paper_batch(held.id, "keyed", "d" * 64, AT, "agent")


async def test_a_promise_and_a_draw_are_made_once_and_what_was_seen_last_counts(store: Store, held: Batch) -> None:
    value = b"v" * 32
    promise = Promise(FACILITY, held.month, DAY, commitment(value), value)
    await store.put_promise(promise, AT, "agent")
    assert await store.promises() == (promise,) and await store.promise(FACILITY, "2020-01") is None
    with pytest.raises(InputError, match="sample-promise-second"):
        await store.put_promise(promise, AT, "agent")
    drawn = random_draw([Item(each.id, 1) for each in CLAIMS], 2, seed_of("ab" * 32, value, promise.committed))
    sample = Sample(held.id, "ab" * 32, promise.committed, DAY, value.hex(), DAY, "programme", drawn)
    await store.put_sample(sample, AT, "agent")
    assert await store.sample(held.id) == sample
    with pytest.raises(InputError, match="sample-second"):
        await store.put_sample(sample, AT, "agent")
    for overpaid in (5, 7):
        await store.put_sample_result(held.id, CLAIMS[0].id, Seen(overpaid, "Vu", "agent"), AT)
    assert await store.sample_results(held.id) == {CLAIMS[0].id: Seen(7, "Vu", "agent")}


async def test_a_question_is_asked_once_per_way_and_answered_once(store: Store, held: Batch) -> None:
    one = CLAIMS[0]
    ask = CounterCheck(new_id(7), one.id, one.number, "M", "Awa", FACILITY, DAY, "call", DAY, 30)
    assert await store.put_counter_checks([ask, replace(ask, id=new_id(8), how="visit")], AT, "agent") == 2
    assert await store.put_counter_checks([replace(ask, id=new_id(9))], AT, "agent") == 0
    told = replace(ask, came=True, paid=50, answered_on=DAY)
    assert await store.put_counter_checks([told], AT, "agent") == 1
    assert await store.put_counter_checks([replace(told, paid=30)], AT, "agent") == 0
    assert await store.counter_checks("answered") == (told,) and told.differs
    assert len(await store.counter_checks(claims=(one.id,))) == 2
    assert [each.how for each in await store.counter_checks("asked")] == ["visit"]


async def test_a_receipt_of_a_member_counts_once_and_a_complaint_is_answered_once(store: Store) -> None:
    line = (ReceiptLine("consultation", 1, 100),)
    made = MemberClaim(new_id(1), "R-1", "M", "Awa", "CSPS", "a-1", DAY, "XOF", line, DAY, "agent", 70)
    await store.put_member_claim(made, AT, "agent")
    with pytest.raises(InputError, match="receipt-twice"):
        await store.put_member_claim(replace(made, id=new_id(2), number="R-2", receipt="A-1"), AT, "agent")
    with pytest.raises(InputError, match="member-claim-state"):
        await store.put_member_claim(replace(made, state="paid"), AT, "agent")
    await store.put_member_claim(replace(made, state="refused"), AT, "medecin")
    assert [each.state for each in await store.member_claims()] == ["refused"]
    said = Complaint(new_id(3), "C-1", "M", FACILITY, "voice", "Attente", DAY, "agent")
    await store.put_complaint(said, AT, "agent")
    answered = replace(said, answer="Vu", answered_by="agent", answered_on=DAY)
    await store.put_complaint(answered, AT, "agent")
    with pytest.raises(InputError, match="complaint-answered"):
        await store.put_complaint(answered, AT, "agent")
    assert await store.complaints() == (answered,) and await store.complaint(said.id) == answered


async def test_of_many_who_enter_one_receipt_at_once_one_succeeds(store: Store, store_location: str) -> None:
    line = (ReceiptLine("consultation", 1, 100),)

    async def enter(into: Store, place: int) -> bool:
        made = MemberClaim(new_id(place), f"R-{place}", "M", "Awa", "CSPS", "7", DAY, "XOF", line, DAY, "agent", 70)
        try:
            await into.put_member_claim(made, AT, "agent")
        except InputError as error:
            assert error.code == "receipt-twice"
            return False
        return True

    async with open_store(store_location) as other:
        done = await asyncio.gather(*(enter(into, place) for place, into in enumerate([store, other] * 8)))
    assert sum(done) == 1
