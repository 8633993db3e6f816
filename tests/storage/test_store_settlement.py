"""The month's money: one main batch, a claim in one batch of a payer, answers kept once, letters counted once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from tortoise.exceptions import IntegrityError

from facility_agent.exchange.envelope import Header
from facility_agent.storage.store import Store
from facility_agent.storage.store.settlement import BATCH_MOVES
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import (
    Batch,
    ClaimDecision,
    Decision,
    LineDecision,
    Receipt,
    Remittance,
)
from tests import builders
from tests.builders import DAY, FACILITY, MUTUAL, PROGRAMME, STATE, batch, claim, new_id

AT = datetime(2026, 4, 2, 8, 30, tzinfo=UTC)
FAMILIES = {act.code: act.family for act in builders.arrangement().acts}
CLAIMS = (claim(1), claim(2), claim(3))


def another(number: int, claims: tuple[Claim, ...] = (), **changes: object) -> Batch:
    """A batch with a number and id of its own."""
    return batch(claims, **{"id": new_id(800_000 + number), "number": f"{FACILITY}-{MUTUAL}-{number:04d}", **changes})  # type: ignore[arg-type]


@pytest.fixture
async def filled(store: Store) -> Store:
    for entry in CLAIMS:
        await store.mint(entry, FAMILIES, AT, "nurse")
    return store


async def test_a_batch_comes_back_whole_with_its_state_and_first_event(filled: Store) -> None:
    entry = another(1, CLAIMS)
    assert await filled.put_batch(entry, "closed", AT, "accountant")
    kept = await filled.batch(entry.id)
    assert kept is not None and (kept.batch, kept.state) == (entry, "closed")
    assert await filled.batched_claims(MUTUAL, entry.scheme) == {each.id: entry.id for each in CLAIMS}
    rows = await filled.database.rows("SELECT place, state, who FROM batch_event")
    assert rows == [{"place": 1, "state": "closed", "who": "accountant"}]
    assert await filled.batch("nobody") is None


async def test_a_batch_closed_twice_counts_once(filled: Store) -> None:
    assert await filled.put_batch(another(1, CLAIMS), "closed", AT, "accountant") is True
    assert await filled.put_batch(another(1, CLAIMS), "closed", AT, "accountant") is False
    assert len(await filled.batches()) == 1


async def test_another_body_under_the_id_of_a_batch_is_refused(filled: Store) -> None:
    await filled.put_batch(another(1, CLAIMS), "closed", AT, "accountant")
    with pytest.raises(InputError, match="batch-id-reused"):
        await filled.put_batch(another(1, CLAIMS[:2]), "closed", AT, "accountant")


async def test_a_month_has_one_main_batch_per_payer_and_scheme(filled: Store) -> None:
    await filled.put_batch(another(1, CLAIMS[:1]), "closed", AT, "accountant")
    with pytest.raises(InputError, match="batch-second-main"):
        await filled.put_batch(another(2, CLAIMS[1:2]), "closed", AT, "accountant")
    allowed = (
        another(3, CLAIMS[1:2], kind="supplementary"),
        another(4, CLAIMS[2:], kind="supplementary"),
        another(5, month="2026-04"),
        another(6, payer=STATE, scheme=PROGRAMME),
        another(7, facility="CSPS-2"),
    )
    for entry in allowed:
        assert await filled.put_batch(entry, "closed", AT, "accountant")
    assert [row.batch.month for row in await filled.batches()] == ["2026-03"] * 5 + ["2026-04"]
    assert len(await filled.batches("2026-04")) == 1


async def test_of_two_accountants_who_close_a_month_at_once_one_succeeds(filled: Store) -> None:
    answers = await asyncio.gather(
        *(filled.put_batch(another(number, CLAIMS), "closed", AT, "accountant") for number in range(6)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["InputError"] * 5 + ["bool"]


async def test_the_database_itself_holds_the_rule_of_one_main_batch(filled: Store) -> None:
    await filled.put_batch(another(1), "closed", AT, "accountant")
    copied = (
        "INSERT INTO batch SELECT 'x', 'x', facility, payer, scheme, month, kind, state, closed_on, document FROM batch"
    )
    with pytest.raises(IntegrityError):
        await filled.database.rows(copied)


async def test_a_claim_is_in_one_batch_of_a_payers_scheme_and_a_refused_batch_leaves_nothing(filled: Store) -> None:
    await filled.put_batch(another(1, CLAIMS[:1]), "closed", AT, "accountant")
    with pytest.raises(InputError, match="claim-in-another-batch") as caught:
        await filled.put_batch(another(2, CLAIMS, kind="supplementary"), "closed", AT, "accountant")
    assert caught.value.fields == {"claim": "F-0001", "batch": f"{FACILITY}-{MUTUAL}-0001"}
    assert len(await filled.batches()) == 1
    assert len(await filled.batched_claims(MUTUAL, builders.SCHEME)) == 1
    assert await filled.put_batch(another(3, CLAIMS, payer=STATE, scheme=PROGRAMME), "closed", AT, "accountant")


@pytest.mark.parametrize(
    "way",
    [
        ("sealed", "sent", "sent", "received", "decided", "paid in part", "paid in part", "paid", "reconciled"),
        ("sealed", "endorsed", "sent", "decided", "paid", "reconciled"),
    ],
)
async def test_a_batch_walks_the_way_of_its_states(filled: Store, way: tuple[str, ...]) -> None:
    entry = another(1, CLAIMS)
    await filled.put_batch(entry, "closed", AT, "accountant")
    for state in way:
        await filled.move_batch(entry.id, state, AT, "accountant", "detail")
        kept = await filled.batch(entry.id)
        assert kept is not None and kept.state == state
    rows = await filled.database.rows("SELECT state FROM batch_event ORDER BY place")
    assert tuple(row["state"] for row in rows) == ("closed", *way)


@pytest.mark.parametrize("state", [state for state in BATCH_MOVES if state])
async def test_no_other_move_of_a_batch_is_made(store: Store, state: str) -> None:
    entry = another(1)
    await store.put_batch(entry, "closed", AT, "accountant")
    await store.database.rows("UPDATE batch SET state = $1", state)
    for target in [other for other in BATCH_MOVES if other and other not in BATCH_MOVES[state]]:
        with pytest.raises(InputError, match="batch-state"):
            await store.move_batch(entry.id, target, AT, "accountant")
    kept = await store.batch(entry.id)
    assert kept is not None and kept.state == state


async def test_a_batch_that_nobody_knows_cannot_be_moved(store: Store) -> None:
    with pytest.raises(InputError, match="batch-unknown"):
        await store.move_batch("nobody", "sealed", AT, "accountant")


async def test_a_decision_is_kept_once(filled: Store) -> None:
    entry = another(1, CLAIMS)
    await filled.put_batch(entry, "received", AT, "officer")
    lines = (LineDecision("consultation", "accepted", 480, 480),)
    decision = Decision(new_id(7), entry.id, date(2026, 4, 20), "officer", (ClaimDecision(new_id(1), lines),))
    await filled.put_decision(decision, AT)
    await filled.put_decision(decision, AT)
    with pytest.raises(InputError, match="decision-second"):
        await filled.put_decision(Decision(new_id(8), entry.id, date(2026, 4, 21), "officer", ()), AT)
    assert await filled.decision(entry.id) == decision
    assert await filled.decision("nobody") is None


async def test_payments_of_a_batch_add_up_and_each_counts_once(filled: Store) -> None:
    entry = another(1, CLAIMS)
    await filled.put_batch(entry, "received", AT, "officer")
    paid = [
        Remittance(
            new_id(number), entry.id, new_id(7), f"V-{number}", date(2026, 5, number), "XOF", 480, ((c.id, 480),)
        )
        for number, c in enumerate(CLAIMS[:2], start=1)
    ]
    for each in [*paid, paid[0]]:
        await filled.put_remittance(each, AT)
    assert await filled.remittances(entry.id) == tuple(paid)
    other = Remittance(new_id(1), entry.id, new_id(7), "V-1", date(2026, 5, 1), "XOF", 900, ())
    with pytest.raises(InputError, match="remittance-id-reused"):
        await filled.put_remittance(other, AT)


async def test_a_receipt_and_an_audit_are_kept_with_their_batch(filled: Store) -> None:
    entry = another(1, CLAIMS)
    await filled.put_batch(entry, "received", AT, "officer")
    receipt = Receipt(entry.id, entry.number, date(2026, 4, 3), 3, entry.due, "ab")
    await filled.put_receipt(receipt, AT)
    await filled.put_receipt(receipt, AT)
    assert await filled.receipt(entry.id) == receipt
    assert await filled.audit(entry.id) is None
    for document in (b"first", b"second"):
        await filled.put_audit(entry.id, document, AT)
    assert await filled.audit(entry.id) == b"second"


def header(sequence: int, **changes: object) -> Header:
    made = {"id": new_id(sequence), "kind": "batch", "sender": FACILITY, "recipient": MUTUAL, "sequence": sequence}
    return Header(**{**made, "made_on": DAY, **changes})  # type: ignore[arg-type]


async def test_a_letter_counts_once_however_often_it_arrives(store: Store) -> None:
    assert await store.receive_once(header(1), "digest", "lot.fae", AT) is True
    for _ in range(3):
        assert await store.receive_once(header(1), "digest", "copy of lot.fae", AT) is False
    (letter,) = await store.letters("in")
    assert (letter.name, letter.times, letter.sequence) == ("lot.fae", 4, 1)


async def test_a_letter_that_arrives_eight_times_at_once_is_new_once(store: Store) -> None:
    answers = await asyncio.gather(*(store.receive_once(header(1), "digest", "lot.fae", AT) for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]


async def test_a_letter_whose_body_or_number_was_another_ones_is_refused(store: Store) -> None:
    await store.receive_once(header(1), "digest", "lot.fae", AT)
    with pytest.raises(InputError, match="envelope-id-reused"):
        await store.receive_once(header(1), "other", "lot.fae", AT)
    with pytest.raises(InputError, match="envelope-sequence-reused"):
        await store.receive_once(header(1, id=new_id(9)), "other", "lot.fae", AT)
    assert await store.receive_once(header(1, sender="CSPS-2"), "another", "lot.fae", AT) is True
    assert len(await store.letters("in")) == 2


async def test_letters_that_are_missing_are_named(store: Store) -> None:
    for number in (1, 2, 5, 7):
        await store.receive_once(header(number), f"digest-{number}", "lot.fae", AT)
    assert await store.gaps(FACILITY) == (3, 4, 6)
    assert await store.gaps("CSPS-2") == ()


async def test_letters_sent_are_numbered_per_recipient_and_can_be_written_again(store: Store) -> None:
    for recipient, expected in ((MUTUAL, 1), (MUTUAL, 2), (STATE, 1)):
        async with store.transaction():
            sequence = await store.next_sequence(FACILITY, recipient)
            assert sequence == expected
            made = header(sequence, recipient=recipient, id=new_id(len(recipient) * 10 + sequence))
            await store.note_sent(made, "digest", f"{recipient}-{sequence}.fae", f"{sequence}".encode(), AT)
    assert await store.sealed(f"{MUTUAL}-2.fae") == b"2"
    assert await store.sealed("nothing.fae") is None
    assert sorted(letter.name for letter in await store.letters("out")) == ["MUT-1.fae", "MUT-2.fae", "STATE-1.fae"]


async def test_a_letter_whose_sealing_fails_takes_no_number(store: Store) -> None:
    with pytest.raises(LookupError):
        async with store.transaction():
            await store.note_sent(header(await store.next_sequence(FACILITY, MUTUAL)), "digest", "lot.fae", b"x", AT)
            raise LookupError
    assert await store.next_sequence(FACILITY, MUTUAL) == 1
