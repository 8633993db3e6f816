"""Where an arrangement wants every claim reviewed before the month is invoiced: a reviewer's steps, by hand.

The steps are those that Rwanda's payer names. Claims of which the payer owes nothing, such as ordinary visits under a
payment per head, are recorded and not reviewed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import FirstReview, ReviewStep
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site

if TYPE_CHECKING:
    from facility_agent.workflows.closing import Ready

#: Steps that hold a claim back: what is wanted of it is said.
HELD: Final = ("pending-adviser", "further-review")
DONE: Final = "ready-for-invoice"


class Standing(msgspec.Struct, frozen=True):
    """A claim of the batch, what its payer owes for it in minor units, and where its review stands."""

    claim: Claim
    due: int
    review: FirstReview


async def standing(site: Site, ready: Ready) -> tuple[Standing, ...]:
    """The claims to be reviewed, those that are not done first, each kind in the order of the batch."""
    dues = _to_review(ready.batch)
    held = await site.store.first_reviews(tuple(dues))
    rows = [
        Standing(claim, dues[claim.id], held.get(claim.id, FirstReview(claim.id, "ready-for-review")))
        for claim in ready.claims
        if claim.id in dues
    ]
    return tuple(sorted(rows, key=lambda row: row.review.step == DONE))


async def unreviewed(site: Site, batch: Batch) -> int:
    """How many claims of a batch are not ready to be invoiced."""
    dues = _to_review(batch)
    held = await site.store.first_reviews(tuple(dues))
    return sum(claim not in held or held[claim].step != DONE for claim in dues)


async def review(site: Site, ready: Ready, claims: Collection[str], step: ReviewStep, reason: str, by: str) -> None:
    """Take claims to a step. InputError `review-nothing` without a claim, `visit-unknown` for one that is not in the
    batch, `reason-missing` for a step that holds it back."""
    if not claims:
        raise InputError("review-nothing")
    if not set(claims) <= _to_review(ready.batch).keys():
        raise InputError("visit-unknown")
    if step in HELD and not reason.strip():
        raise InputError("reason-missing")
    made = [FirstReview(claim, step, reason.strip()) for claim in sorted(set(claims))]
    await site.store.put_first_reviews(made, site.now(), by)


def _to_review(batch: Batch) -> dict[str, int]:
    return {item.claim: item.due for item in batch.items if item.due > 0}
