"""What a payer refused may be put right for some months after its answer: whoever brings it later is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import regularised_late
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Claim
from facility_agent.workflows.site import Site


async def late(
    site: Site, known: Terms, claims: Iterable[Claim], payer: str, scheme: str, sent: date
) -> Finding | None:
    """The finding when a claim puts right one that this payer answered too long before `sent`; of others nothing."""
    batches = await site.store.batched_claims(payer, scheme)
    answered = []
    for batch in sorted({batches[claim.replaces] for claim in claims if claim.replaces in batches}):
        decision = await site.store.decision(batch)
        if decision is not None:
            answered.append(decision.decided_on)
    return regularised_late(known, min(answered), sent) if answered else None
