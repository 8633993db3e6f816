"""Letters arrive in any order and more than once: what cannot be used yet says so, and in the end all is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from facility_agent.audit.reconcile import remittance_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import Remittance
from facility_agent.workflows import exchange, membership, month_end
from facility_agent.workflows.exchange import Received
from tests.workflows.conftest import Made
from tests.workflows.nothing import refused
from tests.workflows.places import Places, copied_places, people
from tests.workflows.post import brought, letter

ANSWERS = ("receipt", "decision", "remittance")


async def carried(places: Places, kind: str) -> Received:
    """The mutual's answer of one kind, carried to the health centre."""
    (letter,) = [letter for letter in await places.mutual.store.letters("out") if letter.kind == kind]
    data = await places.mutual.store.sealed(letter.name)
    assert data is not None
    return await exchange.receive(places.facility, data, "comptable", letter.name)


async def in_order(places: Places, kinds: Iterable[str]) -> tuple[list[str], list[str]]:
    """Carry letters in this order; which were taken, and which had to wait."""
    taken, waiting = [], []
    for kind in kinds:
        try:
            received = await carried(places, kind)
        except InputError as error:
            assert error.code == "remittance-before-decision"
            waiting.append(kind)
        else:
            taken += [] if received.again else [kind]
    return taken, waiting


@pytest.mark.parametrize("order", list(permutations(ANSWERS)), ids="-".join)
async def test_answers_in_any_order_each_twice_end_the_same(
    order: tuple[str, ...], made_answered: Made, tmp_path: Path
) -> None:
    async with copied_places(made_answered.folder, tmp_path, made_answered.cards, made_answered.now) as places:
        twice = [kind for kind in order for _ in range(2)]
        taken, waiting = await in_order(places, twice)
        late, still = await in_order(places, waiting)
        assert sorted(taken + late[:1]) == sorted(ANSWERS)
        assert still == []
        (view,) = await month_end.batches(places.facility)
        assert view.state == "reconciled"
        assert view.reconciliation is not None and view.reconciliation.closed
        assert view.reconciliation.paid == view.batch.due
        assert len(view.remittances) == 1
        receipt = await places.facility.store.receipt(view.batch.id)
        assert receipt is not None and receipt.due == view.batch.due
        assert await places.facility.store.gaps("MLT") == ()


async def test_a_decision_before_the_receipt_counts_and_the_missing_letter_is_named(answered: Places) -> None:
    held = await answered.facility.store.gaps("MLT")
    assert held == ()
    received = await carried(answered, "decision")
    (missing,) = received.gaps
    (receipt,) = [letter for letter in await answered.mutual.store.letters("out") if letter.kind == "receipt"]
    assert missing == receipt.sequence
    (view,) = await month_end.batches(answered.facility)
    assert view.state == "decided"
    assert (await carried(answered, "receipt")).gaps == ()
    (view,) = await month_end.batches(answered.facility)
    assert view.state == "decided"


async def test_a_payment_before_the_decision_waits_and_counts_afterwards(answered: Places) -> None:
    async with refused("remittance-before-decision", answered.facility):
        await carried(answered, "remittance")
    await carried(answered, "decision")
    assert not (await carried(answered, "remittance")).again
    (view,) = await month_end.batches(answered.facility)
    assert view.state == "reconciled"


async def test_a_payment_in_two_parts_settles_the_batch_with_the_second(answered: Places) -> None:
    await carried(answered, "decision")
    (view,) = await month_end.batches(answered.facility)
    assert view.decision is not None
    day = date(2026, 4, 20)
    earlier: tuple[Remittance, ...] = ()
    for reference, amount, state in (("VIR-1", 1_000, "paid in part"), ("VIR-2", None, "reconciled")):
        part = remittance_of(
            view.decision, view.batch, id=reference, reference=reference, paid_on=day, amount=amount, earlier=earlier
        )
        earlier = (*earlier, part)
        await brought(answered.facility, await letter(answered.mutual, answered.facility, "remittance", part))
        (view,) = await month_end.batches(answered.facility)
        assert (view.state, view.remittances) == (state, earlier)
    assert view.reconciliation is not None
    assert (view.reconciliation.paid, view.reconciliation.open) == (view.batch.due, 0)


async def test_a_batch_sealed_again_is_the_same_file(sent: Places) -> None:
    (view,) = await month_end.batches(sent.facility)
    first = await sent.facility.store.sealed(f"batch-{view.batch.number}.fae")
    shutil.rmtree(sent.facility.folder / "outbox")
    shutil.rmtree(sent.facility.folder / "exports")
    sent.at(date(2026, 5, 1))
    again = await month_end.export(sent.facility, view.batch.id, "comptable")
    assert again.sealed is not None
    assert again.sealed.read_bytes() == first
    assert again.pdf.is_file() and again.xlsx.is_file()
    assert [letter.kind for letter in await sent.facility.store.letters("out")].count("batch") == 1


async def test_a_receipt_that_was_lost_is_laid_out_again_when_the_batch_comes_again(answered: Places) -> None:
    (row,) = await answered.facility.store.batches()
    data = await answered.facility.store.sealed(f"batch-{row.batch.number}.fae")
    assert data is not None
    shutil.rmtree(answered.mutual.folder / "outbox")
    again = await exchange.receive(answered.mutual, data, "agent")
    assert (again.again, again.about) == (True, row.batch.id)
    receipt = (answered.mutual.folder / "outbox" / again.reply).read_bytes()
    assert receipt == await answered.mutual.store.sealed(again.reply)
    assert (await exchange.receive(answered.facility, receipt, "comptable")).kind == "receipt"


async def test_a_register_published_twice_leaves_no_letter_behind(ready: Places) -> None:
    first = await membership.publish_register(ready.mutual, "CSPS-EX1")
    second = await membership.publish_register(ready.mutual, "CSPS-EX1")
    for published in (first, second):
        await exchange.receive(ready.facility, published.read_bytes(), "comptable", published.name)
    assert await ready.facility.store.gaps("MLT") == ()
    third = await membership.publish_revocations(ready.mutual, "CSPS-EX1")
    await exchange.receive(ready.facility, third.read_bytes(), "comptable", third.name)
    assert await ready.facility.store.gaps("MLT") == ()
    laid_out = {path.name for path in (ready.mutual.folder / "outbox").iterdir()}
    assert {letter.name for letter in await ready.mutual.store.letters("out")} <= laid_out


async def test_the_register_in_the_wrong_order_keeps_the_newer_one(ready: Places) -> None:
    letters = []
    everybody = await ready.mutual.store.all_coverages("MLT")
    for some in (everybody[:-1], everybody):
        await membership.replace_members(ready.mutual, some)
        letters.append((await membership.publish_register(ready.mutual, "CSPS-EX1")).read_bytes())
    older, newer = letters
    received = await exchange.receive(ready.facility, newer, "comptable")
    assert len(received.gaps) == 1
    async with refused("register-older", ready.facility):
        await exchange.receive(ready.facility, older, "comptable")
    state = await ready.facility.store.register_state("MLT")
    assert state is not None
    assert (state.sequence, state.members) == (3, len(people()))
