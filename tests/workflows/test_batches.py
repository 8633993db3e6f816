"""The mutual takes in a batch that is in order and the sender's own, once; of any other it says what is wrong."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.exchange.messages import BatchMessage
from facility_agent.invoicing.batch import gather
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Claim, LineAdjudication
from facility_agent.vocabulary.settlement import Batch, BatchItem
from facility_agent.workflows import month_end
from facility_agent.workflows.month_end import BatchView
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import agreed, brought, letter, stranger

replace = msgspec.structs.replace


def _item(claim: Claim, item: BatchItem) -> BatchItem:
    return replace(item, digest=digest(canonical(claim)))


def _with_claim(view: BatchView, claim: Claim, **batch: object) -> BatchMessage:
    """The batch with its first claim exchanged, digest and all."""
    items = (_item(claim, view.batch.items[0]), *view.batch.items[1:])
    return BatchMessage(replace(view.batch, items=items, **batch), (claim, *view.claims[1:]))


def _odd_batches(view: BatchView) -> dict[str, tuple[str, BatchMessage]]:
    """Batches that the mutual must not take, each with its reason."""
    batch, claims = view.batch, view.claims
    first = claims[0]
    judged = first.adjudication
    line = judged.lines[0]

    def with_lines(*lines: object) -> BatchMessage:
        return _with_claim(view, replace(first, adjudication=replace(judged, lines=lines)))

    def of(changed: Batch) -> BatchMessage:
        return BatchMessage(changed, claims)

    free = LineAdjudication(line.id, line.act, 0, 0, 0, 0, 0, 0)
    nothing = replace(line, shares=(*line.shares, replace(line.shares[0], payer="nobody", amount=0)))
    dearer = replace(batch.items[0], due=batch.items[0].due + 100)
    return {
        "for another payer": ("batch-for-another-payer", of(replace(batch, payer="AUTRE"))),
        "of another facility": ("batch-of-another-facility", of(replace(batch, facility="AUTRE"))),
        "of no month": ("month-malformed", of(replace(batch, month="2026-13"))),
        "of another month": ("batch-inconsistent", of(replace(batch, month="2026-04"))),
        "with an item that asks more": ("batch-inconsistent", of(replace(batch, items=(dearer, *batch.items[1:])))),
        "with a claim changed after it was gathered": (
            "batch-inconsistent",
            BatchMessage(batch, (replace(first, minted_on=date(2026, 3, 4)), *claims[1:])),
        ),
        "with a line answered twice": ("claim-malformed", with_lines(*judged.lines, free)),
        "with a line that nobody gave": (
            "claim-malformed",
            with_lines(*judged.lines, replace(free, id="9")),
        ),
        "with a payer of nothing": ("claim-malformed", with_lines(nothing, *judged.lines[1:])),
    }


@pytest.mark.parametrize(
    "how",
    ["for another payer", "of another facility", "of no month", "of another month",
     "with an item that asks more", "with a claim changed after it was gathered", "with a line answered twice",
     "with a line that nobody gave", "with a payer of nothing"],
)  # fmt: skip
async def test_a_batch_that_is_not_in_order_is_not_taken(how: str, unsent: Places, view: BatchView) -> None:
    code, message = _odd_batches(view)[how]
    data = await letter(unsent.facility, unsent.mutual, "batch", message)
    async with refused(code, unsent.mutual):
        await brought(unsent.mutual, data)


async def test_another_facility_needs_an_agreement_and_replaces_nothing_of_ours(
    answered: Places, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (ours,) = await month_end.batches(answered.facility)
    visit = replace(ours.claims[0].visit, facility="AUTRE")
    claim = replace(ours.claims[0], id="new", number="AUTRE-1", visit=visit, replaces=ours.claims[0].id)
    batch = gather([claim], "AUTRE", "MLT", "mutual", "2026-03", "AUTRE-MLT-0001", "b", "main", date(2026, 4, 2), True)
    async with stranger(answered, tmp_path_factory.mktemp("other"), "facility") as other:
        data = await letter(other, answered.mutual, "batch", BatchMessage(batch, (claim,)))
        async with refused("agreement-missing", answered.mutual):
            await brought(answered.mutual, data)
        await agreed(other, answered.mutual)
        async with refused("claim-replaces-foreign", answered.mutual):
            await brought(answered.mutual, data)
        plain = replace(claim, replaces="")
        batch = replace(batch, items=(replace(batch.items[0], digest=digest(canonical(plain))),))
        data = await letter(other, answered.mutual, "batch", BatchMessage(batch, (plain,)))
        assert (await brought(answered.mutual, data)).about == "b"


async def test_a_batch_that_was_taken_is_not_taken_again_under_another_name(held: Places, view: BatchView) -> None:
    batch, claims = view.batch, view.claims
    changed = replace(claims[0], minted_on=date(2026, 3, 4))
    odd = {
        "batch-id-reused": BatchMessage(replace(batch, closed_on=date(2026, 4, 1)), claims),
        "batch-second-main": BatchMessage(replace(batch, id="second", number="CSPS-EX1-MLT-0002"), claims),
        "claim-in-another-batch": BatchMessage(
            replace(batch, id="second", number="CSPS-EX1-MLT-0002", kind="supplementary"), claims
        ),
        "claim-id-reused": _with_claim(view, changed, id="third", number="CSPS-EX1-MLT-0003", kind="regularisation"),
    }
    for code, message in odd.items():
        data = await letter(held.facility, held.mutual, "batch", message)
        async with refused(code, held.mutual):
            await brought(held.mutual, data)
