"""The month's money: one main batch, a claim in one batch of a payer, answers kept once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import msgspec
import pytest
from tortoise.exceptions import IntegrityError

from facility_agent.invoicing.capitation import Due, HeadCount
from facility_agent.invoicing.per_head import Identity, batch_of, claim_of
from facility_agent.storage.store import Store
from facility_agent.storage.store.settlement import BATCH_MOVES, outcome_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Basis, Claim
from facility_agent.vocabulary.settlement import (
    Batch,
    BatchItem,
    ClaimDecision,
    Decision,
    LineDecision,
    Outcome,
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
        "INSERT INTO batch (id, number, facility, payer, scheme, month, kind, state, closed_on, document) "
        "SELECT 'x', 'x', facility, payer, scheme, month, kind, state, closed_on, document FROM batch"
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


def with_items(made: Batch, *items: BatchItem) -> Batch:
    return msgspec.structs.replace(made, items=items)


FIRST, LATER = another(1, CLAIMS), msgspec.structs.replace(claim(1), minted_on=date(2026, 3, 11))


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (another(1, (claim(9),)), "claim-not-kept"),
        (with_items(FIRST, FIRST.items[0], FIRST.items[0]), "claim-twice-in-batch"),
        (another(1, (LATER,)), "claim-differs"),
        (with_items(FIRST, msgspec.structs.replace(FIRST.items[0], digest="")), "claim-differs"),
        (another(1, (claim(4),)), "claim-replaced"),
    ],
)
@pytest.mark.parametrize("state", ["closed", "received"])
async def test_a_batch_holds_each_claim_once_as_it_is_kept_and_counts(
    filled: Store, refused: Batch, code: str, state: str
) -> None:
    for entry in (claim(4), claim(5, replaces=new_id(4))):
        await filled.mint(entry, FAMILIES, AT, "nurse")
    with pytest.raises(InputError, match=code):
        await filled.put_batch(refused, state, AT, "accountant")
    assert await filled.batches() == ()


async def test_a_batch_number_names_one_batch(filled: Store) -> None:
    await filled.put_batch(another(1, CLAIMS), "closed", AT, "accountant")
    with pytest.raises(InputError, match="batch-number-taken"):
        await filled.put_batch(another(1, id=new_id(9), kind="supplementary"), "closed", AT, "accountant")
    assert len(await filled.batches()) == 1


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


def answer(number: int, outcome: Outcome, amount: int) -> ClaimDecision:
    return ClaimDecision(new_id(number), (LineDecision("consultation", outcome, 480, amount),))


async def test_what_is_pending_or_contested_is_decided_again_and_nothing_else(filled: Store) -> None:
    entry = another(1, CLAIMS)
    await filled.put_batch(entry, "received", AT, "officer")

    def decision(number: int, *answers: ClaimDecision) -> Decision:
        return Decision(new_id(number), entry.id, date(2026, 4, 20), "officer", answers)

    with pytest.raises(InputError, match="claim-undecided"):
        await filled.contest(entry.id, [new_id(1)])
    accepted, pending, refused = answer(1, "accepted", 480), answer(2, "pending", 0), answer(3, "refused", 0)
    first = decision(11, accepted, pending, refused)
    await filled.put_decision(first, AT)
    assert list((await filled.outcomes(entry.id)).items()) == [
        (new_id(1), "accepted"),
        (new_id(2), "pending"),
        (new_id(3), "refused"),
    ]
    for later in (decision(12, accepted, answer(2, "accepted", 480), answer(3, "accepted", 480)), decision(11)):
        with pytest.raises(InputError, match="decision-second"):
            await filled.put_decision(later, AT)
    second = decision(12, accepted, answer(2, "accepted", 480), refused)
    await filled.put_decision(second, AT)
    await filled.put_decision(first, AT)
    assert await filled.decision(entry.id) == second
    await filled.contest(entry.id, [new_id(3)])
    assert (await filled.outcomes(entry.id))[new_id(3)] == "contested"
    third = decision(13, accepted, answer(2, "accepted", 480), answer(3, "reduced", 240))
    await filled.put_decision(third, AT)
    assert await filled.decision(entry.id) == third
    assert set((await filled.outcomes(entry.id)).values()) == {"accepted", "reduced"}
    with pytest.raises(InputError, match="decision-second"):
        await filled.put_decision(decision(14, accepted, answer(2, "refused", 0), answer(3, "reduced", 240)), AT)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("accepted", "accepted"), "accepted"),
        (("refused",), "refused"),
        (("accepted", "refused"), "reduced"),
        (("accepted", "pending"), "pending"),
    ],
)
def test_the_outcome_of_a_claim_is_that_of_its_lines(outcomes: tuple[Outcome, ...], expected: str) -> None:
    lines = tuple(LineDecision(str(place), outcome, 100, 0) for place, outcome in enumerate(outcomes))
    assert outcome_of(ClaimDecision(new_id(1), lines)) == expected


async def test_nothing_is_kept_for_a_batch_that_nobody_knows(store: Store) -> None:
    answers = (
        store.put_receipt(Receipt("nobody", "L-1", DAY, 0, 0, "ab"), AT),
        store.put_decision(Decision(new_id(7), "nobody", DAY, "officer", ()), AT),
        store.put_remittance(Remittance(new_id(8), "nobody", new_id(7), "V-1", DAY, "XOF", 1, ()), AT),
        store.put_audit("nobody", b"report", AT),
        store.contest("nobody", []),
    )
    for each in answers:
        with pytest.raises(InputError, match="batch-unknown"):
            await each


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
    await filled.put_receipt(msgspec.structs.replace(receipt, received_on=date(2026, 4, 9), envelope="cd"), AT)
    for other in ({"claims": 2}, {"due": 0}, {"number": "L-2"}):
        with pytest.raises(InputError, match="receipt-second"):
            await filled.put_receipt(msgspec.structs.replace(receipt, **other), AT)
    assert await filled.receipt(entry.id) == receipt
    assert await filled.audit(entry.id) is None
    for document in (b"first", b"second"):
        await filled.put_audit(entry.id, document, AT)
    assert await filled.audit(entry.id) == b"second"


async def test_a_head_count_is_invoiced_once_for_a_day_and_its_claim_is_no_care(filled: Store) -> None:
    dues = tuple(
        Due(code, MUTUAL, "mutual", "17", date(2026, 1, 1), date(2026, 3, 31), DAY, ("M-1", "M-2"), rate=rate)
        for code, rate in (("elders", 900), ("listed", 250))
    )
    count = HeadCount(FACILITY, MUTUAL, DAY, 1, DAY, "", dues)
    named = Identity(new_id(900_001), new_id(900_002), f"{FACILITY}-{MUTUAL}-0009", DAY)
    billed = claim_of(count, named, Basis("rules"), "XOF")
    made = batch_of(billed, named, dues[0], False)
    await filled.mint(billed, {}, AT, "accountant")
    await filled.put_batch(made, "closed", AT, "accountant")
    await filled.put_batch_count(made.id, count)
    assert await filled.batch_count(made.id) == count and await filled.batch_count("nobody") is None
    assert await filled.counts_invoiced(FACILITY, MUTUAL) == {("mutual", "2026-01-01"): (made.id, made.number)}
    month = f"{DAY:%Y-%m}"
    assert billed not in await filled.claims_of_month(FACILITY, month)
    assert billed not in (*await filled.counting_claims(), *await filled.claims_of_members([""]))
    assert await filled.claims((billed.id,)) == (billed,)
    for start, until, code in ((date(2026, 3, 31), date(2026, 4, 30), "listed"), (DAY, DAY, "elders")):
        other = msgspec.structs.replace(dues[1], code=code, start=start, until=until)
        with pytest.raises(InputError, match="count-invoiced"):
            await filled.put_batch_count(made.id, msgspec.structs.replace(count, dues=(other,)))
    later = msgspec.structs.replace(dues[1], start=date(2026, 4, 1), until=date(2026, 6, 30), code="next")
    await filled.put_batch_count(made.id, msgspec.structs.replace(count, dues=(later,)))
