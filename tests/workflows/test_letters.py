"""A sealed file that cannot be used says why and changes nothing: damaged, misdirected, or not the sender's to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date

import msgspec
import pytest

from facility_agent.exchange.messages import BatchMessage
from facility_agent.vocabulary.settlement import Decision, Receipt, Remittance
from facility_agent.workflows import month_end
from facility_agent.workflows.month_end import BatchView
from facility_agent.workflows.site import Site
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import brought, letter, register_file, stranger

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
async def other_mutual(held: Places, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with stranger(held, tmp_path_factory.mktemp("other"), "mutual") as site:
        yield site


DAMAGED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "nothing at all": ("envelope-not-ours", lambda data: b""),
    "a photo": ("envelope-not-ours", lambda data: b"\xff\xd8\xff\xe0 JFIF"),
    "cut after the head": ("envelope-truncated", lambda data: data[:300]),
    "cut by one byte": ("envelope-truncated", lambda data: data[:-1]),
    "one bit turned in the middle": ("envelope-altered", lambda data: _turned(data, len(data) // 2)),
    "one bit turned at the end": ("envelope-altered", lambda data: _turned(data, len(data) - 1)),
    "something added": ("envelope-altered", lambda data: data + b"."),
    "of a later version": ("envelope-version", lambda data: b"FAE2" + data[4:]),
}


def _turned(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("how", DAMAGED)
async def test_a_damaged_file_is_not_taken(how: str, held: Places) -> None:
    code, damage = DAMAGED[how]
    names = [letter.name for letter in await held.mutual.store.letters("out") if letter.kind == "decision"]
    data = await held.mutual.store.sealed(names[0])
    assert data is not None
    async with refused(code, held.facility):
        await brought(held.facility, damage(data))


async def test_a_letter_for_somebody_else_is_not_opened(held: Places, other_mutual: Site, view: BatchView) -> None:
    data = await letter(held.facility, other_mutual, "batch", BatchMessage(view.batch, view.claims))
    async with refused("envelope-for-somebody-else", held.mutual):
        await brought(held.mutual, data)


async def test_a_letter_of_an_unknown_sender_is_not_opened(
    held: Places, other_mutual: Site, view: BatchView, unsent: Places
) -> None:
    receipt = Receipt(view.batch.id, view.batch.number, date(2026, 4, 5), len(view.batch.items), view.batch.due, "")
    data = await letter(other_mutual, held.facility, "receipt", receipt)
    async with refused("envelope-sender-unknown", unsent.facility):
        await brought(unsent.facility, data)


async def test_a_letter_of_the_wrong_kind_is_sent_on(held: Places) -> None:
    coverages = await held.mutual.store.all_coverages("MLT")
    data = await register_file(held.facility, held.mutual, "MLT", 9, date(2026, 4, 1), coverages)
    async with refused("envelope-kind-not-ours", held.mutual):
        await brought(held.mutual, data)


async def test_an_older_register_is_not_taken(held: Places) -> None:
    coverages = await held.mutual.store.all_coverages("MLT")
    data = await register_file(held.mutual, held.facility, "MLT", 1, date(2026, 1, 1), coverages)
    async with refused("register-older", held.facility):
        await brought(held.facility, data)


async def test_the_register_of_another_payer_is_not_taken(held: Places, other_mutual: Site) -> None:
    coverages = await held.mutual.store.all_coverages("MLT")
    for payer in ("MLT", "AUTRE"):
        data = await register_file(other_mutual, held.facility, payer, 9, date(2026, 4, 1), coverages)
        async with refused("register-of-another", held.facility):
            await brought(held.facility, data)


async def test_a_register_that_names_somebody_twice_is_not_taken(held: Places) -> None:
    coverages = await held.mutual.store.all_coverages("MLT")
    for twice in ((*coverages, coverages[-1]), (*coverages, coverages[0])):
        data = await register_file(held.mutual, held.facility, "MLT", 9, date(2026, 4, 1), twice)
        async with refused("register-number-twice", held.facility):
            await brought(held.facility, data)


async def _answers(places: Places, batch_id: str) -> tuple[Receipt, Decision, Remittance]:
    """What the mutual really answered."""
    store = places.mutual.store
    receipt, decision = await store.receipt(batch_id), await store.decision(batch_id)
    (remittance,) = await store.remittances(batch_id)
    assert receipt is not None and decision is not None
    return receipt, decision, remittance


async def test_nobody_but_its_payer_answers_a_batch(held: Places, other_mutual: Site, view: BatchView) -> None:
    receipt, decision, remittance = await _answers(held, view.batch.id)
    for kind, message in (("receipt", receipt), ("decision", decision), ("remittance", remittance)):
        data = await letter(other_mutual, held.facility, kind, message)  # type: ignore[arg-type]
        async with refused("answer-of-another", held.facility):
            await brought(held.facility, data)


async def test_an_answer_to_an_unknown_batch_is_not_taken(held: Places, view: BatchView) -> None:
    receipt, decision, remittance = await _answers(held, view.batch.id)
    for kind, message in (("receipt", receipt), ("decision", decision), ("remittance", remittance)):
        data = await letter(held.mutual, held.facility, kind, replace(message, batch="unknown"))  # type: ignore[arg-type]
        async with refused("batch-unknown", held.facility):
            await brought(held.facility, data)


async def test_a_receipt_for_other_amounts_is_not_taken(held: Places, view: BatchView) -> None:
    receipt, _, _ = await _answers(held, view.batch.id)
    for other in (replace(receipt, due=receipt.due - 1), replace(receipt, claims=1), replace(receipt, number="X")):
        data = await letter(held.mutual, held.facility, "receipt", other)
        async with refused("receipt-does-not-fit", held.facility):
            await brought(held.facility, data)


def _changed_line(decision: Decision, **changes: int) -> Decision:
    first = decision.claims[0]
    lines = (replace(first.lines[0], **changes), *first.lines[1:])
    return replace(decision, claims=(replace(first, lines=lines), *decision.claims[1:]))


MISFITS: dict[str, Callable[[Decision], Decision]] = {
    "a claim too few": lambda decision: replace(decision, claims=decision.claims[1:]),
    "a claim answered twice": lambda decision: replace(decision, claims=(*decision.claims, decision.claims[0])),
    "a claim of somebody else": lambda decision: replace(
        decision, claims=(*decision.claims, replace(decision.claims[0], claim="foreign"))
    ),
    "a line that claims more": lambda decision: _changed_line(decision, claimed=5_000),
    "a line that pays more than was claimed": lambda decision: _changed_line(decision, amount=5_000),
}


@pytest.mark.parametrize("how", MISFITS)
async def test_a_decision_that_does_not_fit_its_batch_is_not_taken(how: str, held: Places, view: BatchView) -> None:
    _, decision, _ = await _answers(held, view.batch.id)
    data = await letter(held.mutual, held.facility, "decision", MISFITS[how](decision))
    async with refused("decision-does-not-fit", held.facility):
        await brought(held.facility, data)


async def test_a_second_different_decision_is_not_taken(answered: Places) -> None:
    (batch,) = await answered.facility.store.batches()
    _, decision, remittance = await _answers(answered, batch.batch.id)
    await brought(answered.facility, await letter(answered.mutual, answered.facility, "decision", decision))
    other = await letter(answered.mutual, answered.facility, "decision", replace(decision, id="another"))
    async with refused("decision-second", answered.facility):
        await brought(answered.facility, other)
    await brought(answered.facility, await letter(answered.mutual, answered.facility, "remittance", remittance))
    for kind, message in (("decision", decision), ("remittance", remittance)):
        # Made anew and sent under another number: the same answer counts once.
        again = await letter(answered.mutual, answered.facility, kind, message)  # type: ignore[arg-type]
        assert not (await brought(answered.facility, again)).again
    (after,) = await month_end.batches(answered.facility)
    assert (after.state, after.remittances) == ("reconciled", (remittance,))


async def test_a_remittance_that_does_not_add_up_is_not_taken(held: Places, view: BatchView) -> None:
    _, _, remittance = await _answers(held, view.batch.id)
    data = await letter(held.mutual, held.facility, "remittance", replace(remittance, amount=remittance.amount + 1))
    async with refused("remittance-does-not-add-up", held.facility):
        await brought(held.facility, data)


async def test_a_remittance_before_the_decision_is_not_taken(held: Places, view: BatchView) -> None:
    _, _, remittance = await _answers(held, view.batch.id)
    data = await letter(held.mutual, held.facility, "remittance", remittance)
    async with refused("remittance-before-decision", held.facility):
        await brought(held.facility, data)
